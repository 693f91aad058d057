import shutil
from collections.abc import Callable

import pytest

from tests.run import images
from tests.runtime.conftest import program
from tinyml import board as boards
from tinyml.build import Image

__all__ = ["program"]


@pytest.fixture(scope="session")
def any_image_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Image]:
    """Returns the image for a board, built once, whatever emulator is installed."""
    built: dict[str, Image] = {}

    def image(board: str) -> Image:
        if board not in built:
            built[board] = images.build(board, tmp_path_factory.mktemp(board))
        return built[board]

    return image


@pytest.fixture(scope="session")
def image_of(any_image_of: Callable[[str], Image]) -> Callable[[str], Image]:
    """Returns the image for a board that QEMU can run."""

    def image(board: str) -> Image:
        emulator = boards.load(board).architecture.emulator
        if shutil.which(emulator) is None:
            pytest.skip(f"{emulator} is not installed")
        return any_image_of(board)

    return image
