"""Why a device cannot run its model, as its interpreter says it (TM_ERROR_... in firmware/runtime/tm_model.h)."""

from tinyml.schema import OPERATOR_NAMES

_OPERATOR, _ARENA = 7, 10
_TEXTS = {
    1: "an offset of the file leads out of it",
    2: "it is no TensorFlow Lite model",
    3: "it has schema version {detail}; version 3 is supported",
    4: "it has {detail} subgraphs; one is supported",
    5: "the type, shape, quantization or values of tensor {index} are impossible",
    6: "operator {index} reads or writes tensors that it cannot",
    _OPERATOR: "operator {index} is {operator}, for which the firmware was built without a kernel",
    8: "operator {index} is used in a form that is not supported",
    9: "the memory plan gives operator {index} no room of its own",
    _ARENA: "the arena is too small",
}


def reason(error: int) -> str:
    """Return why models with this TM_ERROR are refused, whatever the model."""
    return _TEXTS.get(error, "error {error}").format(error=error, index="N", detail="N", operator="OPERATOR")


def text(error: int, index: int, detail: int, model: str = "its model") -> str:
    """Return the sentence that says why the device refused its model.

    Args:
        error: the device's TM_ERROR.
        index: the tensor or operator that it names.
        detail: what else it says; for a missing kernel the operator's code.
        model: which model it was.
    """
    operator = OPERATOR_NAMES[detail] if detail < len(OPERATOR_NAMES) else f"code {detail}"
    reason = _TEXTS.get(error, "error {error}").format(error=error, index=index, detail=detail, operator=operator)
    return f"the device cannot run {model}: {reason}"


def hint(error: int) -> str:
    """Return the next step after the device refused its model."""
    if error == _OPERATOR:
        return "Generate the project again from this model, or with all operators (--operators all)."
    if error == _ARENA:
        return "Generate the project again from this model: its arena will have the size that the model needs."
    return "Generate the project again; `tinyml inspect MODEL` says what is wrong with a model."
