import numpy as np

from tinyml.run.trace import Code, Reader

# Ten halfwords from 0x100 on; a long instruction at 0x104, the marker at 0x110.
CODE = Code(0x100, np.array([2, 2, 4, 2, 2, 2, 2, 2, 2, 2]), (("run", range(0x100, 0x110)),))
MARKER = 0x110


def line(address: int) -> bytes:
    return b"Trace 0: 0x7ff754000100 [00800408/%08x/00000110/ff020201] run\n" % address


def log(*addresses: int) -> bytes:
    return b"".join(map(line, addresses))


def runs(*pieces: bytes) -> list[dict[tuple[int, int], int]]:
    reader = Reader(CODE, MARKER)
    for piece in pieces:
        reader.feed(piece)
    return [dict(trace.runs) for trace in reader.end()]


LOOP = (0x100, 0x102, 0x104, 0x100, 0x102, 0x104, 0x108, 0x10A)


def test_a_run_ends_where_the_next_instruction_is_another():
    assert runs(log(*LOOP)) == [{(0x100, 0x104): 1, (0x100, 0x10A): 1}]


def test_pieces_may_end_anywhere():
    whole = log(*LOOP)
    for cut in range(1, len(whole)):
        assert runs(whole[:cut], whole[cut:]) == runs(whole)


def test_the_marker_begins_another_trace_and_belongs_to_none():
    assert runs(log(0x100, MARKER, 0x102, 0x104), log(0x100, MARKER), log(0x108)) == [
        {(0x100, 0x100): 1},
        {(0x102, 0x104): 1, (0x100, 0x100): 1},
        {(0x108, 0x108): 1},
    ]


def test_a_block_that_was_stopped_did_not_run():
    stopped = b"Stopped execution of TB chain before 0x7ff754000100 [00000102] run\n"
    once = [{(0x100, 0x104): 1}]
    assert runs(log(0x100, 0x102) + stopped + log(0x102, 0x104)) == once
    assert runs(log(0x100, 0x102), stopped + log(0x102, 0x104)) == once


def test_code_without_some_functions():
    assert [*CODE.without([])] == [range(0x100, 0x114)]
    assert [*CODE.without([range(0x104, 0x108), range(0x100, 0x102)])] == [
        range(0x102, 0x104),
        range(0x108, 0x114),
    ]
