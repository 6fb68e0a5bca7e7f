import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from credroot.core.errors import InputError
from credroot.credential.baking.payload import MAX_PAYLOAD_BYTES
from credroot.credential.baking.png import LEGACY_KEYWORD, MAX_CHUNKS, bake_png, chunk, extract_png, png_template
from tests.credential.baking.pictures import DATA, END, HEADER, JSON, JWT, PNG, SIGNATURE, itxt, png


def refusal(picture):
    with pytest.raises(InputError) as caught:
        extract_png(picture)
    return caught.value.code


@pytest.mark.parametrize("payload", [JSON, JWT, b' {"a": 1}\r\n\n'])
def test_what_is_baked_comes_out_to_the_byte(payload):
    assert extract_png(bake_png(PNG, payload)) == payload


@given(st.text(max_size=300))
def test_any_text_in_json_comes_out_to_the_byte(text):
    payload = b"{" + text.encode("utf-8", "replace")
    assert extract_png(bake_png(PNG, payload)) == payload


def test_the_chunk_is_the_one_that_the_specification_asks_for():
    baked = bake_png(PNG, JSON)
    assert baked == png(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + JSON))
    picture = Image.open(io.BytesIO(baked))
    picture.load()
    assert picture.text == {"openbadgecredential": JSON.decode()}


def test_the_picture_itself_is_not_written_anew():
    baked = bake_png(PNG, JSON)
    assert baked.replace(itxt(JSON), b"") == PNG


def test_white_space_around_a_jwt_is_dropped():
    assert extract_png(bake_png(PNG, JWT + b"\n")) == JWT


def test_one_template_bakes_many():
    template = png_template(PNG)
    assert [extract_png(template.bake(b'{"n":%d}' % n)) for n in range(3)] == [b'{"n":%d}' % n for n in range(3)]


def test_compressed_text_of_others_is_read():
    assert extract_png(png(itxt(zlib.compress(JSON), flags=b"\1\0", language=b"en", translated=b"Titel"))) == JSON


def test_a_bake_of_open_badges_2_beside_the_credential_does_not_matter():
    assert extract_png(png(itxt(b"{}", keyword=LEGACY_KEYWORD), itxt(JSON))) == JSON


