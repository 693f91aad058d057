"""The model as readable C: `model.h`, `model.c`, the flatbuffer as an array, and `main.c`."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinyml import kernels, resources
from tinyml.graph import Graph, Tensor
from tinyml.ops import REGISTRY, Constant, KernelCall
from tinyml.plan import Layer, Plan, rows
from tinyml.plan.interpreter import arena_bytes
from tinyml.plan.rows import Function, RowCall, RowKernel, Source
from tinyml.plan.slots import Slots
from tinyml.render import render
from tinyml.version import __version__

_C_TYPES = {
    "bool": "uint8_t",
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "int64": "int64_t",
    "float32": "float",
}
_WIDTH = 112
SWAP_FOLDER = "lib/tinyml_swap"  # of a project with slots for models
_ROW_HEADERS = ("tm_kernel.h", "tm_rows.h")  # for layers that are computed row by row


@dataclass(frozen=True)
class Origin:
    """Where generated files come from; their first comment says it.

    Attributes:
        model_name: the base name of the model's file.
        command: the command that generates the files, without paths.
        prefix: the beginning of every C name of the model, such as "model" in `model_invoke`.
        file: the model's path as it was given where that is relative, for the manifest; empty otherwise.
        options: what the user chose, as arguments of `tinyml.generate`, for the manifest.
    """

    model_name: str
    command: str
    prefix: str
    file: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def comment_text(text: str) -> str:
    """Return `text` such that it may stand in a C comment, whatever a model's author called things."""
    printable = "".join(c if " " <= c <= "~" and c != "\\" else "_" for c in text)
    return printable.replace("*/", "* /").replace("/*", "/ *")


def float_literal(value: float) -> str:
    """Return the shortest C literal that reads back as the same float32."""
    text = np.format_float_positional(np.float32(value), unique=True, trim="0")
    if len(text) > 16:
        text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return f"{text}f"


def _literals(constant: Constant) -> Iterable[str]:
    flat = constant.values.reshape(-1).tolist()
    return map(float_literal, flat) if constant.values.dtype == np.float32 else (str(int(x)) for x in flat)


def _wrapped(items: Iterable[str]) -> str:
    return "\n".join(textwrap.wrap(", ".join(items), _WIDTH, initial_indent="    ", subsequent_indent="    "))


def quantization_text(tensor: Tensor) -> str:
    """Return a tensor's shape, type and quantization for a comment."""
    text = f"{list(tensor.shape)} {tensor.type}"
    q = tensor.quantization
    if q is None:
        return text
    if q.per_channel:
        return f"{text} ({len(q.scales)} scales along dimension {q.axis})"
    return f"{text} (scale {float_literal(q.scale)[:-1]}, zero point {q.zero_point})"


