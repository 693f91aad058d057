"""The commands put together, and the one place where an error becomes a sentence and an exit code."""

import errno
import json
import os
import sys
from collections.abc import Sequence

import click
import typer

from tinyml.cli import boards, build, convert, deploy, doctor, generate, inspect, new, run_, validate
from tinyml.errors import EquipmentError, InputError, TinymlError
from tinyml.version import __version__

_INTERRUPTED = 130  # 128 + SIGINT, as shells count

app = typer.Typer(
    name="tinyml",
    help="Take a trained model to a microcontroller, and prove that it runs there exactly as on the desk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for _command in (deploy, convert, inspect, generate, build, run_, validate, boards, new, doctor):
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


def _show(error: TinymlError, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": str(error), "hint": error.hint, "exit_code": error.exit_code}, indent=2))
        return
    typer.echo(f"Error: {error}", err=True)
    if error.hint:
        typer.echo(f"Next:  {error.hint}", err=True)


def _of_system(error: OSError) -> TinymlError:
    """Return an error of the operating system as one of ours: a full disk, a file that may not be read."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if error.errno == errno.ENOSPC:
        return EquipmentError(f"the disk is full: {what}", "Free some room and run the command again.")
    return InputError(f"the file or folder cannot be used: {what}", "Check the path and its permissions.")


def run(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name; return the exit code."""
    as_json = "--json" in arguments
    try:
        code = app(list(arguments), standalone_mode=False)
        return code if isinstance(code, int) else 0
    except TinymlError as error:
        _show(error, as_json)
        return error.exit_code
    except click.exceptions.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        if as_json:
            _show(InputError(error.format_message(), "See the command's --help."), as_json)
        else:
            error.show()
        return InputError.exit_code
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`tinyml boards | head -1`); keep the interpreter's exit quiet too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        wrapped = _of_system(error)
        _show(wrapped, as_json)
        return wrapped.exit_code
