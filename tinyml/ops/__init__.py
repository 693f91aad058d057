"""The operators: one file an operator, each with its `OPERATOR`, a `Definition`.

`REGISTRY` is the one list of what is supported; `lower(graph)` names all that is not, before anything is built.

Adding an operator, say TANH, or a form of it:

1. `tinyml/ops/tanh.py`: `lower(graph, operator) -> Lowered`, and `OPERATOR = Definition("TANH", lower, forms)`,
   whose forms are spelled as in `tflm.py`. Where TFLM is undefined or wrong, the file says so and `lower` refuses.
2. `firmware/kernels/`: the kernels that the forms name; for the interpreter `firmware/interpreter/tm_op_tanh.c`,
   and `tm_op_tanh_wide.c` for int16, int32 and int64, where a `wide` definition keeps these out of other firmware.
3. `tests/ops/test_tanh.py`: `CASES`, the random models of each form; `SMALL`, the models that are damaged; `grow`,
   which adds the operator to a composed model (tests/ops/twins.py says what each is).
4. Its line in `_FILES` below.

An operator that keeps state from one inference to the next names its variable tensors (`Lowered.state`, and
`tm_state_read` in the interpreter): plans, resets and the comparison with TFLM follow.

All else follows: `tinyml ops` and the contract's tests, `tools/check_ops`, composed models, fuzzing, the tables of
operators that interpreters are built with. A form of an operator that is there needs no line, only its `Form`, its
kernels and its cases. `tools/check_ops --operator TANH --count 1000` then proves it, also with `--board` and
`--engine interpreter`. What is not exact is shrunk to a model in `tests/corpus/`, which the suite runs afterwards.
"""

from importlib import import_module

from tinyml.errors import ModelError
from tinyml.graph import Graph, Operator
from tinyml.ops import lookup, tflm
from tinyml.ops.definition import Definition
from tinyml.ops.lowering import Constant, KernelCall, Lowered, refuse

__all__ = ["REGISTRY", "Constant", "Definition", "KernelCall", "Lowered", "lower", "lower_operator"]

_FILES = (
    "abs",
    "add",
    "add_n",
    "arg_max",
    "arg_min",
    "average_pool2d",
    "batch_matmul",
    "batch_to_space_nd",
    "broadcast_args",
    "broadcast_to",
    "cast",
    "concatenation",
    "conv2d",
    "cumsum",
    "depth_to_space",
    "depthwise_conv2d",
    "dequantize",
    "div",
    "dynamic_update_slice",
    "elu",
    "embedding_lookup",
    "equal",
    "expand_dims",
    "fill",
    "fully_connected",
    "gather",
    "gather_nd",
    "greater",
    "greater_equal",
    "hard_swish",
    "l2_normalization",
    "leaky_relu",
    "less",
    "less_equal",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logistic",
    "max_pool2d",
    "maximum",
    "mean",
    "minimum",
    "mirror_pad",
    "mul",
    "not_equal",
    "pack",
    "pad",
    "padv2",
    "prelu",
    "quantize",
    "reduce_all",
    "reduce_max",
    "reduce_min",
    "relu",
    "relu6",
    "reshape",
    "resize_bilinear",
    "resize_nearest_neighbor",
    "reverse_v2",
    "rsqrt",
    "select_v2",
    "shape",
    "slice",
    "softmax",
    "space_to_batch_nd",
    "space_to_depth",
    "split",
    "split_v",
    "squared_difference",
    "squeeze",
    "strided_slice",
    "sub",
    "sum",
    "svdf",
    "tanh",
    "transpose",
    "transpose_conv",
    "unidirectional_sequence_lstm",
    "unpack",
    "zeros_like",
)


def _definition(file: str) -> Definition:
    found: Definition = import_module(f"{__name__}.{file}").OPERATOR
    return found


REGISTRY: dict[str, Definition] = {found.name: found for found in map(_definition, _FILES)}


def _unsupported(name: str) -> str:
    if name in tflm.FORMS:
        return "TFLM has it, tinyml not yet"
    return "TFLM does not have it either" if not name.startswith("CUSTOM") else "a custom operator"


def lower_operator(graph: Graph, operator: Operator) -> Lowered:
    """Lower one operator of `graph`, whose name is in `REGISTRY`.

    Raises:
        ModelError: it is used in a form that is not supported.
    """
    if operator.merged.table is not None:
        return lookup.tabulated(graph, operator, operator.merged.table)
    found = REGISTRY[operator.name].lower(graph, operator)
    for at in operator.inputs:
        if at != -1 and graph.tensors[at].is_variable and at not in found.state:
            raise refuse(graph, operator, f"it reads tensor {at}, a variable, which is not its state")
    return found


def lower(graph: Graph) -> tuple[Lowered, ...]:
    """Lower every operator of `graph`, in order.

    Raises:
        ModelError: operators are not supported (all of them are named at once), or one of them is used in a
            form that is not.
    """
    missing = [op for op in graph.operators if op.name not in REGISTRY]
    if missing:
        what = "operator is" if len(missing) == 1 else "operators are"
        named = "; ".join(f"{graph.label(op)}: {_unsupported(op.name)}" for op in missing)
        names = ", ".join(sorted({op.name for op in missing}))
        raise ModelError(
            f"{len(missing)} {what} not supported: {named}",
            f"Replace {names} in the model; `tinyml ops` lists what is supported and planned.",
        )
    return tuple(lower_operator(graph, op) for op in graph.operators)
