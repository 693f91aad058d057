"""What the chain tells of itself while it runs; the command line shows it, a program may ignore it."""

from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Listens to the stages of the chain. This base class is silent; override what you want to show."""

    def started(self, stage: str) -> None:
        """Hear that `stage`, such as "build", began."""

    def advanced(self, stage: str, done: int, total: int) -> None:
        """Hear that `done` of `total` steps of `stage` are done."""

    def ended(self, stage: str, text: str) -> None:
        """Hear that `stage` ended well; `text` says what it gave, in a few words."""

    def failed(self, stage: str) -> None:
        """Hear that `stage` ended with an error."""

    @contextmanager
    def stage(self, name: str) -> Iterator["Stage"]:
        """Announce the stage `name` while the body of the `with` statement runs."""
        stage = Stage(self, name)
        self.started(name)
        try:
            yield stage
        except BaseException:
            self.failed(name)
            raise
        self.ended(name, stage.text)


class Stage:
    """A stage that is running.

    Attributes:
        text: what the stage gave, for `Progress.ended`.
    """

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name
        self.text = ""

    def advance(self, done: int, total: int) -> None:
        """Tell that `done` of `total` steps are done."""
        self._progress.advanced(self._name, done, total)
