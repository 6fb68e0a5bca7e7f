"""From people to drafts: one Open Badges document for each, with an id of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.strict_json import loads
from credroot.credential.recipient import email_identity, name_identity
from credroot.issuer.preparation import Draft

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable, Iterator

    from credroot.core.json_types import JsonObject
    from credroot.issuer.roster.people import Entry


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    id: str
    name: str
    url: str | None = None
    email: str | None = None
    description: str | None = None
    image: str | None = None


class Drafter:
    def __init__(self, profile: IssuerProfile, achievement: bytes, *, source: str) -> None:
        self._profile = profile
        self._achievement = loads(achievement)

    def drafts(
        self, entries: Iterable[Entry], *, new_id: Callable[[], uuid.UUID], random_bytes: Callable[[int], bytes]
    ) -> Iterator[Draft]:
        for entry in entries:
            cid = new_id()
            doc: JsonObject = {
                "@context": [
                    "https://www.w3.org/ns/credentials/v2",
                    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
                ],
                "id": cid.urn,
                "type": ["VerifiableCredential", "OpenBadgeCredential"],
                "issuer": {"id": self._profile.id, "type": ["Profile"], "name": self._profile.name},
                "validFrom": f"{entry.issued_on}T00:00:00Z",
                "credentialSubject": {
                    "type": ["AchievementSubject"],
                    "identifier": [
                        name_identity(entry.name),
                        email_identity(entry.email, random_bytes(16).hex()),
                    ],
                    "achievement": self._achievement,
                },
            }
            yield Draft(entry.row, cid, doc)
