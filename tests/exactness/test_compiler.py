"""What compilers for boards have made of kernels that the host runs well."""

import numpy as np

from tests.exactness.engines import Compiled, Job
from tests.ops.reductions import reduction
from tests.ops.single import case
from tinyml import board as boards
from tinyml import plan as plans
from tinyml.graph import read


def test_a_layer_that_works_in_place_is_kept() -> None:
    shape = (3, 5, 2)
    model = reduction("SUM", shape, (2,), scales=(1.0, 1.0), zero_points=(0, 0))
    drawn = case(model, np.random.default_rng(0), shape)
    (answer,) = Compiled(boards.load("mps2-an386")).run([Job(drawn, plans.make(read(model)))])
    assert isinstance(answer, bytes)
    for (values,), found in zip(
        drawn.samples, np.frombuffer(answer, np.int8).reshape(len(drawn.samples), 2, 3, 5), strict=True
    ):
        expected = values.sum(axis=2, dtype=np.int32).clip(-128, 127)
        assert np.array_equal(found, np.broadcast_to(expected, found.shape))
