"""How SCons builds a project of this platform: firmware.elf, firmware.bin, firmware.map; firmware.uf2 where a
board's bootloader takes one.

Every folder of lib/ is compiled as it stands and is on the include path; PlatformIO's search for libraries is off.
"""

import os
import struct
import subprocess
import sys
from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
core = board.get("build.flags")
tools = board.get("toolchain.prefix")
project = Path(env.subst("$PROJECT_DIR"))
libraries = sorted(path for path in (project / "lib").iterdir() if path.is_dir())

env.Replace(
    CC=f"{tools}gcc",
    CXX=f"{tools}g++",
    AS=f"{tools}gcc",
    AR=f"{tools}gcc-ar",
    RANLIB=f"{tools}gcc-ranlib",
    OBJCOPY=f"{tools}objcopy",
    SIZETOOL=f"{tools}size",
    SIZECMD="$SIZETOOL -A -d $SOURCES",
    SIZEPROGREGEXP=r"^(?:\.text|\.rodata|\.ARM\.exidx|\.tm_constants|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.tm_stack|\.data|\.bss|\.tm_link|\.tm_arena)\s+(\d+).*",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
)


def upload(target, source, env):
    """Write the flash with the program beside this file; return its exit code."""
    platform = Path(env.PioPlatform().get_dir())
    command = [
        sys.executable,
        str(platform / "builder" / "upload.py"),
        str(platform / "boards" / f"{env['BOARD']}.json"),
        str(source[0].get_abspath()),
        *("--packages", env.GetProjectConfig().get("platformio", "packages_dir")),
        *(["--port", env.subst("$UPLOAD_PORT")] if env.get("UPLOAD_PORT") else []),
    ]
    return subprocess.run(command).returncode


def library_specs():
    """Return which specs file leads to a small C library: picolibc's where the compiler has it, else newlib's."""
    command = [env.WhereIs(env["CC"]) or env["CC"], "-print-file-name=picolibc.specs"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    return "picolibc.specs" if Path(found).is_absolute() else "nano.specs"


UF2_PAYLOAD = 256  # bytes in a block: a page of flash, which all bootloaders take
UF2_BLOCK = struct.Struct("<8I476sI")
UF2_MAGICS = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
UF2_FAMILY_GIVEN = 0x2000


def uf2(image, address, family):
    """Return the bytes `image`, to be written from `address` on, as a UF2 file for the chips of `family`."""
    start, again, end = UF2_MAGICS
    pages = [image[offset : offset + UF2_PAYLOAD] for offset in range(0, len(image), UF2_PAYLOAD)]
    return b"".join(
        UF2_BLOCK.pack(
            start,
            again,
            UF2_FAMILY_GIVEN,
            address + number * UF2_PAYLOAD,
            UF2_PAYLOAD,
            number,
            len(pages),
            family,
            page,  # padded with zeros
            end,
        )
        for number, page in enumerate(pages)
    )


def write_uf2(target, source, env):
    """Write the UF2 file of an image: an action of SCons."""
    blocks = uf2(Path(str(source[0])).read_bytes(), board.get("upload.address"), board.get("build.uf2_family"))
    Path(str(target[0])).write_bytes(blocks)


# GCC takes picolibc's specs once on a command line and fails where they stand twice.
specs = f"--specs={library_specs()}"
env.Append(
    # The folder's place must not show in the image: the same project gives the same bytes everywhere.
    CCFLAGS=[
        *core,
        specs,
        "-O2",
        "-g",  # lines for a report of a crash; none of it is written into the board
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-common",
        # It must not show in an object's command either, by which others find it: $( $) is no part of that.
        *("$(", f"-ffile-prefix-map={project}=.", "$)"),
    ],
    ASFLAGS=core,
    CFLAGS=["-std=c99", "-Wall", "-Wextra", "-Werror"],
    CPPPATH=["$PROJECT_SRC_DIR", *map(str, libraries)],
    LINKFLAGS=[
        *core,
        "-nostartfiles",
        specs,
        "-Wl,--gc-sections",
        "-Wl,--build-id=none",
        "-Wl,--fatal-warnings",
        env.subst("-Wl,-Map=$BUILD_DIR/${PROGNAME}.map"),  # SCons quotes a path with spaces only when it is whole
    ],
    LIBS=["c", "gcc"],
)
env.Replace(LDSCRIPT_PATH=str(project / "lib" / "tinyml_port" / "tm_linker.ld"))

# Libraries are the same in many projects; tinyml has their objects shared.
shared = env.Clone()
if "TINYML_OBJECTS" in os.environ:
    shared.CacheDir(os.environ["TINYML_OBJECTS"])
for library in libraries:
    shared.BuildSources(f"$BUILD_DIR/lib/{library.name}", str(library))

elf = env.BuildProgram()


def binary(target, sections=""):
    """Add the file of an image's bytes, or of some of its sections' alone."""
    command = f"$OBJCOPY -O binary {sections} $SOURCE $TARGET"
    return env.Command(target, elf, env.VerboseAction(command, "Building $TARGET"))


apart = board.get("upload.weights_apart")  # in another flash region: one file would hold all addresses between
image = binary("$BUILD_DIR/${PROGNAME}.bin", "--remove-section .tm_constants" if apart else "")
products = [elf, image]
if apart:
    products.append(binary("$BUILD_DIR/${PROGNAME}-weights.bin", "--only-section .tm_constants"))
if "uf2_family" in board.get("build"):
    products.append(
        env.Command("$BUILD_DIR/${PROGNAME}.uf2", image, env.VerboseAction(write_uf2, "Building $TARGET"))
    )
AlwaysBuild(env.Alias("size", elf, env.VerboseAction("$SIZECMD", "Measuring $SOURCE")))
Default(products)
AlwaysBuild(env.Alias("upload", products, env.VerboseAction(upload, "Writing the flash")))
