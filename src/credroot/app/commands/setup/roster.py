"""``credroot roster``: what is wrong with a roster, before it costs anything."""

from __future__ import annotations

import json
from pathlib import Path

import click

from credroot.app.exit_codes import Exit
from credroot.roster.corrected import write_corrected
from credroot.roster.rendering import render_check
from credroot.roster.roster import Roster, read_roster

ROSTER_CHECK_FORMAT = "credroot/roster-check/v1"


@click.group()
def roster() -> None:
    """Check a roster before it is used."""


@roster.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--no-copy", is_flag=True, help="Write no corrected copy.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def check(file: Path, no_copy: bool, as_json: bool) -> int:
    """Say what a roster holds and all that is wrong with it, by row and column; exit status 3 where it has errors.

    Where anything was found, a corrected copy of the rows that can be issued is written beside it.
    """
    with file.open("rb") as stream:
        found = read_roster(stream)
        copy = None if no_copy or not found.problems or not found.people else _write_copy(file, found)
        if as_json:
            click.echo(json.dumps(_wire(file, found, copy), ensure_ascii=False))
        else:
            click.echo(render_check(found, file.name, corrected_copy=copy.name if copy else ""))
    return Exit.OK if found.is_clean else Exit.PROBLEM


def _write_copy(file: Path, found: Roster) -> Path:
    """Write ``NAME.checked.csv``; a copy that is there already is replaced whole."""
    import io

    from credroot.store.durable import PRIVATE, write_file

    buffer = io.BytesIO()
    write_corrected(found, buffer)
    copy = file.with_name(f"{file.stem.removesuffix('.checked')}.checked.csv")
    if copy == file:
        copy = file.with_name(f"{file.stem}.again.csv")
    write_file(copy, buffer.getvalue(), mode=PRIVATE)
    return copy


def _wire(file: Path, found: Roster, copy: Path | None) -> dict[str, object]:
    return {
        "format": ROSTER_CHECK_FORMAT,
        "file": str(file),
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "rows": found.rows,
        "people": found.people,
        "errors": found.errors,
        "warnings": found.warnings,
        "problems": [problem.to_json() for problem in found.problems],
        "correctedCopy": None if copy is None else str(copy),
    }
