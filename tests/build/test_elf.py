import pytest

from tinyml.build import elf
from tinyml.errors import BuildError


def test_a_missing_or_foreign_file_is_refused(tmp_path):
    with pytest.raises(BuildError, match="cannot be read"):
        elf.sizes(tmp_path / "none.elf")
    (tmp_path / "text.elf").write_text("this is no ELF file")
    with pytest.raises(BuildError, match="cannot be read"):
        elf.sizes(tmp_path / "text.elf")
