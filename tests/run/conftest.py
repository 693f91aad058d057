import shutil
from collections.abc import Callable

import pytest

from tests.run import images
from tests.runtime.conftest import program
from tinyml import board as boards
from tinyml.build import Image

__all__ = ["program"]


@pytest.fixture(scope="session")
def image_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Image]:
    """Returns the image for a board, built once."""
    built: dict[str, Image] = {}

    def image(board: str) -> Image:
        emulator = boards.load(board).architecture.emulator
        if shutil.which(emulator) is None:
            pytest.skip(f"{emulator} is not installed")
        if board not in built:
            built[board] = images.build(board, tmp_path_factory.mktemp(board))
        return built[board]

    return image
