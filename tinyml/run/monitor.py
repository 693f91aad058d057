"""Renode's monitor over XML-RPC: a command, its answer, and a limit to every wait."""

import http.client
import xmlrpc.client
from collections.abc import Callable
from xml.parsers.expat import ExpatError

from tinyml.errors import DeviceError

_KEYWORD = "ExecuteCommand"
_SHOWN_CHARACTERS = 300


class _Transport(xmlrpc.client.Transport):
    """A transport whose connection gives up."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def make_connection(self, host: "tuple[str, dict[str, str]] | str") -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = self._seconds  # taken over when it connects
        return connection


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:_SHOWN_CHARACTERS]


class Monitor:
    """The monitor of one Renode.

    Args:
        port: where its Robot Framework server listens.
        seconds: how long an answer may take.
        explain: returns what else is known when there is none, such as why Renode has ended.
    """

    def __init__(self, port: int, seconds: float, explain: Callable[[], str]) -> None:
        self._url = f"http://localhost:{port}/"
        self._seconds = seconds
        self._explain = explain

    def execute(self, command: str, seconds: float | None = None) -> str:
        """Have `command` carried out; return what the monitor prints.

        Args:
            command: as a person would type it; it may have several lines.
            seconds: how long the answer may take, where that is not the usual time.

        Raises:
            DeviceError: it fails, or Renode does not answer.
        """
        limit = seconds or self._seconds
        try:
            # A connection of its own for each command: none is left in an unknown state by one that failed.
            with xmlrpc.client.ServerProxy(self._url, transport=_Transport(limit)) as server:
                answer = server.run_keyword(_KEYWORD, [command])
        except TimeoutError as error:
            raise self._error(f"Renode did not answer {_one_line(command)!r} within {limit:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._error(f"the connection to Renode broke at {_one_line(command)!r} ({error})") from error
        except (xmlrpc.client.Error, ExpatError) as error:
            raise self._error(
                f"Renode's answer to {_one_line(command)!r} cannot be read ({_one_line(error)})"
            ) from error
        if not isinstance(answer, dict) or answer.get("status") != "PASS":
            said = answer.get("error", answer) if isinstance(answer, dict) else answer
            raise self._error(f"Renode refused {_one_line(command)!r}: {_one_line(said)}")
        return str(answer.get("return", ""))

    def _error(self, problem: str) -> DeviceError:
        explained = self._explain()
        return DeviceError(
            problem + (f"; {explained}" if explained else ""),
            "`tinyml doctor` tells which Renode is used; tinyml is written for 1.16.1.",
        )
