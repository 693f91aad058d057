"""Functions of one byte go into what computes the byte.

Each is a table of 256 results, so that nothing is left to argue: two in a row are one table; one that only clamps,
behind an operator that clamps, narrows that one's bounds; one that gives back each byte is no operation. What the
first one's results cannot be needs not to hold: a RELU behind RELU6 is nothing, whatever it does below 0.

The first operator keeps computing with its own output's quantization, so that it takes the second one's output as
its own only where both are quantized alike; tables carry their arithmetic with them and need no such care.
"""

from dataclasses import replace

import numpy as np

from tinyml.fixedpoint import clamp
from tinyml.graph import Operator
from tinyml.ops import Constant, KernelCall
from tinyml.ops.lookup import IDENTITY, KERNEL
from tinyml.plan.rewrite.draft import Draft

# Kernels whose last step clamps to activation_min and activation_max.
CLAMPING = frozenset(
    (
        "add_s8",
        "average_pool2d_s8",
        "conv2d_s8",
        "depthwise_conv2d_s8",
        "fully_connected_s8",
        "max_pool2d_s8",
        "mul_s8",
        "sub_s8",
        "transpose_conv_s8",
    )
)


def rewrite(draft: Draft) -> list[str]:
    """Put each function of a byte into what computes the byte, or leave it out where it does nothing."""
    done = []
    for operator in draft.current():
        table = table_of(draft, operator)
        if table is None:
            continue
        first = draft.writer(operator.inputs[0])
        alone = draft.only_reader(operator.inputs[0]) is operator
        line = None
        if first is not None and alone:
            line = _joined(draft, first, operator, table) or _clamped(draft, first, operator, table)
        if line is None and table == IDENTITY and operator.merged.table != IDENTITY:
            draft.replace(operator, _tabulated(operator, operator.inputs[0], table))
            line = f"{draft.label(operator)} changes nothing"
        if line is not None:
            done.append(line)
    return done


def table_of(draft: Draft, operator: Operator) -> bytes | None:
    """Return the results of an operator's 256 input bytes; None where it is no such function."""
    if operator.merged.table is not None:
        return operator.merged.table
    lowered = draft.lowered(operator)
    if lowered is None or len(lowered.calls) != 1 or lowered.calls[0].kernel != KERNEL:
        return None
    source, table, _ = lowered.calls[0].pointers
    if isinstance(source, Constant) or not isinstance(table, Constant):
        return None
    return table.values.tobytes()


def _tabulated(operator: Operator, source: int, table: bytes) -> Operator:
    return replace(operator, inputs=(source,), merged=replace(operator.merged, table=table))


def _joined(draft: Draft, first: Operator, second: Operator, table: bytes) -> str | None:
    """Make one table of two in a row."""
    before = table_of(draft, first)
    if before is None:
        return None
    line = f"{draft.label(first)} and {draft.label(second)} are one table"
    both = _tabulated(second, first.inputs[0], before.translate(table))
    # At the first one's place: its input is needed no longer than before.
    draft.merge(first, second, replace(both, index=first.index, number=draft.number(second)))
    return line


def _clamped(draft: Draft, first: Operator, second: Operator, table: bytes) -> str | None:
    """Narrow the bounds of the first operator to those of the second, where that is all that the second does."""
    call = _clamping_call(draft, first)
    before, after = draft.tensors[first.outputs[0]], draft.tensors[second.outputs[0]]
    if call is None or (before.type, before.quantization) != (after.type, after.quantization):
        return None
    low, high = int(call.params["activation_min"]), int(call.params["activation_max"])
    results = np.frombuffer(table, np.int8).tolist()
    reached = {x: results[x & 0xFF] for x in range(low, high + 1)}
    least, most = min(reached.values()), max(reached.values())
    if any(y != clamp(x, least, most) for x, y in reached.items()):
        return None
    bounded = replace(first, outputs=second.outputs, merged=replace(first.merged, bounds=(least, most)))
    if not _differs_by(call, _clamping_call(draft, bounded), (least, most)):
        return None
    line = f"{draft.label(second)} is the activation of {draft.label(first)}"
    draft.merge(second, first, bounded)
    return line


def _clamping_call(draft: Draft, operator: Operator) -> KernelCall | None:
    lowered = draft.lowered(operator)
    if lowered is None or len(lowered.calls) != 1 or lowered.calls[0].kernel not in CLAMPING:
        return None
    return lowered.calls[0]


def _differs_by(call: KernelCall, other: KernelCall | None, bounds: tuple[int, int]) -> bool:
    """Return whether `other` is the same call with these bounds."""
    bounded = dict(call.params) | {"activation_min": bounds[0], "activation_max": bounds[1]}
    return other is not None and (other.kernel, dict(other.params)) == (call.kernel, bounded)
