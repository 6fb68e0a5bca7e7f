from __future__ import annotations

import time

import pytest

from credroot.roster.cells import clean_address, clean_evidence, clean_name
from tests.issuer.roster.rosters import entry_of


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.org",
        "jane.o'neil+badge@mail.example.co.uk",
        "jürgen@example.org",
        "用户@例子.广告",
        "jane@bücher.example",
        "jane@xn--bcher-kva.example",
        "a@b.museum",
        "x" * 64 + "@example.org",
    ],
)
def test_an_address_of_any_script_is_taken(address):
    entry, codes = entry_of(email=address)
    assert codes == []
    assert entry is not None


@pytest.mark.parametrize(
    "address",
    [
        "jane.doe@",
        "@example.org",
        "jane",
        "jane@localhost",
        "jane@@example.org",
        "jane@ex ample.org",
        "jane doe@example.org",
        ".jane@example.org",
        "jane.@example.org",
        "ja..ne@example.org",
        "jane@-example.org",
        "jane@example-.org",
        "jane@example..org",
        "jane@example.org.",
        "jane@127.0.0.1",
        "jane@[127.0.0.1]",
        "jane@example.o",
        '"jane doe"@example.org',
        "Jane <jane@example.org>",
        "mailto:jane@example.org",
        "a@b.org, c@d.org",
        "a@b.org;c@d.org",
        "x" * 65 + "@example.org",
        "jane@" + "a" * 64 + ".org",
        "jane@" + "a." * 200 + "org",
    ],
)
def test_what_is_no_address_is_an_error(address):
    entry, codes = entry_of(email=address)
    assert entry is None
    assert codes[-1] == "email.syntax"


def test_a_row_with_neither_address_nor_did_misses_its_person():
    assert entry_of(email="") == (None, ["value.missing"])
    entry, codes = entry_of(email="", did="did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    assert codes == []
    assert entry is not None
    assert entry.did.startswith("did:key:")


@pytest.mark.parametrize(
    "did", ["did:", "did:key:", "did:web:example.org#key", "did:web:a/b", "z6Mk", "did:WEB:a", "did:a:b "]
)
def test_what_is_no_did_is_an_error(did):
    _, codes = entry_of(did=did)
    assert codes == ([] if did.endswith(" ") else ["did.syntax"])


def test_an_address_is_compared_and_hashed_in_one_spelling():
    assert clean_address("  Jane@Bücher.EXAMPLE ")[0] == "jane@bücher.example"
    assert clean_address("jane@XN--BCHER-KVA.example")[0] == "jane@bücher.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "HTTPS://EXAMPLE.ORG:8443/",
        "https://例子.广告/路",
        "http://[2001:db8::1]/x",
    ],
)
def test_evidence_is_an_http_url(url):
    entry, codes = entry_of(evidence=url)
    assert codes == []
    assert entry is not None
    assert entry.evidence == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "example.org/work",
        "https://",
        "https:///x",
        "https://user:secret@example.org/",
        "https://example.org/my file.pdf",
        "https://example.org/<x>",
        "https://example.org/{x}",
        "https://example.org:99999999/",
        "//example.org",
        "n/a",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_what_is_no_http_url_is_an_error(url):
    entry, codes = entry_of(evidence=url)
    assert entry is None
    assert set(codes) == {"evidence.url"}


def test_several_links_may_stand_in_one_cell_and_the_same_one_counts_once():
    entry, codes = entry_of(evidence="https://a.org/1\nhttps://a.org/2 https://a.org/1")
    assert codes == []
    assert entry is not None
    assert entry.evidence == ("https://a.org/1", "https://a.org/2")
    assert entry_of(evidence=" ".join(f"https://a.org/{n}" for n in range(21)))[1] == ["evidence.too_many"]


