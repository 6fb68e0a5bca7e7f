from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credroot.roster import problems as problems_module
from credroot.roster import roster as roster_module
from credroot.roster.corrected import guarded, write_corrected
from credroot.roster.problems import Severity
from credroot.roster.rendering import render_check
from credroot.roster.roster import Roster, read_roster
from tests.issuer.roster.rosters import HEADER, JANE, csv_text, places, problems_of

ANN = ("Ann Lee", "ann@example.org", "2026-01-31")


def corrected(data: bytes) -> bytes:
    target = io.BytesIO()
    write_corrected(read_roster(data), target)
    return target.getvalue()


def test_no_problem_stops_the_search_for_others():
    header = (*HEADER, "expires_on", "evidence")
    rows = [
        ("", "jane.doe@", "31/02/2026", "2026-13-01", "ftp://x"),
        (*ANN, "2020-01-01", ""),
        ("=1", "bob@example.org", "", "", "x"),
    ]
    assert problems_of(*rows, header=header) == [
        (2, "email", "email.syntax"),
        (2, "evidence", "evidence.url"),
        (2, "name", "value.missing"),
        (2, "issued_on", "date.impossible"),
        (2, "expires_on", "date.impossible"),
        (3, "expires_on", "date.expiry_before_issue"),
        (4, "name", "cell.formula"),
        (4, "evidence", "evidence.url"),
        (4, "issued_on", "value.missing"),
    ]


def test_a_person_who_is_there_twice_keeps_the_first_row():
    rows = [JANE, ANN, ("J. Doe", " JANE@example.org", "2026-02-01"), ("Jane", "jane@EXAMPLE.org", "2026-02-01")]
    roster = read_roster(csv_text(*rows).encode())
    assert places(roster.problems) == [(4, "email", "person.repeated"), (5, "email", "person.repeated")]
    assert "row 2" in roster.problems[0].message
    assert [entry.row for entry in roster.entries()] == [2, 3]


def test_a_did_that_is_there_twice_is_one_person():
    rows = [("Jane", "a@b.org", "2026-01-31", "did:web:j.org"), ("Jo", "c@d.org", "2026-01-31", "did:web:j.org")]
    assert problems_of(*rows, header=(*HEADER, "did")) == [(3, "did", "person.repeated")]


def test_one_name_with_two_addresses_is_two_people():
    assert problems_of(JANE, ("Jane Doe", "other@example.org", "2026-01-31")) == []


def test_a_row_with_too_many_cells_is_an_error_and_one_with_too_few_lacks_the_last():
    data = b"name,email,issued_on,result\nJane,a@b.org,2026-01-31,A,oops\nJo,c@d.org,2026-01-31\nAl,e@f.org\n"
    data += b"Xi,g@h.org,2026-01-31,B,,\n"
    roster = read_roster(data)
    assert places(roster.problems) == [(2, "", "row.too_wide"), (4, "issued_on", "value.missing")]
    assert [entry.name for entry in roster.entries()] == ["Jo", "Xi"]


@pytest.mark.parametrize("size", [32_768, 200_000, 10_000_000])
def test_a_giant_cell_spoils_its_row_only(size):
    data = (
        csv_text(JANE).encode() + b"x" * size + b",b@example.org,2026-01-31\r\n" + b"Ann,ann@example.org,2026-01-31\r\n"
    )
    roster = read_roster(data)
    assert [(problem.row, problem.code) for problem in roster.problems] == [(3, "cell.too_long")]
    assert len(roster.problems[0].value) < 100
    assert roster.people == 2


def test_an_open_quotation_mark_is_named_by_the_row_where_it_opens():
    data = csv_text(JANE).encode() + b'"Ann,ann@example.org,2026-01-31\r\nBob,bob@example.org,2026-01-31\r\n'
    assert places(read_roster(data).problems) == [(3, "", "row.open_quote")]


def test_reading_goes_on_after_a_quotation_mark_that_is_not_doubled():
    data = b'name,email,issued_on\n"Jane "JJ" Doe",j@example.org,2026-01-31\nAnn,ann@example.org,2026-01-31\n'
    roster = read_roster(data)
    assert places(roster.problems) == [(2, "", "row.quote")]
    assert roster.people == 1


