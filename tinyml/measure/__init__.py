"""Samples through a device and through the interpreters on this machine, compared byte by byte."""
