"""Which region each part of an image is given."""

import dataclasses
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml import board as boards
from tinyml.board import PARTS, MemoryRegion
from tinyml.errors import BoardError, InputError
from tinyml.plan import placement

KIB = 1 << 10
FLASH = MemoryRegion("flash", 0x0800_0000, 512 * KIB, "flash", wait_states=5)
SLOW = MemoryRegion("qspi", 0x9000_0000, 4096 * KIB, "flash", wait_states=20, executable=False)
MAIN = MemoryRegion("sram", 0x2000_0000, 128 * KIB, "ram", wait_states=1)
FAST = MemoryRegion("dtcm", 0x1000_0000, 64 * KIB, "ram")
BEHIND = MemoryRegion("sram2", 0x2002_0000, 16 * KIB, "ram", wait_states=1)


def board(*memory, place=None):
    known = boards.load("mps2-an386")
    return dataclasses.replace(known, memory=memory or (FLASH, MAIN, FAST, BEHIND), place=place or {})


def needs(arena=KIB, weights=KIB, stack=4 * KIB):
    return {"image": 16 * KIB, "weights": weights, "stack": stack, "statics": KIB, "arena": arena}


def test_everything_goes_to_the_main_regions_where_all_are_alike():
    alike = dataclasses.replace(MAIN, wait_states=0)
    found = placement.place(board(FLASH, alike, FAST), needs(), {})
    assert found == placement.Placement("flash", "flash", "sram", "sram", "sram")


def test_fast_memory_is_for_the_arena_first():
    found = placement.place(board(), needs(arena=62 * KIB), {})
    assert (found.arena, found.stack) == ("dtcm", "sram")
    assert placement.place(board(), needs(), {}).stack == "dtcm"


def test_what_does_not_fit_fast_memory_goes_to_slower():
    assert placement.place(board(), needs(arena=100 * KIB), {}).arena == "sram"


def test_the_stack_makes_room_for_the_arena():
    found = placement.place(board(FLASH, MAIN, dataclasses.replace(FAST, wait_states=2)), needs(126 * KIB), {})
    assert (found.arena, found.stack) == ("sram", "dtcm")


def test_the_stack_lies_where_its_guard_forbids_no_memory():
    for arena in (KIB, 127 * KIB):
        assert placement.place(board(), needs(arena=arena), {}).stack != "sram2"
    with pytest.raises(InputError, match="the stack cannot be placed in the region sram2 of mps2-an386"):
        placement.place(board(), needs(), {"stack": "sram2"})


def test_what_dma_may_read_lies_where_it_reaches():
    aside = dataclasses.replace(FAST, dma=False)
    found = placement.place(board(FLASH, aside, MAIN), needs(), {})
    assert (found.arena, found.statics) == ("dtcm", "sram")


def test_weights_that_the_flash_cannot_hold_go_to_another_one():
    assert placement.place(board(FLASH, SLOW, MAIN), needs(weights=KIB), {}).weights == "flash"
    assert placement.place(board(FLASH, SLOW, MAIN), needs(weights=600 * KIB), {}).weights == "qspi"


def test_nothing_is_placed_in_what_the_port_does_not_map():
    unmapped = dataclasses.replace(SLOW, mapped=False)
    assert placement.place(board(FLASH, unmapped, MAIN), needs(weights=600 * KIB), {}).weights == "flash"
    with pytest.raises(InputError, match="the weights cannot be placed in the region qspi"):
        placement.place(board(FLASH, unmapped, MAIN), needs(), {"weights": "qspi"})


def test_a_user_comes_before_the_board_and_the_board_before_the_plan():
    chosen = board(place={"arena": "sram", "stack": "sram"})
    found = placement.place(chosen, needs(), {"stack": "dtcm", "weights": "dtcm"})
    assert (found.arena, found.stack, found.weights) == ("sram", "dtcm", "dtcm")


@pytest.mark.parametrize(("part", "region"), [("image", "sram"), ("image", "qspi"), ("arena", "flash")])
def test_a_part_in_memory_that_cannot_hold_it_is_refused_with_what_can(part, region):
    with pytest.raises(InputError, match=f"the {part} cannot be placed in the region {region}") as refused:
        placement.place(board(FLASH, SLOW, MAIN), needs(), {part: region})
    assert {"image": "flash", "arena": "sram"}[part] in refused.value.hint


def test_an_unknown_region_is_refused_with_the_known_ones():
    with pytest.raises(BoardError, match="no memory region 'ccm'; it has flash, sram, dtcm, sram2"):
        placement.place(board(), needs(), {"arena": "ccm"})


@pytest.mark.parametrize("text", ["arena", "heap=sram", "=sram"])
def test_a_text_that_places_nothing_is_refused(text):
    with pytest.raises(InputError, match=f"the placement {text!r} is not PART=REGION"):
        placement.parse([text])


def test_a_part_placed_twice_is_refused():
    with pytest.raises(InputError, match="'arena=sram' is not PART=REGION with each part once"):
        placement.parse(["arena=dtcm", "arena=sram"])


SIZES = st.integers(0, 200).map(lambda kib: kib * KIB)


@given(arena=SIZES, weights=SIZES, stack=SIZES)
def test_a_placement_that_fits_is_found_where_there_is_one(arena, weights, stack):
    where, asked = board(), needs(arena, weights, stack)
    free = {region.name: region.free for region in where.memory}
    kinds = {region.name: region.kind for region in where.memory}

    def fits(regions):
        used = dict.fromkeys(free, 0)
        for part, region in zip(PARTS, regions, strict=True):
            used[region] += asked[part]
        return all(used[name] <= free[name] for name in free)

    ram = [name for name in free if kinds[name] == "ram"]
    guarded = [name for name in ram if name != "sram2"]
    possible = any(fits(regions) for regions in product(["flash"], ["flash"], guarded, ram, ram))
    found = placement.place(where, asked, {})
    assert fits([getattr(found, part) for part in PARTS]) == possible
