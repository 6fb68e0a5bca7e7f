from __future__ import annotations

import pytest

from credroot.roster.columns import Field, field_of, match_columns
from credroot.roster.roster import read_roster
from tests.issuer.roster.rosters import JANE, csv_text, places, problems_of


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("NAME", Field.NAME),
        ("Vorname Nachname", Field.NAME),
        ("Nombre y Apellidos", Field.NAME),
        ("Nom complet", Field.NAME),
        ("E-Mail", Field.EMAIL),
        ("e_mail", Field.EMAIL),
        ("E-Mail-Adresse", Field.EMAIL),
        ("Correo electrónico", Field.EMAIL),
        ("Courriel", Field.EMAIL),
        ("Fecha", Field.ISSUED_ON),
        ("Date d'émission", Field.ISSUED_ON),
        ("Date d’obtention", Field.ISSUED_ON),
        ("Ausgestellt am", Field.ISSUED_ON),
        ("issued-on", Field.ISSUED_ON),
        ("Gültig bis", Field.EXPIRES_ON),
        ("Válido hasta", Field.EXPIRES_ON),
        ("Valable jusqu'au", Field.EXPIRES_ON),
        ("Note", Field.RESULT),
        ("Calificación", Field.RESULT),
        ("Nachweis", Field.EVIDENCE),
        ("Bemerkung", Field.NARRATIVE),
        ("  DID ", Field.DID),
        ("phone", None),
        ("", None),
    ],
)
def test_headers_are_known_in_four_languages_whatever_their_case_accents_and_hyphens(header, field):
    assert field_of(header) is field


@pytest.mark.parametrize(
    "header",
    [
        ("First name", "Last name", "Email", "Date"),
        ("Vorname", "Name", "E-Mail", "Datum"),
        ("Prénom", "Nom", "Courriel", "Date"),
        ("Nombre", "Apellidos", "Correo", "Fecha"),
    ],
)
def test_given_and_family_names_in_two_columns_become_one_name(header):
    roster = read_roster(csv_text(("Ana", "Ruiz", "ana@example.org", "2026-01-31"), header=header).encode())
    assert [entry.name for entry in roster.entries()] == ["Ana Ruiz"]
    assert roster.problems == ()


def test_the_family_name_may_stand_first():
    text = csv_text(("Ruiz", "Ana", "ana@example.org", "2026-01-31"), header=("Nom", "Prénom", "Courriel", "Date"))
    assert [entry.name for entry in read_roster(text.encode()).entries()] == ["Ana Ruiz"]


def test_every_missing_column_is_named():
    assert problems_of(("x",), header=("phone",)) == [
        (1, "name", "column.missing"),
        (1, "email", "column.missing"),
        (1, "issued_on", "column.missing"),
        (1, "phone", "column.ignored"),
    ]


def test_a_file_whose_first_row_is_a_person_lacks_all_columns():
    found = read_roster(b"Jane Doe,jane@example.org,2026-01-31\n").problems
    assert [problem.code for problem in found if problem.severity == "error"] == ["column.missing"] * 3


def test_two_columns_for_one_thing_are_an_error_unless_one_has_our_name():
    header = ("name", "Correo", "Courriel", "issued_on")
    assert problems_of(("J", "a@b.org", "c@d.org", "2026-01-31"), header=header) == [
        (1, "Correo", "column.twice"),
        (1, "Courriel", "column.twice"),
    ]
    header = ("name", "Correo", "EMAIL", "issued_on")
    roster = read_roster(csv_text(("J", "a@b.org", "c@d.org", "2026-01-31"), header=header).encode())
    assert places(roster.problems) == [(1, "Correo", "column.ignored")]
    assert [entry.email for entry in roster.entries()] == ["c@d.org"]


def test_other_columns_are_ignored_with_a_warning_that_names_each():
    assert problems_of((*JANE, "1", ""), header=("name", "email", "issued_on", "Phone", "")) == [
        (1, "Phone", "column.ignored")
    ]


def test_rows_above_the_header_are_counted_as_a_spreadsheet_does():
    roster = read_roster(b"\r\n,,\r\nname,email,issued_on\r\n\r\nJane,bad,2026-01-31\r\n")
    assert places(roster.problems) == [(5, "email", "email.syntax")]


def test_excels_separator_line_is_no_row():
    roster = read_roster(b"sep=;\r\nname;email;issued_on\r\nJane;bad;2026-01-31\r\n")
    assert (roster.delimiter, places(roster.problems)) == (";", [(2, "email", "email.syntax")])


def test_the_separator_is_told_by_the_header_and_not_by_the_rows():
    roster = read_roster(b'name;email;"issued_on"\n"a,b,c,d,e";x@y.org;2026-01-31\n')
    assert (roster.delimiter, roster.errors) == (";", 0)


def test_a_header_in_quotation_marks_with_line_ends_is_matched():
    header = match_columns(1, ["\ufeffName", "E-Mail\n", "Datum"])
    assert [column.field for column in header.columns] == [Field.NAME, Field.EMAIL, Field.ISSUED_ON]
