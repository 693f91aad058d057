"""Child processes that end in time and never outlive the program that started them."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tinyml import keeper


def run_module(
    module: str,
    arguments: Sequence[str],
    output: IO[bytes],
    timeout_seconds: float,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Run `module` of tinyml as a program, as `run` does, in the current folder; return its exit code.

    Files of the user's folder (a numpy.py, say) are not imported in place of packages. A death by signal n
    gives -n.

    Args:
        module: such as "tinyml.quantize.worker".
        arguments: its arguments.
        output: the file that takes what it prints.
        timeout_seconds: how long it may take.
        variables: environment variables besides this process's own.

    Raises:
        subprocess.TimeoutExpired: it took longer.
    """
    # The package may be running from a checkout, whose place comes last.
    root = str(Path(__file__).resolve().parents[1])
    program = f"import runpy, sys; sys.path.append({root!r}); runpy.run_module({module!r}, None, '__main__', True)"
    command = [sys.executable, "-P", "-c", program, *arguments]
    env = {**os.environ, **(variables or {})}
    return run(command, cwd=Path.cwd(), env=env, output=output, timeout_seconds=timeout_seconds)


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: IO[bytes], timeout_seconds: float
) -> int:
    """Run `command` to its end and return its exit code.

    Whatever ends the wait (the time limit, Ctrl-C, the death of this process), the command and all processes that
    it started end too.

    Args:
        command: the program and its arguments.
        cwd: the folder that it runs in.
        env: its whole environment.
        output: the file that takes its standard output and standard error.
        timeout_seconds: how long it may take.

    Raises:
        subprocess.TimeoutExpired: it took longer.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", keeper.__file__, *command],
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(timeout_seconds)
    finally:
        # The keeper leads the group, and is not yet waited for when the wait was cut short.
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert process.stdin is not None
        process.stdin.close()
