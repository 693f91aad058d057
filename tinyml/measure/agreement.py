"""Whether two sets of outputs are the same, byte for byte."""

from collections.abc import Sequence

from tinyml.measure.interpreter import Array


def agreeing(expected: Sequence[Array], outputs: Sequence[Array]) -> tuple[bool, ...]:
    """Return for each sample whether all its output bytes are the expected ones.

    Args:
        expected: for each output of the model, an array of shape [n, *shape].
        outputs: the same.
    """
    pairs = list(zip(expected, outputs, strict=True))
    return tuple(all(e[n].tobytes() == o[n].tobytes() for e, o in pairs) for n in range(len(expected[0])))
