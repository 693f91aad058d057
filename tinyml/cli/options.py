"""Options that several commands share, each stated once."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON on standard output.")]
Model = Annotated[Path, typer.Argument(help="A model: .tflite (int8), .keras, .h5 or a SavedModel folder.")]
Tflite = Annotated[Path, typer.Argument(help="An int8 .tflite model.")]
ProjectDir = Annotated[Path, typer.Argument(help="A project folder that `tinyml generate` or `deploy` wrote.")]
BoardName = Annotated[str, typer.Option("--board", help="A board's name (`tinyml boards`) or its TOML file.")]
OptionalBoard = Annotated[
    str | None, typer.Option("--board", help="Show the budget on this board too (name or TOML file).")
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Samples: .npz, .npy or a folder of them.", show_default=False)
]
Test = Annotated[
    Path | None,
    typer.Option("--test", help="Samples to send instead of those of --data.", show_default=False),
]
Random = Annotated[
    int | None, typer.Option("--random", min=1, help="Send this many seeded random inputs.", show_default=False)
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The seed of --random.")]
Limit = Annotated[
    int, typer.Option("--limit", min=0, help="Send at most this many samples, evenly spread; 0: all of them.")
]
Out = Annotated[Path | None, typer.Option("--out", help="The project's folder.", show_default="MODEL-BOARD")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite generated files that were edited.")]
Prefix = Annotated[str, typer.Option("--prefix", help="The beginning of the model's C names.")]
Engine = Annotated[
    str,
    typer.Option("--engine", help="compiled (to C), or interpreter (runs the flatbuffer itself on the device)."),
]
Operators = Annotated[
    str, typer.Option("--operators", help="What the interpreter can run: those of the model, or all.")
]
Slots = Annotated[
    int,
    typer.Option(
        "--slots",
        min=0,
        metavar="BYTES",
        help="With the engine interpreter: keep two slots for models of up to so many bytes, for `tinyml swap`.",
    ),
]
Optimize = Annotated[
    str,
    typer.Option(
        "--optimize", help="What kernels specialised for the board's core are chosen for: size, balanced or speed."
    ),
]
Arrangement = Annotated[
    str,
    typer.Option(
        "--arrangement",
        help="streamed: layers take turns row by row where that takes less RAM; whole: one after the other.",
    ),
]
RamBudget = Annotated[
    str | None,
    typer.Option(
        "--ram-budget",
        metavar="BYTES",
        help="The most bytes of the arena, such as 32k, for which some products may be computed twice.",
        show_default="no limit",
    ),
]
Place = Annotated[
    list[str] | None,
    typer.Option(
        "--place",
        metavar="PART=REGION",
        help="Put image, weights, stack, statics or arena into a memory region of the board; may be repeated.",
        show_default="the plan chooses",
    ),
]
Shape = Annotated[
    list[str] | None,
    typer.Option(
        "--shape",
        metavar="INPUT=SIZES",
        help="Fix an input's shape, such as input=1,49,10,1; may be repeated.",
        show_default="as in the file",
    ),
]
Target = Annotated[
    str, typer.Option("--target", help="How to run: qemu, renode, or serial for a board on --port.")
]
Flash = Annotated[
    bool, typer.Option("--flash/--no-flash", help="With --target serial: write the image into the board first.")
]
Mode = Annotated[
    str,
    typer.Option(
        "--mode", help="measure (counts instructions), or throughput (samples on their way while it computes)."
    ),
]
Port = Annotated[
    str | None, typer.Option("--port", help="The board's serial port, for --target serial.", show_default=False)
]
