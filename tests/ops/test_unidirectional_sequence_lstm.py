from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.composed import Composer, Made
from tests.host import host
from tests.ops.single import Case, agrees, exact, examples, generators, refused, scales, values, zero_points
from tests.tflite import Builder
from tinyml import ops
from tinyml.graph import read

STEPS = 3  # samples of a case, which run one after the other
TANH = 4
INPUTS, HIDDEN, CELL = 24, 18, 19
_GATE_SCALE = 2.0**-12


def lstm(
    rng: np.random.Generator,
    *,
    batches: int = 2,
    steps: int = 3,
    inputs: int = 5,
    cells: int = 4,
    time_major: bool = False,
    wide: bool = False,
    zero_points: tuple[int, int] = (3, -1),
    scales: tuple[float, float] = (0.02, 1 / 128),
    factors: tuple[float, ...] = (0.5,) * 8,
    cell_power: int = -11,
    clip: float = 10.0,
    bias: int = 1 << 12,
    activation: int = TANH,
    diagonal: bool = False,
    change: dict[str | int, dict[str, Any]] | None = None,
    also: tuple[int, ...] = (),
) -> bytes:
    """A model of one UNIDIRECTIONAL_SEQUENCE_LSTM.

    `scales` are those of inputs and of the hidden state; `factors` bring sums to what goes into the gates, for the
    weights at inputs 1 to 8. `change` replaces what tensors are made from, by their place or name; `also` gives
    tensors to inputs that must be absent.
    """
    b = Builder()
    type = "int16" if wide else "int8"
    forms: dict[str | int, dict[str, Any]] = {}
    size = (steps, batches) if time_major else (batches, steps)
    forms["input"] = {"shape": (*size, inputs), "type": type, "scale": scales[0], "zero_point": zero_points[0]}
    for i, factor in enumerate(factors):
        shape, scale = ((cells, inputs), scales[0]) if i < 4 else ((cells, cells), scales[1])
        forms[1 + i] = {"shape": shape, "scale": factor * _GATE_SCALE / scale, "data": values(rng, shape)}
    for i in range(4):
        data = rng.integers(-bias, bias, cells, endpoint=True).astype(np.int64 if wide else np.int32)
        forms[12 + i] = {"shape": (cells,), "type": data.dtype.name, "scale": 1.0, "data": data}
    hidden = {"type": type, "scale": scales[1], "zero_point": zero_points[1]}
    forms[HIDDEN] = {"shape": (batches, cells), "variable": True} | hidden
    forms[CELL] = {"shape": (batches, cells), "type": "int16", "scale": 2.0**cell_power, "variable": True}
    forms["output"] = {"shape": (*size, cells)} | hidden
    made = {role: b.tensor(**(form | (change or {}).get(role, {}))) for role, form in forms.items()}
    read_by = [made["input"], *(made.get(i, -1) for i in range(1, INPUTS))]
    for i in also:
        read_by[i] = b.tensor((cells,), "int16", 1.0, data=np.zeros(cells, np.int16))
    options = {
        "fusedActivationFunction": activation,
        "cellClip": clip,
        "timeMajor": time_major,
        "diagonalRecurrentTensors": diagonal,
    }
    b.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", read_by, [made["output"]], options)
    given = [made[at] for at in (HIDDEN, CELL) if not (forms[at] | (change or {}).get(at, {}))["variable"]]
    return b.build([made["input"], *given], [made["output"]])


@st.composite
def cases(draw: st.DrawFn, wide: bool) -> Case:
    rng = draw(generators)
    batches, steps, inputs, cells = (draw(st.integers(1, most)) for most in (3, 4, 12, 6))
    time_major = draw(st.booleans())
    usual = st.floats(-8, 2)
    exponents = usual | usual | usual | st.sampled_from([-45.0, -33.0, 6.5 if wide else 20.0])
    model = lstm(
        rng,
        batches=batches,
        steps=steps,
        inputs=inputs,
        cells=cells,
        time_major=time_major,
        wide=wide,
        zero_points=(0, 0) if wide else draw(st.tuples(zero_points, zero_points)),
        scales=(draw(scales()), draw(st.just(2.0**-15 if wide else 1 / 128) | scales(1e-5))),
        factors=tuple(float(np.float32(2.0**e)) for e in draw(st.lists(exponents, min_size=8, max_size=8))),
        cell_power=draw(st.integers(-15, -8) | st.sampled_from([-29, -17, -3, 0, 2])),
        clip=draw(st.sampled_from([10.0, 0.0, 0.3, 1e-9, 1e9]) | st.floats(0, 20, width=32)),
        bias=draw(st.sampled_from([1 << 12, 1 << 20, (1 << 46) if wide else (1 << 31) - 1])),
    )
    shape = (steps, batches, inputs) if time_major else (batches, steps, inputs)
    return Case(model, tuple((values(rng, shape, "int16" if wide else "int8"),) for _ in range(STEPS)))


CASES = {"8x16": cases(False), "16x8": cases(True)}
SMALL = (lstm, lambda rng: lstm(rng, wide=True, zero_points=(0, 0)))


