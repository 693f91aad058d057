import pytest

from tests.build import projects
from tinyml.build import build

# An attempt to reach a network fails at once, so that a build that needs one cannot pass.
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}


@pytest.fixture(scope="package", autouse=True)
def environment(tmp_path_factory):
    """A cache of the tests' own and no network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("PLATFORMIO_CORE_DIR", raising=False)
        for name, value in NO_NETWORK.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="package", params=projects.BUILT)
def built(request, tmp_path_factory):
    """The image of a minimal project; a test that changes it works on a copy."""
    return build(projects.write(tmp_path_factory.mktemp("built"), request.param).path)