@pytest.mark.parametrize(
    ("raw", "clean", "code"),
    [
        ("Jane\u202e Doe", "Jane Doe", "text.bidi"),
        ("\u2066Jane\u2069 Doe", "Jane Doe", "text.bidi"),
        ("Jane\x07 Doe\x7f", "Jane Doe", "text.control"),
        ("Jane\u200b Doe\ufeff", "Jane Doe", "text.invisible"),
        ("Jane \U000e0041Doe", "Jane Doe", "text.invisible"),
        ("Jane\nDoe", "Jane Doe", "text.line_end"),
        ("Jose\u0301", "José", "text.not_nfc"),
        ("Jаne Doe", "Jаne Doe", "name.mixed_scripts"),
        ("JosÃ©", "JosÃ©", "text.mojibake"),
    ],
)
def test_what_can_be_mended_in_a_name_is_mended_and_warned_of(raw, clean, code):
    entry, codes = entry_of(name=raw)
    assert codes == [code]
    assert entry is not None
    assert entry.name == clean


@pytest.mark.parametrize(
    "name",
    [
        "می‌خواهم",
        "क्‍ष",
        "Jean-Luc d'Été",
        "O’Neil",
        "Ng",
        "X Æ A-12",
        "María José",
        "Иван Smith".replace("Smith", "Кузнецов"),
    ],
)
def test_an_unusual_name_is_no_problem(name):
    entry, codes = entry_of(name=name)
    assert codes == []
    assert entry is not None
    assert entry.name == name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ('=HYPERLINK("http://evil")', "cell.formula"),
        ("+1-2", "cell.formula"),
        ("-2+3", "cell.formula"),
        ("@SUM(1)", "cell.formula"),
        ("\t=1+1", "cell.formula"),
        ("＝1+1", "cell.formula"),
        ("'=1+1", "cell.formula"),
        ("Jan\ufffd", "text.replacement"),
        ("J" * 301, "name.too_long"),
        ("\u202e\u200b", "value.missing"),
        ("   ", "value.missing"),
    ],
)
def test_a_name_that_can_not_be_one_is_an_error(name, code):
    entry, codes = entry_of(name=name)
    assert entry is None
    assert code in codes


def test_a_name_that_begins_with_a_tab_is_warned_of():
    entry, codes = entry_of(name="\tJane Doe")
    assert codes == ["cell.formula"]
    assert entry is not None
    assert entry.name == "Jane Doe"


def test_spaces_around_and_within_a_name_are_set_right_without_a_word():
    entry, codes = entry_of(name="  Jane \u00a0  Doe ", email=" jane@example.org ", issued_on=" 2026-01-31 ")
    assert codes == []
    assert entry is not None
    assert (entry.name, entry.email) == ("Jane Doe", "jane@example.org")


def test_a_formula_in_a_result_is_never_evaluated():
    assert entry_of(result="=1+1") == (None, ["cell.formula"])
    entry, codes = entry_of(result="-", narrative="+ good\n- bad")
    assert codes == ["cell.formula", "cell.formula"]
    assert entry is not None
    assert (entry.result, entry.narrative) == ("-", "+ good\n- bad")


def test_an_apostrophe_before_a_formulas_first_character_marks_text():
    entry, codes = entry_of(result="'-5", narrative="'=1+1")
    assert codes == []
    assert entry is not None
    assert (entry.result, entry.narrative) == ("-5", "=1+1")
    entry, _ = entry_of(result="'t was good")
    assert entry is not None
    assert entry.result == "'t was good"


@pytest.mark.parametrize(
    "hostile", ["a" * 250 + "!", "a@" + "a-" * 120, "a@" + "a." * 120 + "!", "." * 254, "a." * 127, "@" * 254]
)
def test_no_address_takes_long_to_refuse(hostile):
    start = time.process_time()
    for _ in range(50):
        clean_address(hostile)
    assert time.process_time() - start < 1


def test_long_hostile_texts_are_refused_in_no_time():
    start = time.process_time()
    clean_evidence("https://" + "a" * 32_000)
    clean_evidence("https://a/" * 3_000)
    clean_name("a " * 16_000 + "!")
    clean_name("e\u0301" * 16_000)
    assert time.process_time() - start < 1
