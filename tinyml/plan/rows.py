"""Kernels specialised for a layer: functions that compute one row of an output, and how a layer calls them.

The C function is

    void PREFIX_NAME(const int8_t *const rows[], int8_t *output, void *scratch, const void *constants)

`rows` holds the address of each input row that the output row is computed from, source after source and top to
bottom, and NULL for a row in the padding; padding to the left and right is the function's business. The generated
C loops over the rows of the output, so that whoever holds only some rows of a tensor can call the same function.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tinyml.ops import Constant
from tinyml.plan import thumb


@dataclass(frozen=True)
class Function:
    """A function in assembly for one instruction set; layers with the same code share it.

    Attributes:
        name: its name without the model's prefix; equal names mean equal code.
        summary: what it computes, with its register plan and its access order: lines of a comment.
        body: the lines behind its label, in the GNU assembler's unified syntax; a `bl` names one of `calls`.
        calls: functions that it branches to; they are no C functions, and registers pass as their summaries say.
    """

    name: str
    summary: tuple[str, ...]
    body: tuple[str, ...]
    calls: tuple["Function", ...] = ()

    @property
    def code_bytes(self) -> int:
        """The bytes of its code, without those of the functions that it calls."""
        return thumb.size(self.body)


@dataclass(frozen=True)
class Source:
    """The rows of an input that one row of the output is computed from.

    Row y of an image's output is given the input rows y * stride - pad + i * dilation, i < taps.

    Attributes:
        tensor: the input's index.
        height: rows of one image.
        row_bytes: bytes of a row.
        taps, stride, dilation, pad: in rows.
        offset: the first byte of a row that is read.
        pitch: bytes from one row to the next where that is more than `row_bytes`, else 0.
    """

    tensor: int
    height: int
    row_bytes: int
    taps: int = 1
    stride: int = 1
    dilation: int = 1
    pad: int = 0
    offset: int = 0
    pitch: int = 0

    @property
    def step(self) -> int:
        """Bytes from one row to the next."""
        return self.pitch or self.row_bytes


@dataclass(frozen=True, eq=False)
class RowCall:
    """The call of a portable kernel for one row.

    Attributes:
        kernel: its name.
        params: the fields of its struct that are the same for all rows.
        varying: the other fields, as C expressions of the call's number `y` and of `window` (see tm_rows.h).
        pointers: the further arguments in order: a tensor's index, a `Constant`, or None for the scratch.
    """

    kernel: str
    params: Mapping[str, int | float]
    varying: Mapping[str, str]
    pointers: "tuple[int | Constant | None, ...]"


@dataclass(frozen=True, eq=False)
class RowKernel:
    """How a layer is computed row by row: by a specialised function or a portable kernel.

    Attributes:
        function: the specialised function, or None.
        images: images in the batch.
        height: rows of one image of the output.
        row_bytes: bytes of a row of the output.
        offset, pitch: the same as those of a `Source`, of the output.
        sources: the inputs.
        output: the output's tensor index.
        constants: one packed array, such as weights in the function's access order; None where it needs none.
        scratch_bytes: bytes of the arena, aligned to 4, that the function may change while it runs; 0 for none.
        scratch_lag: the scratch may lie upon the input if it begins so many bytes before it, or more; None where
            it may not.
        call: the portable kernel's call instead of `function`.
        window_bytes: of the portable kernel's window, whose rows have to lie one after the other; 0 for one row.
        in_place: inputs (tensor indices) that the output may lie upon from the same first byte (see `Lowered`).
        form: how it is exact, in a few words for the layer's comment.
        repeats: calls for one row of the output. Call k is given the input rows of row k of `Source`; the row of
            the output is right after its last call.
        state_bytes: the beginning of the scratch that is kept from call to call, and zero before the first.
        summing: another kernel of the same layer, which is given the rows of its windows one after the other; None
            where there is none, or where this one is given single rows.
    """

    function: Function | None
    images: int
    height: int
    row_bytes: int
    sources: tuple[Source, ...]
    output: int
    constants: Constant | None = field(default=None)
    scratch_bytes: int = 0
    scratch_lag: int | None = field(default=None)
    call: RowCall | None = field(default=None)
    window_bytes: int = 0
    in_place: tuple[int, ...] = ()
    form: str = ""
    repeats: int = 1
    state_bytes: int = 0
    summing: "RowKernel | None" = field(default=None)
    offset: int = 0
    pitch: int = 0

    @property
    def step(self) -> int:
        """Bytes from one row of the output to the next."""
        return self.pitch or self.row_bytes

    @property
    def calls(self) -> int:
        """Calls for one image."""
        return self.height * self.repeats


def specialised(kernels: Iterable[RowKernel | None]) -> list[Function]:
    """Return the function of each of those `kernels` that have one."""
    return [kernel.function for kernel in kernels if kernel is not None and kernel.function is not None]


def functions(kernels: Iterable[RowKernel | None]) -> list[Function]:
    """Return the functions of `kernels` and all that they call, each once, callees after their first caller.

    Raises:
        ValueError: two functions of one name differ (an error in an emitter).
    """
    found: dict[str, Function] = {}
    waiting = list(reversed(specialised(kernels)))
    while waiting:
        function = waiting.pop()
        known = found.setdefault(function.name, function)
        if known.body != function.body:
            raise ValueError(f"two kernels called {function.name} differ")
        if known is function:
            waiting += reversed(function.calls)
    return list(found.values())
