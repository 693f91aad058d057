"""Runs a command, and kills it with all that it started as soon as the program that asked for it is gone.

Started as a script in a session of its own, with a pipe as standard input whose other end only the asking program
holds. However that program ends, also by SIGKILL, the pipe closes; then the whole process group dies, this script
included. It ends with the command's exit code otherwise.
"""

import os
import signal
import subprocess
import sys
import threading


def _die_with_owner() -> None:
    while os.read(0, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_die_with_owner, daemon=True).start()
    code = command.wait()
    if code < 0:  # ended by a signal: end in the same way
        os.kill(os.getpid(), -code)
    sys.exit(code)
