"""UNIDIRECTIONAL_SEQUENCE_LSTM: int8 or int16 inputs and hidden state, int8 weights, an int16 state of the cells.

TFLM has the LSTM of Keras alone: no peepholes, no projection, no layer normalization. It takes the scale of what
goes into a gate's function as 2^-12, whatever the intermediate tensors of the model say. What it does not compute
rightly is refused:

- weights with a scale for each channel, of which it would read none, or with a zero point;
- a scale of the cells' state that is no power of two, which it rounds to one;
- an output that is not quantized as the hidden state, whose bytes it is;
- zero points of int16 tensors, and of the cells' state;
- sums of int16 inputs beyond 2^47, or factors beyond 2^7 for them.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops.definition import Definition, Form
from tinyml.ops.lowering import (
    Constant,
    KernelCall,
    Lowered,
    optional_tensor_of,
    output_of,
    pointer,
    refuse,
    tensor_of,
    variable_of,
)
from tinyml.ops.quantized import (
    check_inputs,
    check_quantized,
    check_rank,
    check_shape,
    check_type,
    constant_of,
    multiplier_of,
    options_of,
)

_GATES = ("input", "forget", "cell", "output")
_WEIGHTS, _RECURRENT, _BIAS, _HIDDEN, _CELL = 1, 5, 12, 18, 19  # places among the inputs; of gates the first
_ABSENT = {
    **dict.fromkeys((9, 10, 11), "peephole weights"),
    **dict.fromkeys((16, 17), "a projection"),
    **dict.fromkeys((20, 21, 22, 23), "layer normalization"),
}
_INPUTS = 24
_TANH = 4  # the only activation that TFLM has here
_GATE_SCALE = 2.0**-12  # of what goes into a gate's function
_POWERS = range(-29, 3)  # of two, that the scale of the cells' state may be
_MOST_WIDE_SHIFT = 7
_MOST_BIAS, _MOST_DEPTH = 1 << 46, 1 << 24  # which keep 64-bit sums below 2^47


@dataclass(frozen=True)
class _Layer:
    """The tensors of the operator, with checked types."""

    graph: Graph
    operator: Operator
    source: Tensor
    hidden: Tensor
    cell: Tensor
    output: Tensor

    @property
    def wide(self) -> bool:
        """Whether inputs are int16."""
        return self.source.type == "int16"


def lower(graph: Graph, operator: Operator) -> Lowered:
    """Lower UNIDIRECTIONAL_SEQUENCE_LSTM.

    Raises:
        ModelError: types, shapes, options or quantization are not what TFLM computes rightly.
    """
    layer = _layer(graph, operator)
    options = options_of(graph, operator)
    if (code := options.int8(0)) != _TANH:
        raise refuse(graph, operator, f"its activation has the code {code}; {_TANH} (TANH) is supported")
    if options.flag(5):
        raise refuse(graph, operator, "its recurrent weights are diagonal matrices, which TFLM does not have")
    params = _steps(layer, options.flag(3)) | {
        "input_offset": -layer.source.quantized.zero_point,
        "hidden_offset": layer.hidden.quantized.zero_point,
    }
    weights: list[Constant] = []
    recurrent: list[Constant] = []
    biases: list[Constant] = []
    for i, gate in enumerate(_GATES):
        for name, source, first, found in (
            ("", layer.source, _WEIGHTS, weights),
            ("_recurrent", layer.hidden, _RECURRENT, recurrent),
        ):
            filters = _filters(layer, first + i, source.shape[-1])
            multiplier, shift = _gate_factor(layer, source, filters)
            params |= {f"{gate}_gate{name}_multiplier": multiplier, f"{gate}_gate{name}_shift": shift}
            found.append(Constant(f"{gate}{name or '_weights'}", filters.values))
        biases.append(Constant(f"{gate}_bias", _bias(layer, _BIAS + i)))
    params |= _cell_params(layer, options.float32(1))
    states = (layer.hidden.index, layer.cell.index)
    pointers = (pointer(layer.source, "input"), *weights, *recurrent, *biases, *states, layer.output.index)
    depth = layer.source.shape[-1] + layer.hidden.shape[-1]
    call = KernelCall("lstm_s16" if layer.wide else "lstm_s8", params, pointers)
    return Lowered((call,), 4 * layer.output.elements * depth, state=states)


def _layer(graph: Graph, operator: Operator) -> _Layer:
    check_inputs(graph, operator, (_INPUTS,))
    for position, what in _ABSENT.items():
        if optional_tensor_of(graph, operator, position) is not None:
            raise refuse(graph, operator, f"it has {what} (input {position}), which TFLM does not support")
    source, output = tensor_of(graph, operator, 0), output_of(graph, operator)
    hidden = variable_of(graph, operator, _HIDDEN, "hidden state")
    cell = variable_of(graph, operator, _CELL, "state of the cells")
    layer = _Layer(graph, operator, source, hidden, cell, output)
    check_type(graph, operator, source, "input", "int8", "int16")
    check_type(graph, operator, hidden, "hidden state", source.type)
    check_type(graph, operator, cell, "state of the cells", "int16")
    check_type(graph, operator, output, "output", source.type)
    _check_scale(layer, source, "input", symmetric=layer.wide)
    _check_scale(layer, hidden, "hidden state", symmetric=layer.wide)
    _check_scale(layer, cell, "state of the cells", symmetric=True)
    _check_scale(layer, output, "output", symmetric=layer.wide)
    found, expected = output.quantized, hidden.quantized
    if (found.scale, found.zero_point) != (expected.scale, expected.zero_point):
        raise refuse(
            graph, operator, "its output is not quantized as its hidden state is, whose bytes TFLM copies"
        )
    return layer


def _check_scale(layer: _Layer, tensor: Tensor, role: str, symmetric: bool) -> None:
    check_quantized(layer.graph, layer.operator, tensor, role)
    if symmetric and (point := tensor.quantized.zero_point) != 0:
        raise refuse(
            layer.graph,
            layer.operator,
            f"its {role} has the zero point {point}; TFLM computes rightly only with 0",
        )


def _steps(layer: _Layer, time_major: bool) -> dict[str, int | float]:
    """Return the sizes of the operator and the elements between batches and time steps."""
    graph, operator, source = layer.graph, layer.operator, layer.source
    check_rank(graph, operator, source, "input", 3)
    check_rank(graph, operator, layer.hidden, "hidden state", 2)
    inputs, cells = source.shape[2], layer.hidden.shape[1]
    batches, steps = source.shape[1::-1] if time_major else source.shape[:2]
    check_shape(graph, operator, layer.hidden, "hidden state", (batches, cells))
    check_shape(graph, operator, layer.cell, "state of the cells", (batches, cells))
    check_shape(graph, operator, layer.output, "output", (*source.shape[:2], cells))
    by_batch, by_step = (1, batches) if time_major else (steps, 1)
    return {
        "batches": batches,
        "steps": steps,
        "inputs": inputs,
        "cells": cells,
        "input_batch_step": by_batch * inputs,
        "input_step": by_step * inputs,
        "output_batch_step": by_batch * cells,
        "output_step": by_step * cells,
    }


def _filters(layer: _Layer, position: int, depth: int) -> Tensor:
    """Return the weights at `position`, of so many values a cell."""
    graph, operator, role = layer.graph, layer.operator, f"weights (input {position})"
    tensor = tensor_of(graph, operator, position)
    check_type(graph, operator, tensor, role, "int8")
    constant_of(graph, operator, tensor, role)
    check_shape(graph, operator, tensor, role, (layer.hidden.shape[1], depth))
    _check_scale(layer, tensor, role, symmetric=True)
    if layer.wide and depth > _MOST_DEPTH:
        raise refuse(graph, operator, f"its sums have {depth} terms; {_MOST_DEPTH} are supported")
    return tensor


def _gate_factor(layer: _Layer, source: Tensor, filters: Tensor) -> tuple[int, int]:
    """Return the multiplier and shift from the sum of weighted values of `source` to a gate's.

    They are computed with 64-bit floats, as TFLM's released interpreter does; its source has 32-bit ones.
    """
    graph, operator = layer.graph, layer.operator
    multiplier, shift = multiplier_of(
        graph, operator, source.quantized.scale * filters.quantized.scale / _GATE_SCALE
    )
    if not layer.wide:
        return multiplier, shift
    if shift > _MOST_WIDE_SHIFT:
        raise refuse(
            graph, operator, f"its scales ask for a factor of 2^{_MOST_WIDE_SHIFT} or more between sums and gates"
        )
    return min((multiplier + (1 << 15)) >> 16, (1 << 15) - 1), shift


def _bias(layer: _Layer, position: int) -> npt.NDArray[np.int32]:
    """Return a gate's bias: int32 [cells], or [cells, 2] halves of int64."""
    graph, operator, role = layer.graph, layer.operator, f"bias (input {position})"
    tensor = tensor_of(graph, operator, position)
    check_type(graph, operator, tensor, role, "int64" if layer.wide else "int32")
    check_shape(graph, operator, tensor, role, (layer.hidden.shape[1],))
    values = constant_of(graph, operator, tensor, role)
    if not layer.wide:
        return np.asarray(values, np.int32)
    if int(values.max()) > _MOST_BIAS or int(values.min()) < -_MOST_BIAS:
        raise refuse(graph, operator, f"its {role} holds values beyond 2^46")
    return np.ascontiguousarray(values).view("<i4").reshape(-1, 2)


def _cell_params(layer: _Layer, clip: float) -> dict[str, int | float]:
    """Return how gates become the state of the cells, and that the hidden state."""
    graph, operator, scale = layer.graph, layer.operator, layer.cell.quantized.scale
    significand, exponent = math.frexp(scale)
    power = exponent - 1
    if significand != 0.5 or power not in _POWERS:
        raise refuse(
            graph,
            operator,
            f"its state of the cells has the scale {scale:.6g}; a power of two from 2^{_POWERS[0]} to "
            f"2^{_POWERS[-1]} is needed",
        )
    hidden_multiplier, hidden_shift = multiplier_of(graph, operator, 2.0**-30 / layer.hidden.quantized.scale)
    return {
        "cell_shift": -29 - power,
        "cell_clip": int(min(clip / scale, 32767.0)) if clip > 0 else -1,
        "tanh_multiplier": 3 << max(12 + power, 0),
        "tanh_shift": max(-12 - power, 0),
        "hidden_multiplier": hidden_multiplier,
        "hidden_shift": hidden_shift,
    }


OPERATOR = Definition(
    "UNIDIRECTIONAL_SEQUENCE_LSTM", lower, (Form("8x16", ("lstm_s8",)), Form("16x8", ("lstm_s16",)))
)
