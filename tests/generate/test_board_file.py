"""Board files to begin with: filled in line by line, as their errors ask."""

import re
import tomllib

import pytest

from tests.build import projects
from tinyml import board as boards
from tinyml.board.table import Table
from tinyml.build import build
from tinyml.errors import BoardError
from tinyml.generate import board_file, platformio

KNOWN = boards.load("netduinoplus2")


def answers(board):
    """Return what a person would write for each key that a new file asks for, in the order of the file."""
    facts = tomllib.loads(board.text)
    flash, ram = facts["memory"][:2]
    console, counter = facts["console"], facts["counter"]
    top = [facts[key] for key in ("title", "vendor", "url")]
    regions = [flash["origin"], flash["length"], ram["origin"], ram["length"]]
    uart = [console["peripheral"], console["base"], counter["peripheral"], counter["base"]]
    return [
        *top,
        facts["documents"][0],
        facts["cpu"],
        facts["flags"],
        facts["port"],
        facts["clock"]["hz"],
        *regions,
        *uart,
        facts["platformio"]["mcu"],
    ]


def toml(value):
    return repr(value) if isinstance(value, int) else str(value) if isinstance(value, list) else f'"{value}"'


def fill_in(path, values):
    """Write each value where the file's error asks for one."""
    for value in values:
        with pytest.raises(BoardError, match="is still to be filled in") as refused:
            boards.load(path)
        number = int(re.search(r"line (\d+): ", str(refused.value))[1])
        lines = path.read_text().splitlines()
        lines[number - 1] = lines[number - 1].replace(boards.TO_FILL_IN, toml(value))
        path.write_text("\n".join(lines) + "\n")


def uncomment(path, *keys):
    """Take the "# " away from the first lines that hold these keys, after the line of a table."""
    text = path.read_text()
    for table, key, value in keys:
        start = text.index(f"[{table}]")
        head, rest = text[:start], text[start:]
        text = head + re.sub(rf"^# {key} = .*$", f"{key} = {value}", rest, count=1, flags=re.M)
    path.write_text(text)


STM32F4 = (
    ("clock", "crystal_hz", "25_000_000"),
    ("console", "apb", "2"),
    ("console", "enable_bit", "5"),
    ("console", "tx", '"PC6"'),
    ("console", "rx", '"PC7"'),
    ("console", "alternate_function", "8"),
    ("counter", "apb", "1"),
    ("counter", "enable_bit", "0"),
)


def test_an_empty_file_asks_for_each_fact_and_then_loads(tmp_path):
    path = board_file.start("my-board", None, tmp_path)
    assert path == tmp_path / "my-board.toml"
    fill_in(path, answers(KNOWN))
    uncomment(path, *STM32F4)
    board = boards.load(path)
    assert (board.name, board.cpu, board.port) == ("my-board", KNOWN.cpu, KNOWN.port)
    assert (board.flash.start, board.flash.end) == (KNOWN.flash.start, KNOWN.flash.end)
    assert (board.ram.start, board.ram.end) == (KNOWN.ram.start, KNOWN.ram.end)
    assert board.console.tx == KNOWN.console.tx
    assert (board.qemu, board.upload, board.evidence) == (None, None, ())


def test_an_empty_file_explains_every_key_that_a_board_may_have(tmp_path, monkeypatch):
    known = {}
    done = Table.done

    def noted(table):
        known.setdefault(table._name, set()).update(table._asked)
        done(table)

    monkeypatch.setattr(Table, "done", noted)
    for name in boards.names():
        boards.load(name)
    sections = re.split(r"^(?:# )?\[+(\w+)\]+$", board_file.start("new", None, tmp_path).read_text(), flags=re.M)
    explained = {"": sections[0]}
    for table, text in zip(sections[1::2], sections[2::2], strict=True):
        explained[table] = explained.get(table, "") + text
    for table, keys in known.items():
        for key in keys - (set() if table else set(explained)):
            assert re.search(rf"^(# )?{key} = ", explained[table], re.M), f"{table}.{key} is not explained"


def test_an_empty_file_names_the_ports_with_their_chips(tmp_path):
    text = board_file.start("new", None, tmp_path).read_text()
    for port in platformio.ports():
        assert f"#   {port}: " in text
    assert re.search(r"#   stm32f4: .*stm32f405rgt6", text)


@pytest.mark.parametrize("like", boards.names())
def test_a_file_like_a_known_board_has_its_facts_but_no_proof(tmp_path, like):
    path = board_file.start("other", like, tmp_path)
    fill_in(path, ["Other board", "Vendor", "https://example.com"])
    board, known = boards.load(path), boards.load(like)
    assert (board.memory, board.console, board.clock_hz) == (known.memory, known.console, known.clock_hz)
    assert (board.qemu, board.evidence) == (None, ())
    assert re.search(r"^hz = .*# check: ", path.read_text(), re.M)


@projects.needs_compiler
@pytest.mark.parametrize("like", [None, "netduinoplus2"])
def test_a_new_board_builds(tmp_path, like):
    path = board_file.start("mine", like, tmp_path)
    fill_in(path, answers(KNOWN) if like is None else ["Mine", "Me", "https://example.com"])
    if like is None:
        uncomment(path, *STM32F4)
    image = build(projects.write(tmp_path / "project", str(path)).path)
    known = build(projects.write(tmp_path / "known", "netduinoplus2").path)
    assert image.sizes == known.sizes


@pytest.mark.parametrize("name", ["Mine", "../mine", "", "-a", "a b", "mine.toml"])
def test_a_name_that_is_not_allowed_is_refused(tmp_path, name):
    with pytest.raises(BoardError, match="cannot be called"):
        board_file.start(name, None, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_known_board_is_refused(tmp_path):
    with pytest.raises(BoardError, match="knows a board called microbit already"):
        board_file.start("microbit", None, tmp_path)


def test_a_file_is_never_overwritten(tmp_path):
    path = board_file.start("mine", None, tmp_path)
    path.write_text("hours of work")
    with pytest.raises(BoardError, match="exists already"):
        board_file.start("mine", "microbit", tmp_path)
    assert path.read_text() == "hours of work"


def test_a_board_that_is_not_known_is_no_beginning(tmp_path):
    with pytest.raises(BoardError, match="no board is called 'none'"):
        board_file.start("mine", "none", tmp_path)
    assert list(tmp_path.iterdir()) == []