class _LayerSource:
    """The C of one layer, for the template."""

    def __init__(self, plan: Plan, layer: Layer, prefix: str, name: str) -> None:
        self._plan = plan
        self._layer = layer
        self.name = name
        self.index = layer.index
        self._prefix = prefix

    @property
    def comment(self) -> str:
        graph = self._plan.graph
        if self._layer.stream is not None:
            text = f"Layer {self._layer.index}: operators {self._layer.label}, which compute their rows in turn."
            return "\n * ".join(textwrap.wrap(comment_text(text), _WIDTH - 3))
        tensors = [graph.tensors[t] for t in self._layer.operator.inputs if t != -1]
        read = ", ".join(quantization_text(t) for t in tensors if not t.is_constant)
        written = ", ".join(quantization_text(graph.tensors[t]) for t in self._layer.operator.outputs)
        text = f"Layer {self._layer.index}: operator {self._layer.label}. {read} -> {written}."
        if labels := self._layer.operator.merged.labels:
            text += f" With {', '.join(labels)}."
        return "\n * ".join(textwrap.wrap(comment_text(text), _WIDTH - 3))

    def _call_name(self, number: int) -> str:
        return self.name if len(self._layer.lowered.calls) == 1 else f"{self.name}_{number}"

    @property
    def arrays(self) -> list[dict[str, str]]:
        return [
            {
                "type": _C_TYPES[constant.values.dtype.name],
                "name": name,
                "length": str(constant.values.size),
                "section": "" if constant.lookup else " TM_CONSTANT",
                "numbers": _wrapped(_literals(constant)),
            }
            for name, constant in self._constants()
        ]

    def _constants(self) -> list[tuple[str, Constant]]:
        """Return the arrays of the layer with their C names."""
        kernel = self._layer.rows
        if kernel is not None:
            found = [kernel.constants] if kernel.call is None else kernel.call.pointers
            return [
                (f"{self.name}_{constant.name}", constant) for constant in found if isinstance(constant, Constant)
            ]
        return [
            (f"{self._call_name(i)}_{constant.name}", constant)
            for i, call in enumerate(self._layer.lowered.calls)
            for constant in call.pointers
            if isinstance(constant, Constant)
        ]

    @property
    def calls(self) -> list[dict[str, object]]:
        if self._layer.rows is not None:
            return []
        return [self._call(i, call) for i, call in enumerate(self._layer.lowered.calls)]

    @property
    def stream(self) -> dict[str, object] | None:
        """The layers that compute their rows in turn, for the template."""
        stream = self._layer.stream
        if stream is None:
            return None
        begin = self._plan.memory.scratch.get(self._layer.index, 0)
        parts = []
        for k, (part, offset) in enumerate(zip(stream.parts, stream.scratch, strict=True)):
            source = _LayerSource(self._plan, part, self._prefix, f"{self.name}_{k}")
            parts.append({"source": source, "rows": source.row_call(begin + offset, stream.rings)})
        return {
            "parts": parts,
            "steps": _wrapped(map(str, stream.steps)),
            "state": f"{self._prefix}_bytes + {begin}",
            "state_bytes": stream.state_bytes,
        }

    @property
    def rows(self) -> dict[str, object] | None:
        """The specialised kernel that computes the layer row by row, for the template."""
        if self._layer.rows is None:
            return None
        return self.row_call(self._plan.memory.scratch.get(self._layer.index, 0), {})

    def row_call(self, scratch: int, rings: Mapping[int, int]) -> dict[str, object]:
        """Return a call of the specialised kernel, for the template.

        Args:
            scratch: the first byte of its scratch, if it has one.
            rings: the rows that are kept of tensors, as in `Stream`.
        """
        kernel = self._layer.rows
        assert kernel is not None
        places = self._plan.memory.offsets
        first = [sum(source.taps for source in kernel.sources[:i]) for i in range(len(kernel.sources))]
        return {
            "kernel": kernel,
            "sources": [
                {
                    "rows": source,
                    "at": at,
                    "first": _first_row(source),
                    "offset": places[source.tensor] + source.offset,
                    "kept": rings.get(source.tensor),
                }
                for source, at in zip(kernel.sources, first, strict=True)
            ],
            "count": sum(source.taps for source in kernel.sources),
            "output": places[kernel.output] + kernel.offset,
            "row": _row_of_call(kernel, rings.get(kernel.output)),
            "kept": rings.get(kernel.output, kernel.height),
            "scratch": f"{self._prefix}_bytes + {scratch}" if kernel.scratch_bytes else "0",
            "constants": self._constants()[0][0] if kernel.constants is not None else "0",
            "call": None if kernel.call is None else self._portable_call(kernel, kernel.call),
        }

    def _portable_call(self, kernel: RowKernel, call: RowCall) -> dict[str, object]:
        """Return the call of a portable kernel for one row; its input rows, output and scratch have names in C."""
        of = kernels.load(call.kernel)
        if {field for _, field in of.params} != {*call.params, *call.varying}:
            raise ValueError(f"{call.kernel}.h and the row of {self._layer.label} disagree on its arguments")
        values = {name: str(int(value)) for name, value in call.params.items()} | dict(call.varying)
        names = iter(
            ["window.rows"] if kernel.window_bytes else [f"rows[{i}]" for i in range(len(kernel.sources))]
        )
        arguments = []
        for (c_type, _), pointer in zip(of.pointers, call.pointers, strict=True):
            if isinstance(pointer, Constant):
                arguments.append(f"{self.name}_{pointer.name}")
            else:
                name = "scratch" if pointer is None else "output" if pointer == kernel.output else next(names)
                arguments.append(f"({c_type}){name}")
        return {
            "kernel": call.kernel,
            "fields": [(field, values[field]) for _, field in of.params],
            "arguments": ", ".join(arguments),
            "takes_scratch": None in call.pointers,
        }

    def _call(self, number: int, call: KernelCall) -> dict[str, object]:
        kernel = kernels.load(call.kernel)
        name = self._call_name(number)
        if {field for _, field in kernel.params} != set(call.params) or len(kernel.pointers) != len(call.pointers):
            raise ValueError(f"{call.kernel}.h and the operator {self._layer.label} disagree on its arguments")
        fields = [
            (field, float_literal(call.params[field]) if c_type == "float" else str(int(call.params[field])))
            for c_type, field in kernel.params
        ]
        arguments = [f"&{name}_params"]
        for (c_type, _), pointer in zip(kernel.pointers, call.pointers, strict=True):
            if isinstance(pointer, Constant):
                arguments.append(f"{name}_{pointer.name}")
            else:
                arguments.append(f"({c_type})({self._prefix}_bytes + {self._plan.memory.offsets[pointer]})")
        return {
            "kernel": call.kernel,
            "params": f"{name}_params",
            "fields": fields,
            "arguments": ",\n      ".join(arguments),
        }


