from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.baking.svg import MAX_ELEMENTS, MAX_SVG_BYTES, bake_svg, extract_svg, svg_template
from tests.credential.baking.pictures import JSON, JWT, OB2, OB3, SVG, credential, svg

TAG = "{https://purl.imsglobal.org/ob/v3p0}credential"


def refusal(picture, act=extract_svg):
    with pytest.raises(InputError) as caught:
        act(picture)
    return caught.value.code


@pytest.mark.parametrize("payload", [JSON, JWT, b' {"a": "]]>"}\r\n\r', b'{"a":"]]]>]]>>&amp;"}'])
def test_what_is_baked_comes_out_to_the_byte(payload):
    assert extract_svg(bake_svg(SVG, payload)) == payload


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cc", "Cs"])))
def test_any_text_in_json_comes_out_to_the_byte(text):
    payload = b"{" + text.encode()
    assert extract_svg(bake_svg(SVG, payload)) == payload


def test_the_element_comes_right_after_the_tag_with_the_credential_as_its_text():
    root = ElementTree.fromstring(bake_svg(SVG, JSON))
    assert root[0].tag == TAG
    assert root[0].text == JSON.decode()
    assert root[0].attrib == {}


def test_a_jwt_goes_into_the_attribute_verify():
    root = ElementTree.fromstring(bake_svg(SVG, JWT))
    assert (root[0].tag, root[0].attrib, root[0].text) == (TAG, {"verify": JWT.decode()}, None)


def test_the_rest_of_the_picture_is_left_to_the_byte():
    baked = bake_svg(SVG, JSON)
    begin, end = baked.index(b"<openbadges:credential"), baked.index(b"</openbadges:credential>")
    assert (baked[:begin] + baked[end + len(b"</openbadges:credential>") :]).replace(OB3, b"") == SVG


@pytest.mark.parametrize(
    "picture",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" />',
        b"<svg xmlns='http://www.w3.org/2000/svg' a='\"/>'></svg>",
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
        b"\xef\xbb\xbf<svg\n\txmlns='http://www.w3.org/2000/svg'\n></svg>",
        svg(b"", attributes=OB2),
        svg(b"", attributes=OB3),
        svg(b"", before=b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">'),
        svg(b"", before=b"<?xml version='1.0' encoding='utf-8'?><?a <svg> ?>"),
        svg(b"", attributes=b' a="openbadges:credential"'),
    ],
)
@pytest.mark.parametrize("payload", [JSON, JWT])
def test_pictures_in_any_legal_writing_are_baked(picture, payload):
    baked = bake_svg(picture, payload)
    assert extract_svg(baked) == payload
    assert ElementTree.fromstring(baked)[0].tag == TAG


def test_one_template_bakes_many():
    template = svg_template(SVG)
    assert [extract_svg(template.bake(b'{"n":%d}' % n)) for n in range(3)] == [b'{"n":%d}' % n for n in range(3)]


def test_the_prefix_is_free_and_the_place_as_well():
    inside = b'<g><ob:credential xmlns:ob="https://purl.imsglobal.org/ob/v3p0">{"a":1}</ob:credential></g>'
    assert extract_svg(svg(inside)) == b'{"a":1}'


def test_a_picture_in_utf_16_is_read_and_not_baked():
    picture = svg(credential(b'{"a":"\xc3\xbc"}'), attributes=OB3).decode().encode("utf-16")
    assert extract_svg(picture) == '{"a":"ü"}'.encode()
    assert refusal(svg(b"", before=b"<?xml version='1.0' encoding='us-ascii'?>"), svg_template) == "baking.svg_encoding"
    assert refusal(svg(b"").decode().encode("utf-16"), svg_template) == "baking.svg_encoding"
    assert refusal(svg(b"").decode().encode("utf-16-le"), svg_template) == "baking.svg_encoding"


REFUSED = {
    "nothing inside": (SVG, "no_credential"),
    "an empty element": (svg(credential(b" \n "), attributes=OB3), "no_credential"),
    "the element in no namespace": (svg(b"<credential>{}</credential>"), "no_credential"),
    "two credentials": (svg(credential() + credential(), attributes=OB3), "two_credentials"),
    "one inside the other": (svg(credential(credential()), attributes=OB3), "svg_malformed"),
    "a text and an attribute": (svg(credential(attributes=b' verify="a"'), attributes=OB3), "two_credentials"),
    "Open Badges 2.0": (svg(b'<openbadges:assertion verify="x"/>', attributes=OB2), "open_badges_2"),
    "an address": (svg(credential(b"https://a.example/1"), attributes=OB3), "not_a_credential"),
    "an attribute that is no JWT": (svg(credential(b"", b' verify="a.b"'), attributes=OB3), "not_a_credential"),
    "an entity": (svg(b"&e;", before=b'<!DOCTYPE svg [<!ENTITY e "x">]>'), "svg_entities"),
    "an entity that is not used": (svg(b"", before=b'<!DOCTYPE svg [<!ENTITY e "x">]>'), "svg_entities"),
    "an external entity": (
        svg(b"&e;", before=b'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        "svg_entities",
    ),
    "a parameter entity": (svg(b"", before=b'<!DOCTYPE svg [<!ENTITY % e SYSTEM "x"> %e;]>'), "svg_entities"),
    "an entity of an external DTD": (svg(b"&e;", before=b'<!DOCTYPE svg SYSTEM "x">'), "svg_entities"),
    "an undefined entity": (svg(b"&e;"), "svg_malformed"),
    "an open tag": (svg(b"<g>"), "svg_malformed"),
    "an undeclared prefix": (svg(credential()), "svg_malformed"),
    "another root": (b"<html><svg/></html>", "svg_malformed"),
    "text after the end": (SVG + b"x", "svg_malformed"),
    "nothing": (b"", "svg_malformed"),
    "an unknown encoding": (b"<?xml version='1.0' encoding='x-none'?>" + svg(b""), "svg_malformed"),
    "a wrong encoding": (svg(b"\xff"), "svg_malformed"),
    "too many elements": (svg(b"<g/>" * MAX_ELEMENTS), "svg_too_complex"),
    "too many bytes": (svg(b" " * MAX_SVG_BYTES), "picture_too_large"),
    "a large credential": (svg(credential(b"{" + b" " * (1 << 20)), attributes=OB3), "payload_too_large"),
}


@pytest.mark.parametrize(("picture", "code"), REFUSED.values(), ids=REFUSED)
def test_such_a_picture_is_refused_by_name(picture, code):
    assert refusal(picture) == f"baking.{code}"


@pytest.mark.parametrize(
    "picture", [svg(credential(), attributes=OB3), svg(b'<openbadges:assertion verify="x"/>', attributes=OB2)]
)
def test_a_picture_that_carries_a_badge_is_not_baked_again(picture):
    assert refusal(picture, svg_template) == "baking.already_baked"


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\x00", "\x0b", "\x1b"])
def test_what_xml_can_not_hold_is_not_baked(character):
    with pytest.raises(InputError) as caught:
        bake_svg(SVG, b"{" + character.encode())
    assert caught.value.code == "baking.svg_unwritable"


def test_a_name_that_closes_the_character_data_stays_text():
    payload = b'{"name":"]]></openbadges:credential><script>alert(1)</script>"}'
    baked = bake_svg(SVG, payload)
    assert extract_svg(baked) == payload
    assert [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(baked)] == ["credential", "path"]
