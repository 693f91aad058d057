"""Layers that take turns: the order, the rows that are kept, and that nothing is overwritten before it is read."""

import random

import pytest

from tests.exactness import drawing
from tinyml import board as boards
from tinyml import graph
from tinyml import plan as plans
from tinyml.emit import specialise
from tinyml.ops import lower
from tinyml.plan import Layer, Plan
from tinyml.plan.rows import Function, RowKernel, Source
from tinyml.plan.streaming import first_needed, last_needed, roots_of, schedule

FUNCTION = Function("f", (), ())


def kernel(output: int, height: int, *sources: Source, row_bytes: int = 8, **facts) -> RowKernel:
    return RowKernel(FUNCTION, 1, height, row_bytes, sources, output, **facts)


def turns(*kernels: RowKernel):
    tensors = {k.output for k in kernels} | {s.tensor for k in kernels for s in k.sources}
    return schedule(kernels, {t: t for t in tensors})


def test_a_window_of_three_rows_keeps_three():
    made = turns(kernel(1, 6, Source(0, 6, 8)), kernel(2, 6, Source(1, 6, 8, taps=3, pad=1)))
    assert made.steps == (0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1)
    assert made.rings[1] == 3


def test_rows_that_nobody_needs_are_made_too():
    made = turns(kernel(1, 6, Source(0, 6, 8)), kernel(2, 3, Source(1, 6, 8, stride=2)))
    assert made.steps == (0, 1, 0, 0, 1, 0, 0, 1, 0)
    assert made.rings[1] == 1


def test_a_branch_keeps_its_rows_until_the_other_one_has_come_as_far():
    made = turns(
        kernel(1, 8, Source(0, 8, 8)),
        kernel(2, 8, Source(1, 8, 8, taps=3, pad=1)),
        kernel(3, 8, Source(2, 8, 8, taps=3, pad=1)),
        kernel(4, 8, Source(1, 8, 8), Source(3, 8, 8)),
    )
    assert (made.rings[1], made.rings[2], made.rings[3]) == (3, 3, 1)


def test_a_kernel_that_works_in_place_shares_the_rows_of_its_input():
    made = turns(
        kernel(1, 8, Source(0, 8, 8)),
        kernel(2, 8, Source(1, 8, 8), in_place=(1,)),
        kernel(3, 8, Source(2, 8, 8, taps=3, pad=1)),
    )
    assert made.homes == {1: 2}
    assert made.rings[1] == made.rings[2] == 3


def test_an_input_that_is_read_twice_is_not_written_over():
    made = turns(
        kernel(1, 8, Source(0, 8, 8)),
        kernel(2, 8, Source(1, 8, 8), in_place=(1,)),
        kernel(3, 8, Source(2, 8, 8), Source(1, 8, 8)),
    )
    assert made.homes == {}


def test_sums_take_each_row_as_it_comes():
    made = turns(kernel(1, 4, Source(0, 4, 8)), kernel(2, 1, Source(1, 4, 8), repeats=4))
    assert made.steps == (0, 1) * 4
    assert made.rings[1] == 1


def test_other_rows_wait_for_the_whole_tensor():
    made = turns(kernel(1, 4, Source(0, 4, 8)), kernel(2, 1, Source(1, 1, 32)))
    assert made.steps == (0, 0, 0, 0, 1)


