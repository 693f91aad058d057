"""The contract of exactness: every name of TFLM's own resolver, and kernels that exist."""

from tests import oracle
from tests.tflite import Builder
from tinyml import kernels
from tinyml.ops import REGISTRY, contract, tflm
from tinyml.schema import OPERATOR_NAMES


def alone(name: str) -> bytes:
    """Return a model of the operator `name`, whose form need not make sense."""
    b = Builder()
    x, y = b.tensor((1,), "float32"), b.tensor((1,), "float32")
    b.operator(name, [x], [y])
    return b.build([x], [y])


def test_every_name_of_tflms_resolver_is_in_the_table() -> None:
    names = (*OPERATOR_NAMES, *tflm.FORMS)
    known = set(names) - oracle.unknown({name: alone(name) for name in names})
    # The names of custom operators cannot be listed by probing; CUSTOM alone and DELEGATE name no operator.
    assert known - {"CUSTOM", "DELEGATE"} == set(tflm.FORMS)
    assert {row.operator for row in contract.table()} == set(tflm.FORMS)


def test_what_is_supported_is_in_the_table_with_kernels_that_exist() -> None:
    done = {(row.operator, row.types) for row in contract.table() if row.state != contract.PLANNED}
    assert done == {(name, form.types) for name, definition in REGISTRY.items() for form in definition.forms}
    for definition in REGISTRY.values():
        for form in definition.forms:
            assert set(form.kernels) <= set(kernels.names())


def test_a_row_tells_its_kernels_and_their_variants() -> None:
    (row,) = (row for row in contract.table() if (row.operator, row.types) == ("CONV_2D", "int8"))
    assert row.state == contract.EXACT
    assert all(
        kernel.startswith(("conv2d_s8 (portable", "fully_connected_s8 (portable")) for kernel in row.kernels
    )
