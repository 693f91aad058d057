"""The version of tinyml; it is written into everything that tinyml generates."""

__version__ = "0.1.0"
