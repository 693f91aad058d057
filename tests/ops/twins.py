"""What each operator's test file gives to the tests of all operators, found by the registry.

A file `test_NAME.py` beside the operator's `tinyml/ops/NAME.py` has:

CASES: for each of the operator's forms (by its types), a hypothesis strategy of `Case`s: models of one operator,
    with random shapes and options, zero points and multipliers also at the ends of their ranges, and samples. What
    TFLM leaves undefined is never drawn. The simplest choice comes first in each strategy, as a failure is shrunk
    towards it; weights and samples come from a drawn seed. Engines run the samples one after the other, so that
    several of them show what becomes of a state.
SMALL: functions that return small models of the operator from a random generator, for the tests that damage them.
grow(composer, x): adds the operator to a composed model, on the tensor x; where x does not suit it, adds nothing.
GROWS_ON: the types that x may have, where that is not only int8.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np
from hypothesis import strategies as st

from tests.composed import Step
from tests.ops.single import Case
from tinyml.ops import REGISTRY


@dataclass(frozen=True)
class Twin:
    """An operator's test file."""

    cases: Mapping[str, st.SearchStrategy[Case]]
    small: Sequence[Callable[[np.random.Generator], bytes]]
    step: Step


@cache
def twins() -> dict[str, Twin]:
    """Return what each operator of the registry gives, by the operator's name."""
    found = {}
    for name, definition in REGISTRY.items():
        module = import_module(f"tests.ops.test_{definition.file}")
        step = Step(module.grow, getattr(module, "GROWS_ON", ("int8",)))
        found[name] = Twin(module.CASES, module.SMALL, step)
    return found