def grow(composer: Composer, x: Made) -> None:
    """Run cells over x, a batch of sequences."""
    if len(x.shape) != 3:
        return
    batches, steps, inputs = x.shape
    cells, builder = composer.random.randint(1, 5), composer.model
    hidden = composer.tensor((batches, steps, cells))

    def weights(depth: int, scale: float) -> int:
        factor = 2.0 ** composer.random.uniform(-5, 0)
        return builder.tensor(
            (cells, depth), scale=factor * _GATE_SCALE / scale, data=values(composer.values, (cells, depth))
        )

    given = [
        x.index,
        *(weights(inputs, x.scale) for _ in range(4)),
        *(weights(cells, hidden.scale) for _ in range(4)),
    ]
    given += [-1] * 3
    for _ in range(4):
        data = composer.values.integers(-3000, 3000, cells).astype(np.int32)
        given.append(builder.tensor((cells,), "int32", 1.0, data=data))
    given += [-1] * 2
    given.append(builder.tensor((batches, cells), "int8", hidden.scale, hidden.zero_point, variable=True))
    given.append(builder.tensor((batches, cells), "int16", 2.0**-11, variable=True))
    given += [-1] * 4
    options = {"fusedActivationFunction": TANH, "cellClip": 10.0, "timeMajor": composer.random.random() < 0.0}
    composer.add("UNIDIRECTIONAL_SEQUENCE_LSTM", given, hidden, options)


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


def test_every_value_of_a_gate_agrees_with_tflm() -> None:
    """Each batch has one cell, whose gates all sum to the batch's only input."""
    rng = np.random.default_rng(0)
    forms: dict[str | int, dict[str, Any]] = {12 + i: {"data": np.zeros(1, np.int64)} for i in range(4)}
    forms |= {1 + i: {"data": np.full((1, 1), int(i < 4), np.int8)} for i in range(8)}
    form = {"batches": 1 << 13, "steps": 1, "inputs": 1, "cells": 1, "wide": True, "zero_points": (0, 0)}
    model = lstm(rng, **form, scales=(0.01, 2.0**-15), factors=(1.0,) * 8, change=forms)
    for part in np.arange(-(1 << 15), 1 << 15).astype(np.int16).reshape(8, 1 << 13, 1, 1):
        agrees(model, part)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"also": (9,)}, ["peephole weights (input 9)"]),
        ({"also": (16,)}, ["a projection (input 16)"]),
        ({"also": (23,)}, ["layer normalization (input 23)"]),
        ({"activation": 1}, ["activation has the code 1"]),
        ({"diagonal": True}, ["diagonal"]),
        ({"cell_power": 3}, ["a power of two from 2^-29 to 2^2"]),
        ({"cell_power": -30}, ["a power of two"]),
        ({"change": {CELL: {"scale": 0.0005}}}, ["scale 0.0005; a power of two"]),
        ({"change": {CELL: {"scale": float(np.float32(2.0**-11 * (1 + 2**-23)))}}}, ["a power of two"]),
        ({"change": {CELL: {"zero_point": 1}}}, ["state of the cells has the zero point 1"]),
        ({"change": {CELL: {"variable": False}}}, ["must be a variable"]),
        ({"change": {HIDDEN: {"variable": False}}}, ["must be a variable"]),
        ({"change": {HIDDEN: {"type": "int16"}}}, ["hidden state is int16"]),
        ({"change": {CELL: {"type": "int8"}}}, ["state of the cells is int8"]),
        ({"change": {"output": {"scale": 0.01}}}, ["not quantized as its hidden state"]),
        ({"change": {"output": {"zero_point": 1}}}, ["not quantized as its hidden state"]),
        ({"change": {"output": {"shape": (2, 3, 5)}}}, ["[2, 3, 5]"]),
        ({"change": {"input": {"shape": (6, 5)}}}, ["[6, 5]"]),
        ({"change": {CELL: {"shape": (2, 5)}}}, ["[2, 5]"]),
        ({"change": {HIDDEN: {"shape": (8,)}}}, ["[8]"]),
        ({"change": {2: {"zero_point": 1}}}, ["weights (input 2) has the zero point 1"]),
        ({"change": {2: {"scale": [0.1] * 4}}}, ["4 scales, not 1"]),
        ({"change": {6: {"shape": (4, 5), "data": np.zeros((4, 5), np.int8)}}}, ["[4, 5]"]),
        ({"change": {13: {"type": "int64", "data": np.zeros(4, np.int64)}}}, ["bias (input 13) is int64"]),
        ({"wide": True}, ["input has the zero point 3"]),
        ({"wide": True, "zero_points": (0, 1)}, ["hidden state has the zero point 1"]),
        ({"wide": True, "zero_points": (0, 0), "factors": (256.0,) * 8}, ["2^7"]),
        (
            {"wide": True, "zero_points": (0, 0), "change": {14: {"data": np.full(4, (1 << 46) + 1, np.int64)}}},
            ["bias (input 14) holds values beyond 2^46"],
        ),
        (
            {"wide": True, "zero_points": (0, 0), "change": {14: {"data": np.full(4, -(1 << 46) - 1, np.int64)}}},
            ["bias (input 14) holds values beyond 2^46"],
        ),
        (
            {
                "wide": True,
                "zero_points": (0, 0),
                "change": {13: {"type": "int32", "data": np.zeros(4, np.int32)}},
            },
            ["bias (input 13) is int32"],
        ),
    ],
)
def test_refuses(change: dict[str, Any], words: list[str]) -> None:
    refused(lstm(np.random.default_rng(0), **change), *words)
