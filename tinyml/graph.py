"""A TensorFlow Lite model as a frozen `Graph` of tensors and operators.

`read(data)` answers any byte string with a `Graph` or one `ModelError`. It checks the file's structure: every
index names a tensor, every shape is known, every constant has the bytes that its shape asks for. What an
operator asks of its tensors is checked by the operator's own file in `ops/`.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tinyml.errors import ModelError
from tinyml.flatbuffer import Table, Vector
from tinyml.schema import OPERATOR_NAMES, TENSOR_TYPES

# Types that a tensor may have here; any other is named in the error. Constants (shapes, axes) may be int64.
NUMPY_TYPES: dict[str, np.dtype[np.generic]] = {
    name: np.dtype(name)
    for name in ("float32", "int32", "uint8", "int64", "bool", "int16", "int8", "float64", "uint32", "uint16")
}

# Weights may have it; two elements lie in a byte, the first in its low half.
INT4 = "int4"

# No microcontroller holds more; the limit keeps products of shapes from a hostile file small.
_MAX_ELEMENTS = 1 << 28
_MAX_RANK = 8
_MAX_NAME = 1000  # bytes; the converter joins the names of all that it fused
_MAX_OPERATORS = 1 << 12  # the time to plan them grows with the square of their number
_MAX_TABLES = 1 << 14  # of one kind, such as tensors: many offsets of a hostile file may point to one table


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: real = scale × (quantized − zero_point).

    Attributes:
        scales: one element (per tensor), or one for each index of dimension `axis` (per channel).
        zero_points: as many as scales.
        axis: the dimension that per-channel values run along.
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int

    @property
    def scale(self) -> float:
        """The scale of a tensor quantized as a whole."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The zero point of a tensor quantized as a whole."""
        return self.zero_points[0]

    @property
    def per_channel(self) -> bool:
        """Whether each channel has its own scale."""
        return len(self.scales) > 1


@dataclass(frozen=True)
class Taken:
    """Which part of a tensor of the model's file another one holds.

    Attributes:
        tensor: the whole tensor's index.
        channels: the indices along its last dimension, in order.
    """

    tensor: int
    channels: tuple[int, ...]


