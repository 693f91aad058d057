"""Arrays that were prepared on the host: used in place, and refused where no kernel may be given them."""

import struct

import numpy as np
import pytest

from tests import small_models
from tests.interpreter.program import FORM, OK, program
from tests.ops.single import values
from tests.ops.test_conv2d import conv
from tests.ops.test_softmax import softmax
from tinyml import plan as plans
from tinyml.generate import offline
from tinyml.graph import read
from tinyml.plan.interpreter import prepared


def _attached(model: bytes, arrays: bytes | None = None) -> bytes:
    """Return `model` with its memory plan and `arrays` in place of those that tinyml prepares."""
    plan = plans.make(read(model))
    data = offline.attach(plan).graph.data
    made = prepared(plan)
    assert data.count(made) == 1
    return data if arrays is None else data.replace(made, arrays)


def _changed(model: bytes, at: int, form: str, value: int) -> bytes:
    arrays = bytearray(prepared(plans.make(read(model))))
    struct.pack_into(form, arrays, at, value)
    return _attached(model, bytes(arrays))


def test_they_need_no_room_in_the_arena() -> None:
    model = small_models.classifier()
    plan = plans.make(read(model))
    inputs = [values(np.random.default_rng(0), plan.graph.tensors[at].shape) for at in plan.graph.inputs]
    computed, found = program().run(model, inputs), program().run(_attached(model), inputs)
    assert found.layers == computed.layers
    assert found.used <= computed.used - len(prepared(plan))


def test_they_are_read_and_not_computed_once_more() -> None:
    model = softmax()
    inputs = [np.arange(20, dtype=np.int8).reshape(read(model).tensors[0].shape)]  # with differences of 1
    other = program().run(_changed(model, 4, "<i", 0), inputs)
    assert other.error == OK
    assert other.outputs != program().run(model, inputs).outputs


def test_those_that_are_missing_are_computed() -> None:
    model = small_models.classifier()
    plan = plans.make(read(model))
    inputs = [values(np.random.default_rng(0), plan.graph.tensors[at].shape) for at in plan.graph.inputs]
    expected = program().run(model, inputs)
    made = prepared(plan)
    # A vector's length lies before its first byte; what is cut from its end stays in the file, unread.
    data = _attached(model)
    header = data.index(made) - 4 * (len(plan.graph.tensors) + 3) - 4
    (size,) = struct.unpack_from("<I", data, header)
    for left in range(0, len(made), 4):
        cut = data[:header] + struct.pack("<I", size - len(made) + left) + data[header + 4 :]
        found = program().run(cut, inputs)
        assert (found.error, found.layers) == (OK, expected.layers), left


@pytest.mark.parametrize("multiplier", [-1, -(2**31)])
def test_a_multiplier_below_0_is_refused(multiplier: int) -> None:
    model = conv(np.random.default_rng(0), filters=(2, 2, 2, 3))
    assert program().run(_changed(model, 4, "<i", multiplier)).error == FORM


@pytest.mark.parametrize(
    ("shift", "error"), [(-128, FORM), (-32, FORM), (-31, OK), (30, OK), (31, FORM), (127, FORM)]
)
def test_a_shift_that_a_kernel_cannot_do_is_refused(shift: int, error: int) -> None:
    model = conv(np.random.default_rng(0), filters=(2, 2, 2, 3))
    assert program().run(_changed(model, 2 * 4, "<b", shift)).error == error


@pytest.mark.parametrize(("at", "value"), [(0, 2**31 - 2), (0, 0), (1, -1), (1, -(2**31))])
def test_exponentials_that_would_leave_a_sum_out_of_range_are_refused(at: int, value: int) -> None:
    assert program().run(_changed(softmax(), 4 * at, "<i", value)).error == FORM
