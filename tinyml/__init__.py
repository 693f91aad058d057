"""tinyml takes a trained model to a microcontroller and proves that it runs there exactly as on the desk.

The functions mirror the commands: `convert`, `inspect`, `generate`, `build`, `flash`, `run`, `validate`,
`swap` and `deploy`. Each is described in `tinyml.pipeline`. Example:

    record = tinyml.deploy("kws.tflite", "mps2-an386", random=20)
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tinyml.version import __version__

if TYPE_CHECKING:
    from tinyml.pipeline import boards, build, convert, deploy, flash, generate, inspect, run, swap, validate

__all__ = [
    "__version__",
    "boards",
    "build",
    "convert",
    "deploy",
    "flash",
    "generate",
    "inspect",
    "run",
    "swap",
    "validate",
]


class _Package(ModuleType):
    """The package. The names of the chain are its functions, imported when they are first used."""

    def __getattr__(self, name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'tinyml' has no attribute {name!r}")
        from tinyml import pipeline

        return getattr(pipeline, name)

    def __setattr__(self, name: str, value: object) -> None:
        # The import system would bind the subpackages generate, build and run over the functions of these names.
        if name not in __all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
