"""Composed models: random graphs of 3 to 12 operators, with branches.

What one operator's tests cannot see shows here: tensors that live side by side, lie upon each other or are read
again later. Each operator's test file says how it is added (`grow`; see tests/ops/twins.py).
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.tflite import Builder
from tinyml.plan import END_TYPES

MOST_ELEMENTS = 1500  # of a tensor
_NARROWING = ("MEAN", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RELU", "RESHAPE", "LOGISTIC")
# Renaming and writing in place are what lifetimes go wrong with, so they come more often.
_FREQUENT = ("RESHAPE", "RESHAPE", "RELU")
# What is computed row by row, and a few operators between them that are not.
_IMAGE_STEPS = (*("CONV_2D", "DEPTHWISE_CONV_2D", "ADD") * 4, "SUB", "MUL", "RELU", "AVERAGE_POOL_2D")
_IMAGE_ENDS = ("AVERAGE_POOL_2D", "MEAN", "MAX_POOL_2D", "RESHAPE", "RELU")
_IMAGES = ((1, 19, 3, 1), (1, 18, 4, 4), (1, 24, 3, 8), (1, 17, 7, 3), (1, 32, 2, 4))


@dataclass(frozen=True)
class Made:
    """A tensor of the model under construction, quantized as a whole."""

    index: int
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    type: str = "int8"


@dataclass(frozen=True)
class Step:
    """How an operator is added to a tensor of one of the types `on`."""

    grow: Callable[["Composer", Made], None]
    on: tuple[str, ...]


class Composer:
    """Draws a model operator by operator; an operator that cannot take the drawn tensor adds nothing.

    Attributes:
        random: what is drawn from; numbers that only fill tensors come from `values`.
        model: the model under construction.
        channels: how many channels a convolution may have.
    """

    channels: Sequence[int] = range(1, 7)

    def __init__(self, source: random.Random, steps: Mapping[str, Step]) -> None:
        """Draw from `source`, the operators from `steps` by name."""
        self.random = source
        self.values = np.random.default_rng(source.getrandbits(32))
        self.model = Builder()
        self._steps = steps
        self._made: list[Made] = []
        self._operators = 0
        self._computes = False

    def build(self) -> bytes:
        """Return the file of a model of 3 to 12 operators; every third is mostly a chain to smaller tensors."""
        narrowing = self.random.randrange(3) == 2
        inputs = [self._input() for _ in range(self.random.choice([1, 1, 2, 3]))]
        given = len(self._made)
        most = self.random.randint(3, 11)
        names = _NARROWING if narrowing else (*self._steps, *_FREQUENT)
        while self._operators < most or not self._computes:  # RESHAPE alone is refused: it computes nothing
            x = self._made[-1] if narrowing and self.random.random() < 0.7 else self.pick()
            # First the tensor, then an operator that takes its type: tensors of bool or int16 are seldom made, and
            # would else seldom be read by the few operators that take them.
            if taking := [name for name in names if x.type in self._steps[name].on]:
                self._steps[self.random.choice(taking)].grow(self, x)
        ends = [t for t in self._made[given:] if t.type in END_TYPES]
        read_too = [t.index for t in ends[:-1] if self.random.random() < 0.15]
        outputs = [*read_too, self._output(ends[-1])]
        self.random.shuffle(outputs)
        return self.model.build(inputs, outputs)

    def _input(self) -> int:
        shape = self.random.choice([(1, 12), (1, 5, 4, 3), (1, 6, 6, 2), (2, 4, 4, 4), (2, 3, 4)])
        tensor = self.tensor(shape)
        self._made.append(tensor)
        if self.random.random() < 0.7:
            return tensor.index
        real = self.model.tensor(shape, "float32")
        self.model.operator("QUANTIZE", [real], [tensor.index])
        self._operators += 1
        return real

    def _output(self, last: Made) -> int:
        if last.type not in ("int8", "int16") or self.random.random() < 0.7:
            return last.index
        real = self.model.tensor(last.shape, "float32")
        self.model.operator("DEQUANTIZE", [last.index], [real])
        return real

    def pick(self, fits: Callable[[Made], bool] = lambda t: True) -> Made:
        """Return a tensor that `fits`, mostly one of the last."""
        # Hardly an operator takes int16 with a zero point, as SOFTMAX makes it of int8: it ends a branch.
        found = [t for t in self._made if fits(t) and (t.type != "int16" or t.zero_point == 0)]
        return self.random.choice(found[-3:] if self.random.random() < 0.6 else found)

    def tensor(self, shape: Sequence[int], like: Made | None = None, type: str = "int8") -> Made:
        """Add a tensor with the type and quantization of `like`, or of `type` (int8, int16) with a drawn one."""
        scale = float(np.float32(2 ** self.random.uniform(-7, -1)))
        zero_point = self.random.choice([-128, 127, 0, self.random.randint(-128, 127)])
        if like is not None:
            return self.quantized(shape, like.scale, like.zero_point, like.type)
        return self.quantized(shape, scale, zero_point if type == "int8" else 0, type)

    def quantized(self, shape: Sequence[int], scale: float, zero_point: int, type: str = "int8") -> Made:
        """Add a tensor whose quantization an operator prescribes."""
        index = self.model.tensor(shape, type, scale, zero_point)
        return Made(index, tuple(shape), scale, zero_point, type)

    def plain(self, shape: Sequence[int], type: str) -> Made:
        """Add a tensor that is not quantized."""
        return Made(self.model.tensor(shape, type), tuple(shape), 1.0, 0, type)

    def int32s(self, values: object) -> int:
        """Add a constant, such as a shape or axes."""
        array = np.array(values, np.int32)
        return self.model.tensor(array.shape, "int32", data=array)

    def add(
        self, name: str, inputs: list[int], output: Made | list[Made], options: dict[str, object] | None = None
    ) -> None:
        """Add an operator that computes `output`, one tensor or several."""
        outputs = output if isinstance(output, list) else [output]
        self.model.operator(name, inputs, [made.index for made in outputs], options)
        self._made += outputs
        self._operators += 1
        self._computes |= name != "RESHAPE"

    def filter(self, x: Made, shape: Sequence[int], axis: int) -> list[int]:
        """Add a filter and a bias for the input `x`, quantized for each index of `axis`."""
        scales = [float(np.float32(2 ** self.random.uniform(-9, -4))) for _ in range(shape[axis])]
        data = self.values.integers(-127, 128, shape).astype(np.int8)
        bias = self.values.integers(-3000, 3000, shape[axis]).astype(np.int32)
        products = [float(np.float32(x.scale * s)) for s in scales]
        return [
            self.model.tensor(shape, scale=scales, axis=axis, data=data),
            self.model.tensor([shape[axis]], "int32", scale=products, data=bias),
        ]

    def window(self, x: Made) -> tuple[tuple[int, int], tuple[int, int], dict[str, object]] | None:
        """Return taps, the output's height and width, and options of a window over `x`, if there is one."""
        if len(x.shape) != 4:
            return None
        taps = (self.random.randint(1, 3), self.random.randint(1, 3))
        strides = [self.random.choice([1, 1, 2])] * 2
        valid = self.random.random() < 0.5
        image = [n - t + 1 if valid else n for n, t in zip(x.shape[1:3], taps, strict=True)]
        if min(image) < 1:
            return None
        height, width = (-(-n // s) for n, s in zip(image, strides, strict=True))
        options = {"padding": int(valid), "strideH": strides[0], "strideW": strides[1]}
        return taps, (height, width), options | {"fusedActivationFunction": self.random.choice([0, 0, 1, 3])}


class ImageComposer(Composer):
    """Draws models of layers on images, of the kinds that can compute their rows in turn."""

    channels = (1, 3, 4, 4, 8, 12, 16)

    def build(self) -> bytes:
        """Return the file of a model of 3 to 12 operators; most lead on from the last tensor, some branch."""
        first = self.tensor(self.random.choice(_IMAGES))
        self._made.append(first)
        most = self.random.randint(2, 11)
        while self._operators < most:
            x = self._made[-1] if self.random.random() < 0.8 else self.pick()
            self._steps[self.random.choice(_IMAGE_STEPS)].grow(self, x)
            if max(self._made[-1].shape[1:3]) < 4:  # too small for more
                break
        if self.random.random() < 0.4:
            self._average(self._made[-1])
        else:
            self._steps[self.random.choice(_IMAGE_ENDS)].grow(self, self._made[-1])
        also = [t.index for t in self._made[1:-1] if self.random.random() < 0.02]
        return self.model.build([first.index], [*also, self._made[-1].index])

    def _average(self, x: Made) -> None:
        """Add the average of the whole image."""
        _, height, width, channels = x.shape
        options = {"padding": 1, "strideH": 1, "strideW": 1, "filterHeight": height, "filterWidth": width}
        self.add("AVERAGE_POOL_2D", [x.index], self.tensor((1, 1, 1, channels), like=x), options)

    def window(self, x: Made) -> tuple[tuple[int, int], tuple[int, int], dict[str, object]] | None:
        """Return a window that mostly keeps the image as large as it is."""
        found = super().window(x)
        if found is None or self.random.random() < 0.3:
            return found
        taps, _, options = found
        return taps, (x.shape[1], x.shape[2]), options | {"padding": 0, "strideH": 1, "strideW": 1}
