import shutil
from collections.abc import Callable

import pytest

from tests.run import images
from tests.runtime.conftest import program
from tinyml.build import Image

__all__ = ["program"]


@pytest.fixture(scope="session")
def image_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Image]:
    """Returns the image for a board, built once."""
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    built: dict[str, Image] = {}

    def image(board: str) -> Image:
        if board not in built:
            built[board] = images.build(board, tmp_path_factory.mktemp(board))
        return built[board]

    return image
