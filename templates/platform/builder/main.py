"""How SCons builds a project of this platform: firmware.elf, firmware.bin and firmware.map.

Every folder of lib/ is compiled as it stands and is on the include path; PlatformIO's search for libraries is off.
"""

import sys
from pathlib import Path

from SCons.Script import COMMAND_LINE_TARGETS, AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
core = board.get("build.flags")
project = Path(env.subst("$PROJECT_DIR"))
libraries = sorted(path for path in (project / "lib").iterdir() if path.is_dir())

if "upload" in COMMAND_LINE_TARGETS:
    sys.stderr.write(f"Error: tinyml cannot write the flash of {board.get('name')} yet; use firmware.bin.\n")
    env.Exit(1)

env.Replace(
    CC="arm-none-eabi-gcc",
    CXX="arm-none-eabi-g++",
    AS="arm-none-eabi-gcc",
    AR="arm-none-eabi-gcc-ar",
    RANLIB="arm-none-eabi-gcc-ranlib",
    OBJCOPY="arm-none-eabi-objcopy",
    SIZETOOL="arm-none-eabi-size",
    SIZECMD="$SIZETOOL -A -d $SOURCES",
    SIZEPROGREGEXP=r"^(?:\.text|\.rodata|\.ARM\.exidx|\.tm_constants|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.tm_stack|\.data|\.bss|\.tm_link|\.tm_arena)\s+(\d+).*",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
)
env.Append(
    # The folder's place must not show in the image: the same project gives the same bytes everywhere.
    CCFLAGS=[
        *core,
        "-O2",
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-common",
        f"-ffile-prefix-map={project}=.",
    ],
    CFLAGS=["-std=c99", "-Wall", "-Wextra", "-Werror"],
    CPPPATH=["$PROJECT_SRC_DIR", *map(str, libraries)],
    LINKFLAGS=[
        *core,
        "-nostartfiles",
        "--specs=nano.specs",
        "-Wl,--gc-sections",
        "-Wl,--build-id=none",
        "-Wl,--fatal-warnings",
        env.subst("-Wl,-Map=$BUILD_DIR/${PROGNAME}.map"),  # SCons quotes a path with spaces only when it is whole
    ],
    LIBS=["c", "gcc"],
)
env.Replace(LDSCRIPT_PATH=str(project / "lib" / "tinyml_port" / "tm_linker.ld"))

for library in libraries:
    env.BuildSources(f"$BUILD_DIR/lib/{library.name}", str(library))

elf = env.BuildProgram()
image = env.Command(
    "$BUILD_DIR/${PROGNAME}.bin", elf, env.VerboseAction("$OBJCOPY -O binary $SOURCE $TARGET", "Building $TARGET")
)
AlwaysBuild(env.Alias("size", elf, env.VerboseAction("$SIZECMD", "Measuring $SOURCE")))
Default([elf, image])
