"""Credentials attached to PDFs, read without interpreting the document."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from credroot.core.errors import InputError
from credroot.credential.baking import pdf as module
from credroot.credential.baking.pdf import extract_pdf

CREDENTIAL = b'{"a": "b"}'


def pdf(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, content) for number, content in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def attached(data: bytes = CREDENTIAL, *, more: bytes = b"", length: bytes | None = None) -> bytes:
    size = b"%d" % len(data) if length is None else length
    return b"<</Type /EmbeddedFile /Length %b%b>>\nstream\n%b\nendstream" % (size, more, data)


def code_of(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        extract_pdf(data)
    return caught.value.code


@pytest.mark.parametrize(
    "content",
    [
        attached(),
        attached(zlib.compress(CREDENTIAL), more=b"/Filter/FlateDecode/Params<</Size 7>>"),
        attached(zlib.compress(CREDENTIAL), more=b" /Filter [ /FlateDecode ]"),
        attached(length=b"2 0 R"),
    ],
)
def test_an_attachment_is_found_as_any_program_writes_it(content: bytes) -> None:
    assert extract_pdf(pdf(content, b"%d" % len(CREDENTIAL))) == CREDENTIAL


def test_other_attachments_are_passed_over() -> None:
    assert extract_pdf(pdf(attached(b"hello"), attached(), attached(b"\x89PNG"))) == CREDENTIAL


def test_the_same_credential_twice_is_one_and_two_are_refused() -> None:
    assert extract_pdf(pdf(attached(), attached())) == CREDENTIAL
    assert code_of(pdf(attached(), attached(b'{"a": "c"}'))) == "baking.two_credentials"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7\n", "pdf.no_credential"),
        (pdf(attached(b"hello")), "pdf.no_credential"),
        (pdf(attached()) + b"/Encrypt 9 0 R", "pdf.encrypted"),
        (pdf(attached(length=b"9999")), "pdf.malformed"),
        (pdf(attached(length=b"3")), "pdf.malformed"),
        (pdf(attached(length=b"7 0 R")), "pdf.malformed"),
        (pdf(attached(more=b"/Filter/LZWDecode")), "pdf.malformed"),
        (pdf(attached(more=b"/Filter[/ASCIIHexDecode/FlateDecode]")), "pdf.malformed"),
        (pdf(attached(more=b"/Filter/FlateDecode")), "pdf.malformed"),
        (pdf(attached(zlib.compress(CREDENTIAL)[:-5], more=b"/Filter/FlateDecode")), "pdf.malformed"),
        (pdf(attached(zlib.compress(CREDENTIAL), more=b"/Filter/FlateDecode/DecodeParms<<>>")), "pdf.malformed"),
        (pdf(b"<</Type/EmbeddedFile>>"), "pdf.malformed"),
        (pdf(*[attached(b"x")] * 65), "pdf.malformed"),
        (pdf(attached(b"{" + bytes(2**20))), "baking.payload_too_large"),
    ],
)
def test_anything_else_is_refused_by_its_reason(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_bomb_stops_at_the_cap() -> None:
    assert code_of(pdf(attached(zlib.compress(bytes(50_000_000)), more=b"/Filter/FlateDecode"))) == (
        "baking.payload_too_large"
    )


def test_every_cut_ends_in_a_refusal() -> None:
    data = pdf(attached(zlib.compress(CREDENTIAL), more=b"/Filter/FlateDecode"))
    end = data.index(b"endstream")
    for cut in range(9, end):
        with pytest.raises(InputError):
            extract_pdf(data[:cut])


def test_the_limits_are_what_they_say() -> None:
    assert module.MAX_ATTACHMENTS == 64


def test_objects_are_looked_through_once_however_many_lengths_refer_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []
    integers = module._integers

    def counted(data: bytes, paid: Callable[[int], None]) -> dict[tuple[int, int], int]:
        searched.append(len(data))
        return integers(data, paid)

    monkeypatch.setattr(module, "_integers", counted)
    assert extract_pdf(pdf(*[attached(length=b"65 0 R")] * 64, b"%d" % len(CREDENTIAL))) == CREDENTIAL
    assert len(searched) == 1
    assert extract_pdf(pdf(attached())) == CREDENTIAL
    assert len(searched) == 1


def test_what_is_made_to_be_searched_for_ever_is_refused() -> None:
    lengths = pdf(*[attached(length=b"99 0 R")] * 64)
    assert code_of(lengths + b" endobj" * (module.MAX_OBJECTS + 1)) == "pdf.malformed"
    assert code_of(lengths + b" 99 0 obj" * 300_000) == "pdf.malformed"
    assert code_of(b"%PDF-1.7\n" + b"/EmbeddedFile" * (module.MAX_MENTIONS + 1)) == "pdf.malformed"
    assert code_of(pdf() + b"/Type " * 300_000) == "pdf.no_credential"


def test_attachments_are_unpacked_up_to_a_cap_and_each_is_told() -> None:
    bomb = attached(zlib.compress(b"[" + bytes(1_000_000)), more=b"/Filter/FlateDecode")
    told: list[int] = []
    with pytest.raises(InputError) as caught:
        extract_pdf(pdf(*[bomb] * 60), unpacked=told.append)
    assert caught.value.code == "pdf.malformed"
    assert told == [1_000_001] * 5
