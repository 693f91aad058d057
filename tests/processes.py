"""Processes that tests start, end and look for."""

import signal


def heed_signals() -> None:
    """Undo, in a new process, what a test run in the background inherits: nohup and "&" ignore signals."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
