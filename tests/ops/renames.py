"""Models of one operator that only renames bytes, for the tests of SQUEEZE and EXPAND_DIMS."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.ops.moves import SCALES, Shape
from tests.ops.single import Case, case
from tests.tflite import Builder


def renamed(
    rng: np.random.Generator,
    name: str,
    shape: Shape,
    output: Shape,
    constants: Sequence[np.ndarray],
    options: Mapping[str, Any],
    type: str,
) -> Case:
    """A case of `name` between two REVERSE_V2, since alone it computes nothing."""
    b = Builder()
    scale, zero_point = SCALES.get(type, (None, 0))
    tensors = [b.tensor(dimensions, type, scale, zero_point) for dimensions in (shape, shape, output, output)]
    axis = b.tensor((1,), "int32", data=np.zeros(1, np.int32))
    b.operator("REVERSE_V2", [tensors[0], axis], tensors[1:2], {})
    further = [b.tensor(values.shape, str(values.dtype), data=values) for values in constants]
    b.operator(name, [tensors[1], *further], tensors[2:3], options)
    b.operator("REVERSE_V2", [tensors[2], axis], tensors[3:], {})
    return case(b.build(tensors[:1], tensors[3:]), rng, shape, type=type)