@pytest.mark.parametrize(("taps", "lag"), [(1, 8), (3, 16), (5, 24)])
def test_an_output_stays_behind_the_rows_that_its_windows_still_read(taps, lag):
    assert turns(kernel(1, 9, Source(0, 9, 8, taps=taps, pad=taps // 2))).lags == {0: lag}


def test_rows_in_the_padding_are_not_needed():
    source = Source(0, 5, 8, taps=3, stride=2, dilation=2, pad=4)
    assert [first_needed(source, call) for call in range(6)] == [0, 0, 0, 2, 4, 5]
    assert [last_needed(source, call) for call in range(5)] == [0, 2, 4, 4, 4]


class Arena:
    """The bytes of an arena, each with what was written there last."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.roots = roots_of(plan.graph, lower(plan.graph))
        self.bytes: list[object] = [None] * plan.memory.arena_bytes
        for tensor in plan.graph.inputs:
            self._write(plan.memory.offsets[tensor], plan.graph.tensors[tensor].nbytes, (self.roots[tensor], 0))

    def _write(self, first: int, count: int, what: tuple[object, int]) -> None:
        root, start = what
        for i in range(count):
            self.bytes[first + i] = (root, start + i)

    def read(self, tensor: int, row: int, row_bytes: int, kept: int | None) -> None:
        first = self.plan.memory.offsets[tensor] + (row if kept is None else row % kept) * row_bytes
        root, start = self.roots[tensor], row * row_bytes
        for i in range(row_bytes):
            assert self.bytes[first + i] == (root, start + i), (self.plan.graph.tensors[tensor].name, row, i)

    def call(self, part: Layer, call: int, rings, scratch: int | None) -> None:
        """Read, spoil the scratch and write as one call of a row kernel does, in the worst order."""
        kernel = part.rows
        assert kernel is not None
        for source in kernel.sources:
            for tap in range(source.taps):
                row = call * source.stride - source.pad + tap * source.dilation
                if 0 <= row < source.height:
                    self.read(source.tensor, row, source.row_bytes, rings.get(source.tensor))
        row = call // kernel.repeats
        if kernel.state_bytes:
            assert scratch is not None
            if call:
                expected = [("sums", part.index, call - 1, i) for i in range(kernel.state_bytes)]
                assert self.bytes[scratch : scratch + kernel.state_bytes] == expected
            for i in range(kernel.state_bytes):
                self.bytes[scratch + i] = ("sums", part.index, call, i)
        if scratch is not None:
            for i in range(kernel.state_bytes, kernel.scratch_bytes):
                self.bytes[scratch + i] = "scratch"
        kept = rings.get(kernel.output)
        first = self.plan.memory.offsets[kernel.output] + (row if kept is None else row % kept) * kernel.row_bytes
        self._write(first, kernel.row_bytes, (self.roots[kernel.output], row * kernel.row_bytes))

    def run(self, layer: Layer) -> None:
        scratch = self.plan.memory.scratch.get(layer.index)
        if layer.stream is not None:
            stream, calls = layer.stream, [0] * len(layer.stream.parts)
            for k in stream.steps:
                place = None if scratch is None else scratch + stream.scratch[k]
                self.call(stream.parts[k], calls[k], stream.rings, place)
                calls[k] += 1
            assert calls == [part.rows.calls for part in stream.parts if part.rows]
        elif layer.rows is not None:
            for call in range(layer.rows.calls * layer.rows.images):
                self.call(layer, call, {}, scratch)
        else:
            tensors = self.plan.graph.tensors
            for tensor in layer.operator.inputs:
                if tensor != -1 and not tensors[tensor].is_constant:
                    self.read(tensor, 0, tensors[tensor].nbytes, None)
            for tensor in layer.operator.outputs:
                self._write(self.plan.memory.offsets[tensor], tensors[tensor].nbytes, (self.roots[tensor], 0))


SEEDS = range(40)


def planned(seed: int) -> Plan:
    case = drawing.image_case(random.Random(seed))
    return specialise(plans.make(graph.read(case.model)), boards.load("mps2-an386"))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_is_what_was_written_there(seed):
    plan = planned(seed)
    if any(layer.rows and layer.rows.images > 1 for layer in plan.layers):
        pytest.skip("batches are not simulated")
    arena = Arena(plan)
    for layer in plan.layers:
        arena.run(layer)
    for tensor in plan.graph.outputs:
        arena.read(tensor, 0, plan.graph.tensors[tensor].nbytes, None)


def test_models_of_images_stream_branch_and_sum():
    streams = [layer.stream for seed in SEEDS for layer in planned(seed).layers if layer.stream]
    assert len(streams) > len(SEEDS) / 4
    assert any(stream.homes for stream in streams)
    assert any(stream.state_bytes for stream in streams)
    assert any(rows > 1 for stream in streams for rows in stream.rings.values())
    assert any(len({p.rows.sources[0].tensor for p in stream.parts}) < len(stream.parts) for stream in streams)


@pytest.mark.parametrize("seed", SEEDS)
def test_streaming_never_takes_more_than_whole_tensors(seed):
    case = drawing.image_case(random.Random(seed))
    plan = plans.make(graph.read(case.model))
    board = boards.load("mps2-an386")
    streamed, whole = (specialise(plan, board, arrangement=way).memory for way in plans.ARRANGEMENTS)
    assert streamed.bound <= streamed.arena_bytes <= whole.arena_bytes
