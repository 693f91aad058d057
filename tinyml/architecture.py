"""An architecture: the cores that share start-up code, compiler and emulator."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinyml.errors import BoardError

# Where a layer's output lies upon its input, GCC 12 addresses one from the other's pointer, takes that for an
# access to address 0 and drops the whole layer as one without effect.
_KEEPS_LAYERS = "-fno-delete-null-pointer-checks"


@dataclass(frozen=True)
class Architecture:
    """What all boards with one of these cores have in common.

    Attributes:
        name: the folder under firmware/port/ that starts the cores.
        cores: their names, as boards give them.
        compiler_flags: what start-up code and models ask of the compiler, besides the board's flags for the core.
        tool_prefix: what the names of the compiler and its tools begin with.
        library: the C library that the compiler needs; its header NAME.h tells its version.
        library_flags: what the compiler has to be told to use it.
        compiler_packages: the command that installs compiler and library.
        platformio_package: PlatformIO's package of the compiler.
        emulator: QEMU's program.
        emulator_package: the package of Debian and Ubuntu that has it.
    """

    name: str
    cores: tuple[str, ...]
    compiler_flags: tuple[str, ...]
    tool_prefix: str
    library: str
    library_flags: tuple[str, ...]
    compiler_packages: str
    platformio_package: str
    emulator: str
    emulator_package: str

    @property
    def compiler(self) -> str:
        """The C compiler's program."""
        return f"{self.tool_prefix}gcc"


CORTEX_M = Architecture(
    name="cortex_m",
    cores=(
        "cortex-m0",
        "cortex-m0plus",
        "cortex-m3",
        "cortex-m4",
        "cortex-m7",
        "cortex-m33",
        "cortex-m55",
        "cortex-m85",
    ),
    compiler_flags=("-mno-unaligned-access", _KEEPS_LAYERS),  # the start-up code makes unaligned accesses fault
    tool_prefix="arm-none-eabi-",
    library="newlib",
    library_flags=(),
    compiler_packages="apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi",
    platformio_package="toolchain-gccarmnoneeabi",
    emulator="qemu-system-arm",
    emulator_package="qemu-system-arm",
)
RISCV = Architecture(
    name="riscv",
    cores=("sifive-e31", "rv32imac"),
    compiler_flags=(_KEEPS_LAYERS,),
    tool_prefix="riscv64-unknown-elf-",
    library="picolibc",
    library_flags=("--specs=picolibc.specs",),
    compiler_packages="apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
    platformio_package="toolchain-riscv",
    emulator="qemu-system-riscv32",
    emulator_package="qemu-system-misc",
)
ALL = (CORTEX_M, RISCV)


def of(core: str) -> Architecture:
    """Return the architecture of `core`.

    Raises:
        BoardError: tinyml has no code for it.
    """
    for architecture in ALL:
        if core in architecture.cores:
            return architecture
    known = ", ".join(name for architecture in ALL for name in architecture.cores)
    raise BoardError(f"the processor core {core} is not supported; supported are {known}")


# Cores with the DSP extension (Armv7E-M, or Armv8-M with the option that all but a few chips have) and no vectors.
_DSP_CORES = ("cortex-m4", "cortex-m7", "cortex-m33")


def has_dsp(core: str, flags: Sequence[str]) -> bool:
    """Return whether code for `core`, compiled with `flags`, may use the DSP extension of Armv7E-M."""
    return core in _DSP_CORES and not any("+nodsp" in flag for flag in flags)
