"""What a user gets who does not say otherwise; the command line and the functions share these."""

LIMIT = 100  # samples that are sent
ENGINE = "compiled"  # that runs the model
OPERATORS = "model"  # that the engine "interpreter" can run
OPTIMIZE = "balanced"  # between the size and the speed of specialised kernels
ARRANGEMENT = "streamed"  # of layers and tensors in the arena
PREFIX = "model"  # of the C names
TARGET = "qemu"  # where the image runs
MODES = ("measure", "throughput")  # in which a device is driven; the first one is what a user gets
SLOTS = 0  # bytes of the largest model that may be swapped in
SWAP_SAMPLES = 5
