import shutil
import subprocess
from pathlib import Path

import pytest

from tests.host import pack
from tinyml import kernels, resources


@pytest.mark.parametrize("name", kernels.names())
def test_every_kernel_declares_its_interface(name: str) -> None:
    kernel = kernels.load(name)
    assert kernel.name == name
    assert kernel.headers[-1] == f"{name}.h"
    assert all(header.startswith("tm_") for header in kernel.headers[:-1])
    assert len(kernel.pointers) >= 2
    *sources, (output_type, output) = kernel.pointers
    assert output == "output"
    assert not output_type.startswith("const")
    assert all(c_type.startswith("const ") != source.endswith("state") for c_type, source in sources)
    text = (resources.firmware() / "kernels" / f"{name}.h").read_text()
    assert "Reach:" in text


def test_no_field_of_a_kernel_s_params_is_missed(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    source = tmp_path / "sizes.c"
    lines = [
        f'#include "{name}.h"\n'
        f"typedef char {name}_size[sizeof(tm_{name}_params) == {4 * len(kernels.load(name).params)} ? 1 : -1];"
        for name in kernels.names()
    ]
    source.write_text("\n".join(lines))
    include = f"-I{resources.firmware() / 'kernels'}"
    subprocess.run(["gcc", "-std=c99", "-fsyntax-only", include, source], check=True, timeout=60)


def test_shared_headers_come_before_their_users() -> None:
    headers = kernels.load("conv2d_s8").headers
    assert headers.index("tm_kernel.h") < headers.index("tm_requantize.h") < headers.index("tm_channel.h")
    assert len(set(headers)) == len(headers)


def test_a_header_without_a_kernel_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "broken_s8.h").write_text("typedef struct {\n  int32_t size;\n} tm_other_params;\n")
    monkeypatch.setattr(resources, "firmware", lambda: tmp_path)
    assert kernels.names() == ("broken_s8",)
    with pytest.raises(ValueError, match="tm_broken_s8_params"):
        kernels.load("broken_s8")


def test_params_are_packed_in_the_struct_s_order() -> None:
    kernel = kernels.load("quantize_f32_s8")
    packed = pack(kernel, {"scale": 1.0, "zero_point": -1, "size": 2})
    assert packed == b"\x02\0\0\0\xff\xff\xff\xff\0\0\x80\x3f"
