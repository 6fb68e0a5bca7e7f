"""Links, messages and the table for merging."""

from __future__ import annotations

import csv
import io
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest

from credroot.core.errors import InputError
from credroot.credential.baking.private_link import credential_in
from credroot.issuer.outputs.badges import Badges
from credroot.issuer.outputs.content import read_content
from credroot.issuer.outputs.links import add_to_profile, check_page, private_link
from credroot.issuer.outputs.mail import COLUMNS, Drafting, Letter, MailMerge
from credroot.issuer.outputs.report.report import BatchFacts, Line, batch_report
from credroot.issuer.outputs.theme import Theme
from tests.browser.payloads import TEXTS
from tests.issuer.outputs.conftest import SCRIPTS, issued

FILES = {"1.json": b"{}", "1.png": b"\x89PNG"}


def letter(**changes: str) -> Letter:
    values = {
        "email": "ada@students.example",
        "name": "Ada Lovelace",
        "skill": "Data Analytics",
        "issuer": "Example University",
        "issued": "2026-06-30",
        "expires": "",
        "credential_id": "urn:uuid:1",
        "link": "https://verify.example/#c1=AAAA",
        "linkedin": "https://www.linkedin.com/profile/add?x=1",
    }
    fields = {"Name": "Data Analytics", "Credential URL": "https://verify.example/#c1=AAAA"}
    return Letter(**(values | changes), linkedin_fields=fields, files=tuple(FILES))


def draft(told: Letter, *, sender: str | None = None, language: str = "en", theme: Theme | None = None) -> bytes:
    drafting = Drafting("Office", sender, theme or Theme(), b"\x89PNG", language)
    return drafting.draft(told, FILES)


def read(data: bytes) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(data, policy=default))


def test_the_private_link_carries_the_credential() -> None:
    content = read_content(issued())
    link = private_link("https://verify.example/", content)
    assert link.startswith("https://verify.example/#c1=")
    assert read_content(credential_in(link)) == content


def test_linkedin_gets_its_fields() -> None:
    entry = add_to_profile(read_content(issued()), "https://verify.example/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(entry.url).query).items()}
    assert asked == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Data Analytics Foundations",
        "organizationName": "Example University",
        "issueYear": "2026",
        "issueMonth": "6",
        "expirationYear": "2029",
        "expirationMonth": "6",
        "certUrl": "https://verify.example/",
        "certId": "6f0f0d3e-0c5b-4a58-9a55-4bd7a7c5d1aa",
    }
    assert entry.fields["Credential ID"] == asked["certId"]


@pytest.mark.parametrize("page", ["verify.example", "javascript:1", "https://", "https://a.example/?x", "https://a/#b"])
def test_what_is_no_verify_page_is_refused(page: str) -> None:
    with pytest.raises(InputError) as caught:
        check_page(page)
    assert caught.value.code == "output.page"


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
@pytest.mark.parametrize("name", SCRIPTS.values())
def test_a_draft_opens_with_names_in_any_script_and_its_files(language: str, name: str) -> None:
    message = read(draft(letter(name=name), sender="office@u.example", language=language))
    assert message["To"].addresses[0].display_name == name
    assert message["From"].addresses[0].addr_spec == "office@u.example"
    assert message["X-Unsent"] == "1"
    assert {part.get_filename(): part.get_content() for part in message.iter_attachments()} == {
        "1.json": b"{}",
        "1.png": b"\x89PNG",
    }
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert name in body.get_content()
        assert "https://verify.example/#c1=AAAA" in body.get_content()


def test_a_draft_is_plain_text_or_the_same_with_a_picture_of_its_own() -> None:
    message = read(draft(letter()))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/json",
        "image/png",
    ]
    assert not [part for part in message.walk() if part.defects]
    picture = list(message.walk())[5]
    html = message.get_body(("html",))
    assert html is not None
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html.get_content()
    assert re.findall(r'src="(?!cid:)|<link|url\(', html.get_content()) == []


def test_the_same_letter_is_the_same_message() -> None:
    assert draft(letter()) == draft(letter())


def test_what_linkedin_asks_for_can_be_copied() -> None:
    message = read(draft(letter()))
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert "https://www.linkedin.com/profile/add?x=1" in body.get_content()
    assert "Name: Data Analytics" in body_of(message, "plain")
    assert "Credential URL" in body_of(message, "html")


def body_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def test_hostile_texts_are_text_in_a_message() -> None:
    for text in TEXTS:
        told = letter(name="Eve", skill=text, issuer=text, link=text, linkedin=text)
        html = body_of(read(draft(told)), "html")
        assert "<script" not in html
        assert html.count("<img") == 1
        assert html.count("<a ") <= 3


