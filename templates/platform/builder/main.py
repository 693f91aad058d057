"""How SCons builds a project of this platform: firmware.elf, firmware.bin and firmware.map.

Every folder of lib/ is compiled as it stands and is on the include path; PlatformIO's search for libraries is off.
"""

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


# GCC takes picolibc's specs once on a command line and fails where they stand twice.
specs = f"--specs={library_specs()}"
env.Append(
    # The folder's place must not show in the image: the same project gives the same bytes everywhere.
    CCFLAGS=[
        *core,
        specs,
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
        specs,
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
products = [elf, image]
AlwaysBuild(env.Alias("size", elf, env.VerboseAction("$SIZECMD", "Measuring $SOURCE")))
Default(products)
AlwaysBuild(env.Alias("upload", products, env.VerboseAction(upload, "Writing the flash")))