@dataclass(frozen=True)
class Tensor:
    """A tensor: its place in the model, shape, type, quantization and, for a constant, its bytes.

    A variable tensor is the state of one operator, which reads it and writes it anew: it keeps its value from one
    inference to the next. A tensor that an exact rewriting made of another one says which part of it is `taken`.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    type: str
    quantization: Quantization | None
    data: bytes | None = field(repr=False)
    is_variable: bool = False
    taken: Taken | None = None

    @property
    def elements(self) -> int:
        """How many elements the tensor has; 1 for a scalar."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The size in bytes."""
        if self.type == INT4:
            return (self.elements + 1) // 2
        return self.elements * NUMPY_TYPES[self.type].itemsize

    @property
    def whole(self) -> int:
        """The index of the model's tensor that this one is, or is a part of."""
        return self.index if self.taken is None else self.taken.tensor

    def part_of(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return what this tensor holds of the `values` of the `whole` one, [..., channels]."""
        return values if self.taken is None else values[..., list(self.taken.channels)]

    @property
    def is_constant(self) -> bool:
        """Whether the model holds the tensor's values."""
        return self.data is not None

    @property
    def reset_byte(self) -> int:
        """What each byte of a variable tensor is, 0 to 255, before the first inference and after a reset.

        TFLM takes the zero point of int8, and 0 for any other type, whatever its zero point.
        """
        return self.quantization.zero_point & 0xFF if self.type == "int8" and self.quantization else 0

    @cached_property
    def values(self) -> npt.NDArray[np.generic]:
        """The values of a constant tensor, in its shape; int4 as int8.

        Raises:
            ModelError: the tensor is not a constant.
        """
        if self.data is None:
            raise ModelError(f"tensor {self.index} ({self.name}) must be a constant of the model")
        if self.type == INT4:
            pairs = np.frombuffer(self.data, np.int8)
            halves = np.stack([pairs << 4, pairs], axis=-1) >> 4
            return halves.reshape(-1)[: self.elements].reshape(self.shape)
        return np.frombuffer(self.data, NUMPY_TYPES[self.type].newbyteorder("<")).reshape(self.shape)

    @property
    def quantized(self) -> Quantization:
        """The quantization of a tensor that must have one.

        Raises:
            ModelError: the tensor has none.
        """
        if self.quantization is None:
            raise ModelError(
                f"tensor {self.index} ({self.name}) is {self.type} without quantization parameters",
                "Quantize the model fully to int8; `tinyml convert` does it from a Keras model.",
            )
        return self.quantization


@dataclass(frozen=True)
class Merged:
    """What an operator computes besides its own work, since exact rewritings put other operators into it.

    Attributes:
        around: rows of the zero point (above, below) and columns (left, right) that its input image is given
            before its own padding.
        bounds: the least and the largest output that later activations let through.
        table: the whole operator as the results of its only input's 256 bytes, taken as unsigned.
        labels: the operators that went into it.
    """

    around: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    bounds: tuple[int, int] | None = None
    table: bytes | None = field(default=None, repr=False)
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operator:
    """An operator: `inputs` and `outputs` are tensor indices; an absent optional input is -1.

    Attributes:
        index: its place among the graph's operators.
        number: its place in the model's file, where rewritings made that another one.
        merged: what rewritings put into it.
    """

    index: int
    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table | None = field(repr=False)
    number: int | None = None
    merged: Merged = Merged()

    def option(self, read: Callable[[Table], int]) -> int:
        """Return an option read by `read` from the operator's options; 0 where the model carries none.

        Example: `operator.option(lambda table: table.int8(0))` for CONV_2D's padding.
        """
        return 0 if self.options is None else read(self.options)


@dataclass(frozen=True)
class Graph:
    """A model with one subgraph, in execution order.

    Attributes:
        tensors: all tensors, by index.
        operators: all operators, in the order in which they run.
        inputs, outputs: tensor indices of the model's inputs and outputs.
        sha256: the hash of the file's bytes, in hex.
        data: the file's bytes, which no rewriting changes.
    """

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sha256: str
    data: bytes = field(repr=False)

    @property
    def variables(self) -> tuple[Tensor, ...]:
        """The tensors that keep their values between inferences."""
        return tuple(tensor for tensor in self.tensors if tensor.is_variable)

    def label(self, operator: Operator) -> str:
        """Return the name that users know an operator by, such as "3 CONV_2D (model/conv2d/Relu)"."""
        # The converter joins the names of all that it fused with semicolons; the first is the layer's own.
        name = self.tensors[operator.outputs[0]].name.split(";")[0] if operator.outputs else ""
        number = operator.index if operator.number is None else operator.number
        return f"{number} {operator.name} ({name})" if name else f"{number} {operator.name}"


def _quantization(table: Table | None, tensor: str, shape: tuple[int, ...]) -> Quantization | None:
    if table is None:
        return None
    count, zero_count, axis = table.vector(2).length, table.vector(3).length, table.int32(6)
    if not count:
        return None
    if zero_count not in (0, count):
        raise ModelError(f"{tensor} has {count} scales and {zero_count} zero points")
    if count > 1 and not (0 <= axis < len(shape) and shape[axis] == count):
        raise ModelError(f"{tensor} of shape {list(shape)} has {count} scales along dimension {axis}")
    scales, zero_points = table.vector(2).floats(), table.vector(3).int64s() or (0,) * count
    if not all(math.isfinite(s) and s > 0 for s in scales):
        bad = next(s for s in scales if not (math.isfinite(s) and s > 0))
        raise ModelError(f"{tensor} has the scale {bad}; a scale is a finite number above 0")
    return Quantization(scales, zero_points, axis)


def _shape(table: Table, tensor: str) -> tuple[int, ...]:
    dimensions = table.vector(0)
    if dimensions.length > _MAX_RANK:
        raise ModelError(f"{tensor} has {dimensions.length} dimensions; at most {_MAX_RANK} are allowed")
    shape = dimensions.int32s()
    if any(n < 0 for n in shape) or math.prod(shape) > _MAX_ELEMENTS:
        raise _shape_error(tensor, shape)
    return shape


def _shape_error(tensor: str, shape: tuple[int, ...]) -> ModelError:
    return ModelError(
        f"{tensor} has the shape {list(shape)}; each dimension must be fixed and at least 1, "
        f"and at most {_MAX_ELEMENTS} elements are allowed",
        "Fix the shape of the model's inputs (batch 1) when you export it.",
    )


def _tables(parent: Table, slot: int, what: str, most: int = _MAX_TABLES) -> Iterator[Table]:
    vector = parent.vector(slot)
    if vector.length > most:
        raise ModelError(f"the model has {vector.length} {what}; at most {most} are allowed")
    return vector.tables()


def _name(table: Table, slot: int) -> str:
    """Return a name as it may stand in one line of a message, whatever the file calls things."""
    return "".join(c if c.isprintable() else "?" for c in table.string(slot, _MAX_NAME))


def _tensor(table: Table, index: int, buffers: list[bytes]) -> Tensor:
    name = _name(table, 3)
    label = f"tensor {index} ({name})"
    type_code = table.int8(1)
    type_name = TENSOR_TYPES[type_code] if 0 <= type_code < len(TENSOR_TYPES) else f"type {type_code}"
    if type_name not in (*NUMPY_TYPES, INT4):
        raise ModelError(f"{label} is {type_name}, which is not supported", "Quantize the model to int8.")
    if table.table(6) is not None:
        raise ModelError(f"{label} is sparse, which is not supported", "Export the model without sparsity.")
    shape = _shape(table, label)
    buffer = table.uint32(2)
    if buffer >= len(buffers):
        raise ModelError(f"{label} names buffer {buffer}; the model has {len(buffers)}")
    data = buffers[buffer] or None
    quantization, is_variable = _quantization(table.table(4), label, shape), table.flag(5)
    tensor = Tensor(index, name, shape, type_name, quantization, data, is_variable)
    if data is not None and is_variable:
        raise ModelError(f"{label} is a variable and holds constant values")
    if data is None and type_name == INT4:
        raise ModelError(
            f"{label} is int4, which only a constant can be", "Quantize the model's activations to int8."
        )
    if data is not None and len(data) != tensor.nbytes:
        raise ModelError(f"{label} of shape {list(shape)} has {len(data)} bytes of data, not {tensor.nbytes}")
    return tensor


def _buffers(model: Table) -> list[bytes]:
    contents: dict[Vector, bytes] = {}  # by place in the file: what many buffers share is held once
    buffers = []
    for table in _tables(model, 4, "buffers"):
        if table.uint64(1) > 1:
            raise ModelError(
                "the model keeps its weights behind the flatbuffer (a file of over 2 GB), which is not supported"
            )
        vector = table.vector(0)
        if vector not in contents:
            contents[vector] = vector.raw()
        buffers.append(contents[vector])
    return buffers


def _operator_codes(model: Table) -> list[tuple[str, int]]:
    codes = []
    for table in _tables(model, 1, "operator codes"):
        code = max(table.int8(0), table.int32(3))  # the first is the field of old files, capped at 127
        if not 0 <= code < len(OPERATOR_NAMES):
            raise ModelError(f"the model names operator code {code}, which no schema knows")
        name = OPERATOR_NAMES[code]
        codes.append((f"CUSTOM {_name(table, 1)}" if name == "CUSTOM" else name, table.int32(2, 1)))
    return codes


def _operator(table: Table, index: int, codes: list[tuple[str, int]], tensors: int) -> Operator:
    code = table.uint32(0)
    if code >= len(codes):
        raise ModelError(f"operator {index} names operator code {code}; the model has {len(codes)}")
    name, version = codes[code]
    inputs, outputs = table.vector(1).int32s(), table.vector(2).int32s()
    for named, lowest in ((inputs, -1), (outputs, 0)):
        for at in named:
            if not lowest <= at < tensors:
                raise ModelError(f"operator {index} {name} names tensor {at}; the model has {tensors}")
    return Operator(index, name, version, inputs, outputs, table.table(4))


def _check_empty(graph: Graph) -> None:
    """Check that no tensor without elements is used; the converter makes such ones as notes on quantization."""
    used = {*graph.inputs, *graph.outputs}.union(*({*op.inputs, *op.outputs} for op in graph.operators))
    for tensor in graph.tensors:
        if tensor.elements == 0 and tensor.index in used:
            raise _shape_error(f"tensor {tensor.index} ({tensor.name})", tensor.shape)


def _check_order(graph: Graph) -> None:
    """Check that every operator reads only what is given or was computed before it, and writes no constant.

    A variable has a value from the beginning, for one operator alone, which reads it once. What others would read
    depends on the order of operators, and a model's input or output is not kept.
    """
    known = {t.index for t in graph.tensors if t.is_constant} | set(graph.inputs)
    variables = {t.index for t in graph.variables}
    if taken := variables.intersection((*graph.inputs, *graph.outputs)):
        raise ModelError(f"the model's inputs and outputs name tensor {min(taken)}, which is a variable")
    for operator in graph.operators:
        for at in operator.inputs:
            if at in variables:
                variables.remove(at)
            elif at != -1 and at not in known:
                variable = graph.tensors[at].is_variable
                why = "a variable that was read before" if variable else "which nothing has computed"
                raise ModelError(f"operator {graph.label(operator)} reads tensor {at}, {why}")
        for at in operator.outputs:
            if at in known or graph.tensors[at].is_variable:
                raise ModelError(f"operator {graph.label(operator)} writes tensor {at}, which has a value already")
            known.add(at)
    for at in graph.outputs:
        if at not in known:
            raise ModelError(f"the model's output, tensor {at}, is computed by no operator")


def read(data: bytes) -> Graph:
    """Read the bytes of a `.tflite` file.

    Returns:
        The model's graph.

    Raises:
        ModelError: the bytes are not a model of schema version 3 with one subgraph, or an index, shape, type
            or constant in it is impossible.
    """
    model = Table.root(data, b"TFL3")
    if (version := model.uint32(0)) != 3:
        raise ModelError(f"the model has schema version {version}; version 3 is supported")
    codes = _operator_codes(model)
    subgraphs = list(_tables(model, 2, "subgraphs"))
    if len(subgraphs) != 1:
        raise ModelError(
            f"the model has {len(subgraphs)} subgraphs; one is supported",
            "Models with control flow (IF, WHILE) or several signatures cannot be compiled yet.",
        )
    buffers = _buffers(model)
    subgraph = subgraphs[0]
    tensors = tuple(_tensor(t, i, buffers) for i, t in enumerate(_tables(subgraph, 0, "tensors")))
    inputs, outputs = subgraph.vector(1).int32s(), subgraph.vector(2).int32s()
    for at in inputs + outputs:
        if not 0 <= at < len(tensors):
            raise ModelError(f"the model's inputs and outputs name tensor {at}; it has {len(tensors)}")
    if not inputs or not outputs:
        raise ModelError(f"the model has {len(inputs)} inputs and {len(outputs)} outputs; it needs both")
    if len(set(inputs)) != len(inputs) or any(tensors[at].is_constant for at in inputs):
        raise ModelError("a model's input is named twice or holds constant values")
    operators = tuple(
        _operator(t, i, codes, len(tensors))
        for i, t in enumerate(_tables(subgraph, 3, "operators", _MAX_OPERATORS))
    )
    graph = Graph(tensors, operators, inputs, outputs, hashlib.sha256(data).hexdigest(), data)
    _check_empty(graph)
    _check_order(graph)
    return graph