def test_a_theme_s_words_stand_in_a_message_and_its_braces_are_braces() -> None:
    theme = Theme(texts={"mail_subject": "{skill} {{2026}}", "mail_opening": "Well done, {name}, says {issuer}."})
    message = read(draft(letter(name="{issuer}"), theme=theme))
    assert message["Subject"] == "Data Analytics {2026}"
    assert "Well done, {issuer}, says Example University." in body_of(message, "plain")


def test_a_name_can_not_add_a_header() -> None:
    for name in ("Eve\r\nBcc: all@u.example", "Eve\nX: y", 'Eve" <eve@evil.example>, "'):
        assert others_in(name) in ({"ada@students.example"}, {"refused"}), name


@pytest.mark.parametrize("word", ["=?utf-8?q?Eve=0D=0ABcc:_all=40u.example?=", "=?utf-8?b?RXZlDQpYOiB5?=", "==??=?"])
def test_an_encoded_word_in_a_name_is_not_decoded_into_a_header(word: str) -> None:
    data = draft(letter(name=word, skill=word, issuer=word), sender="office@u.example")
    head = data.partition(b"\r\n\r\n")[0].lower()
    assert b"\nbcc:" not in head
    assert b"\nx:" not in head
    assert others_in(word) == {"ada@students.example"}
    assert word.replace("=?", "= ?") in str(read(data)["To"])


def others_in(name: str) -> set[str]:
    """Give whom a draft to somebody of that name goes to."""
    try:
        data = draft(letter(name=name, skill=name))
    except InputError as error:
        return {"refused"} if error.code == "output.address" else {error.code}
    message = message_from_bytes(data, policy=default)
    others = {"a copy"} if message["Bcc"] or message["X"] else set()
    return others | {address.addr_spec for address in message["To"].addresses}


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        draft(letter(email="no address"))
    assert caught.value.code == "output.address"


def test_the_table_has_a_row_for_each_learner_and_no_formula() -> None:
    table = MailMerge()
    table.add(letter(name="=HYPERLINK(1)"))
    table.add(letter())
    header, first, second = csv.reader(io.StringIO(table.table().decode("utf-8-sig")))
    assert tuple(header) == COLUMNS
    assert first[1] == "'=HYPERLINK(1)"
    assert second[-1] == "1.json;1.png"


def test_the_badges_carry_the_credential() -> None:
    from credroot.credential.baking.detect import read_credential_bytes

    badges = Badges("Skill", "Issuer")
    assert read_credential_bytes(badges.png(issued())).payload == issued()
    assert read_credential_bytes(badges.svg(issued())).payload == issued()


def test_the_report_of_a_batch_shows_hostile_texts_as_text() -> None:
    facts = BatchFacts("b", TEXTS[0], TEXTS[1], "eip155:1", False, "0x1", 2, "0x2", 'javascript:"')
    lines = [Line(2, text, text, text, (text,), text) for text in TEXTS]
    report = batch_report(facts, lines).decode()
    assert "<script" not in report
    assert "<img" not in report
    assert "javascript:&quot;0x2" not in report
    assert "default-src 'none'" in report
    assert re.findall(r'href="(?:javascript|data):', report, re.IGNORECASE) == []


def test_the_report_tells_counts_cost_problems_and_where_to_look() -> None:
    facts = BatchFacts(
        "b", "I", "S", "eip155:1", False, "0x1", 2, "0x2", "https://scan.example/tx/", "7", "52,831", "0.1 ETH",
        "0.05 ETH", "https://verify.example/", ("PDFs: not made",),
    )  # fmt: skip
    lines = [
        Line(2, "Ada", "a@u.example", "urn:uuid:1", ("../credentials/1.json", "png/1.png")),
        Line(3, "Bob", "b@u.example", "urn:uuid:2", ("../credentials/2.json",), "no font has it"),
    ]
    report = batch_report(facts, lines).decode()
    assert "<dt>Badges (PNG)</dt><dd>1</dd>" in report
    assert "<dt>Problems</dt><dd>1</dd>" in report
    assert '<a href="https://scan.example/tx/0x2"' in report
    assert '<a href="png/1.png" aria-label="PNG of Ada">PNG</a>' in report
    for text in (
        "0.1 ETH",
        "0.05 ETH",
        "52,831",
        "PDFs: not made",
        "Row 3",
        "no font has it",
        "https://verify.example/",
    ):
        assert text in report
