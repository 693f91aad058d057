import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml import frames

LONGEST = 480
FRAMES = st.binary(min_size=1, max_size=LONGEST - 4)


@settings(derandomize=True, deadline=None)
@given(FRAMES)
def test_frames_survive(frame: bytes) -> None:
    encoded = frames.encode(frame)
    assert encoded[0] == encoded[-1] == 0
    assert 0 not in encoded[1:-1]
    assert frames.Decoder(LONGEST).push(encoded) == [frame]


@pytest.mark.parametrize("size", [1, 249, 250, 251, 252, 253, 254, 255, 256, LONGEST - 4])
@pytest.mark.parametrize("value", [0, 1])
def test_frames_survive_at_the_edges_of_blocks(size: int, value: int) -> None:
    frame = bytes([value]) * size
    assert frames.Decoder(LONGEST).push(frames.encode(frame)) == [frame]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=2000), FRAMES, st.lists(st.integers(1, 300), max_size=20))
def test_a_frame_is_found_after_any_noise_in_any_pieces(noise: bytes, frame: bytes, pieces: list[int]) -> None:
    decoder = frames.Decoder(LONGEST)
    stream = noise + frames.encode(frame)
    found = []
    for piece in [*pieces, len(stream)]:
        found += decoder.push(stream[:piece])
        stream = stream[piece:]
        assert len(decoder.noise) <= LONGEST + 3
    assert found[-1] == frame


@settings(derandomize=True, deadline=None)
@given(FRAMES, st.data())
def test_a_damaged_frame_is_noise(frame: bytes, data: st.DataObject) -> None:
    encoded = bytearray(frames.encode(frame))
    at = data.draw(st.integers(1, len(encoded) - 2))
    encoded[at] ^= data.draw(st.integers(1, 255))
    decoder = frames.Decoder(LONGEST)
    assert decoder.push(bytes(encoded)) == []
    assert decoder.noise_bytes > 0


def test_a_frame_that_is_too_long_is_noise() -> None:
    decoder = frames.Decoder(LONGEST)
    assert decoder.push(frames.encode(b"\1" * 2 * LONGEST)) == []
    assert decoder.push(frames.encode(b"right")) == [b"right"]
