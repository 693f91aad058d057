"""Operators on constants alone are computed here, and their outputs become constants of the model.

Only kernels are evaluated of which every result is certain: those that move bytes, tables, and conversions between
int8 and float32, which are one rounding of a 32-bit float (as IEEE 754 and NumPy have it). A constant that takes
more flash than the operator did is not made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tinyml.graph import Operator
from tinyml.ops import Constant, KernelCall, Lowered
from tinyml.plan.rewrite.draft import Draft

Bytes = npt.NDArray[np.uint8]

_OF_SHAPES = ("SHAPE", "ZEROS_LIKE")  # whose results the input's values have no part in
_CALL_BYTES = 72  # of a call's parameters and code, at least; a constant may take them up


def rewrite(draft: Draft) -> list[str]:
    """Compute what depends on constants alone."""
    done = []
    for operator in draft.current():
        if operator.name not in _OF_SHAPES and any(
            t != -1 and not draft.tensors[t].is_constant for t in operator.inputs
        ):
            continue
        lowered = draft.lowered(operator)
        if lowered is None or not _is_constant(operator, lowered) or any(map(draft.is_output, operator.outputs)):
            continue
        results = _results(draft, operator, lowered.calls)
        if _growth(results, lowered.calls) > 0:
            continue
        before = [draft.tensors[t] for t in operator.outputs]
        readers = [reader for t in operator.outputs for reader in draft.readers(t)]
        for tensor in before:
            draft.set_tensor(replace(tensor, data=results[tensor.index].tobytes()))
        if any(draft.lowered(reader) is None for reader in readers):  # a form that a reader cannot take
            for tensor in before:
                draft.set_tensor(tensor)
            continue
        draft.remove(operator)
        done.append(f"{draft.label(operator)} is a constant")
    return done


def _is_constant(operator: Operator, lowered: Lowered) -> bool:
    """Return whether an operator's calls read constants only, and this module can evaluate them all."""
    return bool(lowered.calls) and all(
        call.kernel in _EVALUATE
        and call.pointers[-1] in operator.outputs
        and all(isinstance(pointer, Constant) for pointer in call.pointers[:-1])
        for call in lowered.calls
    )


def _growth(results: Mapping[int, Bytes], calls: Sequence[KernelCall]) -> int:
    """Return by how many bytes of flash constants outgrow the calls that they replace."""
    arrays = sum(p.values.nbytes for call in calls for p in call.pointers if isinstance(p, Constant))
    return sum(values.nbytes for values in results.values()) - arrays - _CALL_BYTES * len(calls)


def _results(draft: Draft, operator: Operator, calls: Sequence[KernelCall]) -> dict[int, Bytes]:
    """Return the bytes of an operator's outputs, by tensor index."""
    results = {t: np.zeros(draft.tensors[t].nbytes, np.uint8) for t in operator.outputs}
    for call in calls:
        *inputs, output = call.pointers
        assert not isinstance(output, Constant)
        arrays = [pointer.values for pointer in inputs if isinstance(pointer, Constant)]
        _EVALUATE[call.kernel](call.params, arrays, results[output])
    return results


Params = Mapping[str, int | float]
Arrays = Sequence[npt.NDArray[np.generic]]


def _bytes(array: npt.NDArray[np.generic]) -> Bytes:
    return np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)


def _lookup(params: Params, arrays: Arrays, output: Bytes) -> None:
    source, table = map(_bytes, arrays)
    output[:] = table[source]


def _copy(params: Params, arrays: Arrays, output: Bytes) -> None:
    rows, size, start = int(params["rows"]), int(params["row_size"]), int(params["output_start"])
    places = start + int(params["output_step"]) * np.arange(rows)[:, None] + np.arange(size)
    output[places] = _bytes(arrays[0])[: rows * size].reshape(rows, size)


def _places(params: Params, side: str) -> npt.NDArray[np.int64]:
    """Return where the bytes of a strided copy lie in its input or output."""
    places = np.array([int(params[f"{side}_start"])], np.int64)
    for loop in range(5):
        steps = int(params[f"{side}_step_{loop}"]) * np.arange(int(params[f"size_{loop}"]))
        places = (places[:, None] + steps).reshape(-1)
    return (places[:, None] + np.arange(int(params["run"]))).reshape(-1)


def _strided_copy(params: Params, arrays: Arrays, output: Bytes) -> None:
    output[_places(params, "output")] = _bytes(arrays[0])[_places(params, "input")]


def _pad(params: Params, arrays: Arrays, output: Bytes) -> None:
    sizes = [int(params[f"size_{i}"]) for i in range(4)]
    around = [(int(params[f"before_{i}"]), int(params[f"after_{i}"])) for i in range(4)]
    value = int(params["value"]) & 0xFF
    output[:] = np.pad(_bytes(arrays[0]).reshape(sizes), around, constant_values=value).reshape(-1)


def _dequantize(params: Params, arrays: Arrays, output: Bytes) -> None:
    steps = _bytes(arrays[0]).view(np.int8).astype(np.int32) - int(params["zero_point"])
    output[:] = _bytes(np.float32(params["scale"]) * steps.astype(np.float32))


def _quantize(params: Params, arrays: Arrays, output: Bytes) -> None:
    with np.errstate(all="ignore"):
        steps = _bytes(arrays[0]).view(np.float32) / np.float32(params["scale"])
    steps = np.clip(np.where(np.isnan(steps), np.float32(0), steps), np.float32(-512), np.float32(512))
    whole = np.trunc(steps)
    rest = steps - whole  # exact
    rounded = whole.astype(np.int32) + (rest >= 0.5) - (rest <= -0.5)
    output[:] = _bytes(np.clip(rounded + int(params["zero_point"]), -128, 127).astype(np.int8))


_EVALUATE: Mapping[str, Callable[[Params, Arrays, Bytes], None]] = {
    "copy_s8": _copy,
    "dequantize_s8_f32": _dequantize,
    "lookup_s8": _lookup,
    "pad_s8": _pad,
    "quantize_f32_s8": _quantize,
    "strided_copy": _strided_copy,
}
"""What the kernels do, by name; each fills its output."""
