"""Layers drawn for emitters: calls of portable kernels with all that decides a specialised kernel's form."""

from collections.abc import Mapping

import numpy as np

from tests.emit.harness import RowCase
from tests.host import host
from tinyml.emit import EMITTERS, Site
from tinyml.graph import Graph, Operator, Quantization, Tensor
from tinyml.ops import Constant, KernelCall

_ENDS = (1 << 30, (1 << 31) - 1, (1 << 30) + 1)


def site(
    kernel: str,
    params: Mapping[str, int],
    source: tuple[int, ...],
    output: tuple[int, ...],
    constants: Mapping[str, np.ndarray],
    operator: str,
    zero_point: int,
    optimize: str = "balanced",
) -> Site:
    """Return the site of a layer whose input is tensor 0, of shape `source`, and whose output is tensor 1."""
    tensors = (
        Tensor(0, "x", source, "int8", Quantization((1.0,), (zero_point,), 0), None),
        Tensor(1, "y", output, "int8", Quantization((1.0,), (params["output_offset"],), 0), None),
    )
    made = Operator(0, operator, 1, (0,), (1,), None)
    graph = Graph(tensors, (made,), (0,), (1,), "", b"")
    pointers = (0, *(Constant(name, values) for name, values in constants.items()), 1)
    return Site(graph, made, KernelCall(kernel, params, pointers), optimize)


def case(made: Site, inputs: np.ndarray) -> RowCase | None:
    """Return the layer's kernel with one input and what the portable kernel makes of it; None without a kernel."""
    kernel = EMITTERS[made.call.kernel](made)
    if kernel is None:
        return None
    call, arrays = made.call, [p.values for p in made.call.pointers if isinstance(p, Constant)]
    buffers = [inputs.tobytes(), *(array.tobytes() for array in arrays), bytes(made.output.nbytes)]
    answers = host().call(call.kernel, call.params, buffers, range(len(buffers)))
    return RowCase(kernel, {0: inputs.tobytes()}, answers[-1])


def outputs(rng: np.random.Generator, channels: int, sums: float) -> tuple[dict[str, int], dict[str, np.ndarray]]:
    """Draw how sums of about the size `sums` become outputs: fields of the kernel's struct, and arrays."""
    per_channel = int(rng.random() < 0.7)
    count = channels if per_channel else 1
    around = int(np.log2(sums / 200 + 1)) - int(rng.integers(-3, 3))
    shifts = -np.clip(around + rng.integers(-2, 3, count), 1, 23)
    multipliers = rng.integers(1 << 30, 1 << 31, count)
    ends = rng.random(count)
    multipliers = np.where(ends < 0.2, rng.choice(_ENDS, count), multipliers)
    offset = int(rng.choice([-128, -128, 127, 0, rng.integers(-128, 128)]))
    low, high = -128, 127
    kind = rng.integers(6)
    if kind == 0:  # RELU
        low = offset
    elif kind == 1:  # RELU6
        low, high = offset, int(rng.integers(offset, 128))
    elif kind == 2:
        low, high = sorted(int(v) for v in rng.integers(-128, 128, 2))
    elif kind == 3:
        high = int(rng.integers(-128, 128))
    params = {
        "output_offset": offset,
        "activation_min": low,
        "activation_max": high,
        "per_channel": per_channel,
        "shifts_right": 1,
    }
    return params, {"multipliers": multipliers.astype(np.int32), "shifts": shifts.astype(np.int8)}


def weights(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw weights: any, small ones, or the ends of their range."""
    kind = rng.integers(4)
    if kind == 0:
        return rng.choice(np.array([-128, -127, 127], np.int8), shape)
    if kind == 1:
        return rng.integers(-3, 4, shape, np.int8)
    return rng.integers(-128 if kind == 2 else -127, 128, shape, np.int8)


def inputs(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw inputs: any, or the ends of their range."""
    if rng.random() < 0.3:
        return rng.choice(np.array([-128, 127], np.int8), shape)
    return rng.integers(-128, 128, shape, np.int8)