@dataclass(frozen=True)
class _Port:
    """An input or output of the model, for the templates."""

    tensor: Tensor
    offset: int

    @property
    def c_type(self) -> str:
        return _C_TYPES[self.tensor.type]

    @property
    def comment(self) -> str:
        return comment_text(f"{self.tensor.name}: {quantization_text(self.tensor)}")

    @property
    def scale(self) -> str | None:
        q = self.tensor.quantization
        return None if q is None or self.tensor.type == "float32" else float_literal(q.scale)


def _ports(graph: Graph, plan: Plan, indices: Iterable[int]) -> list[_Port]:
    return [_Port(graph.tensors[t], plan.memory.offsets[t]) for t in indices]


def _variables(graph: Graph, plan: Plan) -> list[dict[str, object]]:
    """Return the places of the variable tensors, with their values at the beginning."""
    return [
        {
            "offset": plan.memory.offsets[tensor.index],
            "size": tensor.nbytes,
            "value": tensor.reset_byte,
            "comment": comment_text(f"{tensor.name}: {quantization_text(tensor)}"),
        }
        for tensor in graph.variables
    ]


def operator_parts(graph: Graph, operators: str) -> list[str]:
    """Return the names of the interpreter's parts, for the operators of the model or for all."""
    if operators == "all":
        return [part for name in sorted(REGISTRY) for part in REGISTRY[name].parts]
    used = {REGISTRY[operator.name].part(graph, operator) for operator in graph.operators}
    return [part for name in sorted(REGISTRY) for part in REGISTRY[name].parts if part in used]


# Kernels that the interpreter can call with parameters that are known at compile time, and its structs that hold
# their arrays, by the names that the kernel has for them.
_SPECIAL_KERNELS = {
    "add_s8": "tm_binary_arrays",
    "conv2d_s8": "tm_weighted_arrays",
    "depthwise_conv2d_s8": "tm_weighted_arrays",
    "fully_connected_s8": "tm_weighted_arrays",
    "mul_s8": "tm_binary_arrays",
}


def _special_params(graph: Graph, layer: Layer, call: KernelCall) -> dict[str, int]:
    """Return the parameters as the interpreter prepares them: it works the offset into each dense layer's bias."""
    offset = -graph.tensors[layer.operator.inputs[0]].quantized.zero_point
    values = {name: int(value) for name, value in call.params.items()}
    return values | {"input_offset": 0 if call.kernel == "fully_connected_s8" else offset}


def _specials(plan: Plan, prefix: str) -> list[dict[str, object]]:
    """Return each kernel with parameters that the model's layers call, for the interpreter's template."""
    layers: dict[tuple[str, tuple[tuple[str, int], ...]], list[int]] = {}
    for layer in plan.layers:
        for call in layer.lowered.calls:
            if call.kernel in _SPECIAL_KERNELS:
                values = _special_params(plan.graph, layer, call)
                fields = tuple((name, values[name]) for _, name in kernels.load(call.kernel).params)
                layers.setdefault((call.kernel, fields), []).append(layer.index)
    return [
        {
            "name": f"{prefix}_special_{i}",
            "kernel": kernel,
            "arrays": _SPECIAL_KERNELS[kernel],
            "pointers": [name for _, name in kernels.load(kernel).pointers],
            "fields": fields,
            "layers": indices,
        }
        for i, ((kernel, fields), indices) in enumerate(layers.items())
    ]


def _first_row(source: Source) -> str:
    """Return the C expression of the first input row for row y of the output."""
    text = "y" if source.stride == 1 else f"y * {source.stride}"
    return f"{text} - {source.pad}" if source.pad else text


def _row_of_call(kernel: RowKernel, kept: int | None) -> str:
    """Return the C expression of the place, in rows, that call y of a kernel writes."""
    row = "y" if kernel.repeats == 1 else f"y / {kernel.repeats}"
    if kernel.height == 1 or kept == 1:
        return "0"
    return row if kept is None else f"{row} % {kept}"


def _function_comment(function: Function, labels: Sequence[str]) -> str:
    text = f"Layers: {', '.join(labels)}." if labels else "Called by other functions."
    lines = textwrap.wrap(comment_text(text), _WIDTH - 3)
    return "\n * ".join([*map(comment_text, function.summary), *lines])


