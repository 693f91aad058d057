from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.composed import Composer, Made
from tests.host import host
from tests.ops.single import (
    Case,
    agrees,
    exact,
    examples,
    factors,
    generators,
    refused,
    scales,
    values,
    zero_points,
)
from tests.tflite import Builder
from tinyml import ops
from tinyml.graph import read

STEPS = 4  # samples of a case, which run one after the other


def svdf(
    rng: np.random.Generator,
    *,
    batches: int = 2,
    inputs: int = 5,
    units: int = 3,
    rank: int = 2,
    memory: int = 4,
    state_type: str = "int8",
    zero_points: tuple[int, int, int] = (1, 0, -128),
    scale: float = 0.05,
    state_factor: float = 0.01,
    output_factor: float = 0.02,
    activation: int = 1,
    bias: bool = True,
    bias_scale: float | None = None,
    variable: bool = True,
    given_rank: int | None = None,
    change: dict[str, dict[str, Any]] | None = None,
) -> bytes:
    """A model of one SVDF.

    The factors are input scale × feature scale / state scale and state scale × time scale / output scale, with the
    scales 0.02 of features and 0.03 of times. `change` replaces what tensors are made from, by their role.
    """
    b = Builder()
    filters = units * rank
    state_scale = scale * 0.02 / state_factor
    times = np.float32(state_scale) * np.float32(0.03)
    forms: dict[str, dict[str, Any]] = {
        "input": {"shape": (batches, inputs), "scale": scale, "zero_point": zero_points[0]},
        "features": {"shape": (filters, inputs), "scale": 0.02, "data": values(rng, (filters, inputs))},
        "times": {
            "shape": (filters, memory),
            "type": state_type,
            "scale": 0.03,
            "data": values(rng, (filters, memory), state_type),
        },
        "bias": {
            "shape": (units,),
            "type": "int32",
            "scale": float(times) if bias_scale is None else bias_scale,
            "data": rng.integers(-(1 << 12), 1 << 12, units).astype(np.int32),
        },
        "state": {
            "shape": (batches, filters * memory),
            "type": state_type,
            "scale": state_scale,
            "zero_point": zero_points[1],
            "variable": variable,
        },
        "output": {
            "shape": (batches, units),
            "scale": state_scale * 0.03 / output_factor,
            "zero_point": zero_points[2],
        },
    }
    made = {role: b.tensor(**(form | (change or {}).get(role, {}))) for role, form in forms.items()}
    if not bias:
        made["bias"] = -1
    read_by = [made[role] for role in ("input", "features", "times", "bias", "state")]
    options = {"rank": rank if given_rank is None else given_rank, "fusedActivationFunction": activation}
    b.operator("SVDF", read_by, [made["output"]], options)
    return b.build([made["input"], *([] if variable else [made["state"]])], [made["output"]])


@st.composite
def cases(draw: st.DrawFn, state_type: str) -> Case:
    rng = draw(generators)
    batches, inputs = draw(st.integers(1, 3)), draw(st.integers(1, 20))
    output_zero_point = draw(zero_points)
    scale = draw(scales())
    # The scale of sums is kept below the limit.
    state_factor = max(draw(factors()), scale * 2.0**-14)
    activation = draw(st.sampled_from([0, 1])) if output_zero_point == -128 else 0
    model = svdf(
        rng,
        batches=batches,
        inputs=inputs,
        units=draw(st.integers(1, 6)),
        rank=draw(st.integers(1, 3)),
        memory=draw(st.integers(1, 9)),
        state_type=state_type,
        zero_points=(draw(zero_points), draw(zero_points) if state_type == "int8" else 0, output_zero_point),
        scale=scale,
        state_factor=state_factor,
        output_factor=draw(factors()),
        activation=activation,
    )
    return Case(model, tuple((values(rng, (batches, inputs)),) for _ in range(STEPS)))


CASES = {"int8": cases("int8"), "8x16": cases("int16")}
SMALL = (svdf, lambda rng: svdf(rng, state_type="int16"))


