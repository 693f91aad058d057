"""Throughput mode: samples in one stream, with batches on their way while the device computes; nothing is counted.

The device's queue is the credit: so many bytes may be unanswered, and its buffer is never overrun. Nothing that is
on its way is repaired. Where a frame is missing, the stream begins anew with the first sample whose outputs have
not come; a sample begins with the model's first state, so that it gives the same again.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tinyml import frames, protocol
from tinyml.errors import DeviceError, SessionLostError
from tinyml.link.answers import Fed
from tinyml.link.client import Client

BITS_A_BYTE = 10  # on the line: a start bit, eight of the byte, a stop bit
_POSITIONS = 1 << 32
_MARGIN = 2  # times the longest wait yet is waited for an answer before a feed is sent again


@dataclass
class _Stream:
    """A stream as far as it has come.

    Attributes:
        data: what is still to be sent.
        credit: how many bytes may be unanswered.
        unanswered: sequence number and bytes of each feed, the oldest first.
        flying: how many bytes these are.
        received: bytes of outputs.
        longest: the longest wait for an answer, in seconds.
    """

    data: memoryview
    credit: int
    unanswered: deque[tuple[int, bytes]] = field(default_factory=deque)
    flying: int = 0
    received: bytearray = field(default_factory=bytearray)
    longest: float = 0.0

    def feed(self, client: Client) -> None:
        """Send what the credit allows; one feed always."""
        longest = len(frames.encode(b"\1" * (protocol.load().limits["frame_bytes"] - protocol.CRC_BYTES)))
        while self.data and (not self.unanswered or self.flying + longest <= self.credit):
            size = min(len(self.data), client.feed_bytes)
            self.unanswered.append(client.feed(bytes(self.data[:size])))
            self.data = self.data[size:]
            self.flying += len(self.unanswered[-1][1])

    def take(self, fed: Fed) -> None:
        """Take an answer to a feed.

        Raises:
            SessionLostError: an answer before it is missing.
            DeviceError: it says that more comes and has nothing, as it could without end.
        """
        if fed.sequence not in [sequence for sequence, _ in self.unanswered]:
            return  # a copy that came along with the answer
        if not fed.last and not fed.data:
            raise DeviceError(
                "the device sent an answer to feed without data that is not its last",
                "Generate and build the project again with this version of tinyml.",
            )
        if fed.sequence != self.unanswered[0][0] or fed.position != len(self.received) % _POSITIONS:
            raise SessionLostError("an answer to feed was lost", "Look after the cable, and start again.")
        self.received += fed.data
        if fed.last:
            self.flying -= len(self.unanswered.popleft()[1])


def run(
    client: Client,
    samples: Sequence[bytes],
    output_bytes: int,
    baud: int,
    seconds: float | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[bytes]:
    """Run samples in one stream.

    Args:
        client: the device, in a session.
        samples: of each sample the bytes of all inputs, one after the other.
        output_bytes: of all outputs of a sample together.
        baud: the line's rate, in bits a second.
        seconds: how long the device may be silent, where that is not the time-out of an inference.
        progress: called with the number of samples that are done.

    Returns:
        Of each sample the bytes of all outputs, one after the other.

    Raises:
        DeviceError: the device fell silent, reported a fault or sent too much, or the stream was lost more often
            than the limit `resumptions` without a sample in between.
    """
    outputs: list[bytes] = []
    limits = protocol.load()
    lost = 0
    while len(outputs) < len(samples):
        before = len(outputs)
        patience = seconds or limits.timeouts["inference"]
        try:
            _run(client, samples, outputs, output_bytes, baud, patience, progress)
        except SessionLostError:
            lost = 0 if len(outputs) > before else lost + 1
            if lost > limits.limits["resumptions"]:
                raise
            client.persevere(client.resume)
    return outputs


def _run(
    client: Client,
    samples: Sequence[bytes],
    outputs: list[bytes],
    output_bytes: int,
    baud: int,
    patience: float,
    progress: Callable[[int], None],
) -> None:
    """Stream the samples that have no outputs yet, and append them."""
    done = len(outputs)
    expected = (len(samples) - done) * output_bytes
    stream = _Stream(memoryview(b"".join(samples[done:])), client.stream(baud // BITS_A_BYTE))
    while stream.data or stream.unanswered:
        stream.feed(client)
        _await(client, stream, patience)
        if len(stream.received) > expected:
            raise DeviceError(
                f"the device sent {len(stream.received)} bytes of outputs for samples that have {expected}",
                "Build the project and write it into the board with `tinyml flash DIR`.",
            )
        while (len(outputs) - done + 1) * output_bytes <= len(stream.received) and len(outputs) < len(samples):
            at = (len(outputs) - done) * output_bytes
            outputs.append(bytes(stream.received[at : at + output_bytes]))
            progress(len(outputs))
    if len(stream.received) != expected:
        raise DeviceError(
            f"the device sent {len(stream.received)} bytes of outputs for samples that have {expected}",
            "Build the project and write it into the board with `tinyml flash DIR`.",
        )


def _await(client: Client, stream: _Stream, patience: float) -> None:
    """Wait for an answer to the oldest feed, which is sent again where none comes."""
    began = time.monotonic()
    wait = protocol.load().timeouts["first_retry"] + _MARGIN * stream.longest
    resend_at = began + wait
    while (now := time.monotonic()) < began + patience:
        if now >= resend_at:
            client.send(stream.unanswered[0][1], "feed")
            wait *= 2
            resend_at = now + wait
        sequences = [sequence for sequence, _ in stream.unanswered]
        if answers := client.fed(min(resend_at, began + patience), sequences):
            stream.longest = max(stream.longest, time.monotonic() - began)
            for fed in answers:
                stream.take(fed)
            return
    raise client.silent(patience)
