import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.build import projects
from tests.build.conftest import NO_NETWORK
from tests.processes import heed_signals
from tinyml.build import Image, build, toolchain
from tinyml.errors import BuildError, MissingToolError, ProjectError
from tinyml.generate.project import Project
from tinyml.plan.budget import stack_bytes

pytestmark = projects.needs_compiler


def test_sizes_of_the_parts(built):
    sizes = built.sizes
    board = Project.load(built.project).board()
    assert (sizes.constants, sizes.arena, sizes.link) == (100, 64, 24)
    assert sizes.stack == stack_bytes(board)
    # The frequencies that an STM32's port found, or the CMSDK's rate of the line; and the interrupt's function.
    port = 12 if board.port.startswith("stm32") else 8 if board.port == "cmsdk" else 0
    assert sizes.static == 4 + 40 + port
    assert sizes.flash_total == built.binary.stat().st_size == sizes.code + sizes.constants
    assert board.architecture.compiler in built.compiler


def test_an_image_is_found_again_until_a_source_changes(built, tmp_path):
    assert Image.load(built.project) == built
    copy = shutil.copytree(built.project, tmp_path / "copy")
    assert Image.load(copy).sha256 == built.sha256
    source = copy / "src" / "main.c"
    source.write_text(source.read_text() + "\n/* edited */\n")
    with pytest.raises(ProjectError, match="changed since it was built"):
        Image.load(copy)


def test_an_image_that_another_tool_changed_is_refused(built, tmp_path):
    copy = shutil.copytree(built.project, tmp_path / "copy")
    Image.load(copy).elf.write_bytes(b"other")
    with pytest.raises(ProjectError, match="not the one that tinyml built"):
        Image.load(copy)


def test_a_second_build_runs_nothing_while_the_sources_stay(tmp_path):
    project = projects.write(tmp_path, "mps2-an386")
    first = build(project.path)
    log = tmp_path / ".pio" / "tinyml-build.log"
    log.unlink()
    assert build(project.path) == first
    assert not log.exists()
    source = tmp_path / "src" / "main.c"
    source.write_text(source.read_text().replace("variable = 7", "variable = 8"))
    assert build(project.path).sha256 != first.sha256


def test_platformio_compiles_only_what_changed(tmp_path):
    project = projects.write(tmp_path, "mps2-an386")
    first = build(project.path)
    source = tmp_path / "src" / "main.c"
    source.write_text(source.read_text() + "/* edited */\n")
    assert build(project.path).binary.read_bytes() == first.binary.read_bytes()
    log = (tmp_path / ".pio" / "tinyml-build.log").read_text()
    assert "Compiling .pio/build/mps2-an386/src/main.o" in log
    assert "tm_startup.o" not in log


def test_two_folders_give_identical_images(tmp_path):
    main = projects.MINIMAL_MAIN + "const char *tm_place(void) { return __FILE__; }\n"
    main = main.replace(
        "int main(void) {", "const char *tm_place(void);\nint main(void) {\n  tm_port_write((uint8_t)*tm_place());"
    )
    images = [
        build(projects.write(tmp_path / name, "netduinoplus2", main).path)
        for name in ("one", "another/with spaces")
    ]
    assert images[0].elf.read_bytes() == images[1].elf.read_bytes()
    assert images[0].binary.read_bytes() == images[1].binary.read_bytes()


def test_six_builds_side_by_side_in_a_cold_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folders = [projects.write(tmp_path / str(i), projects.NAMES[i % 2]).path for i in range(6)]
    with ThreadPoolExecutor(6) as pool:
        images = list(pool.map(lambda folder: build(folder, jobs=1), folders))
    assert len({image.sha256 for image in images}) == 2
    packages = toolchain.core_folder() / "packages"
    assert [path.name.split("@")[0] for path in packages.iterdir()] == ["tool-scons"]


def test_platformio_alone_builds_the_project_without_tinyml_and_network(tmp_path):
    project = projects.write(tmp_path / "project", "mps2-an386")
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['tinyml'] = None\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(blocked), **NO_NETWORK}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "platformio", "run"],
        cwd=project.path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    alone = project.path / ".pio" / "build" / "mps2-an386" / "firmware.elf"
    assert alone.read_bytes() == build(projects.write(tmp_path / "other", "mps2-an386").path).elf.read_bytes()


