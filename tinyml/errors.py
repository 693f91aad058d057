"""Every error that tinyml raises on purpose, and the exit code that each ends a command with.

    TinymlError
    ├── InputError            2  what the user gave cannot be used
    │   ├── ModelError           a model file: malformed, not int8, an operator that is not supported
    │   ├── SamplesError         calibration or test samples: missing, wrong shape or type
    │   ├── BoardError           a board file or a board's name
    │   ├── ProjectError         a folder that is not a project of ours, or a broken one
    │   └── FitError             the model does not fit the board
    ├── MismatchError         1  what a device answers is not what the oracle answers
    └── EquipmentError        3  something outside the program is missing or fails
        ├── MissingToolError     a compiler, an emulator, a package is not installed
        ├── BuildError           the compiler was found and refused the project
        └── DeviceError          the board or its emulator did not answer, or reported a fault
            └── SessionLostError    it was restarted, or its port came back: what was asked before is lost

An error's text is one sentence: the value, and what was allowed. Its hint is the next step.
"""


class TinymlError(Exception):
    """The base of all errors that a command shows as one sentence instead of a traceback.

    Attributes:
        hint: what the user can do next, or an empty string.
        exit_code: the exit code of a command that ends with this error.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(TinymlError):
    """What the user gave cannot be used."""

    exit_code = 2


class ModelError(InputError):
    """A model file that is malformed, not int8, or that needs an operator that is not supported."""


class SamplesError(InputError):
    """Samples that are missing, or whose shape or type is not the model's."""


class BoardError(InputError):
    """A board that is not known, or a board file with a wrong fact."""


class ProjectError(InputError):
    """A folder that is not a generated project, or whose parts do not belong together."""


class FitError(InputError):
    """A model that does not fit the board's memory."""


class MismatchError(TinymlError):
    """A device whose answer is not, byte for byte, the oracle's, where nothing can be said without that."""


class EquipmentError(TinymlError):
    """Something outside the program is missing or fails."""

    exit_code = 3


class MissingToolError(EquipmentError):
    """A compiler, emulator or package that is needed is not installed."""


class BuildError(EquipmentError):
    """The build tool ran and refused the project."""


class DeviceError(EquipmentError):
    """The board, or the emulator standing in for it, did not answer or reported a fault."""


class SessionLostError(DeviceError):
    """A device that was restarted, or whose port vanished and came back: what it was told before is lost."""
