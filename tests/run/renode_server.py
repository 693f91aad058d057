"""A stand-in for the wire protocol of Renode's Robot Framework server.

It emulates nothing, and proves nothing of Renode. It answers `run_keyword("ExecuteCommand", [command])` by
{"status": "PASS" or "FAIL", "return" or "error"}, as the server of Renode 1.16.1 does. Started as a program, it
takes Renode's options and writes each command to the file $RENODE_SERVER_COMMANDS; one that begins with
$RENODE_SERVER_REFUSES fails, and one that begins with $RENODE_SERVER_HANGS is never answered.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xmlrpc.server import SimpleXMLRPCServer

Answer = dict[str, str]


def server(port: int, execute: Callable[[str], Answer]) -> SimpleXMLRPCServer:
    """Return a server that answers each command with what `execute` returns."""

    def run_keyword(keyword: str, arguments: list[str]) -> Answer:
        assert keyword == "ExecuteCommand"
        return execute(arguments[0])

    made = SimpleXMLRPCServer(("localhost", port), logRequests=False)
    made.register_function(run_keyword, "run_keyword")
    return made


def _execute(command: str) -> Answer:
    with Path(os.environ["RENODE_SERVER_COMMANDS"]).open("a") as commands:
        commands.write(json.dumps(command) + "\n")
    if command.startswith(os.environ.get("RENODE_SERVER_REFUSES", "\0")):
        return {"status": "FAIL", "error": f"KeywordException: There was an error\nwhen executing '{command}'"}
    if command.startswith(os.environ.get("RENODE_SERVER_HANGS", "\0")):
        time.sleep(600)
    if command == "quit":
        os._exit(0)
    return {"status": "PASS", "return": ""}


if __name__ == "__main__":
    options = sys.argv[1:]
    if options == ["--version"]:
        print("Renode v1.16.1.12345\n  build: d66b0c2a-202602141754\n  build type: Release\n  runtime: .NET 8.0.0")
    else:
        assert options[:-1] == ["--disable-xwt", "--plain", "--hide-log", "--robot-server-port"]
        server(int(options[-1]), _execute).serve_forever()
