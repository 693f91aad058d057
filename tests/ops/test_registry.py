import pytest

from tests.ops.twins import twins
from tests.ops.unary import unary
from tests.tflite import Builder
from tinyml import ops, resources
from tinyml.errors import ModelError
from tinyml.graph import read


def test_every_operator_has_its_files_and_its_tests() -> None:
    for name, definition in ops.REGISTRY.items():
        assert definition.file.replace("_", "") == name.replace("_", "").lower()
        interpreter = resources.firmware() / "interpreter"
        assert (interpreter / f"tm_op_{definition.file}.c").is_file()
        assert (interpreter / f"tm_op_{definition.file}_wide.c").is_file() == definition.wide
        assert set(twins()[name].cases) == {form.types for form in definition.forms}
        assert twins()[name].small


def test_all_unsupported_operators_are_named_at_once() -> None:
    b = Builder()
    tensors = [b.tensor((4,), scale=0.1) for _ in range(4)]
    for i, name in enumerate(["COS", "RELU", "ATAN2"]):
        b.operator(name, [tensors[i]], [tensors[i + 1]])
    with pytest.raises(
        ModelError,
        match=r"2 operators .* 0 COS \(t1\): TFLM has it, tinyml not yet; 2 ATAN2 \(t3\): TFLM does not",
    ) as caught:
        ops.lower(read(b.build(tensors[:1], tensors[3:])))
    assert "tinyml ops" in caught.value.hint


@pytest.mark.parametrize("name", sorted(ops.REGISTRY))
def test_an_operator_without_inputs_or_outputs_is_refused(name: str) -> None:
    for given, made in (([], [1]), ([-1, -1], [1]), ([0], []), ([0] * 11, [1])):
        b = Builder()
        tensors = [b.tensor((4,), scale=0.1), b.tensor((4,), scale=0.1)]
        b.operator(name, [tensors[i] if i >= 0 else -1 for i in given], [tensors[i] for i in made])
        if not made:  # something else must give the model an output
            b.operator("RELU", [tensors[0]], [tensors[1]])
        graph = read(b.build(tensors[:1], tensors[1:]))
        with pytest.raises(ModelError, match=f"operator 0 {name}"):
            ops.REGISTRY[name].lower(graph, graph.operators[0])


@pytest.mark.parametrize("name", sorted(ops.REGISTRY))
def test_a_tensor_without_quantization_is_refused(name: str) -> None:
    if name in ("RESHAPE", "CAST", "ZEROS_LIKE"):
        return  # numbers are not quantized
    graph = read(unary(name, shape=(2, 2), scales=(None, None), options=None))
    with pytest.raises(ModelError):
        ops.lower(graph)
