"""The PDF that is the credential."""

from __future__ import annotations

import re
import zlib

import pytest

from credroot.core.errors import InputError
from credroot.credential.baking.pdf import extract_pdf
from credroot.issuer.outputs.badges import Badges
from credroot.issuer.outputs.certificate import LANGUAGES, certificate, qr_code
from credroot.issuer.outputs.content import read_content
from credroot.issuer.outputs.links import private_link
from tests.issuer.outputs.conftest import SCRIPTS, issued

PAGE = "https://verify.example/"
pytestmark = pytest.mark.usefixtures("typesetter")


@pytest.fixture(scope="module")
def picture() -> bytes:
    return Badges("Data Analytics Foundations", "Example University").picture


def made(credential: bytes, picture: bytes, *, language: str = "en", with_link: bool = True) -> bytes:
    content = read_content(credential)
    link = private_link(PAGE, content) if with_link else None
    return certificate(
        content, credential, picture=picture, link=link, page=PAGE if with_link else None, language=language
    )


def inflated(pdf: bytes) -> bytes:
    """Give everything in a PDF, its pressed streams opened."""
    opened = [pdf]
    for match in re.finditer(rb"stream\r?\n", pdf):
        try:
            opened.append(zlib.decompressobj().decompress(pdf[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(opened)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_in_any_script_is_set_and_the_credential_is_attached_byte_for_byte(script: str, picture: bytes) -> None:
    credential = issued(SCRIPTS[script])
    pdf = made(credential, picture)
    assert extract_pdf(pdf) == credential


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_of_itself_that_it_is_accessible_and_archival(language: str, picture: bytes) -> None:
    content = inflated(made(issued(), picture, language=language))
    assert b"pdfuaid:part" in content
    assert re.search(rb"pdfaid:part[^0-9]{1,3}3", content)
    assert re.search(rb"pdfaid:conformance[^A-Z]{1,3}A", content)
    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert f"/Lang({language})".encode() in content.replace(b" ", b"")
    assert content.count(b"/Alt") >= 2
    assert b"/AFRelationship/Source" in content.replace(b" ", b"")


def test_a_letter_that_no_font_has_is_an_error_and_not_a_box(picture: bytes) -> None:
    with pytest.raises(InputError) as caught:
        made(issued("\ue123 private use"), picture)
    assert caught.value.code == "output.glyph"


def test_the_same_credential_makes_the_same_certificate(picture: bytes) -> None:
    assert made(issued(), picture) == made(issued(), picture)


def test_it_can_be_made_without_a_verify_page(picture: bytes) -> None:
    assert extract_pdf(made(issued(), picture, with_link=False)) == issued()


def test_a_language_without_words_is_refused(picture: bytes) -> None:
    with pytest.raises(InputError) as caught:
        made(issued(), picture, language="xx")
    assert caught.value.code == "output.language"


def test_markup_in_names_is_text(picture: bytes) -> None:
    for name in ("#panic()", "$x$ *bold* _it_ `raw`", "@ref <label>", "\\ / // /* */", '"; #read("/etc/passwd")'):
        assert extract_pdf(made(issued(name, name=name, description=name), picture)) == issued(
            name, name=name, description=name
        )


def test_a_link_too_long_for_paper_has_no_code() -> None:
    assert qr_code("https://verify.example/#c1=" + "A" * 3_000) is None
    assert "<svg" in str(qr_code("https://verify.example/"))
