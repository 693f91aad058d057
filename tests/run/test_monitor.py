"""The client's half of Renode's XML-RPC, held against a stand-in for the server's; Renode itself takes no part."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.run import renode_server
from tests.run.renode_server import Answer
from tinyml.errors import DeviceError
from tinyml.run.monitor import Monitor

Served = Callable[..., Monitor]  # (execute: Callable[[str], Answer], seconds: float = 5)


@pytest.fixture
def served() -> Iterator[Served]:
    """Returns a monitor whose server answers with a function of the test's."""
    servers = []

    def start(execute: Callable[[str], Answer], seconds: float = 5) -> Monitor:
        server = renode_server.server(0, execute)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return Monitor(server.server_address[1], seconds, lambda: "the cause")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_command_is_answered(served: Served) -> None:
    monitor = served(lambda command: {"status": "PASS", "return": f"{command}: 0x10"})
    assert monitor.execute("sysbus.cpu ExecutedInstructions") == "sysbus.cpu ExecutedInstructions: 0x10"


def test_a_command_without_an_answer_is_carried_out(served: Served) -> None:
    assert served(lambda command: {"status": "PASS"}).execute("start") == ""


def test_a_command_of_several_lines_arrives_as_it_is(served: Served) -> None:
    heard: list[str] = []

    def execute(command: str) -> Answer:
        heard.append(command)
        return {"status": "PASS"}

    served(execute).execute('macro reset """\nsysbus LoadELF @a\\ b\n"""')
    assert heard == ['macro reset """\nsysbus LoadELF @a\\ b\n"""']


def test_a_refusal_is_one_sentence_with_what_renode_said(served: Served) -> None:
    monitor = served(lambda command: {"status": "FAIL", "error": "KeywordException:\n  no such file\n"})
    with pytest.raises(
        DeviceError, match=r"^Renode refused 'start': KeywordException: no such file; the cause$"
    ) as caught:
        monitor.execute("start")
    assert "1.16.1" in caught.value.hint


def test_an_answer_that_is_none_is_refused(served: Served) -> None:
    with pytest.raises(DeviceError, match=r"Renode refused 'start': "):
        served(lambda command: {}).execute("start")


def test_an_answer_that_does_not_come_is_given_up(served: Served) -> None:
    def hang(command: str) -> Answer:
        time.sleep(0.8)
        return {"status": "PASS"}

    monitor = served(hang, 0.3)
    began = time.monotonic()
    with pytest.raises(DeviceError, match=r"^Renode did not answer 'start' within 0.3 s; the cause$"):
        monitor.execute("start")
    with pytest.raises(DeviceError, match=r"within 0.1 s"):
        monitor.execute("start", seconds=0.1)
    assert time.monotonic() - began < 2


def test_an_error_of_the_server_is_told(served: Served) -> None:
    def fail(command: str) -> Answer:
        raise RuntimeError("no keyword")

    with pytest.raises(DeviceError, match=r"answer to 'start' cannot be read .*no keyword"):
        served(fail).execute("start")


@pytest.fixture
def answered_with() -> Iterator[Callable[[bytes], DeviceError]]:
    """Returns the error of a command that is answered with `data` and the end of the connection."""
    answers = [b""]

    class Breaks(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # A connection that is closed with something unread is reset, and the client may never see the answer.
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(answers[0])

        def log_request(self, *_: object) -> None:
            pass

    def ask(data: bytes) -> DeviceError:
        answers[0] = data
        with pytest.raises(DeviceError) as caught:
            Monitor(server.server_address[1], 5, lambda: "").execute("start")
        return caught.value

    with HTTPServer(("localhost", 0), Breaks) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield ask
        server.shutdown()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the connection to Renode broke at 'start'"),
        (b"nonsense\r\n\r\n", "the connection to Renode broke at 'start'"),
        (b"HTTP/1.0 500 Internal\r\n\r\n", "Renode's answer to 'start' cannot be read"),
        (
            b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n<methodResponse>",
            "Renode's answer to 'start' cannot be read",
        ),
    ],
)
def test_an_answer_that_breaks_off_is_told(
    answered_with: Callable[[bytes], DeviceError], data: bytes, problem: str
) -> None:
    assert problem in str(answered_with(data))


def test_nobody_who_listens_is_told() -> None:
    with socket.create_server(("localhost", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeviceError, match=r"the connection to Renode broke at 'start' .*refused"):
        Monitor(port, 1, lambda: "").execute("start")
