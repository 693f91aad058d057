"""Schedules of depthwise rows: carried out on numbers, they are the convolution."""

import random

import numpy as np
import pytest

from tinyml.emit.depthwise_taps import Row, Strip, passes, strips


def drawn(seed: int) -> Row:
    rng = random.Random(seed)
    taps, dilation, stride = rng.randint(1, 6), rng.choice([1, 1, 2, 3]), rng.randint(1, 3)
    span = (taps - 1) * dilation + 1
    pad = rng.randint(0, span - 1)
    width = rng.randint(max(1, span - 2 * pad), 20)
    outputs = (width + 2 * pad - span) // stride + 1
    return Row(rng.randint(1, 5), taps, stride, dilation, pad, width, 1, outputs, rng.randint(-128, 127), True)


def halves(word, weights):
    return [0 if tap is None else weights[tap] for tap in word]


def carried_out(row: Row, of, strip: Strip, inputs, weights) -> list[int]:
    sums = [0] * strip.outputs

    def add(steps, pair, words):
        for step in steps:
            factors = halves(words[step.word], weights)
            if step.operation == "smlad":
                sums[step.output] += pair[0] * factors[0] + pair[1] * factors[1]
            else:
                x, y = ("bt".index(half) for half in step.operation.removeprefix("smla"))
                sums[step.output] += pair[x] * factors[y]

    for part, padding, columns in zip(of, strip.padding, strip.columns, strict=True):
        add(padding, [row.zero_point] * 2, part.words)
        for column in columns:
            places = [strip.anchor + place for place in column.places]
            if len(part.rows) == 2:
                pair = [inputs[y, places[0]] for y in part.rows]
            else:
                pair = [inputs[part.rows[0], x] for x in places] + [None] * (2 - len(places))
            add(column.steps, pair, part.words)
    return sums


@pytest.mark.parametrize("seed", range(150))
def test_a_schedule_is_the_convolution(seed):
    row = drawn(seed)
    rng = np.random.default_rng(seed)
    inputs = rng.integers(-128, 128, (row.rows, row.width))
    weights = rng.integers(-128, 128, (row.rows, row.taps))
    outputs = random.Random(seed).randint(1, 7)
    limits = random.Random(seed).randint(1, 5), random.Random(seed + 1).randint(1, 6)
    of = passes(row, outputs, *limits, compact=seed % 3 == 0)
    span = (row.taps - 1) * row.dilation + 1
    padded = np.full((row.rows, row.pad + row.width + span), row.zero_point)
    padded[:, row.pad : row.pad + row.width] = inputs
    for strip in strips(row, outputs, of):
        found = carried_out(row, of, strip, inputs, weights)
        for i, value in enumerate(found):
            begin = (strip.first + i) * row.stride
            window = padded[:, begin : begin + span : row.dilation]
            assert value == (window * weights).sum()
        assert sorted(strip.order) == list(range(strip.outputs))


def test_a_3x3_window_takes_five_or_six_steps_an_output():
    row = Row(3, 3, 1, 1, 1, 50, 1, 50, 0, True)
    of = passes(row, 5, 3, 4)
    assert [len(part.words) for part in of] == [3, 2]
    inner = strips(row, 5, of)[1]
    assert sum(len(column.steps) for columns in inner.columns for column in columns) == 5 * 5
    assert not any(inner.padding)


def test_a_compact_schedule_has_each_weight_once():
    row = Row(3, 3, 1, 1, 1, 50, 1, 50, 0, True)
    words = passes(row, 5, 3, 4, compact=True)[-1].words
    assert words == (((2, 0), (2, 1)), ((2, 2), None))
