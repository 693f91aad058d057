"""Frames on a stream of bytes: COBS between zero bytes, with a CRC-32 at the end of each.

The twin of `firmware/runtime/tm_frame.c`.
"""

import zlib

from tinyml.protocol import CRC_BYTES

_FULL_BLOCK = 255


def cobs_encode(data: bytes) -> bytes:
    """Return `data` without zero bytes: each is replaced by the distance to the next one, or to the end."""
    encoded = bytearray()
    for part in data.split(b"\0"):
        whole, left = divmod(len(part), _FULL_BLOCK - 1)
        for at in range(0, whole * (_FULL_BLOCK - 1), _FULL_BLOCK - 1):
            encoded.append(_FULL_BLOCK)
            encoded += part[at : at + _FULL_BLOCK - 1]
        encoded.append(left + 1)
        encoded += part[len(part) - left :]
    return bytes(encoded)


def _cobs_decode(encoded: bytes) -> bytes | None:
    decoded = bytearray()
    at = 0
    while at < len(encoded):
        code = encoded[at]
        block = encoded[at + 1 : at + code]
        if len(block) != code - 1:
            return None
        decoded += block
        at += code
        if code != _FULL_BLOCK and at < len(encoded):
            decoded.append(0)
    return bytes(decoded)


def _crc(frame: bytes) -> bytes:
    return zlib.crc32(frame).to_bytes(CRC_BYTES, "little")


def encode(frame: bytes) -> bytes:
    """Return the bytes that send `frame`: its CRC is appended, and zero bytes stand before and after it."""
    return b"\0" + cobs_encode(frame + _crc(frame)) + b"\0"


class Decoder:
    """Finds frames in a stream of bytes that may hold anything.

    Attributes:
        noise_bytes: how many bytes were not part of a frame.
    """

    def __init__(self, longest: int) -> None:
        """Start with an empty stream; `longest` is the most bytes that a frame has, with its CRC."""
        self._longest = len(cobs_encode(b"\1" * longest))
        self._waiting = b""
        self._refused = b""
        self.noise_bytes = 0

    @property
    def noise(self) -> bytes:
        """The last bytes that were no frame, or wait for the rest of one; not more than a frame's length."""
        return self._waiting or self._refused

    def push(self, data: bytes) -> list[bytes]:
        """Take the next bytes of the stream; return the frames that they complete, without their CRC."""
        *parts, self._waiting = (self._waiting + data).split(b"\0")
        frames = []
        for part in parts:
            frame = self._frame(part)
            if frame is not None:
                frames.append(frame)
            elif part:
                self._refuse(part)
        if len(self._waiting) > self._longest:
            self._refuse(self._waiting)
            self._waiting = b""
        return frames

    def _refuse(self, part: bytes) -> None:
        self._refused = part[: self._longest]
        self.noise_bytes += len(part)

    def _frame(self, part: bytes) -> bytes | None:
        decoded = _cobs_decode(part) if len(part) <= self._longest else None
        if decoded is None or len(decoded) <= CRC_BYTES:
            return None
        frame, crc = decoded[:-CRC_BYTES], decoded[-CRC_BYTES:]
        return frame if _crc(frame) == crc else None
