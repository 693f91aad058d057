"""PlatformIO's description of this platform: which packages a build needs, and from where.

With the board's compiler on PATH and SCons installed from PyPI, a build needs no network.
"""

import json
import shutil
import tempfile
from pathlib import Path

from platformio.dependencies import get_core_dependencies
from platformio.package.manager.tool import ToolPackageManager
from platformio.package.meta import PackageSpec
from platformio.package.version import get_original_version
from platformio.platform.base import PlatformBase


class TinymlPlatform(PlatformBase):
    """The platform; PlatformIO finds this class by its name."""

    def configure_default_packages(self, options, targets):
        """Choose the compiler, and provide SCons before PlatformIO would look for it in its registry."""
        toolchain = self.board_config(options["board"]).get("toolchain")
        if shutil.which(f"{toolchain['prefix']}gcc"):
            self.packages.pop(toolchain["package"], None)  # an installed package would come before PATH
        else:
            self.packages[toolchain["package"]]["optional"] = False
        provide_scons(Path(self.config.get("platformio", "packages_dir")))
        return super().configure_default_packages(options, targets)


def provide_scons(packages):
    """Put a copy of the installed SCons among PlatformIO's packages, as the version that PlatformIO asks for.

    Nothing happens where SCons is not installed or older than that; PlatformIO then downloads its own. The copy
    needs no installed SCons any more, so that other projects can share the folder. Builds side by side may all
    come here at once: each copies into a folder of its own and renames it, and the first one wins.
    """
    wanted = get_core_dependencies()["tool-scons"]
    spec = PackageSpec(owner="platformio", name="tool-scons", requirements=wanted)
    if ToolPackageManager(str(packages)).get_package(spec):
        return
    try:
        import SCons
    except ImportError:
        return
    version = wanted.lstrip("~^=")
    if _numbers(SCons.__version__) < _numbers(get_original_version(version) or "0"):
        return
    package = packages / f"tool-scons@{version}"
    packages.mkdir(parents=True, exist_ok=True)
    copy = Path(tempfile.mkdtemp(prefix="_tmp_installing-", dir=packages))
    try:
        shutil.copytree(Path(SCons.__file__).parent, copy / "SCons")
        (copy / "scons.py").write_text("from SCons.Script.Main import main\n\nmain()\n")
        manifest = {
            "name": "tool-scons",
            "version": version,
            "description": f"SCons {SCons.__version__} from PyPI",
        }
        (copy / "package.json").write_text(json.dumps(manifest))
        origin = {"owner": "platformio", "id": None, "name": "tool-scons", "requirements": None, "uri": None}
        (copy / ".piopm").write_text(
            json.dumps({"type": "tool", "name": "tool-scons", "version": version, "spec": origin})
        )
        copy.chmod(0o755)
        copy.rename(package)
    except OSError:
        if not package.exists():
            raise
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _numbers(version):
    return [int(part) for part in version.split(".") if part.isdigit()]
