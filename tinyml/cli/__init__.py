"""The command line: one file a command; it parses and prints, nothing else."""

import sys

from tinyml.cli.application import run


def main() -> None:
    """Run the command that `sys.argv` names and exit with its code.

    0: done, and every sample bit-exact where samples were compared. 1: a sample differed. 2: wrong input.
    3: a missing tool or device.
    """
    sys.exit(run(sys.argv[1:]))
