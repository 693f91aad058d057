"""Slots for models that replace the image's own while the firmware runs: where they lie, and their size."""

from dataclasses import dataclass, replace

from tinyml.board import Board, Kind, MemoryRegion
from tinyml.errors import FitError, InputError

HEADER_BYTES = 64  # tm_slot in firmware/swap/tm_slots.h
COUNT = 2
_RAM_SECTOR = 16  # what a flatbuffer's buffers are aligned to


@dataclass(frozen=True)
class Slots:
    """Two slots, one behind the other.

    Attributes:
        region: the memory region that they end.
        kind: its kind.
        start: the first one's address.
        slot_bytes: the size of each.
    """

    region: str
    kind: Kind
    start: int
    slot_bytes: int

    @property
    def model_bytes(self) -> int:
        """The most bytes that a model in a slot may have."""
        return self.slot_bytes - HEADER_BYTES


def _place(board: Board) -> tuple[MemoryRegion, int]:
    """Return the region whose end the slots take, and what the size of each is a multiple of."""
    if board.slots is not None:
        return board.region(board.slots.region), board.slots.sector
    rams = (region for region in board.memory if region.kind == "ram" and region.mapped)
    return max(rams, key=lambda region: region.free), _RAM_SECTOR


def reserve(board: Board, model_bytes: int) -> tuple[Board, Slots]:
    """Return `board` without the memory that two slots take, and the slots.

    Args:
        board: the board; its file says where slots lie, or they are in its largest RAM.
        model_bytes: the most bytes that a model may have, with its plan.

    Raises:
        InputError: that is not a positive number.
        FitError: the region is too small.
    """
    if model_bytes <= 0:
        raise InputError(f"slots for models of {model_bytes} bytes are not possible", "Give --slots a size.")
    region, sector = _place(board)
    each = -(-(HEADER_BYTES + model_bytes) // sector) * sector
    start = (region.end - COUNT * each) // sector * sector
    if start <= region.start:
        raise FitError(
            f"{COUNT} slots of {each:,} bytes do not fit {region.name} of {board.name}, which has {region.free:,}",
            "Give --slots less, the size of the largest model file, or choose a larger board.",
        )
    rest = replace(region, length=start - region.origin)
    memory = tuple(rest if other is region else other for other in board.memory)
    return replace(board, memory=memory), Slots(region.name, region.kind, start, each)
