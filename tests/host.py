"""Runs kernels on the host, under the address and undefined-behaviour sanitizers.

One program holds all kernels of `firmware/kernels/` and stays alive over thousands of calls. Its table of kernels
comes from `tinyml.kernels`, as generated code does. Each buffer is allocated with its exact size, so that reading
or writing one byte outside of it ends the program.
"""

import atexit
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import objects
from tinyml import kernels
from tinyml.graph import Graph
from tinyml.ops import Constant, KernelCall, Lowered

_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
%(includes)s
%(wrappers)s
typedef void (*wrapper)(const void *params, void **at);
static const wrapper wrappers[] = {%(names)s};

static void get(void *to, size_t size) {
  if (size != 0 && fread(to, 1, size, stdin) != size) exit(0); /* the test's end of the pipe was closed */
}

static uint32_t get_word(void) {
  uint32_t word;
  get(&word, 4);
  return word;
}

int main(void) {
  for (;;) {
    const wrapper run = wrappers[get_word()];
    const uint32_t params_size = get_word(), buffers = get_word(), pointers = get_word();
    void *params = malloc(params_size), *buffer[16], *at[16];
    uint32_t size[16];
    get(params, params_size);
    for (uint32_t i = 0; i < buffers; i++) {
      size[i] = get_word();
      buffer[i] = malloc(size[i]);
      get(buffer[i], size[i]);
    }
    for (uint32_t i = 0; i < pointers; i++) at[i] = buffer[get_word()];
    run(params, at);
    for (uint32_t i = 0; i < buffers; i++) {
      fwrite(buffer[i], 1, size[i], stdout);
      free(buffer[i]);
    }
    fflush(stdout);
    free(params);
  }
}
"""


def _wrapper(kernel: kernels.Kernel) -> str:
    arguments = "".join(f", ({c_type})at[{i}]" for i, (c_type, _) in enumerate(kernel.pointers))
    return (
        f"static void run_{kernel.name}(const void *params, void **at) {{\n"
        f"  tm_{kernel.name}((const tm_{kernel.name}_params *)params{arguments});\n}}"
    )


def pack(kernel: kernels.Kernel, params: Mapping[str, int | float]) -> bytes:
    """Return the bytes of the kernel's struct; every field must be given, and no other."""
    assert set(params) == {name for _, name in kernel.params}, kernel.name
    form = "<" + "".join("f" if c_type == "float" else "i" for c_type, _ in kernel.params)
    return struct.pack(form, *(params[name] for _, name in kernel.params))


class Host:
    """The running program."""

    def __init__(self) -> None:
        self._kernels = [kernels.load(name) for name in kernels.names()]
        self._ids = {kernel.name: i for i, kernel in enumerate(self._kernels)}
        text = _PROGRAM % {
            "includes": "\n".join(f'#include "{kernel.name}.h"' for kernel in self._kernels),
            "wrappers": "\n".join(map(_wrapper, self._kernels)),
            "names": ", ".join(f"run_{kernel.name}" for kernel in self._kernels),
        }

        def make(folder: Path) -> None:
            source = folder / "host.c"
            source.write_text(text)
            objects.compile_source(source, "-o", folder / "host", parts=("kernels",))

        program = objects.compiled(("kernels",), text, make) / "host"
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait(timeout=10)
        self._errors.close()

    def call(
        self, kernel: str, params: Mapping[str, int | float], buffers: Sequence[bytes], pointers: Sequence[int]
    ) -> list[bytes]:
        """Run a kernel; pointer i is buffer pointers[i]. Return the buffers afterwards."""
        interface = self._kernels[self._ids[kernel]]
        assert len(pointers) == len(interface.pointers), kernel
        packed = pack(interface, params)
        words = (self._ids[kernel], len(packed), len(buffers), len(pointers))
        parts = [struct.pack("<4I", *words), packed]
        for data in buffers:
            parts += [struct.pack("<I", len(data)), data]
        parts.append(struct.pack(f"<{len(pointers)}I", *pointers))
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(b"".join(parts))
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the empty answer below says why
        answers = [self._process.stdout.read(len(data)) for data in buffers]
        if [len(a) for a in answers] != [len(b) for b in buffers]:
            self._process.wait(timeout=10)
            self._errors.seek(0)
            pytest.fail(f"tm_{kernel}({dict(params)}) ended the program:\n{self._errors.read()}")
        return answers

    def run(
        self,
        graph: Graph,
        lowered: Sequence[Lowered],
        inputs: Sequence[Any],
        before: Mapping[int, np.ndarray] | None = None,
    ) -> dict[int, np.ndarray]:
        """Run a lowered graph, each tensor in a buffer of its own.

        Variable tensors have the values that they begin with, or those of `before`, an earlier run's answer.

        Returns:
            All tensors that have values now, by index.
        """
        memory = {at: np.ascontiguousarray(x).tobytes() for at, x in zip(graph.inputs, inputs, strict=True)}
        for tensor in graph.variables:
            kept = bytes([tensor.reset_byte]) * tensor.nbytes
            memory[tensor.index] = kept if before is None else before[tensor.index].tobytes()
        for operator, layer in zip(graph.operators, lowered, strict=True):
            if layer.alias is not None:
                memory[operator.outputs[0]] = memory[layer.alias]
            for call in layer.calls:
                self._run_call(graph, call, memory)
        return {
            at: np.frombuffer(data, graph.tensors[at].type).reshape(graph.tensors[at].shape)
            for at, data in memory.items()
        }

    def run_in_place(self, graph: Graph, layer: Lowered, source: int, inputs: Sequence[Any]) -> np.ndarray:
        """Run the only operator of a graph with the output lying upon the input tensor `source`."""
        memory = {at: np.ascontiguousarray(x).tobytes() for at, x in zip(graph.inputs, inputs, strict=True)}
        output = graph.tensors[graph.outputs[0]]
        memory[source] = memory[source].ljust(output.nbytes, b"\0")
        (call,) = layer.calls
        shared = tuple(source if p == output.index else p for p in call.pointers)
        self._run_call(graph, KernelCall(call.kernel, call.params, shared), memory)
        return np.frombuffer(memory[source][: output.nbytes], output.type).reshape(output.shape)

    def _run_call(self, graph: Graph, call: KernelCall, memory: dict[int, bytes]) -> None:
        places: dict[int, int] = {}
        buffers: list[bytes] = []
        pointers = []
        for p in call.pointers:
            if isinstance(p, Constant):
                pointers.append(len(buffers))
                buffers.append(np.ascontiguousarray(p.values).tobytes())
                continue
            if p not in places:
                places[p] = len(buffers)
                buffers.append(memory.get(p, b"\xa5" * graph.tensors[p].nbytes))
            pointers.append(places[p])
        answers = self.call(call.kernel, call.params, buffers, pointers)
        memory |= {p: answers[i] for p, i in places.items()}


@cache
def host() -> Host:
    """Return the program, compiled and started once for a test session."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    program = Host()
    atexit.register(program.close)
    return program