def test_a_line_end_inside_a_cell_makes_no_new_row():
    data = b'name,email,issued_on,narrative\nJane,j@example.org,2026-01-31,"a\r\nb\nc"\nAnn,bad,2026-01-31,\n'
    roster = read_roster(data)
    assert places(roster.problems) == [(3, "email", "email.syntax")]
    assert next(roster.entries()).narrative == "a\nb\nc"


def test_empty_rows_are_counted_but_are_no_people():
    roster = read_roster(b"name,email,issued_on\n\n,,\n , ,\nJane,bad,2026-01-31\n\n")
    assert (roster.rows, places(roster.problems)) == (1, [(5, "email", "email.syntax")])


def test_more_rows_than_the_cap_are_refused_but_not_read(monkeypatch):
    monkeypatch.setattr(roster_module, "MAX_ROWS", 2)
    rows = [("Jane", f"j{number}@example.org", "2026-01-31") for number in range(9)]
    roster = read_roster(csv_text(*rows).encode())
    assert [problem.code for problem in roster.problems] == ["roster.too_many_rows"]


def test_problems_over_the_cap_are_counted(monkeypatch):
    monkeypatch.setattr(problems_module, "MAX_PROBLEMS", 3)
    roster = read_roster(csv_text(*[("J", f"bad{number}", "2026-01-31") for number in range(9)]).encode())
    assert (len(roster.problems), roster.errors) == (3, 9)


def test_a_problem_shows_only_the_beginning_of_a_value_and_nothing_unprintable():
    problem = read_roster(csv_text(("J", "\x1b[31m\u202e" + "x" * 500, "2026-01-31")).encode()).problems[-1]
    assert problem.value.isprintable()
    assert problem.value.startswith("\\x1b[31m\\u202e")
    assert len(problem.value) < 100


def test_a_problem_can_be_written_as_json():
    assert read_roster(csv_text(("J", "bad", "2026-01-31")).encode()).problems[0].to_json() == {
        "row": 2,
        "column": "email",
        "severity": "error",
        "code": "email.syntax",
        "message": "is not an address: it has no @",
        "value": "bad",
    }


def test_the_corrected_copy_has_the_good_rows_in_a_form_that_excel_reads():
    header = ("Nombre", "Correo", "Fecha", "Nota", "Teléfono", "Comentario")
    rows = [
        ("  José   Álvarez ", "JOSE@example.org", "31/01/2026", "-5", "123", "a;b\nc"),
        ("Ann", "bad", "31/01/2026", "", "", ""),
        ("Zoe\u202e", "zoe@example.org", "01/02/2026", "", "", ""),
    ]
    copy = corrected(csv_text(*rows, header=header, delimiter=";").encode("cp1252", "xmlcharrefreplace"))
    assert copy.decode() == (
        "\ufeffname,email,issued_on,result,narrative\r\n"
        'José Álvarez,jose@example.org,2026-01-31,\'-5,"a;b\nc"\r\n'
        "Zoe&#8238;,zoe@example.org,2026-02-01,,\r\n"
    )


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "＝1", "\ufeff=1"])
def test_an_exported_cell_never_begins_like_a_formula(cell):
    assert guarded(cell) == "'" + cell
    assert guarded("Jane") == "Jane"


FIELDS = ["name", "email", "issued_on", "result", "evidence", "narrative", "did", "expires_on"]
WORDS = st.one_of(
    st.sampled_from(
        ["", " ", "=1+1", "'=1", "-", "'-5", "@x", "'", "''", "'\tx", "a\nb", "Jane\u202e Doe", "Jose\u0301"]
    ),
    st.sampled_from(["31/01/2026", "01/02/2026", "2026-01-31", "2026-02-30", "a@b.org", "A@B.org", "c@bücher.example"]),
    st.sampled_from(["https://a.org/x", "https://a.org/x https://b.org", "did:web:a.org", "E-Mail", "Vorname"]),
    st.text(max_size=12),
)
CHANGES = st.lists(st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=3), max_size=8)


