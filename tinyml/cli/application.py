"""The commands put together, and the one place where an error becomes a sentence and an exit code."""

import errno
import io
import json
import os
import sys
from collections.abc import Sequence

import typer

from tinyml.cli import (
    boards,
    build,
    compare,
    convert,
    deploy,
    doctor,
    flash,
    generate,
    inspect,
    new,
    ops,
    replay,
    run_,
    swap,
    validate,
)
from tinyml.errors import EquipmentError, InputError, TinymlError
from tinyml.version import __version__

_TRACE = "TINYML_TRACE"  # a variable: shows where an unforeseen error came from
_INTERRUPTED = 130  # 128 + SIGINT, as shells count
CLOSED = 141  # 128 + SIGPIPE
_SOFTWARE = 70  # EX_SOFTWARE of sysexits.h: an error in tinyml itself

app = typer.Typer(
    name="tinyml",
    help="Take a trained model to a microcontroller, and prove that it runs there exactly as on the desk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for _command in (
    deploy,
    convert,
    inspect,
    generate,
    build,
    flash,
    run_,
    validate,
    swap,
    compare,
    replay,
    ops,
    boards,
    new,
    doctor,
):
    _name = _command.__name__.rpartition(".")[2].rstrip("_")
    app.command(_name)(_command.command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tinyml {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    pass


def _show(error: TinymlError, as_json: bool) -> int:
    if as_json:
        typer.echo(json.dumps({"error": str(error), "hint": error.hint, "exit_code": error.exit_code}, indent=2))
    else:
        typer.echo(f"Error: {error}", err=True)
        if error.hint:
            typer.echo(f"Next:  {error.hint}", err=True)
    return error.exit_code


def _of_system(error: OSError) -> TinymlError:
    """Return an error of the operating system as one of ours: a full disk, a file that may not be read."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if error.errno == errno.ENOSPC:
        return EquipmentError(f"the disk is full: {what}", "Free some room and run the command again.")
    return InputError(f"the file or folder cannot be used: {what}", "Check the path and its permissions.")


def _unexpected(error: Exception) -> TinymlError:
    """Return an error that we did not foresee, so that nobody takes it for one of the exit codes above."""
    wrapped = TinymlError(
        f"tinyml failed in a way that it should not: {type(error).__name__}: {error}",
        f"Please report it with the lines that {_TRACE}=1 in the environment adds.",
    )
    wrapped.exit_code = _SOFTWARE
    return wrapped


def run(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name; return the exit code."""
    # A name that the terminal cannot show is shown escaped.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(list(arguments) or ["--help"], standalone_mode=False)
        if code == _INTERRUPTED:
            typer.echo("Interrupted.", err=True)
        return code if isinstance(code, int) else 0
    except SystemExit:  # the only one: Typer ends so when the reader of our output has gone
        return CLOSED
    except typer.TyperException as error:
        return _show(InputError(error.format_message(), "See --help of the command."), "--json" in arguments)
    except TinymlError as error:
        return _show(error, "--json" in arguments)
    except OSError as error:
        return _show(_of_system(error), "--json" in arguments)
    except Exception as error:
        if os.environ.get(_TRACE):
            raise
        return _show(_unexpected(error), "--json" in arguments)
    return 0
