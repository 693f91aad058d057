"""tinyml takes a trained model to a microcontroller and proves that it runs there exactly as on the desk."""

from tinyml.version import __version__

__all__ = ["__version__"]
