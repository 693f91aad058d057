from tests.runtime.conftest import device, program

__all__ = ["device", "program"]