def grow(composer: Composer, x: Made) -> None:
    """Filter x, as a batch of rows."""
    if len(x.shape) != 2:
        return
    batches, inputs = x.shape
    units, rank, memory = (composer.random.randint(1, most) for most in (6, 2, 5))
    state_type = composer.random.choice(["int8", "int16"])
    filters = units * rank
    scale = float(np.float32(x.scale * 2.0 ** composer.random.uniform(-5, 0)))
    point = composer.random.randint(-128, 127) if state_type == "int8" else 0
    time_scale = 0.01 if state_type == "int8" else 0.0001
    matrix = values(composer.values, (filters, inputs))
    features = composer.model.tensor((filters, inputs), scale=0.02, data=matrix)
    times = composer.model.tensor(
        (filters, memory), state_type, time_scale, data=values(composer.values, (filters, memory), state_type)
    )
    bias = composer.model.tensor(
        (units,),
        "int32",
        float(np.float32(scale) * np.float32(time_scale)),
        data=composer.values.integers(-3000, 3000, units).astype(np.int32),
    )
    state = composer.model.tensor((batches, filters * memory), state_type, scale, point, variable=True)
    composer.add(
        "SVDF",
        [x.index, features, times, bias, state],
        composer.tensor((batches, units)),
        {"rank": rank, "fusedActivationFunction": 0},
    )


@pytest.mark.parametrize("types", sorted(CASES))
def test_agrees_with_tflm(types: str) -> None:
    @examples
    @given(CASES[types])
    def check(drawn: Case) -> None:
        exact(drawn)

    check()


@pytest.mark.parametrize("types", sorted(CASES))
def test_a_sequence_agrees_with_tflm(types: str) -> None:
    @examples
    @given(CASES[types])
    def check(drawn: Case) -> None:
        graph, before = read(drawn.model), None
        lowered = ops.lower(graph)
        for sample, expected in zip(drawn.samples, oracle.run_all(drawn.model, drawn.samples), strict=True):
            before = host().run(graph, lowered, sample, before)
            assert np.array_equal(before[graph.outputs[0]], expected[0])

    check()


@pytest.mark.parametrize("factor", [2.0**-16, 1.0, 2.0**29])
@pytest.mark.parametrize("state_type", ["int8", "int16"])
def test_factors_at_the_ends_agree_with_tflm(state_type: str, factor: float) -> None:
    rng = np.random.default_rng(0)
    model = svdf(rng, state_type=state_type, state_factor=factor, bias_scale=None)
    agrees(model, values(rng, (2, 5)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bias": False}, ["input 3 is missing"]),
        ({"state_factor": 2.0**-24}, ["bias has the scale 503.316, not"]),
        ({"bias_scale": 0.5}, ["bias has the scale 0.5"]),
        ({"variable": False}, ["state", "must be a variable"]),
        ({"given_rank": 0}, ["rank is 0"]),
        ({"given_rank": 4}, ["rank is 4, with 6 filters"]),
        ({"activation": 3}, ["activation has the code 3"]),
        ({"zero_points": (0, 0, 5)}, ["not -128"]),
        ({"zero_points": (0, 3, -128), "state_type": "int16"}, ["state has the zero point 3"]),
        ({"state_factor": 2.0**31}, ["factor of"]),
        ({"change": {"features": {"zero_point": 1}}}, ["features has the zero point 1"]),
        ({"change": {"times": {"zero_point": 1}}}, ["over time has the zero point 1"]),
        ({"change": {"times": {"type": "int16", "data": np.zeros((6, 4), np.int16)}}}, ["over time is int16"]),
        ({"change": {"bias": {"type": "int16", "data": np.zeros(3, np.int16)}}}, ["bias is int16"]),
        ({"change": {"bias": {"shape": (3, 1)}}}, ["[3, 1]"]),
        ({"change": {"features": {"shape": (5, 6)}}}, ["rank is 2, with 5 filters"]),
        ({"change": {"state": {"shape": (2, 25)}}}, ["[2, 25]"]),
        ({"change": {"output": {"shape": (2, 4)}}}, ["[2, 4]"]),
        ({"change": {"input": {"shape": (1, 2, 5)}}}, ["[1, 2, 5]"]),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(svdf(np.random.default_rng(0), **change), *words)
