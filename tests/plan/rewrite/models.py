"""Small convolutions and dense layers for models that are to be rewritten."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.tflite import Builder

SAME, VALID = 0, 1
NONE, RELU, RELU_N1_TO_1, RELU6 = 0, 1, 2, 3


class Layers:
    """A model made layer by layer; weights are drawn, and may be changed before they are added."""

    def __init__(self, shape: Sequence[int], scale: float = 0.05, zero_point: int = 3) -> None:
        self.rng = np.random.default_rng(7)
        self.model = Builder()
        self.quantization: dict[int, tuple[float, int]] = {}
        self.shapes: dict[int, tuple[int, ...]] = {}
        self.input = self.tensor(shape, scale, zero_point)

    def tensor(self, shape: Sequence[int], scale: float, zero_point: int) -> int:
        index = self.model.tensor(shape, scale=scale, zero_point=zero_point)
        self.quantization[index] = (scale, zero_point)
        self.shapes[index] = tuple(shape)
        return index

    def weights(self, shape: Sequence[int]) -> np.ndarray:
        return self.rng.integers(-127, 128, shape).astype(np.int8)

    def int32(self, values: object) -> int:
        array = np.array(values, np.int32)
        return self.model.tensor(array.shape, "int32", data=array)

    def apply(
        self,
        name: str,
        x: int,
        output: tuple[Sequence[int], float, int] | None = None,
        options: dict[str, Any] | None = None,
        more: Sequence[int] = (),
    ) -> int:
        """Add an operator of `x` and more inputs; its output is like `x` where no other is given."""
        shape, scale, zero_point = output or (self.shapes[x], *self.quantization[x])
        y = self.tensor(shape, scale, zero_point)
        self.model.operator(name, [x, *more], [y], options)
        return y

    def pad(self, x: int, *paddings: tuple[int, int], **output: Any) -> int:
        """Add a PAD."""
        shape = [n + sum(around) for n, around in zip(self.shapes[x], paddings, strict=True)]
        scale, zero_point = self.quantization[x]
        to = (shape, output.get("scale", scale), output.get("zero_point", zero_point))
        return self.apply("PAD", x, to, {}, [self.int32(paddings)])

    def _layer(
        self,
        name: str,
        x: int,
        weights: np.ndarray,
        bias: object,
        axis: int,
        shape: Sequence[int],
        options: Any,
        to: Any,
    ) -> int:
        scales = [0.002 * (1 + i % 5) for i in range(weights.shape[axis])]
        filters = self.model.tensor(weights.shape, scale=scales, axis=axis, data=weights)
        more = [filters]
        if bias is not None:
            products = [self.quantization[x][0] * scale for scale in scales]
            values = np.array(bias, np.int32)
            more.append(self.model.tensor(values.shape, "int32", scale=products, data=values))
        return self.apply(name, x, (shape, *to), options, more)

    def conv(
        self,
        x: int,
        weights: np.ndarray,
        bias: object = None,
        padding: int = VALID,
        stride: int = 1,
        activation: int = NONE,
        to: tuple[float, int] = (0.1, -128),
        dilation: int = 1,
        depthwise: bool = False,
    ) -> int:
        """Add a CONV_2D, or a DEPTHWISE_CONV_2D with a multiplier of 1."""
        axis = 3 if depthwise else 0
        size = [
            -(-n // stride) if padding == SAME else (n - (k - 1) * dilation - 1) // stride + 1
            for n, k in zip(self.shapes[x][1:3], weights.shape[1:3], strict=True)
        ]
        options = {"padding": padding, "strideW": stride, "strideH": stride, "fusedActivationFunction": activation}
        options |= {"dilationWFactor": dilation, "dilationHFactor": dilation}
        if depthwise:
            options["depthMultiplier"] = 1
        name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        shape = (self.shapes[x][0], *size, weights.shape[axis])
        return self._layer(name, x, weights, bias, axis, shape, options, to)

    def dense(
        self,
        x: int,
        weights: np.ndarray,
        bias: object = None,
        activation: int = NONE,
        to: tuple[float, int] = (0.1, -128),
    ) -> int:
        """Add a FULLY_CONNECTED."""
        rows = int(np.prod(self.shapes[x])) // weights.shape[1]
        options = {"fusedActivationFunction": activation}
        return self._layer("FULLY_CONNECTED", x, weights, bias, 0, (rows, weights.shape[0]), options, to)

    def reshape(self, x: int, shape: Sequence[int]) -> int:
        """Add a RESHAPE."""
        to = (shape, *self.quantization[x])
        return self.apply("RESHAPE", x, to, {"newShape": list(shape)}, [self.int32(shape)])

    def build(self, *outputs: int) -> bytes:
        """Return the model's file."""
        return self.model.build([self.input], outputs)