def _assembly(plan: Plan, values: Mapping[str, object]) -> dict[str, str]:
    """Return the file of the plan's specialised kernels, if there are any."""
    layers: dict[str, list[str]] = {}
    for layer in plan.parts:
        for function in rows.specialised([layer.rows]):
            layers.setdefault(function.name, []).append(layer.label)
    if not layers:
        return {}
    functions = [
        {
            "function": function,
            "is_global": function.name in layers,
            "comment": _function_comment(function, layers.get(function.name, [])),
        }
        for function in rows.functions(layer.rows for layer in plan.parts)
    ]
    return {f"src/{values['prefix']}_kernels.S": render("model_kernels.S.j2", **values, functions=functions)}


def files(
    plan: Plan,
    origin: Origin,
    engine: str = "compiled",
    operators: str = "model",
    slots: Slots | None = None,
) -> dict[str, str]:
    """Return the texts of `src/`, by path inside the project, and of the libraries that they need.

    Args:
        plan: the model.
        origin: where the files come from.
        engine: "compiled" or "interpreter".
        operators: for the interpreter, "model" for those that the model needs or "all".
        slots: for the interpreter, where models that replace this one go; None: it stays.
    """
    graph = plan.graph
    used = sorted({kernel for layer in plan.layers for kernel in layer.portable})
    specialised = [function.name for function in rows.specialised(layer.rows for layer in plan.parts)]
    by_rows = any(layer.rows is not None for layer in plan.parts)
    values: dict[str, object] = {
        "version": __version__,
        "origin": origin,
        "model_name": comment_text(origin.model_name),
        "command": comment_text(origin.command),
        "prefix": origin.prefix,
        "guard": origin.prefix.upper(),
        "plan": plan,
        "graph": graph,
        "kernels": used,
        "by_rows": by_rows,
        "row_functions": list(dict.fromkeys(specialised)),
        "layers": [
            _LayerSource(plan, layer, origin.prefix, f"{origin.prefix}_layer_{layer.index}")
            for layer in plan.layers
        ],
        "takes_turns": any(layer.stream for layer in plan.layers),
        "clears": any(layer.stream and layer.stream.state_bytes for layer in plan.layers),
        "layer_outputs": [
            (plan.memory.offsets[t], graph.tensors[t].nbytes)
            for t in (layer.operator.outputs[0] for layer in plan.layers)
        ],
        "inputs": _ports(graph, plan, graph.inputs),
        "outputs": _ports(graph, plan, graph.outputs),
        "variables": _variables(graph, plan),
        "resets": bool(graph.variables) or operators == "all",
        "sha256": _wrapped(f"0x{b:02x}" for b in bytes.fromhex(graph.sha256)),
        "flatbuffer": _wrapped(map(str, graph.data)),
        "engine": engine,
        "slots": slots,
        "operators": operator_parts(graph, operators),
        "specials": _specials(plan, origin.prefix),
        "arena_bytes": arena_bytes(plan, engine),
    }
    name = origin.prefix
    template = "interpreter_model" if engine == "interpreter" else "model"
    texts = {
        f"src/{name}.h": render(f"{template}.h.j2", **values),
        f"src/{name}.c": render(f"{template}.c.j2", **values),
        f"src/{name}_tflite.h": render("model_tflite.h.j2", **values),
        f"src/{name}_tflite.c": render("model_tflite.c.j2", **values),
        "src/main.c": render("main.c.j2", **values),
    }
    if engine == "compiled":
        texts |= _assembly(plan, values)
    folder = resources.firmware() / "kernels"
    if engine == "interpreter":
        # All of it: another table of operators is all that another model may need.
        used = list(kernels.names())
        for path in sorted((resources.firmware() / "interpreter").glob("*.[ch]")):
            texts[f"lib/tinyml_interpreter/{path.name}"] = path.read_text(encoding="utf-8")
    if slots is not None:
        for path in sorted((resources.firmware() / "swap").glob("*.[ch]")):
            texts[f"{SWAP_FOLDER}/{path.name}"] = path.read_text(encoding="utf-8")
        texts[f"{SWAP_FOLDER}/tm_slots_place.h"] = render("tm_slots_place.h.j2", slots=slots)
    headers = {header for kernel in used for header in kernels.load(kernel).headers}
    for header in sorted(headers | ({*_ROW_HEADERS} if by_rows else set())):
        texts[f"lib/tinyml_kernels/{header}"] = (folder / header).read_text(encoding="utf-8")
    return texts
