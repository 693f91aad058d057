"""How long a run may take before a device with a watchdog reports it as one that hangs."""

import math
from functools import partial

from tinyml.link.client import Client
from tinyml.protocol import load

# No kernel of ours needs as many on any core, waits of a slow flash included.
_CYCLES_A_MAC = 100


def arm(client: Client, clock_hz: int, macs: int) -> bool:
    """Have the device report a run that hangs, with the layer and the line; return whether it can.

    Without it, the host gives up after the time-out `inference`, and where the model hangs remains unknown.

    Args:
        client: the device, in a session.
        clock_hz: of the device's core.
        macs: multiplications with additions of an inference.
    """
    seconds = max(load().timeouts["watch"], macs * _CYCLES_A_MAC / clock_hz)
    return client.persevere(partial(client.watch, math.ceil(seconds * 1000)))
