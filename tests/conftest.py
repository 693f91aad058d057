from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_models() -> Path:
    """The folder of reference models that lies beside the repository on some machines."""
    folder = Path(__file__).parents[1].parent / "shared" / "models"
    if not folder.is_dir():
        pytest.skip("the reference models (../shared/models) are not here")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew, for review")
