"""The serial link between the host and a device that runs a model."""

from tinyml.link.answers import Count, Hello, LayerRun, Marks
from tinyml.link.client import Client, Stream
from tinyml.link.clock import Clock

__all__ = ["Client", "Clock", "Count", "Hello", "LayerRun", "Marks", "Stream"]
