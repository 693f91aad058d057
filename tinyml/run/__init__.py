"""Runs an image: on a board's emulator, or on a board that is connected."""

from tinyml.run.session import TARGETS, Session, check, start

__all__ = ["TARGETS", "Session", "check", "start"]
