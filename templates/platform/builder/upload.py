"""Writes an image into a board's flash.

    python upload.py BOARD.json firmware.elf [--port PORT] [--packages DIR] [--limit SECONDS]

BOARD.json is PlatformIO's description of the board; its table "upload" names the tool and what that has to know.
firmware.bin and firmware.uf2 lie beside firmware.elf. PORT is a serial port for bossac, and the folder of the
bootloader's drive for uf2. DIR is where PlatformIO keeps packages, for a tool that is not on PATH.

Exit code: 0 written, 2 this board cannot be written from here, 3 a tool or a device is missing or failed.
"""

import argparse
import getpass
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WRONG_INPUT, EQUIPMENT = 2, 3
LIMIT_SECONDS = 180.0  # ST-LINK writes 2 MiB in about a minute
_WHOLE_IMAGE = ("openocd", "pyocd")  # they read firmware.elf, which knows all addresses
_TOUCH_SECONDS = 2.0  # what a bootloader takes to appear on USB
_LONGEST = 300

_NO_DEVICE = re.compile(
    r"open failed|unable to find a matching CMSIS-DAP|No J-Link device found|unable to open ftdi device"
    r"|no device found|No connected debug probes|Cannot connect to (the probe|J-Link)|No emulators connected"
    r"|via USB\.\.\.FAILED|No DFU capable USB device|No serial ports available",
    re.I,
)
_NO_RIGHT = re.compile(
    r"LIBUSB_ERROR_ACCESS|Cannot open DFU device|Permission denied|insufficient permissions", re.I
)
_ERROR = re.compile(r"^.*\b(error|failed|failure|cannot|could not)\b.*$", re.I | re.M)


class UploadError(Exception):
    """Why nothing was written, what to do next, and the exit code."""

    def __init__(self, message, hint="", code=EQUIPMENT):
        super().__init__(message)
        self.hint = hint
        self.code = code


def openocd(program, upload, elf, port):
    """Return the command for OpenOCD: it finds the probe, writes, reads back, and resets the board."""
    packaged = Path(program).resolve().parents[1] / "openocd" / "scripts"  # where PlatformIO's package has them
    return [
        program,
        *(["-s", str(packaged)] if packaged.is_dir() else []),
        *("-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled"),
        *(argument for name in upload["config"] for argument in ("-f", name)),
        *("-c", f"program {elf.name} verify reset exit"),
    ]


def jlink(program, upload, elf, port):
    """Return the command for J-Link Commander, which takes its orders from a file."""
    orders = elf.with_name("upload.jlink")
    orders.write_text(f"r\nloadbin {elf.stem}.bin, {upload['address']:#x}\nr\ng\nqc\n")
    return [
        program,
        *("-NoGui", "1", "-ExitOnError", "1", "-AutoConnect", "1"),
        *("-Device", upload["chip"], "-If", "SWD", "-Speed", "4000", "-CommandFile", orders.name),
    ]


def pyocd(program, upload, elf, port):
    """Return the command for pyOCD, which otherwise waits for a probe."""
    return [program, "load", "--no-wait", "--target", upload["chip"], elf.name]


def dfu(program, upload, elf, port):
    """Return the command for the DFU bootloader that ST's chips have in ROM."""
    place = f"{upload['address']:#010x}:leave"
    return [
        program,
        "--device",
        upload["usb"],
        "--alt",
        "0",
        "--dfuse-address",
        place,
        "--download",
        f"{elf.stem}.bin",
    ]


def bossac(program, upload, elf, port):
    """Return the command for the SAM-BA bootloader of Arduino's boards, which opening the port starts."""
    if port is None:
        raise UploadError(
            "bossac needs the board's serial port", "Give it with --upload-port or --port.", WRONG_INPUT
        )
    _touch(port)
    return [program, f"--port={Path(port).name}", "-U", "-i", "-e", "-w", f"{elf.stem}.bin", "-R"]


def _touch(port):
    """Open `port` at 1200 baud, which such boards take as the order to start their bootloader."""
    import serial

    try:
        serial.Serial(port, 1200, timeout=0).close()
    except (OSError, ValueError) as error:
        raise UploadError(f"the serial port {port} cannot be opened: {error}", "Check its name.") from None
    time.sleep(_TOUCH_SECONDS)


# Tool: its programs on several systems, its package of PlatformIO, what installs it, and its command.
TOOLS = {
    "openocd": (("openocd",), "tool-openocd", "apt-get install openocd", openocd),
    "jlink": (("JLinkExe", "JLink"), "tool-jlink", "Install SEGGER's J-Link software from segger.com", jlink),
    "pyocd": (("pyocd",), "tool-pyocd", "pip install pyocd", pyocd),
    "dfu": (("dfu-util",), "tool-dfuutil", "apt-get install dfu-util", dfu),
    "bossac": (("bossac",), "tool-bossac-nordicnrf52", "Install the bossac of Arduino's mbed boards", bossac),
}


