"""PAD becomes the padding of the convolution behind it: nothing is copied, and the larger image never exists.

A tap in a convolution's padding adds nothing, as does an input of the zero point. So this holds where PAD writes
the zero point, around the image only, into a tensor quantized as its input is, and the convolution alone reads it.
"""

from dataclasses import replace

from tinyml.graph import Operator
from tinyml.plan.rewrite.draft import Draft

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
_RANK = 4


def rewrite(draft: Draft) -> list[str]:
    """Put each PAD into the convolution that reads it."""
    done = []
    for pad in reversed(draft.operators()):  # of two in a row, the second is put into the convolution first
        if pad.name not in ("PAD", "PADV2"):
            continue
        reader = draft.only_reader(pad.outputs[0])
        around = None if reader is None else _around(draft, pad, reader)
        if reader is None or around is None:
            continue
        inner = reader.merged.around
        summed = tuple((a[0] + b[0], a[1] + b[1]) for a, b in zip(around, inner, strict=True))
        merged = replace(reader.merged, around=(summed[0], summed[1]))
        other = replace(reader, inputs=(pad.inputs[0], *reader.inputs[1:]), merged=merged)
        if draft.lowered(other) is None:
            continue
        done.append(f"{draft.label(pad)} is the padding of {draft.label(reader)}")
        draft.merge(pad, reader, other)
    return done[::-1]


def _around(draft: Draft, pad: Operator, reader: Operator) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the rows and columns of zero points that `reader` would see; None where `pad` does more or other."""
    source, padded = draft.tensors[pad.inputs[0]], draft.tensors[pad.outputs[0]]
    lowered = draft.lowered(pad)
    if reader.name not in _CONVOLUTIONS or reader.inputs[0] != padded.index or lowered is None:
        return None
    if source.is_constant or len(source.shape) != _RANK or source.quantization != padded.quantization:
        return None
    if not all(call.kernel == "pad_s8" for call in lowered.calls):
        return None
    (call,) = lowered.calls
    if call.params["value"] != padded.quantized.zero_point:
        return None
    paddings = draft.tensors[pad.inputs[1]].values.astype(int).tolist()
    batches, rows, columns, channels = ((before, after) for before, after in paddings)
    return (rows, columns) if batches == channels == (0, 0) else None
