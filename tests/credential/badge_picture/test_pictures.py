import hashlib
import io
from importlib import resources
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credroot.core.errors import InputError
from credroot.credential.baking.png import bake_png, extract_png
from credroot.credential.baking.svg import bake_svg, extract_svg
from credroot.credential.picture import png as painter
from credroot.credential.picture.colour import MINIMUM_CONTRAST, Colour, contrast
from credroot.credential.picture.png import badge_png, drawable
from credroot.credential.picture.scene import BadgeStyle, Shape, badge_scene
from credroot.credential.picture.svg import badge_svg

NAME, ISSUER = "Python Foundations", "Northfield College"
COLOURS = st.builds(Colour, *[st.integers(0, 255)] * 3)
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return " ".join(element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def image(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("shape", Shape)
def test_the_svg_shows_both_names(shape):
    assert texts(badge_svg(NAME, ISSUER, BadgeStyle(shape))) == f"{NAME} {ISSUER}"


@pytest.mark.parametrize("size", [90, 400])
@pytest.mark.parametrize("shape", Shape)
def test_the_png_is_square_with_a_transparent_ground(shape, size):
    picture = image(badge_png(NAME, ISSUER, BadgeStyle(shape), size=size))
    assert (picture.size, picture.mode) == ((size, size), "RGBA")
    assert picture.getpixel((1, 1))[3] == 0
    assert picture.getpixel((size // 2, size // 2))[3] == 255


def test_the_same_names_give_the_same_bytes():
    assert badge_svg(NAME, ISSUER) == badge_svg(NAME, ISSUER)
    assert badge_png(NAME, ISSUER) == badge_png(NAME, ISSUER)


def test_names_can_not_break_out_of_the_svg():
    hostile = '</title><script>alert("1")</script>&lol; \u202egpj.exe'
    svg = badge_svg(hostile, '"><image href="https://a.example/">')
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
    assert tags == {"svg", "title", "defs", "linearGradient", "stop", "path", "g", "text"}
    assert "\u202e" not in svg.decode()


def test_the_svg_refers_to_nothing_outside():
    references = [line for line in badge_svg(NAME, ISSUER).decode().split('"') if "://" in line]
    assert references == ["http://www.w3.org/2000/svg"]


@settings(max_examples=200)
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(Shape))
def test_any_names_give_well_formed_svg(name, issuer, shape):
    ElementTree.fromstring(badge_svg(name, issuer, BadgeStyle(shape)))


@settings(max_examples=8, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(Shape))
def test_any_names_give_a_png(name, issuer, shape):
    assert image(badge_png(name, issuer, BadgeStyle(shape), size=90)).size == (90, 90)


@given(COLOURS, COLOURS, st.sampled_from(Shape))
def test_text_can_be_read_whatever_the_colours(colour, accent, shape):
    scene = badge_scene(NAME, ISSUER, BadgeStyle(shape, colour, accent), len)
    assert all(contrast(line.colour, line.background) >= MINIMUM_CONTRAST for line in scene.lines)


@given(COLOURS)
def test_the_face_runs_away_from_the_colour_of_its_text(colour):
    scene = badge_scene(NAME, "", BadgeStyle(colour=colour), len)
    face, ink = scene.fills[3], scene.lines[0].colour
    assert face.top == colour
    assert contrast(ink, face.bottom) >= contrast(ink, face.top)


@pytest.mark.parametrize("name", ["Análisis de datos", "Łódź Żółw", "Анализ данных", "Ανάλυση", "Dữ liệu", "C++ & C#"])
def test_the_png_has_every_letter_of_latin_greek_and_cyrillic(name):
    assert drawable(name) == name


@pytest.mark.parametrize(
    ("name", "kept"), [("数据分析", ""), ("数据 Data", "Data"), ("تحليل", ""), ("\U0001f393 Graduate", "Graduate")]
)
def test_a_word_that_the_font_lacks_is_left_out_and_never_shown_as_boxes(name, kept):
    assert drawable(name) == kept
    assert badge_png(name, ISSUER) == badge_png(kept, ISSUER)


def test_the_svg_keeps_every_script():
    assert texts(badge_svg("数据", "جامعة القاهرة")) == "数据 جامعة القاهرة"


def test_a_large_star_stands_for_a_name_that_can_not_be_drawn():
    accent = BadgeStyle().accent
    assert image(badge_png("数据分析", "")).getpixel((200, 200))[:3] == accent


@pytest.mark.parametrize("size", [89, 1025, 0, -1])
def test_a_size_that_no_badge_has_is_refused(size):
    with pytest.raises(InputError) as caught:
        badge_png(NAME, ISSUER, size=size)
    assert caught.value.code == "picture.size"


def test_both_pictures_can_be_baked():
    payload = b'{"type":["VerifiableCredential"]}'
    assert extract_png(bake_png(badge_png(NAME, ISSUER, size=90), payload)) == payload
    assert extract_svg(bake_svg(badge_svg(NAME, ISSUER), payload)) == payload


def test_the_font_is_the_unmodified_one():
    folder = resources.files(painter.__package__).joinpath("fonts")
    digest = hashlib.sha256(folder.joinpath("Roboto-Bold.ttf").read_bytes()).hexdigest()
    assert digest in folder.joinpath("README.md").read_text()
