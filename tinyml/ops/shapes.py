"""Open dimensions of a model's inputs, fixed by the user: `--shape input=1,49,10,1`.

A converter that is not told a dimension writes -1 into the tensor's `shape_signature` and 1 into its `shape`. TFLM
runs `shape`, and so do we. That is what is meant of a batch; of any other dimension it seldom is, so that the user
must say it. Another value than the file's changes the shapes of all tensors that depend on it: they are inferred
operator by operator from what each operator's own check expects.
"""

import re
import struct
from collections.abc import Mapping, Sequence

from tinyml.errors import InputError, ModelError
from tinyml.flatbuffer import Table
from tinyml.graph import Graph, read
from tinyml.ops import REGISTRY
from tinyml.ops.lowering import ShapeError

_GIVEN = re.compile(r"(?P<name>.+)=(?P<sizes>[0-9]+(,[0-9]+)*)")
_SUBGRAPHS, _TENSORS, _SHAPE, _SIGNATURE = 2, 0, 0, 7  # fields of the schema's Model, SubGraph and Tensor


def fix(data: bytes, texts: Sequence[str] = ()) -> bytes:
    """Return the model `data` with the shapes of inputs that `texts` name, each such as "input=1,49,10,1".

    Raises:
        InputError: a text is not understood, or names no input of the model.
        ModelError: an input has an open dimension other than its batch and is not named; or the shape of a tensor
            that depends on a new shape cannot be inferred.
    """
    graph = read(data)
    given = _parse(texts, graph)
    tensors = _tables(data)
    for at in graph.inputs:
        signature = tensors[at].vector(_SIGNATURE).int32s()
        if at not in given and -1 in signature[1:]:
            tensor = graph.tensors[at]
            sizes = ",".join(map(str, tensor.shape))
            raise ModelError(
                f"the model's input {tensor.name} has the shape {list(signature)}, whose open dimensions TFLM "
                f"takes as {list(tensor.shape)}",
                f"Fix them: --shape {tensor.name}={sizes} with the sizes that you mean.",
            )
    if not given:
        return data
    file = bytearray(data)
    for at, shape in given.items():
        _write(file, graph, at, shape)
    return _inferred(file)


def _parse(texts: Sequence[str], graph: Graph) -> Mapping[int, tuple[int, ...]]:
    """Return the new shape of each input that is named, by tensor index."""
    names = {graph.tensors[at].name: at for at in graph.inputs}
    given = {}
    for text in texts:
        if (match := _GIVEN.fullmatch(text)) is None:
            raise InputError(f"the shape {text!r} is not understood", "Write it as --shape input=1,49,10,1.")
        if match["name"] not in names:
            raise InputError(f"the model has no input {match['name']!r}", f"Its inputs: {', '.join(names)}.")
        given[names[match["name"]]] = tuple(map(int, match["sizes"].split(",")))
    return given


def _tables(data: bytes) -> list[Table]:
    """Return the tensors of the file."""
    (subgraph,) = Table.root(data, b"TFL3").vector(_SUBGRAPHS).tables()
    return list(subgraph.vector(_TENSORS).tables())


def _write(file: bytearray, graph: Graph, tensor: int, shape: tuple[int, ...]) -> None:
    """Write a tensor's shape over the one in the file; what else reads the same bytes must not be there."""
    target = graph.tensors[tensor]
    if len(shape) != len(target.shape):
        raise ModelError(
            f"tensor {tensor} ({target.name}) has the shape {list(target.shape)} and cannot become {list(shape)}",
            "Give as many sizes as the input has dimensions.",
        )
    tables = _tables(bytes(file))
    fields = (_SHAPE, _SIGNATURE)
    others = {table.vector(field).start for i, table in enumerate(tables) for field in fields if i != tensor}
    for place in (tables[tensor].vector(field) for field in fields):
        if place.length and place.start in others:
            raise ModelError(
                f"tensor {tensor} ({target.name}) shares its shape in the file with another tensor",
                "Export the model with the shape that you mean.",
            )
        if place.length == len(shape):
            struct.pack_into(f"<{len(shape)}i", file, place.start, *shape)


def _inferred(file: bytearray) -> bytes:
    """Return the file with the shape of each operator's output as its inputs ask for."""
    graph = read(bytes(file))
    for number in range(len(graph.operators)):
        operator = graph.operators[number]
        if operator.name not in REGISTRY:
            continue  # is refused later, with all others
        try:
            REGISTRY[operator.name].lower(graph, operator)
        except ShapeError as error:
            _write(file, graph, error.tensor, error.expected)
            graph = read(bytes(file))
            REGISTRY[operator.name].lower(graph, graph.operators[number])
    return bytes(file)
