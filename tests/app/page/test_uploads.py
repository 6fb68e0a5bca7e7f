"""Forms are taken apart strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.app.page.uploads import MAX_PARTS, Part, read_form, shown_name, shown_path
from credroot.core.errors import InputError

TYPE = "multipart/form-data; boundary=XyZ"


def form(*parts: tuple[str, bytes], boundary: bytes = b"XyZ") -> bytes:
    body = b""
    for head, data in parts:
        body += (
            b"--" + boundary + b"\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"
        )
    return body + b"--" + boundary + b"--\r\n"


def test_files_and_texts_are_read_in_order() -> None:
    body = form(
        ('name="lang"', b"de"), ('name="file"; filename="a.json"', b"{\r\n--Xy}"), ('name="file"; filename=""', b"")
    )
    assert read_form(body, TYPE) == (Part("lang", b"de"), Part("file", b"{\r\n--Xy}", "a.json"), Part("file", b"", ""))


@given(data=st.binary(max_size=200))
def test_any_bytes_come_through_unchanged(data: bytes) -> None:
    boundary = b"--------4f3c"
    body = form(('name="file"; filename="x"', data), boundary=boundary)
    if b"\r\n--" + boundary not in b"\r\n" + data:
        assert read_form(body, f'multipart/form-data; boundary="{boundary.decode()}"')[0].data == data


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (b"{}", "application/json", "form.type"),
        (b"", "multipart/form-data", "form.type"),
        (b"", TYPE, "form.malformed"),
        (b"--XyZ\r\n", TYPE, "form.malformed"),
        (b"junk\r\n--XyZ--", TYPE, "form.malformed"),
        (form(("", b"x")), TYPE, "form.malformed"),
        (b'--XyZ\r\nContent-Disposition: form-data; name="a"\r\n--XyZ--', TYPE, "form.malformed"),
        (form(('name="a"', b"x"))[:-6], TYPE, "form.malformed"),
        (form(*[('name="a"', b"")] * (MAX_PARTS + 1)), TYPE, "form.too_many"),
        (form(("x" * 5000 + '; name="a"', b"")), TYPE, "form.malformed"),
    ],
)
def test_what_is_no_complete_form_is_refused(body: bytes, media_type: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_form(body, media_type)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\b.json", "b.json"), ("a\u202egpj.exe", "agpj.exe"), ("a\x00\nb", "ab")],
)
def test_a_name_is_shown_without_its_path_and_its_tricks(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_a_long_name_is_cut() -> None:
    assert len(shown_name("a" * 500)) == 120


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("Ada/credential.json", "Ada/credential.json"),
        ("a\\b.json", "a/b.json"),
        ("./a//\u202eb\x00.json", "a/b.json"),
        ("x" * 118 + "/" + "y" * 100, "\u2026" + "x" * 18 + "/" + "y" * 100),
    ],
)
def test_folders_of_an_archive_tell_its_files_apart(path: str, shown: str) -> None:
    assert shown_path(path) == shown
