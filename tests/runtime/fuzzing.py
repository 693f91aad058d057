"""The device's half of the link under libFuzzer and the sanitizers."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.runtime.host_device import LINE_POLLED, write_headers
from tinyml import resources

HERE = Path(__file__).parent
PARTS = ("runtime", "swap")
SLOTS = """\
extern uint32_t fuzzed_slots[];
#define TM_SLOTS_START fuzzed_slots
#define TM_SLOT_BYTES 160u
#define TM_SLOTS_IN_FLASH 0
"""
MOST_BYTES = 600  # of an input: some 40 frames by choices, or one raw frame that is too long


@dataclass(frozen=True)
class Figures:
    """What a run tells.

    Attributes:
        code: the exit code; not 0 where something was found.
        frames: how many frames passed the frame check.
        said: the end of the output.
    """

    code: int
    frames: int
    said: str


def build(folder: Path, sources: list[Path] | None = None) -> Path:
    """Compile the fuzzer in `folder`; return the program.

    Args:
        folder: where.
        sources: the runtime's, where not the repository's own.
    """
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    write_headers(folder)
    sources = sources or [path for part in PARTS for path in sorted((resources.firmware() / part).glob("*.c"))]
    (folder / "tm_slots_place.h").write_text(SLOTS, encoding="utf-8")
    program = folder / "fuzz_device"
    # The sanitizer guards no variable that has a section of its own.
    flags = [
        "-std=gnu99",
        "-g",
        "-O1",
        "-DTM_LINK=",
        LINE_POLLED,
        "-fsanitize=fuzzer,address,undefined",
        "-fno-sanitize-recover=all",
    ]
    includes = [f"-I{folder}", *(f"-I{resources.firmware() / part}" for part in PARTS)]
    command = ["clang", *flags, *includes, *map(str, sources), str(HERE / "fuzz_device.c")]
    subprocess.run([*command, "-o", str(program)], check=True, timeout=120)
    return program


def _seed(folder: Path) -> None:
    """Write inputs to begin with; what is telling in them, libFuzzer finds out."""
    folder.mkdir()
    for i, data in enumerate([b"\x10" + bytes(range(100)), b"\x10" + bytes(400), b"\0" + b"\1" * 590]):
        (folder / str(i)).write_bytes(data)


def fuzz(program: Path, seconds: float, seed: int, findings: Path) -> Figures:
    """Run the fuzzer for so many seconds; what it finds lies in the folder `findings`."""
    findings.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = Path(temporary) / "corpus"
        _seed(corpus)
        options = [
            f"-max_total_time={seconds:.0f}",
            f"-seed={seed}",
            f"-max_len={MOST_BYTES}",
            "-timeout=10",
            "-len_control=0",
        ]
        options += [f"-artifact_prefix={findings}/", "-print_final_stats=0", "-verbosity=0"]
        ran = subprocess.run(
            [program, *options, str(corpus)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds + 60,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
        )
    found = re.search(r"(\d+) frames past the check", ran.stdout)
    return Figures(ran.returncode, int(found[1]) if found else 0, (ran.stdout + ran.stderr)[-3000:])