def find(names, package, packages, install):
    """Return the path of a program on PATH, or of PlatformIO's package of it."""
    for name in names:
        if path := shutil.which(name):
            return path
        if packages is None:
            continue
        for folder in sorted(packages.glob(f"{package}*")):
            if path := shutil.which(name, path=os.pathsep.join([str(folder), str(folder / "bin")])):
                return path
    raise UploadError(
        f"{names[0]} is not installed, which writes the flash of this board",
        f"{install}, or: pio pkg install --global --tool platformio/{package}",
    )


def run(command, folder, limit, note):
    """Run `command` in `folder`, show what it says, and raise what that means where it fails.

    `note` is what a person does first on this board.
    """
    tool = Path(command[0]).name
    # A file, as a grandchild could hold a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        try:
            code = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=limit
            ).returncode
        except subprocess.TimeoutExpired:
            raise UploadError(
                f"{tool} did not end within {limit:g} seconds", "Reset the board and try again."
            ) from None
        except OSError as error:
            raise UploadError(f"{tool} cannot be run: {error}", "Install it again.") from None
        output.seek(0)
        said = output.read().decode(errors="replace")
    sys.stdout.write(said)
    if code != 0:
        raise _failure(tool, said, code, note)


def _failure(tool, said, code, note):
    if _NO_RIGHT.search(said):
        return UploadError(
            f"{tool} may not use the board's USB device",
            "Install the tool's udev rules, and plug the board in again.",
        )
    if _NO_DEVICE.search(said):
        first = note or "use a cable that carries data"
        return UploadError(f"no probe found: {tool} sees no board", f"Connect the board ({first}) and try again.")
    match = _ERROR.search(said)
    line = match[0].strip()[:_LONGEST] if match else f"exit code {code}"
    return UploadError(
        f"{tool} failed: {line}", "Reset the board, close other programs that use it, and try again."
    )


def copy_uf2(upload, elf, port):
    """Copy firmware.uf2 to the drive that the bootloader shows; it vanishes when all is written."""
    uf2 = elf.with_suffix(".uf2")
    if not uf2.is_file():
        raise UploadError(f"there is no {uf2}", "Build the project again.", WRONG_INPUT)
    drive = _drive(upload, port)
    try:
        with (drive / uf2.name).open("wb") as stream:
            stream.write(uf2.read_bytes())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        if _is_uf2(drive):  # else the board has started the image before the system was done with its drive
            raise UploadError(
                f"{uf2.name} cannot be written to {drive}: {error}", "Start the bootloader again."
            ) from None
    print(f"Copied {uf2} to {drive}")


def _is_uf2(folder):
    return (folder / "INFO_UF2.TXT").is_file()


def _drive(upload, port):
    if port is not None:
        if _is_uf2(Path(port)):
            return Path(port)
        raise UploadError(
            f"{port} is not the drive of a UF2 bootloader: it has no INFO_UF2.TXT", "Give its folder."
        )
    user, label = getpass.getuser(), upload["drive"]
    for place in (f"/media/{user}", f"/run/media/{user}", "/media", "/mnt", "/Volumes"):
        if _is_uf2(Path(place, label)):
            return Path(place, label)
    raise UploadError(
        f"no board found: no drive called {label} is mounted",
        f"Start the bootloader ({upload['note'] or 'mostly two quick presses of the reset button'}); where its "
        "drive is mounted elsewhere, give its folder with --upload-port or --port.",
    )


def write(board, elf, port, packages, limit):
    """Write the image beside `elf` into the flash of `board`."""
    upload = board["upload"]
    tool = upload.get("tool")
    if tool is None or tool == "none":
        reason = upload.get("note") or "its board file has no [upload]"
        hint = f"Write {elf.with_suffix('.bin')} to {upload['address']:#010x} with a tool of your own."
        raise UploadError(f"the flash of {board['name']} cannot be written from here: {reason}", hint, WRONG_INPUT)
    if upload.get("weights_apart") and tool not in _WHOLE_IMAGE:
        raise UploadError(
            f"the image lies in two flash regions, of which {tool} writes one",
            f"Write {elf.name} with {' or '.join(_WHOLE_IMAGE)}, or generate the project with the weights in the "
            "same region (--place).",
            WRONG_INPUT,
        )
    if tool == "uf2":
        copy_uf2(upload, elf, port)
        return
    names, package, install, command = TOOLS[tool]
    run(command(find(names, package, packages, install), upload, elf, port), elf.parent, limit, upload["note"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("board", type=Path)
    parser.add_argument("elf", type=Path)
    parser.add_argument("--port")
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--limit", type=float, default=LIMIT_SECONDS)
    given = parser.parse_args()
    board = json.loads(given.board.read_text(encoding="utf-8"))
    try:
        write(board, given.elf, given.port, given.packages, given.limit)
    except UploadError as error:
        sys.stdout.flush()
        hint = f"\nNext:  {error.hint}" if error.hint else ""
        print(f"Error: {error}{hint}", file=sys.stderr)
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
