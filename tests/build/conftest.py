import pytest

from tests.build import projects
from tinyml.build import build

# An attempt to reach a network fails at once, so that a build that needs one cannot pass.
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def environment(monkeypatch, cache):
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.delenv("PLATFORMIO_CORE_DIR", raising=False)
    for name, value in NO_NETWORK.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=projects.BOARDS)
def built(request, tmp_path):
    return build(projects.write(tmp_path / "project", request.param).path)
