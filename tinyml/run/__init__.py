"""Runs an image: on a board's emulator, or on a board that is connected."""

from tinyml.run.flash import flash
from tinyml.run.session import TARGETS, Session, check, start, targets

__all__ = ["TARGETS", "Session", "check", "flash", "start", "targets"]
