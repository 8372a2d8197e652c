"""Every form in which a word could stand in what a process keeps or says, and every place to look for it."""

import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

import requests

from examples.town import WALLET
from tests.journeys.neighbourhood import Neighbourhood
from tests.journeys.traces import in_base64, kept_by

SHORTEST = 6
"""Bytes: what is shorter stands by chance somewhere in a database of random bytes."""
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
_MARKS_OF_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_MOST_INFLATED = 1_000_000


def written_forms(word: str) -> dict[str, set[bytes]]:
    """How a word could be written, by what the way is called."""
    plain = word.encode()
    escaped = json.dumps(word)[1:-1]
    percent = {quote(word, safe=""), quote_plus(word), quote(word, safe="").lower()}
    forms = {
        "utf-8": {plain},
        "utf-16": {word.encode("utf-16-le"), word.encode("utf-16-be")},
        "base64": in_base64(plain),
        "hex": {plain.hex().encode(), plain.hex().upper().encode()},
        "percent": {each.encode() for each in percent},
        "json": {
            escaped.encode(),
            _ESCAPE.sub(lambda found: found[0].upper().replace("U", "u"), escaped).encode(),
        },
        "html": {escape(word).encode()},
    }
    return {way: {form for form in found if len(form) >= SHORTEST} for way, found in forms.items()}


def number_forms(number: str) -> dict[str, set[bytes]]:
    """How a number could be written: as text, and as eight bytes of a floating-point number."""
    value = float(number)
    return {
        "utf-8": {number.encode()},
        "utf-16": {number.encode("utf-16-le"), number.encode("utf-16-be")},
        "double": {struct.pack("<d", value), struct.pack(">d", value)},
        "hex": {number.encode().hex().encode()},
        "base64": in_base64(f'"{number}"'.encode()) | in_base64(f":{number},".encode()),
    }


def inflated(content: bytes) -> Iterator[bytes]:
    """What unpacks, wherever it begins."""
    for mark in _MARKS_OF_ZLIB:
        place = content.find(mark)
        while place >= 0:
            try:
                unpacked = zlib.decompressobj().decompress(content[place:], _MOST_INFLATED)
            except zlib.error:
                unpacked = b""
            if len(unpacked) >= SHORTEST:
                yield unpacked
            place = content.find(mark, place + 1)


def with_what_unpacks(kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is kept, and beside it whatever in it was compressed."""
    unpacked = {f"{place}, unpacked": b"\n".join(inflated(content)) for place, content in kept.items()}
    return {**kept, **{place: content for place, content in unpacked.items() if content}}


def everything_of_the_wallet(town: Neighbourhood, addresses: list[str], temporary: Path) -> dict[str, bytes]:
    """Everything on the wallet's side that is not the memory of its process."""
    process = town.town.processes[WALLET].pid
    url = town.town.url(WALLET)
    left = {f"left in {path}": path.read_bytes() for path in temporary.rglob("*") if path.is_file()}
    return with_what_unpacks(
        {
            **kept_by(town, WALLET),
            **left,
            **dict(_of_processes(process)),
            "command lines": b"\n".join(_command_lines()),
            "addresses": "\n".join(addresses).encode(),
            "/metrics": requests.get(f"{url}/metrics", timeout=60).content,
            "/health": requests.get(f"{url}/health", timeout=60).content,
        }
    )


def _command_lines() -> Iterator[bytes]:
    """What `ps` tells everybody of every process of this machine."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ")


def _of_processes(leader: int) -> Iterator[tuple[str, bytes]]:
    """What the system tells of a process and those that it started, and their files without a name."""
    for process in (leader, *_children(leader)):
        home = Path("/proc") / str(process)
        for name in ("cmdline", "environ"):
            yield f"{name} of {process}", (home / name).read_bytes()
        for handle in (home / "fd").iterdir():
            try:
                if handle.resolve(strict=False).name.endswith("(deleted)"):
                    yield f"file {handle.name} of {process}", handle.read_bytes()
            except OSError:  # it was closed meanwhile, or is no file
                continue


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in listed for each in (int(child), *_children(int(child)))]
