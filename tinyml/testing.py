"""What a test says of a deployed model; `tinyml.pytest_plugin` gives it one.

from tinyml.testing import assert_exact, assert_fits, assert_instructions_below
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinyml.defaults import LIMIT

# A test file is imported to be listed, too, which should not load all of tinyml.
if TYPE_CHECKING:
    from tinyml.deployed import Deployed

__all__ = ["assert_exact", "assert_fits", "assert_instructions_below"]

_SHOWN_LAYERS = 3


def assert_exact(
    deployed: "Deployed",
    data: Path | str | None = None,
    random: int | None = None,
    seed: int = 0,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """Assert that the device answers every sample with TensorFlow Lite Micro's bytes; return the record.

    Args:
        deployed: the model on its board.
        data: a file of samples; without it and `random`, those that the deployment names, or 20 random ones.
        random: how many seeded random inputs instead.
        seed: their seed.
        limit: at most this many samples of `data`, evenly spread; 0 for all.

    Raises:
        AssertionError: a sample differs; the text names the layer, the index, what was expected and what came.
    """
    __tracebackhide__ = True
    record = deployed.validate(data, random, seed, limit)
    if record["exact"] != record["samples"]:
        raise AssertionError(
            f"{_where(record)}: {record['exact']} of {record['samples']} samples are bit-exact with "
            f"{record['versions']['oracle']}; the first difference is in {_difference(record['mismatch'])}"
        )
    return record


def _where(record: dict[str, Any]) -> str:
    return f"{record['model']['path']} on {record['board']} ({record['target']}, {record['engine']})"


def _difference(mismatch: dict[str, Any]) -> str:
    text = f"sample {mismatch['sample']}, layer {mismatch['layer']}"
    if mismatch["element"] is None:
        return f"{text}; its index is not known without the package tflite-micro"
    return (
        f"{text}, index {mismatch['element']}: expected {mismatch['expected']:g}, got {mismatch['got']:g} "
        f"({mismatch['differing']} of its elements differ)"
    )


def assert_fits(
    deployed: "Deployed",
    flash_bytes: int | None = None,
    ram_bytes: int | None = None,
    arena_bytes: int | None = None,
) -> None:
    """Assert that the model fits its board, and that its image stays within the bytes that are given.

    Args:
        deployed: the model on its board.
        flash_bytes: the most that code and constants may take.
        ram_bytes: the most that arena, statics, link buffers and the reserved stack may take together.
        arena_bytes: the most that the arena may take.

    Raises:
        AssertionError: it does not; the text says what each part takes.
    """
    __tracebackhide__ = True
    from tinyml.errors import FitError

    try:
        image, project = deployed.image, deployed.project
    except FitError as error:
        raise AssertionError(f"{error} {error.hint}".strip()) from None
    sizes, arena = image.sizes, project.manifest["arena_bytes"]
    deployed.seen.append(
        {
            "model": project.manifest["model"],
            "board": project.manifest["board"],
            "engine": project.manifest["engine"],
            "target": deployed.deployment.target,
            "arena_bytes": arena,
            "flash": {"code": sizes.code, "constants": sizes.constants, "total": sizes.flash_total},
            "hashes": {"image": image.sha256},
        }
    )
    ram = {"arena": arena, "statics": sizes.static + sizes.arena - arena, "link": sizes.link, "stack": sizes.stack}
    flash = {"code": sizes.code, "constants": sizes.constants}
    over = [
        f"{what} {sum(parts.values()):,} bytes, at most {limit:,} allowed" + _parts(parts)
        for what, parts, limit in (
            ("flash", flash, flash_bytes),
            ("RAM", ram, ram_bytes),
            ("arena", {"arena": arena}, arena_bytes),
        )
        if limit is not None and sum(parts.values()) > limit
    ]
    if over:
        raise AssertionError(f"{deployed.name} does not fit: {'; '.join(over)}")


def _parts(parts: dict[str, int]) -> str:
    return f" ({', '.join(f'{name} {size:,}' for name, size in parts.items())})" if len(parts) > 1 else ""


def assert_instructions_below(
    deployed: "Deployed",
    limit: int,
    data: Path | str | None = None,
    random: int | None = None,
    seed: int = 0,
) -> None:
    """Assert that no inference takes `limit` instructions or more.

    Args:
        deployed: the model on its board.
        limit: the instructions that every inference must stay below.
        data, random, seed: the samples, as of `assert_exact`.

    Raises:
        AssertionError: one takes as many, with the layers that take the most; or the device does not count them.
    """
    __tracebackhide__ = True
    record = deployed.validate(data, random, seed)
    count = record["instructions"]
    if count is None:
        raise AssertionError(
            f"{_where(record)}: the device counts no instructions; emulators do: --tinyml-target qemu"
        )
    if count["max"] >= limit:
        layers = sorted(record["layers"], key=lambda layer: -layer["instructions"])[:_SHOWN_LAYERS]
        most = ", ".join(f"layer {layer['label']} {layer['instructions']:,}" for layer in layers)
        raise AssertionError(
            f"{_where(record)}: an inference takes {count['max']:,} instructions, not below {limit:,}; "
            f"the most are in {most}"
        )
