"""Spoken words, made on this machine by the speech synthesizer espeak-ng.

The voices are synthetic and much more alike than people are: a model trained on them shows how the tools work,
and knows little of how you speak. For a product, record people, or take a data set such as Speech Commands.
"""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

RATE = 16_000  # samples a second, common for microphones on boards
LENGTH = RATE  # every clip is one second

WORDS = "yes no up down left right stop go".split()
# What else people say: the model shall answer "unknown".
OTHERS = "cat house seven happy tree bird water music green table open three window follow morning paper".split()

ACCENTS = "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029".split()
# The voice decides pitch, formants and timbre. Those for testing are heard by the model only at the very end.
VOICES = (
    "f1 m1 f3 m3 f4 m4 f5 m5 m7 m8 adam anika aunty belinda benjamin boris caleb david edward gustave john "
    "linda max michel norbert pablo paul quincy robert travis"
).split()
TEST_VOICES = "f2 m2 m6 steph victor grandma zac".split()


def say(word: str, voice: str, accent: str, speed: int, pitch: int) -> np.ndarray:
    """Return `word` as int16 samples [LENGTH] at RATE, from its first sound on; speed in words a minute."""
    command = ["espeak-ng", "-v", f"{accent}+{voice}", "-s", str(speed), "-p", str(pitch), "--stdout", word]
    wav = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
    spoken = np.frombuffer(wav[44:], "<i2")  # after the WAV header: 22,050 samples a second
    loud = np.flatnonzero(np.abs(spoken) > 300)
    spoken = spoken[loud[0] : loud[-1]]
    times = np.arange(0, len(spoken) - 1, 22_050 / RATE)
    resampled = np.interp(times, np.arange(len(spoken)), spoken)[:LENGTH]
    return np.pad(resampled, (0, LENGTH - len(resampled))).astype(np.int16)


def synthesize(
    words: list[str], voices: list[str], takes: int, cache: Path, seed: int
) -> tuple[np.ndarray, list[str]]:
    """Let every voice say every word `takes` times, each time with another accent, speed and pitch.

    Returns the clips, int16 [n, LENGTH], and the word in each. The clips are kept in the file `cache`.
    """
    spoken = [word for word in words for _ in range(takes * len(voices))]
    if cache.exists():
        return np.load(cache), spoken
    if shutil.which("espeak-ng") is None:
        raise SystemExit("espeak-ng is not installed; on Debian or Ubuntu: sudo apt-get install espeak-ng")
    rng = np.random.default_rng(seed)
    jobs = [
        (word, voice, rng.choice(ACCENTS), int(rng.integers(120, 200)), int(rng.integers(25, 75)))
        for word in words
        for _ in range(takes)
        for voice in voices
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        clips = np.stack(list(pool.map(lambda job: say(*job), jobs)))
    np.save(cache, clips)
    return clips, spoken


def noise(rng: np.random.Generator) -> np.ndarray:
    """Return a second of noise of power 1, float32: white, or with ever less of the high tones, as of a street."""
    spectrum = np.fft.rfft(rng.standard_normal(LENGTH, np.float32))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** rng.uniform(0, 1)
    made = np.fft.irfft(spectrum)
    return (made / made.std()).astype(np.float32)


def record(clip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `clip` as a microphone might hear it, float32: at another moment, louder or softer, in noise."""
    spoken = np.trim_zeros(clip, "b").astype(np.float32) / 32768
    start = rng.integers(0, LENGTH - len(spoken) + 1)
    heard = np.zeros(LENGTH, np.float32)
    heard[start : start + len(spoken)] = spoken * rng.uniform(0.3, 1.0)
    # The noise lies 5 to 30 dB below the clip's word, or below a usual word where there is none.
    power = heard.std() if len(spoken) else 0.05
    return heard + noise(rng) * power * 10 ** (-rng.uniform(5, 30) / 20)
