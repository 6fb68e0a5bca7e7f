"""The file that says how an issuer's outputs look: each way of being wrong is named by its field."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, PngImagePlugin

from credroot.app.demo.theme import DEMO_LOGO, DEMO_THEME, LOGO_NAME
from credroot.core.errors import InputError
from credroot.credential.picture.colour import MINIMUM_CONTRAST, WHITE, Colour, contrast
from credroot.credential.picture.outline import Shape
from credroot.issuer.outputs.logo import MAX_LOGO_BYTES, read_logo
from credroot.issuer.outputs.theme import MAX_TEXT, TEXTS, Layout, Theme, read_theme

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 'format = "credroot/theme/v1"\n'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">%s</svg>'


def theme(folder: Path, text: str) -> Theme:
    path = folder / "theme.toml"
    path.write_text(FORMAT + text, encoding="utf-8")
    return read_theme(path)


def test_the_demonstration_s_theme_is_an_example_of_every_field(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text(DEMO_THEME, encoding="utf-8")
    (tmp_path / LOGO_NAME).write_text(DEMO_LOGO, encoding="utf-8")
    read = read_theme(tmp_path / "theme.toml")
    assert (read.shape, read.layout, read.warnings()) == (Shape.HEXAGON, Layout.PORTRAIT, ())
    assert [one.role for one in read.signatories] == ["Dean of Continuing Education", "Registrar"]
    assert read.logo is not None
    assert all(f"{name} = " in DEMO_THEME for name in ("colour", "accent", "shape", "layout", "fonts", *TEXTS))


def test_a_theme_may_say_nothing(tmp_path: Path) -> None:
    assert theme(tmp_path, "") == Theme()


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ('color = "#123456"', "theme.unknown", "color"),
        ('[texts]\nfooter = "x"', "theme.unknown", "footer"),
        ('[[signatories]]\nname = "A"\nrole = "B"\ntitle = "C"', "theme.unknown", "title"),
        ('colour = "navy"', "theme.colour", "colour"),
        ('accent = "#12345"', "theme.colour", "accent"),
        ("colour = 1", "theme.kind", "colour"),
        ('shape = "star"', "theme.choice", "shape"),
        ('layout = "square"', "theme.choice", "layout"),
        ('fonts = "Arial"', "theme.kind", "fonts"),
        (f"fonts = {['A'] * 9}", "theme.kind", "fonts"),
        ("fonts = [1]", "theme.kind", "fonts"),
        ('signatories = "A"', "theme.kind", "signatories"),
        ('[[signatories]]\nname = "A"', "theme.kind", "role"),
        ('[[signatories]]\nname = "A"\nrole = "B"\n' * 4, "theme.kind", "signatories"),
        ('texts = "x"', "theme.kind", "texts"),
        ('[texts]\ntitle = ""', "theme.text", "title"),
        (f'[texts]\ntitle = "{"x" * (MAX_TEXT + 1)}"', "theme.text", "title"),
        ('[texts]\nnote = "a\\u202eb"', "theme.text", "note"),
        ('[texts]\nnote = "a\\nb"', "theme.text", "note"),
        ('[texts]\nmail_subject = "{password}"', "theme.text", "mail_subject"),
        ('[texts]\nmail_opening = "{name.__class__}"', "theme.text", "mail_opening"),
        ('[texts]\nmail_opening = "{name!r:>9}"', "theme.text", "mail_opening"),
        ('[texts]\nmail_opening = "{name"', "theme.text", "mail_opening"),
        ('logo = "logo.png"', "theme.logo", "logo_text"),
        ('logo = "../logo.png"\nlogo_text = "x"', "theme.logo", "logo"),
        ('logo = "/etc/passwd"\nlogo_text = "x"', "theme.logo", "logo"),
        ('logo = "none.png"\nlogo_text = "x"', "theme.logo", "none.png"),
        ("colour = ", "theme.syntax", "theme.toml"),
    ],
)
def test_what_can_not_be_used_is_named(text: str, code: str, named: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        theme(tmp_path, text)
    assert caught.value.code == code
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "theme.format"), (b'format = "credroot/theme/v2"', "theme.format"), (b"\xff", "theme.syntax")],
)
def test_a_file_that_is_no_theme_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_theme(tmp_path / "theme.toml")
    assert caught.value.code == code


def test_a_missing_or_endless_theme_is_refused(tmp_path: Path) -> None:
    (tmp_path / "endless.toml").write_bytes(b"#" * 70_000)
    for name in ("missing.toml", "endless.toml"):
        with pytest.raises(InputError) as caught:
            read_theme(tmp_path / name)
        assert caught.value.code == "theme.unreadable"


def test_a_colour_that_can_not_be_read_is_named_and_set_in_a_shade_that_can(tmp_path: Path) -> None:
    read = theme(tmp_path, 'colour = "#ffcc00"\naccent = "#ffd000"')
    assert contrast(read.colour, WHITE) < MINIMUM_CONTRAST <= contrast(read.ink, WHITE)
    colour, accent = read.warnings()
    assert "#ffcc00" in colour
    assert "#ffd000" in accent


def test_every_colour_has_a_shade_that_can_be_read() -> None:
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                ink = Theme(colour=Colour(red, green, blue)).ink
                assert contrast(ink, WHITE) >= MINIMUM_CONTRAST


def test_a_png_logo_keeps_nothing_but_its_pixels(tmp_path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret")
    Image.new("RGB", (2_000, 500), "#123456").save(tmp_path / "logo.png", pnginfo=notes)
    logo = read_logo(tmp_path / "logo.png", "A logo")
    assert b"secret" not in logo.data
    assert Image.open(io.BytesIO(logo.data)).size == (1_000, 250)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        '<path onload="1"/>',
        '<image href="https://evil.example/x.png"/>',
        '<use xlink:href="https://evil.example/x.svg#a"/>',
        '<use href="data:image/svg+xml,x"/>',
        '<rect fill="url(https://evil.example/#a)"/>',
        '<rect style="fill:red"/>',
        "<style>@import 'https://evil.example/'</style>",
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        '<a href="javascript:1"><path/></a>',
        "<text>University</text>",
        '<animate attributeName="href"/>',
        '<path fill="javascript:1"/>',
    ],
)
def test_an_svg_logo_that_does_more_than_draw_is_refused(inside: str, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(SVG % inside, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_logo(tmp_path / "logo.svg", "A logo")
    assert caught.value.code == "theme.logo"


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a",
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0",
        b"<html><svg ></svg></html>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><g></svg>',
        b"<svg >" + b" " * MAX_LOGO_BYTES,
    ],
)
def test_a_file_that_is_no_logo_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_logo(tmp_path / "logo", "A logo")
    assert caught.value.code == "theme.logo"