def test_variables_of_the_user_do_not_change_the_image(tmp_path, monkeypatch):
    plain = build(projects.write(tmp_path / "plain", "mps2-an386").path)
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-O0")
    monkeypatch.setenv("PLATFORMIO_BUILD_DIR", str(tmp_path / "elsewhere"))
    assert build(projects.write(tmp_path / "other", "mps2-an386").path).sha256 == plain.sha256


def test_a_compiler_error_is_shown_with_its_line(tmp_path):
    project = projects.write(tmp_path, "mps2-an386", "int main(void) { return missing; }\n")
    with pytest.raises(BuildError, match=r"src/main\.c:1:25: error: .*missing") as caught:
        build(project.path)
    assert str(tmp_path / ".pio" / "tinyml-build.log") in caught.value.hint


def test_an_image_that_does_not_fit_is_refused_with_figures(tmp_path):
    main = projects.MINIMAL_MAIN.replace("arena[64]", "arena[200000]")
    with pytest.raises(BuildError, match=r"it exceeds sram by 7\d,\d\d\d bytes"):
        build(projects.write(tmp_path, "netduinoplus2", main).path)


@pytest.mark.parametrize(
    ("board", "compiler", "packages"),
    [
        ("mps2-an386", "arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi"),
        ("hifive1", "riscv64-unknown-elf-gcc", "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"),
    ],
)
def test_a_missing_compiler_is_named_with_what_to_install(tmp_path, monkeypatch, board, compiler, packages):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path / "core"))
    with pytest.raises(MissingToolError, match=compiler) as caught:
        build(projects.write(tmp_path / "project", board).path)
    assert caught.value.hint == f"apt-get install {packages}"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("netduinoplus2", "Error: (no probe found: dfu-util sees no board|dfu-util is not installed)"),
        ("mps2-an386", "Error: the flash of Arm MPS2 .* cannot be written from here"),
    ],
)
def test_uploading_by_platformio_alone_says_what_is_missing(tmp_path, name, sentence):
    project = projects.write(tmp_path, name)
    done = subprocess.run(
        [sys.executable, "-m", "platformio", "run", "-t", "upload"],
        cwd=project.path,
        env={**os.environ, "PLATFORMIO_CORE_DIR": str(toolchain.core_folder())},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert re.search(sentence, done.stderr)


@pytest.fixture
def slow_compiler(tmp_path, monkeypatch):
    """A compiler that tells its process id and then takes a minute."""
    folder = tmp_path / "bin"
    folder.mkdir()
    pids = tmp_path / "pids"
    script = folder / "arm-none-eabi-gcc"
    script.write_text(f'#!/bin/sh\ntest "$1" = --version && echo slow && exit\necho $$ >> {pids}\nexec sleep 60\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return pids


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the wait took too long"
        time.sleep(0.05)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc, which is not here")


@needs_proc
def test_a_build_that_takes_too_long_ends_with_all_its_processes(tmp_path, slow_compiler):
    with pytest.raises(BuildError, match="within 4 seconds"):
        build(projects.write(tmp_path / "project", "mps2-an386").path, timeout_seconds=4)
    _wait_until(lambda: not any(_alive(int(pid)) for pid in slow_compiler.read_text().split()), 5)


@needs_proc
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_one_that_asked_for_the_build(tmp_path, slow_compiler, ending):
    project = projects.write(tmp_path / "project", "mps2-an386")
    script = "import sys; from pathlib import Path; from tinyml.build import build; build(Path(sys.argv[1]))"
    command = [sys.executable, "-c", script, str(project.path)]
    owner = subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=heed_signals)
    try:
        _wait_until(lambda: slow_compiler.exists() and slow_compiler.read_text().endswith("\n"))
    finally:
        owner.send_signal(ending)
        owner.wait(10)
    _wait_until(lambda: not any(_alive(int(pid)) for pid in slow_compiler.read_text().split()), 5)


def test_the_state_of_platformio_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path / "core"))
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "appstate.json").write_text('{"last_version": "6.0.0", "cid": "kept"}')
    build(projects.write(tmp_path / "project", "mps2-an386").path)
    state = (tmp_path / "core" / "appstate.json").read_text()
    assert '"cid": "kept"' in state
    assert f'"last_version": "{toolchain.platformio_version()}"' in state


def test_a_folder_without_project_is_refused(tmp_path):
    with pytest.raises(ProjectError):
        build(tmp_path)
    with pytest.raises(ProjectError, match="has not been built"):
        Image.load(projects.write(tmp_path / "new", "mps2-an386").path)
