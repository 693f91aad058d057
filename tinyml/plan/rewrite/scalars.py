"""ADD, SUB, MUL, MAXIMUM and MINIMUM of a tensor and one constant number become a table of 256 results.

The table holds what the kernel computes for each input byte, by the same integer arithmetic; a load takes the
place of up to three requantizations. A constant of several numbers stays as it is: each would need a table of its
own.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from tinyml import fixedpoint
from tinyml.ops import Constant, KernelCall
from tinyml.plan.rewrite.draft import Draft

_INPUTS = 2
_LEFT_SHIFT = 20  # TM_SCALED_SUM_S8_LEFT_SHIFT
_BYTES = np.arange(256, dtype=np.uint8).view(np.int8).tolist()

Params = Mapping[str, int | float]


def rewrite(draft: Draft) -> list[str]:
    """Tabulate each operator of a tensor and a number."""
    done = []
    for operator in draft.current():
        if len(operator.inputs) != _INPUTS or (lowered := draft.lowered(operator)) is None:
            continue
        (output,) = operator.outputs[:1] or (-1,)
        found = _table(lowered.calls[0]) if len(lowered.calls) == 1 else None
        if found is None or draft.tensors[found[0]].elements != draft.tensors[output].elements:
            continue
        source, table = found
        merged = replace(operator.merged, table=table)
        draft.replace(operator, replace(operator, inputs=(source,), merged=merged))
        done.append(f"{draft.label(operator)} is a table")
    return done


def _table(call: KernelCall) -> tuple[int, bytes] | None:
    """Return a call's computed input and its results for each byte of it; None where it is no such operator."""
    if call.kernel not in _FUNCTIONS:
        return None
    first, second, _ = call.pointers
    params, function = call.params, _FUNCTIONS[call.kernel]
    if isinstance(second, Constant) and not isinstance(first, Constant):
        number = _number(second)
        source, results = first, None if number is None else [function(params, x, number) for x in _BYTES]
    elif isinstance(first, Constant) and not isinstance(second, Constant):
        number = _number(first)
        source, results = second, None if number is None else [function(params, number, x) for x in _BYTES]
    else:
        return None
    return None if results is None else (source, np.array(results, np.int8).tobytes())


def _number(constant: Constant) -> int | None:
    """Return the number that a constant consists of; None where it holds several."""
    values = np.unique(constant.values)
    return int(values[0]) if len(values) == 1 else None


def _scaled(params: Params, number: int, value: int) -> int:
    widened = (value + int(params[f"input{number}_offset"])) << _LEFT_SHIFT
    return fixedpoint.requantize(
        widened, int(params[f"input{number}_multiplier"]), int(params[f"input{number}_shift"])
    )


def _output(params: Params, result: int) -> int:
    scaled = fixedpoint.requantize(result, int(params["output_multiplier"]), int(params["output_shift"]))
    wrapped = fixedpoint.wrap(scaled + int(params["output_offset"]))
    return fixedpoint.clamp(wrapped, int(params["activation_min"]), int(params["activation_max"]))


def _add(params: Params, a: int, b: int) -> int:
    return _output(params, fixedpoint.wrap(_scaled(params, 1, a) + _scaled(params, 2, b)))


def _sub(params: Params, a: int, b: int) -> int:
    return _output(params, fixedpoint.wrap(_scaled(params, 1, a) - _scaled(params, 2, b)))


def _mul(params: Params, a: int, b: int) -> int:
    return _output(params, (a + int(params["input1_offset"])) * (b + int(params["input2_offset"])))


def _extremum(params: Params, a: int, b: int) -> int:
    return max(a, b) if params["maximum"] else min(a, b)


_FUNCTIONS: Mapping[str, Callable[[Params, int, int], int]] = {
    "add_s8": _add,
    "extremum_s8": _extremum,
    "mul_s8": _mul,
    "sub_s8": _sub,
}
"""What the kernels compute of two int8 values."""
