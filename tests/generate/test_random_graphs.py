"""Random graphs of all operators: the generated C, on this machine under sanitizers, beside TFLM.

What one operator's tests cannot see shows here: tensors that live side by side, lie upon each other or are read
again later.
"""

import math
import random
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from tests import oracle
from tests.generate.test_source import compile_on_host
from tests.tflite import Builder
from tinyml import graph
from tinyml import plan as plans
from tinyml.generate import Origin
from tinyml.generate.source import files as source_files

SEEDS = range(24, 48)  # a stretch whose graphs hold all the cases of the last test
SAMPLES = 3
_MOST_ELEMENTS = 1500  # of a tensor
_NARROWING = ("MEAN", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RELU", "RESHAPE", "LOGISTIC")

# Reads each sample twice: writes the outputs of a whole inference, then each layer's output, run one by one.
MAIN = """\
#include <stdio.h>
#include <stdlib.h>
%(includes)s
static const tm_model *const models[] = {%(models)s};
static int get(const tm_buffer *buffers, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (fread(buffers[i].data, 1, buffers[i].size, stdin) != buffers[i].size) return 0;
  }
  return 1;
}
static void put(tm_buffer buffer) { fwrite(buffer.data, 1, buffer.size, stdout); }
int main(int count, char **arguments) {
  const tm_model *const model = models[atoi(arguments[count - 1])];
  while (get(model->inputs, model->input_count)) {
    model->run(0, model->layer_count);
    for (uint32_t i = 0; i < model->output_count; i++) put(model->outputs[i]);
    if (!get(model->inputs, model->input_count)) return 1;
    for (uint32_t i = 0; i < model->layer_count; i++) {
      model->run(i, i + 1);
      put(model->layer_outputs[i]);
    }
  }
  return 0;
}
"""


@dataclass(frozen=True)
class Made:
    """An int8 tensor of the model under construction."""

    index: int
    shape: tuple[int, ...]
    scale: float
    zero_point: int


class RandomModel:
    """Draws a model operator by operator; an operator that cannot take the drawn tensor adds nothing."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._values = np.random.default_rng(seed)
        self._model = Builder()
        self._made: list[Made] = []
        self._operators = 0
        self._steps: dict[str, Callable[[Made], None]] = {
            "CONV_2D": self._conv2d,
            "DEPTHWISE_CONV_2D": self._depthwise,
            "FULLY_CONNECTED": self._fully_connected,
            "ADD": lambda x: self._binary("ADD", x),
            "MUL": lambda x: self._binary("MUL", x),
            "AVERAGE_POOL_2D": lambda x: self._pool("AVERAGE_POOL_2D", x),
            "MAX_POOL_2D": lambda x: self._pool("MAX_POOL_2D", x),
            "MEAN": self._mean,
            "RESHAPE": self._reshape,
            "SOFTMAX": lambda x: self._add("SOFTMAX", [x.index], self._probabilities(x.shape), {"beta": 1.0}),
            "LOGISTIC": lambda x: self._add("LOGISTIC", [x.index], self._probabilities(x.shape)),
            "RELU": lambda x: self._add("RELU", [x.index], self._tensor(x.shape)),
            "RELU6": lambda x: self._add("RELU6", [x.index], self._tensor(x.shape, like=x)),
            "QUANTIZE": lambda x: self._add("QUANTIZE", [x.index], self._tensor(x.shape)),
            "PAD": self._pad,
            "CONCATENATION": self._concatenation,
        }

    def build(self, narrowing: bool = False) -> bytes:
        """Return the file of a model of 3 to 12 operators; if `narrowing`, mostly a chain to smaller tensors."""
        inputs = [self._input() for _ in range(self._random.choice([1, 1, 2, 3]))]
        given = len(self._made)
        most = self._random.randint(3, 11)
        while self._operators < most:
            # Renaming and writing in place are what lifetimes go wrong with, so they come more often.
            name = self._random.choice(_NARROWING if narrowing else [*self._steps, "RESHAPE", "RESHAPE", "RELU"])
            self._steps[name](self._made[-1] if narrowing and self._random.random() < 0.7 else self._pick())
        read_too = [t.index for t in self._made[given:-1] if self._random.random() < 0.15]
        outputs = [*read_too, self._output(self._made[-1])]
        self._random.shuffle(outputs)
        return self._model.build(inputs, outputs)

    def _input(self) -> int:
        shape = self._random.choice([(1, 12), (1, 5, 4, 3), (1, 6, 6, 2), (2, 3, 4)])
        tensor = self._tensor(shape)
        self._made.append(tensor)
        if self._random.random() < 0.7:
            return tensor.index
        real = self._model.tensor(shape, "float32")
        self._model.operator("QUANTIZE", [real], [tensor.index])
        self._operators += 1
        return real

    def _output(self, last: Made) -> int:
        if self._random.random() < 0.7:
            return last.index
        real = self._model.tensor(last.shape, "float32")
        self._model.operator("DEQUANTIZE", [last.index], [real])
        return real

    def _pick(self, fits: Callable[[Made], bool] = lambda t: True) -> Made:
        """Return a tensor that `fits`, mostly one of the last."""
        found = [t for t in self._made if fits(t)]
        return self._random.choice(found[-3:] if self._random.random() < 0.6 else found)

    def _tensor(self, shape: Sequence[int], like: Made | None = None) -> Made:
        scale = float(np.float32(2 ** self._random.uniform(-7, -1)))
        zero_point = self._random.choice([-128, 127, 0, self._random.randint(-128, 127)])
        if like is not None:
            scale, zero_point = like.scale, like.zero_point
        index = self._model.tensor(shape, scale=scale, zero_point=zero_point)
        return Made(index, tuple(shape), scale, zero_point)

    def _probabilities(self, shape: Sequence[int]) -> Made:
        return Made(self._model.tensor(shape, scale=1 / 256, zero_point=-128), tuple(shape), 1 / 256, -128)

    def _int32s(self, values: object) -> int:
        array = np.array(values, np.int32)
        return self._model.tensor(array.shape, "int32", data=array)

    def _add(self, name: str, inputs: list[int], output: Made, options: dict[str, object] | None = None) -> None:
        self._model.operator(name, inputs, [output.index], options)
        self._made.append(output)
        self._operators += 1

    def _filter(self, x: Made, shape: Sequence[int], axis: int) -> list[int]:
        """Return a filter and a bias for the input `x`, quantized for each index of `axis`."""
        scales = [float(np.float32(2 ** self._random.uniform(-9, -4))) for _ in range(shape[axis])]
        data = self._values.integers(-127, 128, shape).astype(np.int8)
        bias = self._values.integers(-3000, 3000, shape[axis]).astype(np.int32)
        products = [float(np.float32(x.scale * s)) for s in scales]
        return [
            self._model.tensor(shape, scale=scales, axis=axis, data=data),
            self._model.tensor([shape[axis]], "int32", scale=products, data=bias),
        ]

    def _window(self, x: Made) -> tuple[tuple[int, int], tuple[int, int], dict[str, object]] | None:
        """Return taps, the output's height and width, and options of a window over `x`, if there is one."""
        if len(x.shape) != 4:
            return None
        taps = (self._random.randint(1, 3), self._random.randint(1, 3))
        strides = [self._random.choice([1, 1, 2])] * 2
        valid = self._random.random() < 0.5
        image = [n - t + 1 if valid else n for n, t in zip(x.shape[1:3], taps, strict=True)]
        if min(image) < 1:
            return None
        height, width = (-(-n // s) for n, s in zip(image, strides, strict=True))
        options = {"padding": int(valid), "strideH": strides[0], "strideW": strides[1]}
        return taps, (height, width), options | {"fusedActivationFunction": self._random.choice([0, 0, 1, 3])}

    def _conv2d(self, x: Made) -> None:
        if window := self._window(x):
            taps, size, options = window
            channels = self._random.randint(1, 6)
            constants = self._filter(x, (channels, *taps, x.shape[3]), 0)
            self._add("CONV_2D", [x.index, *constants], self._tensor((x.shape[0], *size, channels)), options)

    def _depthwise(self, x: Made) -> None:
        if window := self._window(x):
            taps, size, options = window
            multiplier = self._random.choice([1, 1, 2])
            channels = x.shape[3] * multiplier
            constants = self._filter(x, (1, *taps, channels), 3)
            output = self._tensor((x.shape[0], *size, channels))
            options["depthMultiplier"] = multiplier
            self._add("DEPTHWISE_CONV_2D", [x.index, *constants], output, options)

    def _pool(self, name: str, x: Made) -> None:
        if window := self._window(x):
            taps, size, options = window
            output = self._tensor((x.shape[0], *size, x.shape[3]), like=x)
            self._add(name, [x.index], output, options | {"filterHeight": taps[0], "filterWidth": taps[1]})

    def _fully_connected(self, x: Made) -> None:
        units = self._random.randint(1, 9)
        constants = self._filter(x, (units, x.shape[-1]), 0)
        output = self._tensor((math.prod(x.shape[:-1]), units))
        self._add("FULLY_CONNECTED", [x.index, *constants], output, {"fusedActivationFunction": 0})

    def _binary(self, name: str, x: Made) -> None:
        """Add x and a tensor of its shape, which may be x, or one element."""
        other = self._pick(lambda t: t.shape == x.shape).index
        if self._random.random() < 0.2:
            other = self._model.tensor([1], scale=0.1, data=np.array([self._random.randint(-128, 127)], np.int8))
        pair = self._random.sample([x.index, other], 2)
        self._add(name, pair, self._tensor(x.shape), {"fusedActivationFunction": self._random.choice([0, 1])})

    def _mean(self, x: Made) -> None:
        first = self._random.randrange(len(x.shape))
        axes = list(range(first, self._random.randint(first, len(x.shape) - 1) + 1))
        shape = [1 if i in axes else n for i, n in enumerate(x.shape)]
        self._add("MEAN", [x.index, self._int32s(axes)], self._tensor(shape), {"keepDims": True})

    def _reshape(self, x: Made) -> None:
        size = math.prod(x.shape)
        half = [1, 2, size // 2, 1] if size % 2 == 0 else [1, size, 1, 1]
        shape = self._random.choice([[1, size], half, list(x.shape)])
        inputs = [x.index, self._int32s(shape)]
        self._add("RESHAPE", inputs, self._tensor(shape, like=x), {"newShape": shape})

    def _pad(self, x: Made) -> None:
        widths = [[self._random.choice([0, 0, 1, 2]), self._random.choice([0, 1])] for _ in x.shape]
        shape = [n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)]
        if math.prod(shape) <= _MOST_ELEMENTS:
            self._add("PAD", [x.index, self._int32s(widths)], self._tensor(shape, like=x), {})

    def _concatenation(self, x: Made) -> None:
        """Join tensors of one shape and quantization, often x with itself."""

        def joins(t: Made) -> bool:
            return (t.shape, t.scale, t.zero_point) == (x.shape, x.scale, x.zero_point)

        axis = self._random.randrange(len(x.shape))
        parts = [x, *(self._pick(joins) for _ in range(self._random.randint(1, 2)))]
        shape = [n * len(parts) if i == axis else n for i, n in enumerate(x.shape)]
        if math.prod(shape) <= _MOST_ELEMENTS:
            options = {"axis": axis, "fusedActivationFunction": 0}
            self._add("CONCATENATION", [p.index for p in parts], self._tensor(shape, like=x), options)


@pytest.fixture(scope="module")
def planned():
    return {seed: plans.make(graph.read(RandomModel(seed).build(narrowing=seed % 3 == 0))) for seed in SEEDS}


@pytest.fixture(scope="module")
def program(planned, tmp_path_factory):
    texts: dict[str, str] = {}
    for seed, plan in planned.items():
        texts |= source_files(plan, Origin("m.tflite", "c", f"m{seed}"))
    names = {
        "includes": "\n".join(f'#include "m{seed}.h"' for seed in SEEDS),
        "models": ", ".join(f"&m{seed}_descriptor" for seed in SEEDS),
    }
    carried = {name: text for name, text in texts.items() if "_tflite." not in name}
    return compile_on_host(tmp_path_factory.mktemp("random"), carried, MAIN % names)


def drawn(model: graph.Graph, seed: int) -> list[np.ndarray]:
    """Return values for the model's inputs."""
    values = np.random.default_rng(seed)
    return [
        values.normal(0, 3, tensor.shape).astype(np.float32)
        if tensor.type == "float32"
        else values.integers(-128, 128, tensor.shape).astype(np.int8)
        for tensor in (model.tensors[t] for t in model.inputs)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_graph_computes_tflms_bits_whole_and_layer_by_layer(seed, planned, program):
    plan = planned[seed]
    model = plan.graph
    samples = [drawn(model, sample) for sample in range(SAMPLES)]
    given = b"".join(2 * b"".join(values.tobytes() for values in sample) for sample in samples)
    run = subprocess.run(
        [program, str(SEEDS.index(seed))], input=given, capture_output=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr.decode()
    layers = [(layer.label, layer.operator.outputs[0]) for layer in plan.layers]
    wanted = [(f"output {i}", tensor) for i, tensor in enumerate(model.outputs)] + layers
    at = 0
    for sample in samples:
        answers = oracle.run(model.data, sample, [tensor for _, tensor in wanted])
        for (name, _), expected in zip(wanted, answers, strict=True):
            size = expected.nbytes
            assert run.stdout[at : at + size] == expected.tobytes(), name
            at += size
    assert at == len(run.stdout)


def test_the_graphs_hold_every_operator_and_hard_case(planned):
    operators = [(plan.graph, op) for plan in planned.values() for op in plan.graph.operators]
    assert len({op.name for _, op in operators}) == 17
    assert any(op.name == "ADD" and op.inputs[0] == op.inputs[1] for _, op in operators)
    assert any(op.name == "CONCATENATION" and op.inputs[0] == op.inputs[1] for _, op in operators)
    assert any(set(op.inputs) & set(model.outputs) for model, op in operators)
    for name in ("MEAN", "MAX_POOL_2D", "AVERAGE_POOL_2D", "QUANTIZE"):
        assert any(lies_on_larger(plan, name) for plan in planned.values()), name


def lies_on_larger(plan: plans.Plan, name: str) -> bool:
    """Return whether an operator of this name writes its output on an input of more bytes."""
    tensors, offsets = plan.graph.tensors, plan.memory.offsets
    return any(
        tensors[op.inputs[0]].nbytes > tensors[op.outputs[0]].nbytes
        and offsets[op.inputs[0]] == offsets[op.outputs[0]]
        for op in plan.graph.operators
        if op.name == name
    )