REFUSED = {
    "nothing inside": (PNG, "no_credential"),
    "two credentials": (png(itxt(JSON), itxt(JSON)), "two_credentials"),
    "a second one in tEXt": (png(itxt(JSON), chunk(b"tEXt", b"openbadgecredential\0{}")), "two_credentials"),
    "in a tEXt chunk": (png(chunk(b"tEXt", b"openbadgecredential\0{}")), "png_wrong_chunk"),
    "Open Badges 2.0": (png(itxt(b"{}", keyword=b"openbadges")), "open_badges_2"),
    "Open Badges 1.0": (png(chunk(b"tEXt", b"openbadges\0https://a.example/1")), "open_badges_2"),
    "a keyword that only starts alike": (png(itxt(JSON, keyword=b"openbadgecredentials")), "no_credential"),
    "the keyword in capitals": (png(itxt(JSON, keyword=b"OpenBadgeCredential")), "no_credential"),
    "a wrong CRC": (png(itxt(JSON)[:-1] + b"\0"), "png_bad_crc"),
    "a wrong CRC elsewhere": (SIGNATURE + HEADER + itxt(JSON) + DATA[:-1] + b"\0" + END, "png_bad_crc"),
    "data after the end": (png(itxt(JSON)) + b"\0", "png_trailing_data"),
    "a second picture after the end": (png(itxt(JSON)) + PNG, "png_trailing_data"),
    "no end": (png(itxt(JSON))[: -len(END)], "png_truncated"),
    "a cut chunk": (png(itxt(JSON))[:-5], "png_truncated"),
    "a length of four gigabytes": (SIGNATURE + HEADER + b"\xff" * 4 + itxt(JSON)[4:], "png_truncated"),
    "an end that is not empty": (SIGNATURE + HEADER + itxt(JSON) + DATA + chunk(b"IEND", b"x"), "png_malformed"),
    "no pixels": (SIGNATURE + HEADER + itxt(JSON) + END, "png_malformed"),
    "no header": (SIGNATURE + itxt(JSON) + DATA + END, "png_malformed"),
    "two headers": (png(HEADER, itxt(JSON)), "png_malformed"),
    "a width of zero": (
        SIGNATURE + chunk(b"IHDR", bytes(4) + b"\0\0\0\x5a\x08\0\0\0\0") + itxt(JSON) + DATA + END,
        "png_malformed",
    ),
    "a width for a bomb": (
        SIGNATURE + chunk(b"IHDR", b"\x7f\xff\xff\xff\0\0\0\x5a\x08\0\0\0\0") + itxt(JSON) + DATA + END,
        "png_malformed",
    ),
    "a chunk type that is no word": (png(chunk(b"iT\0t", b""), itxt(JSON)), "png_malformed"),
    "another signature": (b"\x89PNG\n\x1a\n\n" + png(itxt(JSON))[8:], "png_malformed"),
    "no separators": (png(chunk(b"iTXt", b"openbadgecredential\0")), "png_bad_text"),
    "one separator too few": (png(chunk(b"iTXt", b"openbadgecredential\0\0\0\0" + JSON)), "png_bad_text"),
    "an unknown compression": (png(itxt(zlib.compress(JSON), flags=b"\1\1")), "png_bad_text"),
    "a compression flag of 2": (png(itxt(JSON, flags=b"\2\0")), "png_bad_text"),
    "compressed text that is none": (png(itxt(JSON, flags=b"\1\0")), "png_bad_text"),
    "cut compressed text": (png(itxt(zlib.compress(JSON)[:-1], flags=b"\1\0")), "png_bad_text"),
    "more after the compressed text": (png(itxt(zlib.compress(JSON) + b"x", flags=b"\1\0")), "png_bad_text"),
    "an inflated bomb": (png(itxt(zlib.compress(bytes(1 << 24)), flags=b"\1\0")), "payload_too_large"),
    "a large credential": (png(itxt(b"{" + b" " * MAX_PAYLOAD_BYTES)), "payload_too_large"),
    "a larger one": (png(itxt(b"{" + b" " * 3 * MAX_PAYLOAD_BYTES)), "payload_too_large"),
    "an address": (png(itxt(b"https://a.example/1")), "not_a_credential"),
    "empty text": (png(itxt(b"")), "not_a_credential"),
    "text in another encoding": (png(itxt(b'{"a":"\xfc"}')), "not_utf8"),
    "too many chunks": (png(chunk(b"tEXt", b"a\0") * MAX_CHUNKS, itxt(JSON)), "png_too_many_chunks"),
}


@pytest.mark.parametrize(("picture", "code"), REFUSED.values(), ids=REFUSED)
def test_such_a_picture_is_refused_by_name(picture, code):
    assert refusal(picture) == f"baking.{code}"


def test_the_nearest_good_picture_is_read():
    assert extract_png(png(chunk(b"tEXt", b"a\0") * (MAX_CHUNKS - 4), itxt(JSON))) == JSON
    fitting = b"{" + b" " * (MAX_PAYLOAD_BYTES - 1)
    assert extract_png(bake_png(PNG, fitting)) == fitting


@pytest.mark.parametrize("there", [itxt(JSON), itxt(b"{}", keyword=b"openbadges"), chunk(b"tEXt", b"openbadges\0x")])
def test_a_picture_that_carries_a_badge_is_not_baked_again(there):
    with pytest.raises(InputError) as caught:
        bake_png(png(there), JSON)
    assert caught.value.code == "baking.already_baked"


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"", "not_a_credential"), (b"[]", "not_a_credential"), (b"a.b.c", "not_a_credential"), (b"{\xff", "not_utf8")],
)
def test_what_is_no_credential_is_not_baked(payload, code):
    with pytest.raises(InputError) as caught:
        bake_png(PNG, payload)
    assert caught.value.code == f"baking.{code}"
