"""Random chains in which much can be rewritten: pads, dead channels, fused and separate activations, numbers."""

import random

import numpy as np
import pytest

from tests.plan.rewrite.models import NONE, RELU, RELU6, SAME, VALID, Layers
from tests.plan.rewrite.proof import proven

SEEDS = range(40)
CHANNELS = 6


class Chain:
    """A chain of layers on an image, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        shape = (self.random.choice([1, 1, 2]), 7, 6, CHANNELS)
        self.made = Layers(shape, 0.05, self.random.choice([-128, 0, 3]))
        self.made.rng = np.random.default_rng(seed)
        self.at = self.made.input

    def to(self) -> tuple[float, int]:
        """Draw how an output is quantized."""
        return self.random.choice([0.05, 0.1, 0.021]), self.random.choice([-128, -128, -20, 127])

    def bias(self, count: int) -> np.ndarray:
        """Draw a bias that often outweighs all that a channel sums."""
        far = self.made.rng.choice([0, 0, -(10**6), 10**6, 3000], count)
        return far + self.made.rng.integers(-500, 500, count)

    def weights(self, shape: tuple[int, ...]) -> np.ndarray:
        """Draw weights, of which some channels have none."""
        weights = self.made.weights(shape)
        for _ in range(self.random.choice([0, 0, 1, 2])):
            weights[..., self.random.randrange(shape[-1])] = 0
        return weights

    def pad(self) -> None:
        rows, columns = ((self.random.randrange(3), self.random.randrange(3)) for _ in range(2))
        self.at = self.made.pad(self.at, (0, 0), rows, columns, (0, 0))

    def conv(self) -> None:
        self._conv((self.random.choice([3, 6, 8]), *self._taps(), self.made.shapes[self.at][3]), depthwise=False)

    def depthwise(self) -> None:
        self._conv((1, *self._taps(), self.made.shapes[self.at][3]), depthwise=True)

    def _taps(self) -> tuple[int, int]:
        _, height, width, _ = self.made.shapes[self.at]
        return self.random.randint(1, min(3, height)), self.random.randint(1, min(3, width))

    def _conv(self, shape: tuple[int, ...], depthwise: bool) -> None:
        self.at = self.made.conv(
            self.at,
            self.weights(shape),
            self.bias(shape[3 if depthwise else 0]),
            self.random.choice([SAME, VALID]),
            self.random.choice([1, 1, 2]),
            self.random.choice([NONE, RELU, RELU6]),
            self.to(),
            depthwise=depthwise,
        )

    def relu(self) -> None:
        self.at = self.made.apply(self.random.choice(["RELU", "RELU6"]), self.at)

    def rescale(self) -> None:
        self.at = self.made.apply("QUANTIZE", self.at, (self.made.shapes[self.at], *self.to()))

    def number(self) -> None:
        constant = self.made.model.tensor(
            (1,), scale=0.03, data=np.array([self.random.randint(-128, 127)], np.int8)
        )
        options = {"fusedActivationFunction": self.random.choice([NONE, RELU6])}
        self.at = self.made.apply(self.random.choice(["ADD", "MUL"]), self.at, None, options, [constant])

    def pool(self) -> None:
        batches, height, width, channels = self.made.shapes[self.at]
        if min(height, width) < 2:
            return
        to = ((batches, height // 2, width // 2, channels), *self.made.quantization[self.at])
        options = {"padding": VALID, "strideW": 2, "strideH": 2, "filterWidth": 2, "filterHeight": 2}
        self.at = self.made.apply(self.random.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"]), self.at, to, options)

    def end(self) -> None:
        """Add a dense layer on what is left of the image, or on its mean."""
        batches, height, width, channels = self.made.shapes[self.at]
        if self.random.random() < 0.5:
            axes = self.made.int32([1, 2])
            self.at = self.made.apply(
                "MEAN", self.at, ((batches, channels), *self.to()), {"keepDims": False}, [axes]
            )
        else:
            self.at = self.made.reshape(self.at, (batches, height * width * channels))
        self.at = self.made.dense(
            self.at, self.weights((4, self.made.shapes[self.at][1])), self.bias(4), to=self.to()
        )

    def build(self) -> bytes:
        steps = [self.pad, self.conv, self.conv, self.depthwise, self.relu, self.rescale, self.number, self.pool]
        seen = []
        for _ in range(self.random.randint(3, 9)):
            self.random.choice(steps)()
            seen.append(self.at)
        self.end()
        outputs = [self.at]
        if self.random.random() < 0.2 and seen[-1] != self.made.input:
            outputs.append(self.random.choice([at for at in seen if at != self.made.input]))
        return self.made.build(*outputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_chains_compute_tflms_bits_when_they_are_rewritten(seed):
    proven(Chain(seed).build())
