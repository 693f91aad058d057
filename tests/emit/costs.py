"""Measures what code costs: portable kernels by compiling, specialised ones by assembling and running them."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.emit.grid import grid
from tests.emit.harness import assembly
from tests.kernels.test_portability import COMPILERS, FOLDER, all_calls
from tinyml import board as boards
from tinyml import graph, kernels, pipeline, samples
from tinyml import plan as plans
from tinyml.build.elf import symbols
from tinyml.emit import GOALS, specialise
from tinyml.measure import application
from tinyml.measure.bench import layer_bytes, measure_layers
from tinyml.measure.expectations import expect
from tinyml.plan import Plan
from tinyml.plan.rows import functions

BOARD = "mps2-an386"
_CORES = ("cortex-m4", "cortex-m0", "rv32imac")
_PORTABLE_BOARDS = ("mps2-an385", "mps2-an385-m0", "virt-rv32")


def portable() -> dict[str, int]:
    """Return the bytes of each portable kernel for any layer with its tables, the most of some cores."""
    largest = dict.fromkeys(kernels.names(), 0)
    with tempfile.TemporaryDirectory() as folder:
        source, target = all_calls(Path(folder)), Path(folder) / "calls.o"
        for core in _CORES:
            program, *flags = COMPILERS[core]
            if shutil.which(program) is None:
                continue
            subprocess.run(
                [program, *flags, "-std=c99", "-O2", f"-I{FOLDER}", "-c", source, "-o", target], check=True
            )
            sizes = {name.partition(".")[0]: symbol.size for name, symbol in symbols(target).items()}
            for name in largest:
                text = "".join((FOLDER / header).read_text() for header in kernels.load(name).headers)
                tables = sum(size for other, size in sizes.items() if f" {other}[" in text or f" {other}(" in text)
                largest[name] = max(largest[name], sizes[f"call_{name}"] + tables)
    return largest


def plan(goal: str) -> Plan:
    """Return the plan of the grid's layers."""
    return specialise(plans.make(graph.read(grid().build())), boards.load(BOARD), goal, "whole")


def assembled(of: Plan) -> dict[str, dict[str, int]]:
    """Return the bytes of code and constants of each layer's specialised kernel, by what the layer stands for."""
    rows = [layer.rows for layer in of.layers if layer.rows is not None]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "kernels.S", Path(folder) / "kernels.o"
        source.write_text(assembly(rows), encoding="utf-8")
        program, *flags = COMPILERS["cortex-m4"]
        subprocess.run([program, *flags, "-c", source, "-o", target], check=True)
        sizes = symbols(target)
    return {
        name: {
            "code": sum(sizes[function.name].size for function in functions([kernel])),
            "constants": 0 if kernel.constants is None else kernel.constants.values.nbytes,
        }
        for name, kernel in zip(grid().names, rows, strict=True)
    }


def executed(goal: str) -> tuple[dict[str, int], int]:
    """Return the instructions of each layer on the emulated board, and the most bytes around its kernel."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "grid.tflite"
        model.write_bytes(grid().build())
        project = pipeline.generate(model, BOARD, Path(folder) / "grid", optimize=goal, arrangement="whole")
        of = plan(goal)
        expected = expect(of, samples.random_int8(of.graph, 1).inputs)
        application.write(project, of, layers=True)
        layers = measure_layers(project, pipeline.build(project.path), of, expected)
    around = 0
    for layer, figures in zip(of.layers, layers, strict=True):
        assert layer.rows is not None
        assert figures.code is not None
        around = max(around, figures.code - sum(f.code_bytes for f in functions([layer.rows])))
    return {name: figures.instructions for name, figures in zip(grid().names, layers, strict=True)}, around


def for_layers() -> dict[str, int]:
    """Return the bytes of the portable kernels for the grid's layers, of each the most of layers and boards."""
    largest: dict[str, int] = {}
    for board in _PORTABLE_BOARDS:
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "grid.tflite"
            model.write_bytes(grid().build())
            project = pipeline.generate(model, board, Path(folder) / "grid", arrangement="whole")
            of = project.plan()
            application.write(project, of, layers=True)
            sizes = layer_bytes(pipeline.build(project.path), of, project.manifest["prefix"])
        for layer, figures in zip(of.layers, sizes, strict=True):
            (kernel,) = layer.kernels
            assert figures.code is not None
            largest[kernel] = max(largest.get(kernel, 0), figures.code)
    return dict(sorted(largest.items()))


def measure() -> dict[str, Any]:
    """Return the whole table."""
    around, layers = 0, {name: dict[str, dict[str, int]]() for name in grid().names}
    for goal in GOALS:
        sizes = assembled(plan(goal))
        counted, most = executed(goal)
        around = max(around, most)
        for name, line in layers.items():
            line[goal] = sizes[name] | {"instructions": counted[name]}
    code = {"row_loop": around, "any_layer": portable(), "one_layer": for_layers()}
    return {"code": code, "layers": layers}


def text(table: Mapping[str, Any]) -> str:
    """Return the file of a table."""
    code = table["code"]
    lines = [
        "# Bytes of code and constants, and instructions, measured: tools/costs --update writes this file, and",
        "# tests/emit/test_costs.py measures again. Compilers: -O2.",
        "",
        "[code]",
        "# What calls a specialised kernel for each row of a layer, at most.",
        f"row_loop = {code['row_loop']}",
        "",
        "# Portable kernels for any layer with their tables, the largest of cores.",
        "[code.any_layer]",
        *(f"{name} = {size}" for name, size in code["any_layer"].items()),
        "",
        "# Portable kernels compiled for one layer, the largest of the layers below and of boards.",
        "[code.one_layer]",
        *(f"{name} = {size}" for name, size in code["one_layer"].items()),
        "",
        f"# Specialised kernels of layers on {BOARD}, by goal: code with all that it calls, and instructions",
        "# of the layer with what calls it.",
    ]
    for name, goals in table["layers"].items():
        lines += ["", f'[layers."{name}"]']
        for goal, figures in goals.items():
            inner = ", ".join(f"{key} = {value}" for key, value in figures.items())
            lines.append(f"{goal} = {{ {inner} }}")
    return "\n".join([*lines, ""])
