"""Taking a batch in: a roster without errors and an achievement, stored byte for byte under a name."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, fields
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

import orjson

from credroot.core.errors import GuardRefused, InputError
from credroot.core.values import Digest
from credroot.issuer.batch.drafts import MAX_REFUSALS, Drafter
from credroot.issuer.batch.repeated_people import PeopleKeys
from credroot.roster.people import Entry
from credroot.roster.roster import Roster, read_roster

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from credroot.core.json.types import JsonObject
    from credroot.issuer.batch.folder import BatchFolder

MAX_ACHIEVEMENT_BYTES = 2**20
# All but the row: the same people on other rows are the same batch.
_ASKED_OF = attrgetter(*(field.name for field in fields(Entry) if field.name != "row"))


class RosterRefused(InputError):
    """A roster has rows that can't be issued: none is, until the issuer has decided about them."""

    code = "roster.errors"


@dataclass(frozen=True, slots=True)
class Requested:
    """What a stored request asks for."""

    people: int
    digest: Digest
    """Of issuer, achievement and people, whatever the roster's encoding or order of columns."""
    keys: array[int]
    """Of the people, as `PeopleKeys` makes them."""


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


def take_in(folder: BatchFolder, roster_file: Path, achievement_file: Path, profile: JsonObject) -> None:
    """Check roster and achievement against each other and store both.

    Raises:
        RosterRefused, GuardRefused: as `usable_roster`; also for results that the achievement does not allow.
        InputError: the achievement can't be used, or the name is taken.
    """
    achievement = read_achievement(achievement_file)
    with roster_file.open("rb") as stream:
        people = _checked(stream, roster_file.name, achievement, profile)
    request: JsonObject = {"roster": roster_file.name, "achievement": achievement_file.name, "people": people}
    folder.create({"roster.csv": roster_file, "achievement.json": achievement}, request)


def take_in_people(
    folder: BatchFolder,
    roster: bytes,
    achievement: bytes,
    profile: JsonObject,
    request: JsonObject,
    beside: Mapping[str, bytes],
) -> None:
    """Check and store a roster that was made here, with the files `beside` it; errors as `take_in`."""
    people = _checked(io.BytesIO(roster), "the corrected roster", achievement, profile)
    contents = {"roster.csv": roster, "achievement.json": achievement, **beside}
    folder.create(contents, {**request, "people": people})


def _checked(stream: BinaryIO, name: str, achievement: bytes, profile: JsonObject) -> int:
    """Give the number of people of a roster, all of whom the achievement can be awarded to."""
    roster = usable_roster(stream, name)
    refusals = list(islice(Drafter(profile, achievement).refusals(roster.entries()), MAX_REFUSALS + 1))
    if refusals:
        named = "; ".join(f"row {row}: {reason}" for row, reason in refusals[:MAX_REFUSALS])
        more = ", and more" if len(refusals) > MAX_REFUSALS else ""
        raise RosterRefused(f"{name}: {named}{more}; nothing was taken in", code="roster.result")
    return roster.people


def read_achievement(path: Path) -> bytes:
    """Read an achievement's file, which has at most `MAX_ACHIEVEMENT_BYTES`."""
    with path.open("rb") as file:
        achievement = file.read(MAX_ACHIEVEMENT_BYTES + 1)
    if len(achievement) > MAX_ACHIEVEMENT_BYTES:
        raise InputError(f"{path}: larger than {MAX_ACHIEVEMENT_BYTES} bytes", code="achievement.too_large")
    return achievement


def digest_of(entries: Iterable[Entry], achievement: bytes, issuer: str) -> Requested:
    """Read every person once and give the digest that tells this request from any other."""
    state = hashlib.sha256(orjson.dumps([issuer, hashlib.sha256(achievement).hexdigest()]))
    people, found = 0, PeopleKeys(achievement)
    for entry in entries:
        state.update(orjson.dumps(_ASKED_OF(entry)))
        found.add(entry)
        people += 1
    return Requested(people, Digest(state.digest()), found.keys)


def name_from(roster_file: Path) -> str:
    """Make a batch's name of a roster's file name."""
    stem = roster_file.stem.removesuffix(".checked").lower()
    return re.sub(r"[^a-z0-9._-]+", "-", stem).strip("-._")[:64] or "batch"