def substance(roster: Roster) -> list[tuple[object, ...]]:
    """Give all of the people but their rows."""
    return [tuple(getattr(entry, field) for field in FIELDS) for entry in roster.entries()]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_crash_the_doctor_and_every_problem_names_a_row(data):
    for source in (data, b"name,email,issued_on,result\n" + data, b"name;email;issued_on\n" + data):
        roster = read_roster(source)
        assert all(problem.row >= 1 for problem in roster.problems)
        assert roster.people == sum(1 for _ in roster.entries())
        assert render_check(roster, "x.csv").isprintable() or "\n" in render_check(roster, "x.csv")


JUDGEMENTS = {"text.mojibake", "name.mixed_scripts"}
"""Warnings that no rule can mend: the name may be right."""


@settings(max_examples=400, deadline=None)
@example([{"name": "\u00c2\u00a1"}], "utf-8", FIELDS)
@example([{"name": "P\u0430vel"}], "utf-8", FIELDS)
@given(CHANGES, st.sampled_from(["utf-8", "utf-16", "cp1252"]), st.permutations(FIELDS))
def test_a_corrected_copy_keeps_what_only_a_person_can_judge_and_no_other_problem(changes, codec, header):
    good = [dict(zip(HEADER, ("Jane", f"p{number}@example.org", "2026-01-31"), strict=True)) for number in range(8)]
    rows = [
        [(person | change).get(field, "") for field in header] for person, change in zip(good, changes, strict=False)
    ]
    roster = read_roster(csv_text(*rows, header=header).encode(codec, "replace"))
    target = io.BytesIO()
    count = write_corrected(roster, target)
    again = read_roster(target.getvalue())
    assert count == roster.people == again.people
    issued = {entry.row for entry in roster.entries()}
    judged = [problem.code for problem in roster.problems if problem.code in JUDGEMENTS and problem.row in issued]
    assert sorted(problem.code for problem in again.problems) == sorted(judged) or not count
    assert substance(again) == substance(roster)


def test_a_check_reads_like_this():
    rows = [
        ("José", "jose@example.org", "31/01/2026"),
        ("Jane", "jane.doe@", "31/02/2026"),
        ("Zoe\u200b", "zoe@example.org", "01/02/2026"),
        ("Yan\u200b", "yan@example.org", "01/02/2026"),
    ]
    text = csv_text(*rows, header=("name", "E-Mail", "issued_on"), delimiter=";")
    roster = read_roster(text.encode())
    assert render_check(roster, "students.csv", corrected_copy="students.checked.csv").split("\n") == [
        "students.csv: UTF-8, ';' separated, 4 rows",
        "columns: 'E-Mail' is email",
        'x row 3        E-Mail     "jane.doe@" is not an address: the part after the @ is no domain',
        'x row 3        issued_on  "31/02/2026" is not a date: no calendar has that day',
        "! rows 4-5     name       has invisible characters, which are left out",
        "2 errors, 2 warnings. 3 of 4 rows can be issued. Corrected copy: students.checked.csv",
    ]


def test_a_check_of_a_workbook_says_what_to_do():
    text = render_check(read_roster(b"PK\x03\x04"), "students.xlsx")
    assert "save the sheet as CSV" in text


def test_a_check_of_many_kinds_of_problems_stays_short():
    rows = [("J", f"bad{number}", f"{number}") for number in range(500)]
    assert len(render_check(read_roster(csv_text(*rows).encode()), "x.csv").split("\n")) < 60


def test_memory_does_not_grow_with_the_roster():
    def peak(rows: int) -> int:
        source = io.BytesIO()
        source.write(b"name,email,issued_on,result\n")
        for number in range(rows):
            source.write(f"Jané {number},p{number}@example.org,2026-01-31,{number}\n".encode())
        tracemalloc.start()
        try:
            roster = read_roster(source)
            assert sum(1 for _ in roster.entries()) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(1_000), peak(11_000)
    assert (large - small) / 10_000 < 100  # bytes per row: a hash, and sorting it


def test_severities_are_words():
    assert [str(severity) for severity in Severity] == ["error", "warning"]
