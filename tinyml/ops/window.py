"""Windows that slide over an image: strides, dilations, padding and the output's size."""

from dataclasses import dataclass, replace

from tinyml.graph import Graph, Operator
from tinyml.ops.lowering import refuse

# No layer that fits a microcontroller asks for more; the limit keeps positions inside 32 bits in the kernels.
_MAX_SIZE = 1 << 15

_SAME, _VALID = 0, 1


@dataclass(frozen=True)
class Axis:
    """A window along one dimension of an image.

    Attributes:
        size: inputs.
        taps: taps of the filter, `dilation` inputs apart.
        stride: inputs between two positions of the window.
        output: positions of the window.
        pad: padding in front of the input; what lies behind it follows from the other figures.
    """

    size: int
    taps: int
    stride: int
    dilation: int
    output: int
    pad: int

    @property
    def padded(self) -> bool:
        """Whether a position of the window reaches beyond the input on either side."""
        return self.pad > 0 or (self.output - 1) * self.stride + (self.taps - 1) * self.dilation >= self.size


@dataclass(frozen=True)
class Window:
    """A window over an image."""

    height: Axis
    width: Axis

    @property
    def padded(self) -> bool:
        """Whether a position of the window reaches beyond the image."""
        return self.height.padded or self.width.padded

    def output_shape(self, batches: int, channels: int) -> tuple[int, int, int, int]:
        """Return the output's shape: batches, height, width, channels."""
        return (batches, self.height.output, self.width.output, channels)

    def params(self) -> dict[str, int | float]:
        """Return the fields of a kernel's struct that describe the window, but for dilations."""
        return {
            "input_height": self.height.size,
            "input_width": self.width.size,
            "filter_height": self.height.taps,
            "filter_width": self.width.taps,
            "output_height": self.height.output,
            "output_width": self.width.output,
            "stride_height": self.height.stride,
            "stride_width": self.width.stride,
            "pad_top": self.height.pad,
            "pad_left": self.width.pad,
        }

    def dilations(self) -> dict[str, int | float]:
        """Return the fields of a kernel's struct for a filter whose taps lie apart."""
        return {"dilation_height": self.height.dilation, "dilation_width": self.width.dilation}


def slide(
    graph: Graph,
    operator: Operator,
    padding: int,
    *,
    image: tuple[int, int],
    taps: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int] = (1, 1),
    around: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0)),
) -> Window:
    """Return how a window goes over an image (TFLM's ComputePaddingHeightWidth); pairs are (height, width).

    Args:
        graph: the model.
        operator: whose window it is, for the error.
        padding: the schema's code: 0 for SAME, 1 for VALID.
        image: the input's size.
        taps: the filter's size.
        strides: inputs between two positions.
        dilations: inputs between two taps.
        around: padding in front of the image and behind it, which counts as part of it for the padding's code.

    Raises:
        ModelError: a stride, dilation or filter size is impossible, or the window is larger than the input.
    """
    if padding not in (_SAME, _VALID):
        raise refuse(graph, operator, f"its padding has the code {padding}; 0 (SAME) and 1 (VALID) are allowed")
    height, width = (
        _padded(_slide(graph, operator, padding, size + sum(more), *along), size, more[0])
        for size, more, *along in zip(image, around, taps, strides, dilations, strict=True)
    )
    return Window(height, width)


def _padded(axis: Axis, size: int, before: int) -> Axis:
    """Return how the window of `axis` goes over `size` inputs, of which `before` places in front are padding."""
    return replace(axis, size=size, pad=axis.pad + before)


def _slide(
    graph: Graph, operator: Operator, padding: int, size: int, taps: int, stride: int, dilation: int
) -> Axis:
    for name, value in (("stride", stride), ("filter size", taps), ("dilation", dilation)):
        if not 1 <= value <= _MAX_SIZE:
            raise refuse(graph, operator, f"its {name} is {value}; 1 to {_MAX_SIZE} is allowed")
    span = (taps - 1) * dilation + 1
    if span > _MAX_SIZE:
        raise refuse(graph, operator, f"its dilated filter spans {span} inputs; at most {_MAX_SIZE} are allowed")
    if padding == _SAME:
        output = -(-size // stride)
        return Axis(size, taps, stride, dilation, output, max(0, (output - 1) * stride + span - size) // 2)
    if span > size:
        raise refuse(graph, operator, f"its filter spans {span} inputs of {size} without padding")
    return Axis(size, taps, stride, dilation, (size - span) // stride + 1, 0)
