from __future__ import annotations

import codecs
import io

import pytest

from credroot.roster import encoding
from credroot.roster.roster import read_roster
from tests.issuer.roster.rosters import csv_text, entries_of, places

PEOPLE = (
    ("José Álvarez", "jose@example.org", "2026-01-31", "A, with praise", "Line one\nLine two; \t end"),
    ("Zoë O’Neil", "zoe@example.org", "2026-02-01", 'said "yes"', "—"),
    ("Weiß-Łuk".replace("Ł", "L"), "weiss@example.org", "2026-03-01", "", ""),
)
HEADER = ("name", "email", "issued_on", "result", "narrative")
ENCODINGS = {
    "UTF-8": ("", "utf-8"),
    "UTF-8 with BOM": ("\ufeff", "utf-8"),
    "UTF-16 LE": ("\ufeff", "utf-16-le"),
    "UTF-16 BE": ("\ufeff", "utf-16-be"),
    "UTF-16 LE without BOM": ("", "utf-16-le"),
    "UTF-16 BE without BOM": ("", "utf-16-be"),
    "Windows-1252": ("", "cp1252"),
}


def utf8(text: str) -> bytes:
    return text.encode()


@pytest.mark.parametrize("label", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_separator_and_line_end_gives_the_same_people(label, delimiter, newline):
    mark, codec = ENCODINGS[label]
    text = mark + csv_text(*PEOPLE, header=HEADER, delimiter=delimiter, newline=newline)
    roster = read_roster(text.encode(codec))
    assert (roster.encoding, roster.delimiter, roster.errors) == (label, delimiter, 0)
    assert list(roster.entries()) == entries_of(utf8(csv_text(*PEOPLE, header=HEADER)))
    assert [entry.name for entry in roster.entries()] == [person[0] for person in PEOPLE]
    assert next(iter(roster.entries())).narrative == "Line one\nLine two; \t end"


def test_names_of_any_script_are_read():
    names = [
        "李小龙",
        "محمد علي",
        "Ольга Иванова",
        "Γιώργος Παππάς",
        "ณัฐพล",
        "अमित शर्मा",
        "דוד לוי",
        "한지민",
        "𠮷野家",
    ]
    text = csv_text(*((name, f"p{number}@example.org", "2026-01-31") for number, name in enumerate(names)))
    for codec in ("utf-8", "utf-16"):
        roster = read_roster(text.encode(codec))
        assert roster.problems == ()
        assert [entry.name for entry in roster.entries()] == names


def test_a_line_of_another_encoding_is_named_by_its_row_and_the_others_are_read():
    good = csv_text(PEOPLE[0][:3], PEOPLE[1][:3]).encode()
    roster = read_roster(good + "Zoé,z@example.org,2026-01-01\r\n".encode("cp1252"))
    assert roster.encoding == "UTF-8"
    assert places(roster.problems) == [(4, "name", "encoding.mixed")]
    assert roster.people == 2


def test_utf8_in_a_windows_1252_file_is_warned_of_as_garbled():
    rows = [f"Zoé {letter},z{letter}@example.org,2026-01-01\n".encode("cp1252") for letter in "abc"]
    roster = read_roster(b"name,email,issued_on\n" + b"".join(rows) + "José,j@example.org,2026-01-01\n".encode())
    assert roster.encoding == "Windows-1252"
    assert places(roster.problems) == [(5, "name", "text.mojibake")]


def test_a_byte_that_windows_1252_has_not_is_an_error():
    roster = read_roster(b"name,email,issued_on\nZo\xeb \x81,z@example.org,2026-01-01\n")
    assert (3 - 1, "name", "encoding.mixed") in places(roster.problems)


def test_a_guessed_encoding_shows_a_name_to_judge_by():
    text = csv_text(("Jane Doe", "j@example.org", "2026-01-01"), PEOPLE[0][:3])
    assert read_roster(text.encode("cp1252")).sample == "José Álvarez"
    assert read_roster(text.encode()).sample == ""


def test_a_file_cut_inside_a_utf16_character_says_so():
    roster = read_roster(codecs.BOM_UTF16_LE + csv_text(PEOPLE[0][:3]).encode("utf-16-le")[:-1])
    assert (2, "", "encoding.half_character") in places(roster.problems)


def test_half_a_surrogate_pair_is_an_error_of_its_cell():
    text = csv_text(("Jane \ud83d Doe", "j@example.org", "2026-01-01"))
    roster = read_roster(codecs.BOM_UTF16_LE + text.encode("utf-16-le", "surrogatepass"))
    assert places(roster.problems) == [(2, "name", "encoding.half_character")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04rest of a workbook", "roster.not_csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "roster.not_csv"),
        (b"%PDF-1.7", "roster.not_csv"),
        (b"\x1f\x8b\x08", "roster.not_csv"),
        (codecs.BOM_UTF32_LE + "name".encode("utf-32-le"), "roster.encoding"),
        (b"na\0me,e\0mail\n\0\0\0\0", "roster.encoding"),
        (b"", "roster.empty"),
        (b"\xef\xbb\xbf", "roster.empty"),
        (b"\r\n\r\n ; ; \r\n", "roster.empty"),
        (b"name,email,issued_on\n", "roster.empty"),
    ],
)
def test_what_is_no_roster_at_all_is_said_of_row_one_or_the_header(data, code):
    roster = read_roster(data)
    assert code in [problem.code for problem in roster.problems]
    assert all(problem.row >= 1 for problem in roster.problems)
    assert list(roster.entries()) == []
    assert not roster.is_clean


def test_a_workbook_gets_the_advice_to_save_it_as_csv():
    assert "CSV" in read_roster(b"PK\x03\x04").problems[0].message


def test_a_file_over_the_cap_is_refused_after_the_cap(monkeypatch):
    monkeypatch.setattr(encoding, "MAX_FILE_BYTES", 1000)
    assert places(read_roster(b"a" * 1001).problems) == [(1, "", "roster.too_large")]


def test_a_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(encoding, "MAX_LINE_BYTES", 3 << 20)
    data = b"name,email,issued_on\n" + b"x" * (4 << 20)
    assert places(read_roster(data).problems) == [(1, "", "roster.line_too_long")]


def test_the_source_stays_open_and_can_be_read_again():
    source = io.BytesIO(csv_text(PEOPLE[0][:3]).encode())
    roster = read_roster(source)
    assert list(roster.entries()) == list(roster.entries())
    assert not source.closed
