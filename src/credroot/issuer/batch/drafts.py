"""From people to drafts: one Open Badges document for each, with an id and a salt of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.credential.badge.achievement import load_achievement
from credroot.credential.badge.document import BadgeTemplate
from credroot.issuer.batch.preparation import Draft

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from credroot.core.json.types import JsonObject
    from credroot.issuer.batch.status_slots import StatusSlot
    from credroot.roster.people import Entry

SALT_BYTES = 16
MAX_REFUSALS = 20
"""Rows that are named one by one; more are counted."""


class Drafter:
    """Makes the documents of one batch."""

    def __init__(self, profile: JsonObject, achievement: bytes) -> None:
        """Take the issuer's profile in strict form, and the achievement's file.

        Raises:
            InputError: the achievement can't be used; `str` names every field that is wrong.
        """
        self._template = BadgeTemplate(profile, load_achievement(achievement))

    @property
    def shared_parts(self) -> tuple[JsonObject, ...]:
        """The objects that all documents of the batch hold: the same ones, and never changed."""
        return self._template.shared_parts

    def refusals(self, entries: Iterable[Entry]) -> Iterator[tuple[int, str]]:
        """Give the row and the reason of each person to whom this achievement can't be awarded as the roster says."""
        for entry in entries:
            reason = self._template.check(entry)
            if reason:
                yield entry.row, reason

    def drafts(
        self,
        entries: Iterable[Entry],
        *,
        new_id: Callable[[], uuid.UUID],
        random_bytes: Callable[[int], bytes],
        slots: Iterator[StatusSlot] | None = None,
        status_of: Callable[[StatusSlot], JsonObject] | None = None,
        additions: Mapping[int, JsonObject] | None = None,
    ) -> Iterator[Draft]:
        """Make one draft for each person, in their order, while they are asked for.

        `slots` are their places in the status lists, and `status_of` writes one down; `additions` are members of one
        credential alone, by the row of its person.
        """
        own = {} if additions is None else additions
        for entry in entries:
            identifier = new_id()
            slot = None if slots is None or status_of is None else next(slots)
            status = None if slot is None or status_of is None else status_of(slot)
            document = self._template.build(
                entry, identifier.urn, random_bytes(SALT_BYTES).hex(), status, own.get(entry.row)
            )
            yield Draft(entry.row, identifier, document, slot)
