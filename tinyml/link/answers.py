"""What a device answers, as values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hello:
    """What a device says about itself.

    Attributes:
        build_id: the beginning of the hash of the project's files.
        layer_count, input_count, output_count: of its model.
        arena_bytes: of its model.
        clock_hz: of its core, as it could set it up.
        crashed: whether it keeps the report of a crash that nobody has read.
        model_sha256: the 32 bytes of the hash of its `model.tflite`.
        firmware_version: the version of tinyml that generated it.
    """

    build_id: int
    layer_count: int
    input_count: int
    output_count: int
    arena_bytes: int
    clock_hz: int
    crashed: bool
    model_sha256: bytes
    firmware_version: str


@dataclass(frozen=True)
class Count:
    """How far the device's counter ran during a piece of work, with all that counting costs.

    Attributes:
        start: the counter at the beginning, modulo 2**32.
        ticks: by how much it grew, modulo 2**32.
        stack_bytes: of a run of the model, how much of the stack was used in it, the link's part included.
    """

    start: int
    ticks: int
    stack_bytes: int = 0


@dataclass(frozen=True)
class LayerRun:
    """A layer that ran by itself.

    Attributes:
        count: its ticks.
        digest: the CRC-32 of its output, right after it ran.
        size: its output's bytes.
    """

    count: Count
    digest: int
    size: int


@dataclass(frozen=True)
class Fed:
    """A frame of the answer to a feed.

    Attributes:
        sequence: the feed's.
        last: whether the answer ends with it.
        position: how many bytes of outputs, modulo 2**32, the stream had before these.
        data: bytes of outputs.
    """

    sequence: int
    last: bool
    position: int
    data: bytes


@dataclass(frozen=True)
class Slots:
    """The device's slots for models.

    Attributes:
        model_bytes: the most bytes that a model in a slot may have.
        arena_bytes: of the arena that every model must do with.
        sequence: the number of the swap that brought the model that a start loads; 0 for the image's own.
    """

    model_bytes: int
    arena_bytes: int
    sequence: int


@dataclass(frozen=True)
class Marks:
    """The device's memory marks.

    Attributes:
        stack_size: the stack's size in bytes.
        stack_bytes: the most of it that was ever used.
        guard_before, guard_after: whether the bytes right before and after the arena are as they were painted.
    """

    stack_size: int
    stack_bytes: int
    guard_before: bool
    guard_after: bool
