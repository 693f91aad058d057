"""From sound to what the model sees: 49 frames of 10 mel-frequency cepstral coefficients (MFCC).

- 49 frames: one second in windows of 40 ms, each beginning 20 ms after the one before: (1000 - 40) / 20 + 1.
  Speech changes little within 40 ms.
- 40 mel bands from 20 to 4,000 Hz, narrow below and wide above, as the ear hears pitch.
- 10 coefficients: the cosine transform of the bands' logarithms; the first 10 hold the broad shape of the
  spectrum, which tells vowels and consonants apart, and leave out the fine structure, which is the voice's pitch.

490 numbers for 16,000 samples: a small model can take them, and a microcontroller can compute them.
"""

import numpy as np

RATE = 16_000
WINDOW, STRIDE, FFT = 640, 320, 1024  # samples: 40 ms, 20 ms, and the next power of two
BANDS, COEFFICIENTS = 40, 10


def mel_bands() -> np.ndarray:
    """Return the weight of each FFT bin in each band, triangles along the mel scale: [FFT/2+1, BANDS]."""
    mel = np.linspace(*(2595 * np.log10(1 + hertz / 700) for hertz in (20, 4000)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(FFT // 2 + 1)[:, None] * RATE / FFT
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def cosine_transform() -> np.ndarray:
    """Return the first COEFFICIENTS rows of the orthonormal cosine transform (DCT-II): [BANDS, COEFFICIENTS]."""
    angles = np.pi / BANDS * (np.arange(BANDS)[:, None] + 0.5) * np.arange(COEFFICIENTS)
    matrix = np.cos(angles) * np.sqrt(2 / BANDS)
    matrix[:, 0] /= np.sqrt(2)
    return matrix.astype(np.float32)


def mfcc(sound: np.ndarray) -> np.ndarray:
    """Return the features of one second of sound: float32 [16000] in -1 to 1 becomes float32 [49, 10, 1]."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::STRIDE] * HANN
    power = np.abs(np.fft.rfft(frames, FFT)) ** 2
    # The small constant stands for the microphone's own noise and keeps the logarithm finite.
    return (np.log(power @ MEL + 1e-3) @ DCT)[..., None].astype(np.float32)


HANN, MEL, DCT = np.hanning(WINDOW).astype(np.float32), mel_bands(), cosine_transform()
