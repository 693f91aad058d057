"""One model of layers that stand for the families of kernels and the shapes they take, for what each costs."""

from collections.abc import Sequence

import numpy as np

from tests.tflite import Builder

SAME, RELU = 0, 1


class Grid:
    """A model of independent layers, each with an input and an output of its own.

    Attributes:
        names: what each layer stands for, in order.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self._rng = np.random.default_rng(1)
        self._model = Builder()
        self._inputs: list[int] = []
        self._outputs: list[int] = []

    def build(self) -> bytes:
        """Return the model's file."""
        return self._model.build(self._inputs, self._outputs)

    def input(self, shape: Sequence[int]) -> int:
        """Add an input."""
        self._inputs.append(self._model.tensor(shape, scale=0.05, zero_point=-128))
        return self._inputs[-1]

    def layer(
        self, name: str, operator: str, inputs: Sequence[int], shape: Sequence[int], scale=0.08, **options: int
    ) -> None:
        """Add a layer and its output, called `name`."""
        self._outputs.append(self._model.tensor(shape, scale=scale, zero_point=-128))
        self._model.operator(operator, inputs, self._outputs[-1:], options or None)
        self.names.append(name)

    def weighted(self, name: str, operator: str, source: int, filters: Sequence[int], axis: int, shape, **options):
        """Add a layer with weights of the shape `filters` and a scale for each index along `axis`."""
        count, terms = filters[axis], int(np.prod(filters)) // filters[axis]
        scales = 0.02 * self._rng.uniform(0.3, 1, count)
        data = self._rng.integers(-127, 128, filters).astype(np.int8)
        weights = self._model.tensor(filters, scale=scales, zero_point=[0] * count, axis=axis, data=data)
        biases = self._rng.integers(-4000, 4000, count).astype(np.int32)
        bias = self._model.tensor((count,), "int32", scale=0.05 * scales, zero_point=[0] * count, data=biases)
        scale = 0.05 * np.sqrt(terms) * 0.5
        self.layer(name, operator, [source, weights, bias], shape, scale, fusedActivationFunction=RELU, **options)

    def conv2d(self, image: Sequence[int], channels: int, taps: tuple[int, int], stride: int = 1) -> None:
        """Add a CONV_2D of an image [height, width, channels]."""
        height, width = (-(-size // stride) for size in image[:2])
        name = f"conv2d {taps[0]}x{taps[1]}x{image[2]} to {channels}, stride {stride}"
        self.weighted(
            f"{name}, {image[0]}x{image[1]}",
            "CONV_2D",
            self.input([1, *image]),
            (channels, *taps, image[2]),
            0,
            [1, height, width, channels],
            padding=SAME,
            strideW=stride,
            strideH=stride,
        )

    def depthwise(self, image: Sequence[int], taps: tuple[int, int], stride: int = 1, dilation: int = 1) -> None:
        """Add a DEPTHWISE_CONV_2D of an image [height, width, channels]."""
        height, width = (-(-size // stride) for size in image[:2])
        name = f"depthwise {taps[0]}x{taps[1]}, stride {stride}, dilation {dilation}"
        self.weighted(
            f"{name}, {image[0]}x{image[1]}x{image[2]}",
            "DEPTHWISE_CONV_2D",
            self.input([1, *image]),
            (1, *taps, image[2]),
            3,
            [1, height, width, image[2]],
            padding=SAME,
            strideW=stride,
            strideH=stride,
            depthMultiplier=1,
            dilationWFactor=dilation,
            dilationHFactor=dilation if taps[0] > 1 else 1,
        )

    def dense(self, inputs: int, outputs: int) -> None:
        """Add a FULLY_CONNECTED of one row."""
        source = self.input([1, inputs])
        filters = (outputs, inputs)
        data = self._rng.integers(-127, 128, filters).astype(np.int8)
        weights = self._model.tensor(filters, scale=0.01, data=data)
        biases = self._rng.integers(-4000, 4000, outputs).astype(np.int32)
        bias = self._model.tensor((outputs,), "int32", scale=0.0005, data=biases)
        self.layer(
            f"dense {inputs} to {outputs}",
            "FULLY_CONNECTED",
            [source, weights, bias],
            [1, outputs],
            fusedActivationFunction=RELU,
        )

    def binary(self, operator: str, first: Sequence[int], second: Sequence[int]) -> None:
        """Add an operator of two inputs."""
        name = f"{operator.lower()} {'x'.join(map(str, first[1:]))} and {'x'.join(map(str, second[1:]))}"
        self.layer(name, operator, [self.input(first), self.input(second)], first, fusedActivationFunction=0)

    def pool(self, operator: str, image: Sequence[int], taps: int) -> None:
        """Add a pool with windows beside each other; windows divide the image."""
        options = {"padding": 1, "strideW": taps, "strideH": taps, "filterWidth": taps, "filterHeight": taps}
        height, width, channels = image
        self._outputs.append(
            self._model.tensor([1, height // taps, width // taps, channels], scale=0.05, zero_point=-128)
        )
        self._model.operator(operator, [self.input([1, *image])], self._outputs[-1:], options)
        self.names.append(f"{operator.lower()} {taps}x{taps}, {height}x{width}x{channels}")

    def mean(self, image: Sequence[int]) -> None:
        """Add a MEAN over height and width."""
        axes = self._model.tensor([2], "int32", data=np.array([1, 2], np.int32))
        source = self.input([1, *image])
        self.layer(f"mean {'x'.join(map(str, image))}", "MEAN", [source, axes], [1, image[2]], keepDims=False)


def grid() -> Grid:
    """Return the layers."""
    made = Grid()
    made.conv2d((16, 16, 3), 8, (3, 3), stride=2)
    made.conv2d((8, 8, 16), 16, (3, 3))
    made.conv2d((5, 5, 64), 64, (1, 1))
    made.conv2d((8, 8, 8), 16, (1, 1))
    made.conv2d((1, 20, 10), 12, (1, 5), stride=2)
    made.dense(256, 32)
    made.depthwise((8, 8, 16), (3, 3))
    made.depthwise((16, 16, 8), (3, 3), stride=2)
    made.depthwise((3, 3, 64), (3, 3))
    made.depthwise((8, 8, 16), (5, 5))
    made.depthwise((1, 40, 32), (1, 9))
    made.depthwise((1, 40, 16), (1, 5), dilation=2)
    made.depthwise((6, 6, 7), (3, 3))
    made.binary("ADD", (1, 8, 8, 16), (1, 8, 8, 16))
    made.binary("SUB", (1, 8, 8, 16), (1, 1, 1, 16))
    made.binary("MUL", (1, 8, 8, 16), (1, 8, 8, 16))
    made.binary("MUL", (1, 8, 8, 16), (1, 1, 1, 16))
    made.binary("MUL", (1, 8, 8, 16), (1, 1, 1, 1))
    made.pool("AVERAGE_POOL_2D", (8, 8, 16), 4)
    made.pool("MAX_POOL_2D", (8, 8, 16), 2)
    made.mean((8, 8, 32))
    return made
