"""The C arithmetic against the host's, at the ends of their ranges."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.objects import FLAGS, SANITIZERS
from tinyml import fixedpoint, resources

_PROGRAM = r"""
#include <stdio.h>
#include "tm_requantize.h"
int main(void) {
  int32_t given[3];
  while (fread(given, sizeof given, 1, stdin) == 1) {
    const int32_t right = given[2] < 0;
    const int32_t found[2] = {tm_requantize(given[0], given[1], given[2]),
                              right ? tm_requantize_right(given[0], given[1], given[2]) : 0};
    fwrite(found, sizeof found, 1, stdout);
  }
  return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_requantize_is_the_hosts(tmp_path: Path, level: str) -> None:
    source, program = tmp_path / "main.c", tmp_path / "main"
    source.write_text(_PROGRAM)
    include = f"-I{resources.firmware() / 'kernels'}"
    subprocess.run(["gcc", *FLAGS, level, *SANITIZERS, include, source, "-o", program], check=True, timeout=60)

    rng = np.random.default_rng(0)
    ends = [-(1 << 31), -(1 << 31) + 1, -(1 << 30), -1, 0, 1, 1 << 30, (1 << 31) - 1]
    size = 20_000
    sums = np.where(rng.random(size) < 0.3, rng.choice(ends, size), rng.integers(-(1 << 31), 1 << 31, size))
    sums >>= rng.integers(0, 32, size)
    factors = rng.choice([0, 1 << 30, (1 << 30) + 1, (1 << 31) - 1, *rng.integers(1 << 30, 1 << 31, 9)], size)
    shifts = rng.integers(-31, 31, size)
    given = np.stack([sums, factors, shifts], axis=1)

    answer = subprocess.run([program], input=given.astype("<i4").tobytes(), capture_output=True, timeout=60)
    assert answer.returncode == 0, answer.stderr.decode()
    found = np.frombuffer(answer.stdout, "<i4").reshape(-1, 2).tolist()
    expected = [fixedpoint.requantize(*row) for row in given.tolist()]
    assert [general for general, _ in found] == expected
    assert [right for _, right in found] == [
        value if shift < 0 else 0 for value, shift in zip(expected, shifts.tolist(), strict=True)
    ]
