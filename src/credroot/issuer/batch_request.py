"""Taking a batch in: a roster without errors and an achievement, stored byte for byte under a name."""

from __future__ import annotations

import hashlib
import re
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import orjson

from credroot.core.errors import GuardRefused, InputError
from credroot.core.values import Digest
from credroot.issuer.roster.roster import Roster, read_roster

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

    from credroot.issuer.batch_folder import BatchFolder
    from credroot.issuer.roster.people import Entry

MAX_ACHIEVEMENT_BYTES = 2**20


class RosterRefused(InputError):
    """A roster has rows that can't be issued: none is, until the issuer has decided about them."""

    code = "roster.errors"


@dataclass(frozen=True, slots=True)
class Requested:
    """What a stored request asks for."""

    people: int
    digest: Digest
    """Of issuer, achievement and people, whatever the roster's encoding or order of columns."""


def usable_roster(stream: BinaryIO, name: str) -> Roster:
    """Read a roster that can be issued as it stands.

    Raises:
        RosterRefused: it has errors; `str` says how many and how to see them.
        GuardRefused: ``batch.empty``, it names nobody.
    """
    roster = read_roster(stream)
    if roster.errors:
        codes = {problem.code for problem in roster.problems}
        if codes == {"roster.empty"}:
            raise GuardRefused(f"{name}: it names nobody; an empty batch is not anchored", code="batch.empty")
        raise RosterRefused(f"{name}: {roster.errors} errors, nothing was taken in; see: credroot roster check {name}")
    return roster


def take_in(folder: BatchFolder, roster_file: Path, achievement_file: Path) -> None:
    """Check both files and store them; raises as `usable_roster`, and `InputError` where the name is taken."""
    with roster_file.open("rb") as stream:
        roster = usable_roster(stream, roster_file.name)
        with achievement_file.open("rb") as file:
            achievement = file.read(MAX_ACHIEVEMENT_BYTES + 1)
        if len(achievement) > MAX_ACHIEVEMENT_BYTES:
            raise InputError(
                f"{achievement_file}: larger than {MAX_ACHIEVEMENT_BYTES} bytes", code="achievement.too_large"
            )
        request = {"roster": roster_file.name, "achievement": achievement_file.name, "people": roster.people}
    folder.create(roster_file, achievement, request)


def digest_of(entries: Iterable[Entry], achievement: bytes, issuer: str) -> Requested:
    """Read every person once and give the digest that tells this request from any other."""
    state = hashlib.sha256(orjson.dumps([issuer, hashlib.sha256(achievement).hexdigest()]))
    people = 0
    for entry in entries:
        # All but the row: the same people on other rows are the same batch.
        state.update(orjson.dumps(astuple(entry)[1:]))
        people += 1
    return Requested(people, Digest(state.digest()))


def name_from(roster_file: Path) -> str:
    """Make a batch's name of a roster's file name."""
    stem = roster_file.stem.removesuffix(".checked").lower()
    return re.sub(r"[^a-z0-9._-]+", "-", stem).strip("-._")[:64] or "batch"
