"""The command line: one file a command; it parses and prints, nothing else."""

import os
import sys

from tinyml.cli.application import CLOSED, run


def main() -> None:
    """Run the command that `sys.argv` names and exit with its code.

    0: done, and every sample bit-exact where samples were compared. 1: a sample differed. 2: wrong input.
    3: a missing tool or device.
    """
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; the interpreter would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = CLOSED
    sys.exit(code)
