"""Any bytes given to the host's reader: they end in a plan or in one `ModelError`, soon and in little memory."""

import resource
import signal
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinyml import plan as plans
from tinyml.errors import ModelError
from tinyml.graph import read
from tinyml.importers.tflite import check_int8

SECONDS = 5  # for one input, on a busy machine
MEMORY_BYTES = 512 << 20  # more than the process holds when it begins
_LONGEST_SENTENCE = 4000


def answer(data: bytes) -> bool:
    """Read, check and plan a model; return whether it became a plan.

    Any exception but a `ModelError` of one line goes to the caller, and is a finding.
    """
    try:
        graph = read(data)
        check_int8(graph, "the model")
        plans.make_rewritten(graph)
    except ModelError as error:
        text = str(error)
        assert text
        assert text.isprintable(), text
        assert len(text) <= _LONGEST_SENTENCE, len(text)
        return False
    return True


def limit_memory() -> None:
    """Let this process allocate no more than MEMORY_BYTES beyond what it has; more raises MemoryError."""
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _overdue(signal_number: int, frame: types.FrameType | None) -> None:
    raise TimeoutError(f"the input took more than {SECONDS} s")


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise TimeoutError where the block takes longer than SECONDS."""
    before = signal.signal(signal.SIGALRM, _overdue)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
