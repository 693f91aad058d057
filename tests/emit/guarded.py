"""Kernels specialised for layers, run on an emulated board with guard zones around every buffer."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import serial

from tests import oracle
from tests.ops.single import Case
from tests.run import images
from tinyml import board as boards
from tinyml import plan as plans
from tinyml import resources
from tinyml.emit import specialise
from tinyml.generate import Origin
from tinyml.generate.source import files
from tinyml.graph import read
from tinyml.plan import Plan
from tinyml.plan.rows import RowKernel
from tinyml.run.qemu import Emulator

_DRIVER = Path(__file__).parent / "guarded.c"
_SECONDS = 60.0
_TYPES = """\
#include <stdint.h>
typedef void (*row_function)(const int8_t *const rows[], int8_t *output, void *scratch, const void *constants);
typedef struct {
  const uint8_t *data;
  uint32_t bytes;
  int32_t height, row_bytes, taps, stride, dilation, pad;
} guarded_source;
typedef struct {
  row_function function;
  int32_t images, height, row_bytes, source_count;
  const guarded_source *sources;
  const void *constants;
  uint32_t scratch_bytes;
  const uint8_t *expected;
} guarded_case;
"""


@dataclass(frozen=True)
class Ready:
    """A model of one operator that has a specialised kernel, and a sample."""

    plan: Plan
    kernel: RowKernel
    sample: tuple[np.ndarray, ...]
    expected: np.ndarray


def ready(drawn: Case, board: str, optimize: str) -> list[Ready]:
    """Return what is run for each sample; nothing where the model's only layer has no specialised kernel."""
    plan = specialise(plans.make(read(drawn.model)), boards.load(board), optimize)
    (layer,) = plan.layers
    if layer.rows is None:
        return []
    wanted = [oracle.run(drawn.model, sample)[0] for sample in drawn.samples]
    return [Ready(plan, layer.rows, *pair) for pair in zip(drawn.samples, wanted, strict=True)]


def _array(name: str, values: np.ndarray) -> str:
    data = ", ".join(map(str, values.reshape(-1).view(np.uint8).tolist()))
    return f"static const uint8_t {name}[] __attribute__((aligned(4))) = {{{data}}};\n"


def _rendered(name: str, test: Ready) -> tuple[str, str]:
    """Return the C of a case and the entry of the table."""
    kernel, inputs = test.kernel, dict(zip(test.plan.graph.inputs, test.sample, strict=True))
    text = _array(f"{name}_expected", test.expected)
    function = f"{name}_{kernel.function.name}"
    text += f"extern void {function}(const int8_t *const *, int8_t *, void *, const void *);\n"
    constants = "0"
    if kernel.constants is not None:
        constants = f"{name}_constants"
        text += _array(constants, kernel.constants.values)
    sources = []
    for i, s in enumerate(kernel.sources):
        text += _array(f"{name}_input{i}", inputs[s.tensor])
        fields = (s.height, s.row_bytes, s.taps, s.stride, s.dilation, s.pad)
        sources.append(f"{{{name}_input{i}, {inputs[s.tensor].nbytes}, {', '.join(map(str, fields))}}}")
    text += f"static const guarded_source {name}_sources[] = {{{', '.join(sources)}}};\n"
    sizes = f"{kernel.images}, {kernel.height}, {kernel.row_bytes}, {len(sources)}"
    entry = f"{{{function}, {sizes}, {name}_sources, {constants}, {kernel.scratch_bytes}, {name}_expected}}"
    return text, entry


def _bytes(test: Ready) -> int:
    return sum(values.nbytes for values in test.sample) + test.expected.nbytes + test.kernel.scratch_bytes


def run(board: str, tests: Sequence[Ready]) -> list[int]:
    """Return for each test 0, or what was wrong, as guarded.c numbers it."""
    facts = boards.load(board)
    with tempfile.TemporaryDirectory(prefix="tinyml-guarded-") as place:
        folder, sources, texts, entries = Path(place), [], [], []
        for i, test in enumerate(tests):
            text, entry = _rendered(f"t{i}", test)
            texts.append(text)
            entries.append(entry)
            sources.append(folder / f"t{i}_kernels.S")
            sources[-1].write_text(files(test.plan, Origin("m.tflite", "c", f"t{i}"))[f"src/t{i}_kernels.S"])
        pool = f"#define POOL_BYTES {max(map(_bytes, tests)) + 1024}\n"
        table = f"static const guarded_case cases[] = {{{', '.join(entries)}}};\n"
        (folder / "cases.h").write_text("".join([_TYPES, pool, *texts, table]))
        kernels = resources.firmware() / "kernels"
        elf = images.link(facts, folder, [_DRIVER, *sources], [f"-I{kernels}"])
        emulator = Emulator(elf, facts)
        try:
            with serial.serial_for_url(emulator.url, timeout=_SECONDS, write_timeout=_SECONDS) as port:
                port.write(b"\0")
                answer = port.read(len(tests))
        finally:
            emulator.close()
    assert len(answer) == len(tests), "the device did not answer"
    return list(answer)
