"""A program in the background that never outlives its owner."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Sequence

_END_SECONDS = 5.0
_NOTICE_SECONDS = 0.2
_SHOWN_CHARACTERS = 500

# Runs the command given as arguments in the background, and kills all of its process group, itself too, when its
# standard input ends. That input is a pipe from us, so that it ends with us, however we end; and as the shell is
# there before the program is, there is no moment in which nobody watches. A program that ends by itself takes the
# shell along, so that we notice.
_GUARDIAN = '{ "$@" </dev/null; kill -9 0; } & read -r _; kill -9 0'


class Program:
    """A running program, alone with its guardian and its own children in a process group.

    Attributes:
        process_group: that group's id.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start `command`, a program and its arguments."""
        # A file, as nobody would empty a pipe while the program runs.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._guardian = subprocess.Popen(
            ["sh", "-c", _GUARDIAN, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # a terminal's Ctrl-C is for us; the program is ended afterwards, in order
        )
        self.process_group = self._guardian.pid

    def said(self) -> str:
        """Return what the program has printed so far."""
        log = self._log.fileno()
        return os.pread(log, os.fstat(log).st_size, 0).decode(errors="replace")

    def complaint(self, ordinary: str | None = None) -> str:
        """Return what the program has printed, in one line; lines with the text `ordinary` are left out."""
        lines = [line.strip() for line in self.said().splitlines() if ordinary is None or ordinary not in line]
        return "; ".join(line for line in lines if line)[:_SHOWN_CHARACTERS]

    def ended(self) -> bool:
        """Return whether the program has ended."""
        return self._guardian.poll() is not None

    def ended_just_now(self) -> bool:
        """Return whether the program has ended; a connection breaks a moment before its process is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guardian.wait(_NOTICE_SECONDS)
        return self.ended()

    def wait(self, seconds: float) -> None:
        """Wait until the program has ended by itself, but at most so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guardian.wait(seconds)

    def close(self) -> None:
        """End the program; it has been killed when this returns."""
        assert self._guardian.stdin, "it was opened as a pipe"
        with contextlib.suppress(BrokenPipeError):
            self._guardian.stdin.close()
        self._guardian.wait(_END_SECONDS)
        self._log.close()
