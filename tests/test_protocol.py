import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tinyml import protocol, resources

TEXT = (resources.firmware() / "protocol.toml").read_text()


def test_header_has_the_layout_that_python_packs(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    p = protocol.load()
    bodies = {
        f"tm_{m.name}_{kind}": body
        for m in p.messages.values()
        for kind, body in (("request", m.request), ("response", m.response))
        if body is not None and body.fields
    }
    lines = [f'  printf("%u\\n", (unsigned)offsetof({t}, {f.name}));' for t, b in bodies.items() for f in b.fields]
    lines += [
        f'  printf("%u\\n", (unsigned)sizeof({t}));' for t in ["tm_header", "tm_request", "tm_response", *bodies]
    ]
    (tmp_path / "tm_protocol.h").write_text(protocol.render_header())
    (tmp_path / "layout.c").write_text(
        '#include "tm_protocol.h"\n#include <stddef.h>\n#include <stdio.h>\n'
        "int main(void) {\n" + "\n".join(lines) + '\n  printf("%u\\n", TM_PROTOCOL_HASH);\n}\n'
    )
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    subprocess.run(["gcc", *flags, "layout.c", "-o", "layout"], cwd=tmp_path, check=True, timeout=60)
    printed = subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True, timeout=10).stdout

    expected = []
    for body in bodies.values():
        offset = 0
        for field in body.fields:
            expected.append(offset)
            offset += {"u8": 1, "u16": 2, "u32": 4, "bytes": 1}[field.base] * (field.count or 1)
    frame = p.limits["frame_bytes"]
    expected += [p.header.size, frame, frame]
    expected += [b.size + (b.rest.count or 0 if b.rest else 0) for b in bodies.values()]
    assert [int(line) for line in printed.split()] == [*expected, p.hash]


def test_link_buffers_are_small() -> None:
    assert 2 * protocol.load().limits["frame_bytes"] <= 1000


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('iterations = "u32"', 'iterations = "u16"', "2 bytes, not a multiple of 4"),
        ('iterations = "u32"', 'small = "u8", iterations = "u32"', "iterations (4 bytes) lies at byte 1"),
        ('iterations = "u32"', 'iterations = "i64"', "has the type 'i64'"),
        ('size = "u32", data = "bytes"', 'data = "bytes", size = "u32"', "size follows data"),
        ('"u8[32]"', '"u8[512]"', "a frame has room for 472"),
        ("id = 4\n", "id = 3\n", "message invoke has the id 3"),
        ('iterations = "u32"', 'Iterations = "u32"', "is not a name"),
        ("inference = true", "interference = true", "interference"),
    ],
)
def test_a_wrong_definition_is_refused(before: str, after: str, problem: str) -> None:
    assert before in TEXT
    with pytest.raises(ValueError, match=re.escape(problem)):
        protocol.parse(TEXT.replace(before, after, 1))


def test_hash_tells_what_is_sent_and_nothing_else() -> None:
    p = protocol.load()
    assert protocol.parse(TEXT.replace("Runs one layer", "Runs a layer")).hash == p.hash
    assert protocol.parse(TEXT.replace("answer = { value = 6.0", "answer = { value = 7.0")).hash == p.hash
    for before, after in [
        ('digest = "u32", size = "u32"', 'size = "u32", digest = "u32"'),
        ("id = 255", "id = 254"),
        ("frame_bytes = { value = 480", "frame_bytes = { value = 476"),
    ]:
        assert before in TEXT
        assert protocol.parse(TEXT.replace(before, after)).hash != p.hash


def test_bodies_survive_packing() -> None:
    p = protocol.load()
    body = p.messages["get_output"].response
    values: dict[str, protocol.Value] = {"size": 700, "data": b"abc"}
    assert body.unpack(body.pack(values)) == values
    hello = p.messages["hello"].response
    assert len(hello.pack({f.name: bytes(f.count) if f.count else 1 for f in hello.fields})) == hello.size


def test_a_body_of_a_wrong_size_is_refused() -> None:
    body = protocol.load().messages["invoke"].response
    for size in (0, 11, 13):
        with pytest.raises(ValueError, match=f"a body of {size} bytes came where 12 are due"):
            body.unpack(bytes(size))
    with pytest.raises(ValueError, match="were given for"):
        body.pack({"start": 1})


def test_the_document_is_rendered_from_the_definition(request: pytest.FixtureRequest) -> None:
    document = resources.firmware() / "PROTOCOL.md"
    text = protocol.render_document()
    if request.config.getoption("--update-golden"):
        document.write_text(text, encoding="utf-8")
    assert document.read_text(encoding="utf-8") == text
    p = protocol.load()
    for name in (*p.limits, *p.timeouts, *p.messages, *(status for status, _ in p.statuses)):
        assert f"`{name}`" in text


def test_a_request_is_sent_a_bounded_number_of_times() -> None:
    assert protocol.sendings() == 6
