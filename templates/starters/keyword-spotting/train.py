"""Train a keyword spotter on synthesized words, and save it with samples for tinyml.

    python train.py

writes model.keras, calibration.npz and test.npz. Options make a smaller run: see --help.
"""

import argparse
import os
from pathlib import Path

# TensorFlow's remarks about this machine are hidden; without oneDNN, whose arithmetic differs from processor to
# processor, results on other machines differ less. On one machine two runs give the same weights.
os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", TF_CPP_MIN_LOG_LEVEL="3")

import features
import keras
import numpy as np
import speech
from keras import layers

SAVED = 100  # samples in calibration.npz and in test.npz


def dataset(
    words: list[str], voices: list[str], name: str, copies: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return features [n, 49, 10, 1] and classes [n]: the words in order, then "unknown", then "silence".

    Every clip is used `copies` times, each time at another moment and in other noise.
    """
    rng = np.random.default_rng(seed)
    cache = f"speech-{name}-{len(words)}x{len(voices)}-{seed}"
    clips, spoken = speech.synthesize(words, voices, 3, Path(f"{cache}-words.npy"), seed)
    others, _ = speech.synthesize(speech.OTHERS, voices, 1, Path(f"{cache}-others.npy"), seed)
    silence = np.zeros((len(others) // 4, speech.LENGTH), np.int16)
    classes = [words.index(word) for word in spoken]
    classes += [len(words)] * len(others) + [len(words) + 1] * len(silence)
    clips = [clip for clip in (*clips, *others, *silence) for _ in range(copies)]
    return np.stack([features.mfcc(speech.record(clip, rng)) for clip in clips]), np.repeat(classes, copies)


def build(classes: int, filters: int) -> keras.Model:
    """Return a DS-CNN (depthwise separable convolutions), the usual shape of a small keyword spotter.

    `filters` are the channels of every layer: more hear better, and cost flash, RAM and time. Two neighbouring
    layers lie in RAM at once, 25 x 5 bytes a channel each: 12,000 bytes for 48, and 8,000 for the 32 that fit a
    micro:bit.

    A depthwise convolution looks around in time and frequency within one channel, a 1x1 convolution mixes the
    channels: together an eighth of the work of a full 3x3 convolution.
    """

    def convolution(layer: layers.Layer) -> list[layers.Layer]:
        # Normalization and ReLU cost nothing on the device: the converter folds them into the convolution.
        return [layer, layers.BatchNormalization(momentum=0.9), layers.ReLU()]

    stack = [keras.Input((49, 10, 1))]
    # Ten frames (220 ms) by four coefficients at once; stride 2 leaves a grid of 25 x 5.
    stack += convolution(layers.Conv2D(filters, (10, 4), strides=2, padding="same", use_bias=False))
    for _ in range(4):
        stack += convolution(layers.DepthwiseConv2D(3, padding="same", use_bias=False))
        stack += convolution(layers.Conv2D(filters, 1, use_bias=False))
    stack += [
        layers.Dropout(0.2),
        layers.GlobalAveragePooling2D(),  # when in the second the word was spoken does not matter
        layers.Dense(classes, activation="softmax"),
    ]
    return keras.Sequential(stack)


def save_samples(name: str, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> None:
    """Save SAVED of the samples, drawn at random, with their classes."""
    drawn = rng.permutation(len(x))[:SAVED]
    np.savez(name, x=x[drawn], y=y[drawn])


def main() -> None:
    """Make the data, train, test on voices that were held out, and save."""
    parser = argparse.ArgumentParser(description="Train a keyword spotter on synthesized words.")
    parser.add_argument("--words", type=int, default=len(speech.WORDS), help="how many of the words (all)")
    parser.add_argument(
        "--voices", type=int, default=len(speech.VOICES), help="how many voices to learn from (all)"
    )
    parser.add_argument("--epochs", type=int, default=12, help="how often each clip is learned from (12)")
    parser.add_argument("--filters", type=int, default=48, help="channels of every layer (48; 32 for a micro:bit)")
    parser.add_argument("--seed", type=int, default=1, help="decides all that is random (1)")
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)
    words = speech.WORDS[: args.words]

    print("synthesizing speech (kept in speech-*.npy for the next run) ...", flush=True)
    x, y = dataset(words, speech.VOICES[: args.voices], "train", 3, args.seed)
    test_x, test_y = dataset(words, speech.TEST_VOICES, "test", 1, args.seed)

    model = build(len(words) + 2, args.filters)
    print(f"training on {len(x)} clips, {model.count_params()} weights ...", flush=True)
    # The step size falls along a cosine to 0, so that the last epochs settle.
    steps = args.epochs * -(-len(x) // 64)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps))
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=64, epochs=args.epochs, verbose=2)

    accuracy = model.evaluate(test_x, test_y, verbose=0)[1]
    print(
        f"{accuracy:.1%} right of {len(test_x)} clips, spoken by {len(speech.TEST_VOICES)} voices not in training"
    )
    rng = np.random.default_rng(args.seed)
    save_samples("calibration.npz", x, y, rng)
    save_samples("test.npz", test_x, test_y, rng)
    model.save("model.keras")
    print("next: tinyml deploy model.keras --data calibration.npz --board mps2-an386")


if __name__ == "__main__":
    main()
