"""The demonstration's files for learners: made, then each opened and verified as an employer would."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.issuing.outputs import told_outputs, wanted_outputs, write_outputs
from credroot.app.verifying.given_files import open_file
from credroot.app.verifying.verifier import verifier_of
from credroot.app.workspace.connections import Connections
from credroot.core.report import Verdict
from credroot.issuer.outputs.certificate import can_be_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.settings.settings import Settings
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.issuer.outputs.making import Made

_FORMS = ("png", "svg", "pdf")
_NO_PDFS = "PDFs: not made, they need the extra: pip install 'credroot[pdf]'"


@dataclass(frozen=True, slots=True)
class GivenOut:
    """What learners got, and whether it verifies."""

    made: Made
    valid: dict[str, int]
    """Files that are valid, by form."""

    @property
    def is_right(self) -> bool:
        """Whether there is something to give, and all of it is valid."""
        return all(self.made.count(form) == count for form, count in self.valid.items()) and self.valid["png"] > 0

    def told(self) -> str:
        """Say how many files of each form are valid."""
        counts = [(self.valid[form], self.made.count(form), form.upper()) for form in _FORMS]
        return ", ".join(f"{valid} of {made} {form}" for valid, made, form in counts if made) + " valid"


def give_out(settings: Settings, batch: BatchFolder, say: Callable[[str], None]) -> GivenOut:
    """Make what the settings ask for, say what was made and what could not be, and verify every file."""
    chosen = settings.outputs
    notices: tuple[str, ...] = ()
    if not can_be_set():
        chosen, notices = replace(chosen, make=chosen.make - {"pdf"}), (_NO_PDFS,)
    wanted = wanted_outputs(settings, chosen)
    made, folder = write_outputs(settings, batch, wanted, notices=notices)
    say(f"Wrote           {len(made.lines)} credentials, {told_outputs(made, wanted)}")
    say(f"                in {_short(batch.path)}")
    for problem in (*notices, *_problems(made)):
        say(f"                {problem}")
    return GivenOut(made, {form: _valid(settings, sorted((folder / form).glob(f"*.{form}"))) for form in _FORMS})


def _problems(made: Made) -> list[str]:
    rows = [str(line.row) for line in made.lines if line.problem]
    if not rows:
        return []
    return [
        f"PDFs: not made for row{'s' * (len(rows) > 1)} {', '.join(rows)}: no font here has their letters (on Debian:",
        "apt-get install fonts-noto-core fonts-noto-cjk); report.html names each",
    ]


def _valid(settings: Settings, files: list[Path]) -> int:
    opened = [item for path in files for item in open_file(path.name, path.read_bytes())]
    with Connections(settings) as connections:
        verifier = verifier_of(settings, connections, clock=lambda: datetime.now(UTC))
        reports = verifier.verify_many(item.submitted() for item in opened)
    return sum(report.verdict is Verdict.VALID for report in reports)


def _short(path: Path) -> str:
    """Give a path as a person types it from here."""
    return "./" + os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
