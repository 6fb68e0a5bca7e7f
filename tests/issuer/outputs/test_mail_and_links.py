"""Links, messages and the table for merging."""

from __future__ import annotations

import csv
import io
from email import message_from_bytes
from email.policy import default
from urllib.parse import parse_qs, urlsplit

import pytest

from credroot.core.errors import InputError
from credroot.credential.private_link import credential_in
from credroot.issuer.outputs.badges import Badges
from credroot.issuer.outputs.batch_report import BatchFacts, Line, batch_report
from credroot.issuer.outputs.content import read_content
from credroot.issuer.outputs.links import add_to_profile, check_page, private_link
from credroot.issuer.outputs.mail import COLUMNS, Letter, draft, mail_merge
from tests.browser.payloads import TEXTS
from tests.issuer.outputs.conftest import SCRIPTS, issued


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
    return Letter(**(values | changes), files={"1.json": b"{}", "1.png": b"\x89PNG"})


def test_the_private_link_carries_the_credential() -> None:
    content = read_content(issued())
    link = private_link("https://verify.example/", content)
    assert link.startswith("https://verify.example/#c1=")
    assert read_content(credential_in(link)) == content


def test_linkedin_gets_its_fields() -> None:
    entry = add_to_profile(read_content(issued()), "https://verify.example/#c1=AAAA")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(entry.url).query).items()}
    assert asked == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Data Analytics Foundations",
        "organizationName": "Example University",
        "issueYear": "2026",
        "issueMonth": "6",
        "expirationYear": "2029",
        "expirationMonth": "6",
        "certUrl": "https://verify.example/#c1=AAAA",
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
    data = draft(letter(name=name), sender_name="Office", sender="office@u.example", language=language)
    message = message_from_bytes(data, policy=default)
    assert message["To"].addresses[0].display_name == name
    assert message["X-Unsent"] == "1"
    assert [part.get_filename() for part in message.iter_attachments()] == ["1.json", "1.png"]
    text = message.get_body(("plain",)).get_content()
    assert name in text
    assert "https://verify.example/#c1=AAAA" in text


def test_a_name_can_not_add_a_header() -> None:
    for name in ("Eve\r\nBcc: all@u.example", "Eve\nX: y", 'Eve" <eve@evil.example>, "'):
        assert others_in(name) in ({"ada@students.example"}, {"refused"}), name


def others_in(name: str) -> set[str]:
    """Give whom a draft to somebody of that name goes to."""
    try:
        data = draft(letter(name=name, skill=name), sender_name="Office", sender=None)
    except InputError as error:
        return {"refused"} if error.code == "output.address" else {error.code}
    message = message_from_bytes(data, policy=default)
    others = {"a copy"} if message["Bcc"] or message["X"] else set()
    return others | {address.addr_spec for address in message["To"].addresses}


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        draft(letter(email="no address"), sender_name="", sender=None)
    assert caught.value.code == "output.address"


def test_the_table_has_a_row_for_each_learner_and_no_formula() -> None:
    table = mail_merge([letter(name="=HYPERLINK(1)"), letter()])
    header, first, second = csv.reader(io.StringIO(table.decode("utf-8-sig")))
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
