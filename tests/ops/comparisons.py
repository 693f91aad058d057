"""Models of one comparison, for the tests of all comparisons."""

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import strategies as st

from tests.composed import Composer, Made
from tests.ops import binary
from tests.ops.single import Case, scales


def cases(name: str, *plain: str) -> dict[str, st.SearchStrategy[Case]]:
    """Return cases of `name` on int8, and on the types `plain`."""
    below_1 = scales(2.0**-20, 1 - 2.0**-24)
    found = {"int8": binary.cases(name, output="bool", activation=st.none(), scale=below_1)}
    return found | {type: binary.plain_cases(name, type, output="bool") for type in plain}


def small(name: str) -> Sequence[Callable[[np.random.Generator], bytes]]:
    """Return small models of `name`."""
    return (
        lambda _: binary.binary(
            name, shapes=((2, 3), (1, 3)), types=("int8", "int8", "bool"), scales=(0.1, 0.2, None), activation=None
        ),
        lambda _: binary.binary(name, types=("int32", "int32", "bool"), scales=binary.NO_SCALES, activation=None),
        lambda _: binary.binary(name, types=("int64", "int64", "bool"), scales=binary.NO_SCALES, activation=None),
    )


def grow(name: str) -> Callable[[Composer, Made], None]:
    """Return how `name` is added to a composed model."""
    return binary.grow(name, output="bool", activation=False)
