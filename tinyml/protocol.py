"""The serial protocol, read from its one definition `firmware/protocol.toml`, for the host and as a C header.

`load()` answers with the `Protocol`; `render_header()` with the text of `tm_protocol.h`, and `render_document()`
with that of `firmware/PROTOCOL.md`. The definition's hash is in the first two, so that a host and a device built
from different definitions notice at the first message.
"""

import hashlib
import json
import re
import struct
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tinyml import resources
from tinyml.render import render

_FORMATS = {"u8": ("B", "uint8_t"), "u16": ("H", "uint16_t"), "u32": ("I", "uint32_t")}
_FIELD_TYPE = re.compile(r"(?P<base>u8|u16|u32)(\[(?P<count>[1-9]\d*)\])?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

_PARTS = ("device", "swap")

CRC_BYTES = 4

Value = int | bytes


@dataclass(frozen=True)
class Field:
    """A field of a body.

    Attributes:
        name: its name, in Python and in C.
        base: "u8", "u16" or "u32"; "bytes" for the rest of the frame.
        count: how many of them; None for a single one. For "bytes", the most that fit into a frame.
    """

    name: str
    base: str
    count: int | None

    @property
    def is_rest(self) -> bool:
        """Whether the field is the rest of the frame."""
        return self.base == "bytes"

    @property
    def format(self) -> str:
        """The format character(s) of `struct`; an array is packed as bytes."""
        code = _FORMATS[self.base][0]
        return code if self.count is None else f"{self.count * struct.calcsize(code)}s"

    @property
    def declaration(self) -> str:
        """The field as a C struct member."""
        c_type = "uint8_t" if self.is_rest else _FORMATS[self.base][1]
        return f"{c_type} {self.name}" + ("" if self.count is None else f"[{self.count}]")


@dataclass(frozen=True)
class Body:
    """The fields of a request or a response.

    Attributes:
        fields: in the order in which they are sent.
        size: bytes of all fields but one of type "bytes".
    """

    fields: tuple[Field, ...]
    size: int

    @property
    def rest(self) -> Field | None:
        """The field of type "bytes", if there is one."""
        return self.fields[-1] if self.fields and self.fields[-1].is_rest else None

    @property
    def _fixed(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if not f.is_rest)

    def pack(self, values: Mapping[str, Value]) -> bytes:
        """Return the bytes of a body with the given fields (all of them)."""
        if values.keys() != {f.name for f in self.fields}:
            raise ValueError(f"fields {sorted(values)} were given for {[f.name for f in self.fields]}")
        packed = struct.pack("<" + "".join(f.format for f in self._fixed), *(values[f.name] for f in self._fixed))
        rest = values[self.rest.name] if self.rest else b""
        return packed + rest if isinstance(rest, bytes) else packed

    def unpack(self, body: bytes) -> dict[str, Value]:
        """Return the fields in the bytes of a body.

        Raises:
            ValueError: the bytes are fewer or more than the body's fields take.
        """
        if len(body) < self.size or (len(body) > self.size and self.rest is None):
            raise ValueError(f"a body of {len(body)} bytes came where {self.size} are due")
        found = struct.unpack("<" + "".join(f.format for f in self._fixed), body[: self.size])
        values: dict[str, Value] = {f.name: value for f, value in zip(self._fixed, found, strict=True)}
        if self.rest:
            values[self.rest.name] = body[self.size :]
        return values


@dataclass(frozen=True)
class Message:
    """A message: what the host sends and what the device answers.

    Attributes:
        id: the number in the header.
        doc: what it does, in one sentence.
        inference: whether the device runs the model before it answers, which may take long.
        part: of the firmware that answers it: "device", or "swap" for slots for models.
        request: None where the device sends the response unasked.
    """

    name: str
    id: int
    doc: str
    inference: bool
    part: str
    request: Body | None
    response: Body


@dataclass(frozen=True)
class Protocol:
    """The protocol.

    Attributes:
        hash: 32 bits of the hash of all that is sent (not of texts and time-outs).
        doc: how it works, in paragraphs.
        header: the fields that every frame begins with.
        messages: by name.
        statuses: (name, sentence) of each status code, by code.
        limits: whole numbers, by name.
        timeouts: seconds, by name.
        docs: a sentence for each limit and each time-out, by name.
    """

    hash: int
    doc: str
    header: Body
    messages: Mapping[str, Message]
    statuses: tuple[tuple[str, str], ...]
    limits: Mapping[str, int]
    timeouts: Mapping[str, float]
    docs: Mapping[str, str]

    def status(self, name: str) -> int:
        """Return the code of a status."""
        return [status for status, _ in self.statuses].index(name)


def _body(where: str, table: Mapping[str, str], room: int) -> Body:
    """Read a body's fields; `room` is how many bytes a frame has for them."""
    fields: list[Field] = []
    offset = 0
    for name, kind in table.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{where}: {name!r} is not a name for a field")
        if fields and fields[-1].is_rest:
            raise ValueError(f"{where}: {name} follows {fields[-1].name}, which is the rest of the frame")
        if kind == "bytes":
            fields.append(Field(name, "bytes", room - offset))
            continue
        if not (match := _FIELD_TYPE.fullmatch(kind)):
            raise ValueError(f"{where}: {name} has the type {kind!r}; u8, u16, u32, their arrays and bytes exist")
        count = int(match["count"]) if match["count"] else None
        size = struct.calcsize(_FORMATS[match["base"]][0])
        if offset % size:
            raise ValueError(f"{where}: {name} ({size} bytes) lies at byte {offset}, not a multiple of its size")
        offset += size * (count or 1)
        fields.append(Field(name, match["base"], count))
    if offset % 4:
        raise ValueError(f"{where}: the fields take {offset} bytes, not a multiple of 4")
    if offset > room or (fields and fields[-1].is_rest and offset == room):
        raise ValueError(f"{where}: the fields take {offset} bytes; a frame has room for {room}")
    return Body(tuple(fields), offset)


def _messages(tables: Mapping[str, dict[str, Any]], room: int) -> dict[str, Message]:
    messages: dict[str, Message] = {}
    for name, table in tables.items():
        unknown = table.keys() - {"id", "doc", "inference", "part", "unasked", "request", "response"}
        if unknown or not _NAME.fullmatch(name):
            raise ValueError(f"message {name}: {sorted(unknown)} or the name itself is not known here")
        if not 1 <= table["id"] <= 255 or table["id"] in [m.id for m in messages.values()]:
            raise ValueError(f"message {name} has the id {table['id']}; it must be 1 to 255 and no other's")
        unasked = table.get("unasked", False)
        request = None if unasked else _body(f"{name} request", table["request"], room)
        response = _body(f"{name} response", table["response"], room)
        inference, part = table.get("inference", False), table.get("part", _PARTS[0])
        if part not in _PARTS:
            raise ValueError(f"message {name}: the part {part!r} is none of {', '.join(_PARTS)}")
        messages[name] = Message(name, table["id"], table["doc"], inference, part, request, response)
    return messages


def _values(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the values of limits or time-outs, by name."""
    return {name: entry["value"] for name, entry in table.items()}


def _hash(definition: Mapping[str, Any]) -> int:
    sent = {
        "limits": _values(definition["limits"]),
        "header": list(definition["header"].items()),
        "status": list(definition["status"]),
        "messages": [
            [name, m["id"], list(m.get("request", {}).items()), list(m["response"].items())]
            for name, m in sorted(definition["message"].items())
        ],
    }
    canonical = json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()
    return int.from_bytes(hashlib.sha256(canonical).digest()[:4], "big")


def parse(text: str) -> Protocol:
    """Return the protocol that a text in TOML defines.

    Raises:
        ValueError: a field is not aligned, a type is not known, a body does not fit into a frame, or an id is
            used twice (errors in tinyml's own definition).
    """
    definition = tomllib.loads(text)
    limits = _values(definition["limits"])
    header = _body("header", definition["header"], limits["frame_bytes"])
    room = limits["frame_bytes"] - header.size - CRC_BYTES
    return Protocol(
        hash=_hash(definition),
        doc=definition["doc"].strip(),
        header=header,
        messages=_messages(definition["message"], room),
        statuses=tuple(definition["status"].items()),
        limits=limits,
        timeouts=_values(definition["timeouts"]),
        docs={name: entry["doc"] for part in ("limits", "timeouts") for name, entry in definition[part].items()},
    )


@cache
def load() -> Protocol:
    """Return the protocol of this version of tinyml."""
    return parse((resources.firmware() / "protocol.toml").read_text(encoding="utf-8"))


def render_header() -> str:
    """Return the text of `tm_protocol.h`."""
    return render("tm_protocol.h.j2", protocol=load())


def sendings() -> int:
    """Return how often at most a request is sent that does not run the model."""
    timeouts = load().timeouts
    at, wait, count = 0.0, timeouts["first_retry"], 0
    while at < timeouts["answer"]:
        at, wait, count = at + wait, min(2 * wait, timeouts["longest_retry"]), count + 1
    return count


def render_document() -> str:
    """Return the text of `firmware/PROTOCOL.md`, which describes the protocol for people."""
    return render("protocol.md.j2", protocol=load(), crc_bytes=CRC_BYTES, sendings=sendings())
