import pytest

from tinyml.architecture import CORTEX_M, RISCV
from tinyml.link import faults


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (1 << 4, "stack overflow"),
        (1 << 12 | 1 << 9, "stack overflow"),
        (1 << 15 | 1 << 9, "access to an address without memory"),
        (1 << 25, "division by zero"),
        (1 << 20, "stack overflow"),
        (3 << 28, "a hard fault: an address without memory, an unaligned access or an undefined instruction"),
        (11 << 28, "exception 11"),
        (1 << 3, "exception 0"),
    ],
)
def test_a_cause_has_words(cause: int, words: str) -> None:
    assert faults.describe(CORTEX_M, cause) == words


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (1 << 16 | 7, "stack overflow"),
        (7, "access to an address without memory"),
        (2, "undefined instruction"),
        (24, "exception 24"),
    ],
)
def test_a_cause_on_risc_v_has_words(cause: int, words: str) -> None:
    assert faults.describe(RISCV, cause) == words
