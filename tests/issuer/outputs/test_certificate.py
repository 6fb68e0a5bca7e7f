"""The PDF that is the credential."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib

import pytest
from PIL import Image

from credroot.core.errors import InputError
from credroot.credential.baking.pdf import extract_pdf
from credroot.issuer.outputs.badges import Badges
from credroot.issuer.outputs.certificate import LANGUAGES, STANDARDS, Typesetter, _template, qr_code
from credroot.issuer.outputs.content import read_content
from credroot.issuer.outputs.links import private_link
from credroot.issuer.outputs.theme import Layout, Signatory, Theme
from tests.issuer.outputs.conftest import SCRIPTS, issued

PAGE = "https://verify.example/"
pytestmark = pytest.mark.usefixtures("typesetter")


@pytest.fixture(scope="module")
def picture() -> bytes:
    return Badges("Data Analytics Foundations", "Example University").picture


def made(
    credential: bytes,
    picture: bytes,
    *,
    language: str = "en",
    with_link: bool = True,
    theme: Theme = Theme(),  # noqa: B008 - it is frozen
) -> bytes:
    content = read_content(credential)
    link = private_link(PAGE, content) if with_link else None
    setter = Typesetter(theme, page=PAGE if with_link else None, language=language)
    return setter.certificate(content, credential, picture=picture, link=link)


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
    content = inflated(made(issued(), picture, language=language)).replace(b" ", b"")
    assert b"pdfuaid:part" in content
    assert re.search(rb"pdfaid:part[^0-9]{1,3}3", content)
    assert re.search(rb"pdfaid:conformance[^A-Z]{1,3}A", content)
    assert re.search(rb"/MarkInfo<<[^>]*/Markedtrue", content)
    assert b"/StructTreeRoot" in content
    assert f"/Lang({language})".encode() in content
    assert content.count(b"/Alt") >= 2
    assert b"/AFRelationship/Source" in content
    assert b"/DisplayDocTitletrue" in content
    assert b"<dc:title>" in content


def test_every_font_is_in_the_file_and_only_the_page_is_linked(picture: bytes) -> None:
    content = inflated(made(issued("王小明 Мария محمد अनन्या"), picture)).replace(b" ", b"")
    assert content.count(b"/Type/FontDescriptor") == len(re.findall(rb"/FontFile[23]?\d", content)) >= 4
    assert re.findall(rb"/URI\(([^)]*)\)", content) == [PAGE.encode()]
    assert b"/JavaScript" not in content


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


LONG = "In the course of two semesters the learner planned and carried out an analysis. " * 16
CROWDED = {
    "a name of 200 letters": issued(("Maximiliana Bartholomea " * 9)[:200]),
    "a word of 200 letters": issued("W" * 200, name="M" * 120, description="d" * 400),
    "long texts": issued(name="Foundations of " * 10, description=LONG, criteria={"narrative": LONG}),
    "an address": issued(criteria={"narrative": "https://university.example/" + "criteria/" * 30}),
}


@pytest.mark.parametrize("crowd", CROWDED)
@pytest.mark.parametrize("layout", Layout)
def test_nothing_runs_over_the_margin(crowd: str, layout: Layout, picture: bytes) -> None:
    people = tuple(Signatory("Prof. Dr Amina Okafor", "Dean of Continuing Education") for _ in range(3))
    theme = Theme(layout=layout, signatories=people)
    assert extract_pdf(made(CROWDED[crowd], picture, theme=theme)) == CROWDED[crowd]
    for page in pages(CROWDED[crowd], picture, theme):
        width, height = page.size
        tenth = width / (2970 if layout is Layout.LANDSCAPE else 2100)
        frame, margin = round(120 * tenth), round(220 * tenth)
        for left, right in ((frame, margin), (width - margin, width - frame)):
            strip = page.crop((left, round(height * 0.1), right, round(height * 0.9)))
            assert strip.getextrema() == (255, 255), crowd


@pytest.mark.parametrize("layout", Layout)
def test_the_code_on_it_is_the_private_link_also_as_a_fax_would_show_it(layout: Layout, picture: bytes) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed")
    noise = " ".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(14))
    credential = issued("Ada Lovelace", description=noise)
    sheets = pages(credential, picture, Theme(layout=layout), pixels_per_inch=110)
    (code,) = [code for sheet in sheets for code in zxingcpp.read_barcodes(sheet)]
    assert len(code.text) > 900
    assert code.text == private_link(PAGE, read_content(credential))


def pages(credential: bytes, picture: bytes, theme: Theme, *, pixels_per_inch: int = 50) -> list[Image.Image]:
    """Give the pages of a certificate as grey pixels."""
    import typst

    content = read_content(credential)
    data = Typesetter(theme, page=PAGE)._data(content, picture, private_link(PAGE, content))
    drawn = typst.compile(
        _template(), format="png", ppi=pixels_per_inch, sys_inputs={"data": json.dumps(data), "credential": "{}"}
    )
    sheets = [drawn] if isinstance(drawn, bytes) else drawn
    return [Image.open(io.BytesIO(sheet)).convert("L") for sheet in sheets]


def test_a_theme_s_font_that_is_not_there_is_named(picture: bytes) -> None:
    with pytest.raises(InputError) as caught:
        made(issued(), picture, theme=Theme(fonts=("No Such Font",)))
    assert caught.value.code == "theme.font"
    assert "No Such Font" in str(caught.value)


def test_a_theme_s_words_stand_on_it(picture: bytes) -> None:
    theme = Theme(texts={"title": "Zeugnis", "note": "Registered"})
    assert b"Zeugnis: Data" in inflated(made(issued(), picture, theme=theme))


def test_both_standards_are_asked_for() -> None:
    assert STANDARDS == ("ua-1", "a-3a")
