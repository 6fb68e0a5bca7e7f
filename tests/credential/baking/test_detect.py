import pytest

from credroot.core.errors import InputError
from credroot.credential.baking.detect import Extracted, FileKind, detect, read_credential_bytes
from credroot.credential.baking.payload import MAX_PAYLOAD_BYTES, MAX_PICTURE_BYTES, PayloadKind
from credroot.credential.baking.png import bake_png
from credroot.credential.baking.svg import bake_svg
from tests.credential.baking.pictures import JSON, JWT, PNG, SVG

KINDS = {
    FileKind.JSON: [JSON, b" \r\n" + JSON, b"\xef\xbb\xbf{}", b"[]"],
    FileKind.JWT: [JWT, JWT + b"\n"],
    FileKind.PNG: [PNG],
    FileKind.SVG: [SVG, b"\n<s:svg/>", SVG.decode().encode("utf-16")],
    FileKind.PDF: [b"%PDF-1.7\n"],
    FileKind.ZIP: [b"PK\x03\x04....", b"PK\x05\x06" + bytes(18)],
    FileKind.UNKNOWN: [b"", b"\xff\xd8\xff\xe0", b"GIF89a", b"name,email\n", b"<html></html>", b"eyJ.a", b"\0"],
}


@pytest.mark.parametrize(("kind", "data"), [(kind, data) for kind, many in KINDS.items() for data in many])
def test_a_file_is_told_by_its_bytes(kind, data):
    assert detect(data) is kind


@pytest.mark.parametrize(
    ("data", "kind", "payload", "payload_kind"),
    [
        (JSON + b"\n", FileKind.JSON, JSON + b"\n", PayloadKind.JSON),
        (b" " + JWT + b"\n", FileKind.JWT, JWT, PayloadKind.JWT),
        (bake_png(PNG, JSON), FileKind.PNG, JSON, PayloadKind.JSON),
        (bake_png(PNG, JWT), FileKind.PNG, JWT, PayloadKind.JWT),
        (bake_svg(SVG, JSON), FileKind.SVG, JSON, PayloadKind.JSON),
        (bake_svg(SVG, JWT), FileKind.SVG, JWT, PayloadKind.JWT),
    ],
)
def test_the_credential_is_found_in_every_form(data, kind, payload, payload_kind):
    assert read_credential_bytes(data) == Extracted(kind, payload, payload_kind)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xff\xd8\xff\xe0", "unknown_file"),
        (b"hello", "unknown_file"),
        (b"%PDF-1.7", "is_pdf"),
        (b"PK\x03\x04", "is_zip"),
        (b"{" + b" " * MAX_PAYLOAD_BYTES, "payload_too_large"),
        (JWT + b"A" * MAX_PAYLOAD_BYTES, "payload_too_large"),
        (b"x" * (MAX_PICTURE_BYTES + 1), "picture_too_large"),
        (PNG, "no_credential"),
        (SVG, "no_credential"),
    ],
)
def test_everything_else_is_refused_by_name(data, code):
    with pytest.raises(InputError) as caught:
        read_credential_bytes(data)
    assert caught.value.code == f"baking.{code}"
