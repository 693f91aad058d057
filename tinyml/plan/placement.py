"""Where the parts of an image lie: which memory region of a board holds which part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from tinyml.board import PARTS, Board, MemoryRegion
from tinyml.errors import InputError

# A part that is written lies in RAM. The image starts from flash. Weights may lie in either; to RAM they are
# copied from the image at start.
_KINDS = {"image": ("flash",), "weights": ("flash", "ram")}
_GUARD_BYTES = 1 << 16  # what the start-up code forbids below the stack; the linker script says the same


@dataclass(frozen=True)
class Placement:
    """The memory region of each part of an image, by the region's name.

    Attributes:
        image: code, read-only data and the first values of variables; it is what starts.
        weights: the model's constants.
        stack: the stack.
        statics: variables and the link's buffers.
        arena: the model's tensors.
    """

    image: str
    weights: str
    stack: str
    statics: str
    arena: str

    def parts(self, region: str) -> list[str]:
        """Return the parts that lie in `region`, in the order of the attributes."""
        return [part for part in PARTS if getattr(self, part) == region]


def parse(given: Sequence[str]) -> dict[str, str]:
    """Return the region of each part that a user places, from texts such as "arena=ccm".

    Raises:
        InputError: a text has another form, or names no part, or a part twice.
    """
    places: dict[str, str] = {}
    for text in given:
        part, equals, region = text.partition("=")
        if not equals or part not in PARTS or part in places:
            raise InputError(
                f"the placement {text!r} is not PART=REGION with each part once",
                f"Parts are {', '.join(PARTS)}; `tinyml boards NAME` shows a board's regions.",
            )
        places[part] = region
    return places


def _holds(board: Board, region: MemoryRegion, part: str) -> bool:
    if not region.mapped or region.kind not in _KINDS.get(part, ("ram",)):
        return False
    if part == "image":
        return region.executable
    if part == "statics":  # the link's buffers are among them, which a port may give to DMA
        return region.dma
    return part != "stack" or _can_be_guarded(board, region)


def _can_be_guarded(board: Board, region: MemoryRegion) -> bool:
    """Return whether no RAM lies where the guard below a stack at the region's beginning would forbid access."""
    below = range(region.start - _GUARD_BYTES, region.start)
    others = (other for other in board.memory if other.kind == "ram" and other is not region)
    return region.start % _GUARD_BYTES == 0 and not any(
        other.origin < below.stop and other.end > below.start for other in others
    )


def _candidates(board: Board, part: str, places: Mapping[str, str]) -> list[MemoryRegion]:
    if part in places:
        region = board.region(places[part])
        if not _holds(board, region, part):
            possible = ", ".join(r.name for r in board.memory if _holds(board, r, part))
            raise InputError(
                f"the {part} cannot be placed in the region {region.name} of {board.name}",
                f"It can be in {possible}.",
            )
        return [region]
    found = [region for region in board.memory if _holds(board, region, part)]
    if part == "weights":  # copying them to RAM costs RAM, so that only a user asks for it
        found = [region for region in found if region.kind == "flash"]
    return found


def _excess(needs: Mapping[str, int], regions: Sequence[MemoryRegion]) -> int:
    """Return by how many bytes the parts, each in the region of its place in PARTS, are too many in all."""
    used: dict[str, int] = {}
    for part, region in zip(PARTS, regions, strict=True):
        used[region.name] = used.get(region.name, 0) + needs.get(part, 0)
    free = {region.name: region.free for region in regions}
    return sum(max(0, size - free[name]) for name, size in used.items())


def place(board: Board, needs: Mapping[str, int], given: Mapping[str, str]) -> Placement:
    """Return the best placement: one that fits, fast memory first, and the main regions among equals.

    Args:
        board: its regions.
        needs: the bytes of each of PARTS; 0 where one is missing.
        given: regions that the user chose; they come before those that the board's file chooses.

    Returns:
        The placement. Where none fits, the one that lacks the fewest bytes; `budget` says which.

    Raises:
        InputError, BoardError: a part is given a region that cannot hold it, or that the board does not have.
    """
    places = {**board.place, **given}
    order = {region.name: index for index, region in enumerate(board.memory)}
    speed = ("arena", "weights", "stack", "statics", "image")  # whose speed counts most comes first

    def cost(regions: Sequence[MemoryRegion]) -> tuple[int, ...]:
        at = dict(zip(PARTS, regions, strict=True))
        waits = (at[part].wait_states for part in speed)
        return (_excess(needs, regions), *waits, *(order[at[part].name] for part in PARTS))

    best = min(product(*(_candidates(board, part, places) for part in PARTS)), key=cost)
    return Placement(**{part: region.name for part, region in zip(PARTS, best, strict=True)})
