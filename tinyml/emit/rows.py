"""A kernel that computes one row of a layer's output, and the rows that it is called for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.emit.listing import Listing

Writer = Callable[[Listing], None]


@dataclass(frozen=True)
class Line:
    """One of the row pointers that a kernel is called with.

    For row y of the output, it points to row y * stride + first of its array, and is null outside.

    Attributes:
        pointer: which of the kernel call's pointers the array is.
        stride, first: see above.
        height: rows of the array, of one image.
        row_bytes: from one row to the next.
    """

    pointer: int
    stride: int
    first: int
    height: int
    row_bytes: int

    @property
    def image_bytes(self) -> int:
        """From one image of a batch to the next; 0 for what is the same for all rows."""
        return self.height * self.row_bytes if self.stride else 0


@dataclass(frozen=True, eq=False)
class RowKernel:
    """A function `void NAME(const int8_t *const rows[], int8_t *output, void *scratch, const void *constants)`.

    Attributes:
        write: writes it.
        lines: the row pointers.
        output: which of the kernel call's pointers is the output.
        output_rows: of one image.
        output_row_bytes: from one row to the next.
        batches: images.
        constants: what the last argument points to.
        scratch_bytes: bytes at a multiple of 4 that one call may write.
    """

    write: Writer
    lines: tuple[Line, ...]
    output: int
    output_rows: int
    output_row_bytes: int
    batches: int
    constants: npt.NDArray[np.int32]
    scratch_bytes: int = 0


def window_lines(params: dict[str, int], channels: int) -> tuple[Line, ...]:
    """Return the rows under a window that goes over the input, which is the first of the call's pointers.

    Args:
        params: the kernel's.
        channels: of the input.
    """
    dilation = params.get("dilation_height", 1)
    return tuple(
        Line(
            0,
            params["stride_height"],
            y * dilation - params["pad_top"],
            params["input_height"],
            params["input_width"] * channels,
        )
        for y in range(params["filter_height"])
    )


def leaves(lines: tuple[Line, ...], output_rows: int) -> bool:
    """Return whether a line is outside its array for some row of the output."""
    return any(line.first < 0 or (output_rows - 1) * line.stride + line.first >= line.height for line in lines)
