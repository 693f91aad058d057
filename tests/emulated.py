"""Projects built and run on emulated boards, for tests of the whole chain."""

import shutil

import pytest

from tests.build.projects import BOARDS, DEPLOYED, needs_compiler, needs_qemu
from tinyml.measure.interpreter import oracle_available

__all__ = ["BOARDS", "DEPLOYED", "needs_chain", "needs_compiler", "needs_qemu"]

needs_chain = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None or shutil.which("qemu-system-arm") is None or not oracle_available(),
    reason="needs arm-none-eabi-gcc, qemu-system-arm and tflite-micro; one of them is not installed",
)
