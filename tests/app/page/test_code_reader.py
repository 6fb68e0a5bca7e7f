"""QR codes in pictures: the link is found in a photograph, and a hostile picture harms nobody."""

from __future__ import annotations

import json
import struct
import sys
import zlib
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from credroot.app.page.checking import Entries, Given, check
from credroot.app.page.code_reader import MAX_PICTURE_BYTES, CodeReader, ReaderBusyError
from credroot.core.errors import InputError
from tests.browser.photographs import LINK, code, encoded, photograph
from tests.browser.reports import verdicts

pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: the extra credroot[qr]")
pytest.importorskip("segno", reason="segno is not installed: the extra credroot[pdf]")

LATE_S = 30
"""After which a slow reader finds the link all the same, if it is not ended."""


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_link_is_found_in_every_kind_of_picture(kind: str) -> None:
    assert CodeReader().link_in(encoded(code(), kind)) == LINK


def test_the_link_is_found_in_a_photograph() -> None:
    assert CodeReader().link_in(photograph()) == LINK


def test_a_code_that_holds_something_else_is_no_link() -> None:
    assert CodeReader().link_in(encoded(code("https://evil.example/"))) is None
    assert CodeReader().link_in(encoded(Image.new("L", (300, 300), 255))) is None


def bomb(width: int, height: int) -> bytes:
    """Write a PNG that claims a size and holds nothing of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9_999))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "picture",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff" + bytes(500),
        b"RIFF" + bytes(500),
        bomb(60_000, 60_000),
        bomb(7_000, 7_000),
        bomb(2**31 - 1, 2**31 - 1),
    ],
)
def test_a_hostile_picture_is_read_as_nothing(picture: bytes) -> None:
    assert CodeReader().link_in(picture) is None


def test_what_is_too_large_or_no_picture_is_refused_by_name() -> None:
    for data, wanted in ((b"\xff\xd8\xff" + bytes(MAX_PICTURE_BYTES), "code.too_large"), (b"GIF89a", "code.kind")):
        with pytest.raises(InputError) as refused:
            CodeReader().link_in(data)
        assert refused.value.code == wanted


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    mark = tmp_path / "reached the end"
    found = f"pathlib.Path({str(mark)!r}).touch(); print({json.dumps([LINK])!r})"
    program = f"import pathlib, time; time.sleep({LATE_S}); {found}"
    earlier = children()
    assert CodeReader(timeout_s=0.05, reading=(sys.executable, "-c", program)).link_in(photograph()) is None
    assert children() == earlier
    assert not mark.exists()


def test_a_photograph_that_is_not_read_in_time_has_no_link() -> None:
    assert CodeReader(timeout_s=0.001).link_in(photograph()) is None


def children() -> set[str]:
    """Give the processes that this one has begun and that have not ended."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def test_only_so_many_pictures_are_read_at_once() -> None:
    reader, busy = CodeReader(), []

    def ask() -> None:
        try:
            reader.link_in(picture)
        except ReaderBusyError:
            busy.append(True)

    picture = photograph()
    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert busy
    assert reader.link_in(picture) == LINK


def test_a_single_picture_without_a_credential_is_looked_at_and_many_are_not() -> None:
    reader, picture = CodeReader(), photograph()
    alone = check(Entries([Given(picture, "photo.jpg")]), verdicts, read_code=reader.link_in)
    assert alone[0].report.verdict == "valid"
    assert alone[0].is_carried
    two = check(Entries([Given(picture, "a.jpg"), Given(picture, "b.jpg")]), verdicts, read_code=reader.link_in)
    assert [entry.report.checks[0].code for entry in two] == ["baking.unknown_file"] * 2
    nothing = check(Entries([Given(encoded(Image.new("L", (99, 99))), "c.jpg")]), verdicts, read_code=reader.link_in)
    assert nothing[0].report.checks[0].code == "baking.unknown_file"
