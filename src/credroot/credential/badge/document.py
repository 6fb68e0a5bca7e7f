"""One Open Badges 3.0 credential without proofs, from an issuer, an achievement and a person.

What a batch has in common is made once; a credential adds what is the person's own. Every credential of a batch has its
members in one order and the form that the official schema asks for: arrays, whole seconds, no null. No two things in it
lack an id and look the same, so that every program hashes it to the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject
from credroot.credential.badge.achievement import Achievement
from credroot.credential.badge.recipient import email_identity, name_identity
from credroot.credential.rdf.contexts import OPEN_BADGES_3_0_3, VC_V2

_START_OF_DAY = "T00:00:00Z"
_END_OF_DAY = "T23:59:59Z"
_NOBODY = "neither an address nor a DID says who it is for"


class Award(Protocol):
    """What a credential says of one person; a roster's entry is one."""

    @property
    def name(self) -> str:
        """The person's name; empty where it is not to be shown."""

    @property
    def email(self) -> str:
        """Hashed with the salt; empty where a DID stands for the person."""

    @property
    def did(self) -> str:
        """The person's DID; empty where only the address is known."""

    @property
    def issued_on(self) -> date:
        """The day of the award, from whose first moment in UTC the credential is valid."""

    @property
    def expires_on(self) -> date | None:
        """The last day of validity, to its last second in UTC."""

    @property
    def result(self) -> str:
        """What was reached, as the achievement's `ResultRule` takes it; empty for none."""

    @property
    def evidence(self) -> Sequence[str]:
        """URLs, none twice."""

    @property
    def narrative(self) -> str:
        """Markdown about the person's way to the badge; empty for none."""


class BadgeTemplate:
    """What all credentials of one batch share."""

    def __init__(
        self, issuer: JsonObject, achievement: Achievement, *, endorsements: Sequence[JsonObject] = ()
    ) -> None:
        """Take the issuer's profile and the achievement, both in strict form, and signed endorsements of each award."""
        self._achievement = achievement
        self._achievement_document = achievement.document
        self._name = achievement.document["name"]
        self._issuer = issuer
        self._endorsements = list(endorsements)
        self._context: list[Any] = [VC_V2, OPEN_BADGES_3_0_3]
        self._type: list[Any] = ["VerifiableCredential", "OpenBadgeCredential"]
        self._subject_type: list[Any] = ["AchievementSubject"]
        self._evidence_type: list[Any] = ["Evidence"]
        self._result_type: list[Any] = ["Result"]

    @property
    def achievement(self) -> Achievement:
        """What the badge is awarded for."""
        return self._achievement

    @property
    def shared_parts(self) -> tuple[JsonObject, ...]:
        """The objects that every credential of the batch holds as they are."""
        return self._issuer, self._achievement_document

    def check(self, award: Award) -> str:
        """Say why `award` can't be built, empty if it can; the roster's own checks have been done before."""
        try:
            if award.result:
                self._achievement.result_rule.members(award.result)
        except InputError as error:
            return str(error)
        return "" if award.email or award.did else _NOBODY

    def build(
        self,
        award: Award,
        credential_id: str,
        salt: str,
        status: JsonObject | None = None,
        additions: JsonObject | None = None,
    ) -> JsonObject:
        """Make one credential.

        The parts that a batch shares are the same objects in every credential: not to be changed. `credential_id` is
        an absolute IRI, ``urn:uuid:...``; `salt` a random text for this person alone; `status` the
        ``credentialStatus``; `additions` members of this credential alone, which stand in the place of ours.

        Raises:
            InputError: ``roster.result``, a result that the achievement does not allow; ``roster.recipient``, neither
                address nor DID.
        """
        day, expires_on = award.issued_on.isoformat() + _START_OF_DAY, award.expires_on
        document: dict[str, Any] = {
            "@context": self._context,
            "id": credential_id,
            "type": self._type,
            "name": self._name,
            "issuer": self._issuer,
            "validFrom": day,
        }
        if expires_on is not None:
            document["validUntil"] = expires_on.isoformat() + _END_OF_DAY
        document["awardedDate"] = day
        document["credentialSubject"] = self._subject(award, credential_id, salt)
        if award.evidence:
            document["evidence"] = [{"id": url, "type": self._evidence_type} for url in award.evidence]
        if status is not None:
            document["credentialStatus"] = status
        if self._endorsements:
            document["endorsement"] = self._endorsements
        if additions is not None:
            document |= additions
        return document

    def _subject(self, award: Award, credential_id: str, salt: str) -> dict[str, Any]:
        """Describe the person; an address stands there only as its salted hash."""
        email, did = award.email, award.did
        if not email and not did:
            raise InputError(_NOBODY, code="roster.recipient")
        subject: dict[str, Any] = {"id": did} if did else {}
        subject["type"] = self._subject_type
        identifiers = [email_identity(email, salt)] if email else []
        if award.name:
            identifiers.append(name_identity(award.name))
        if identifiers:
            subject["identifier"] = identifiers
        subject["achievement"] = self._achievement_document
        if award.narrative:
            subject["narrative"] = award.narrative
        if award.result:
            members = self._achievement.result_rule.members(award.result)
            subject["result"] = [{"id": credential_id + "#result", "type": self._result_type, **members}]
        return subject
