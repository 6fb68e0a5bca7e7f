"""One batch in the place of credentials of another: reissued, which revokes the old ones, or renewed, which does not.

``batches/<name>/succession.json`` is written with the request, before anything is signed, and says which credential
each row takes the place of and what is to become of it. So whoever resumes the batch, at whatever point it was left,
knows what is still owed. The old ones are revoked only when the new ones are final and published: a holder always has
one that is good. If the process dies between the two, both are, and the journal calls the batch ``replacing``.

The new credential names the old one in ``relatedResource`` (VC 2.0), with the digest of its file, so nobody can put
another in its place. Open Badges 3.0 allows that member and VC 2.0's own context defines all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from credroot.chain.registry.calls import Action
from credroot.core.errors import InputError
from credroot.core.text.multibase import encode_base64url
from credroot.core.values import Digest, Root
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.withdrawal.selection import Target
from credroot.issuer.withdrawal.status_change import intent_for_batch, intents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address
    from credroot.issuer.sending.intent import Intent

SUCCESSION_FORMAT = "credroot/succession/v1"
SUCCESSION_FILE = "succession.json"
CREDENTIAL_MEDIA_TYPE = "application/vc"
SHA2_256 = b"\x12\x20"
"""What a multihash puts before 32 bytes of SHA-256."""


class Kind(StrEnum):
    """Why a credential follows another; the value is in files."""

    REISSUE = "reissue"
    """The old one was wrong, or its key was: it is revoked."""
    RENEWAL = "renewal"
    """The old one came to its end, or soon will: it stays what it is."""


_DESCRIPTIONS = {
    Kind.REISSUE: "The credential that this one replaces.",
    Kind.RENEWAL: "The credential that this one renews.",
}


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The old credential of one person."""

    row: int
    """The person's row in the new batch's roster."""
    target: Target
    digest: Digest
    """Of its file as it was published."""
    awarded_on: date
    """The day on which it was awarded, which a renewal does not change."""

    def to_json(self) -> JsonObject:
        """Give its entry in the file."""
        return {
            "row": self.row,
            "id": self.target.id,
            "batch": self.target.batch,
            "oldRow": self.target.row,
            "root": str(self.target.root),
            "index": self.target.index,
            "digest": str(self.digest),
            "awardedOn": self.awarded_on.isoformat(),
        }

    @classmethod
    def from_json(cls, wire: Mapping[str, Any]) -> Predecessor:
        """Read what `to_json` gives."""
        root = Root(Digest.from_hex(wire["root"]))
        target = Target(root, wire["index"], wire["id"], wire["batch"], wire["oldRow"])
        return cls(wire["row"], target, Digest.from_hex(wire["digest"]), date.fromisoformat(wire["awardedOn"]))


@dataclass(frozen=True, slots=True)
class Succession:
    """What a batch takes the place of, and on which terms."""

    kind: Kind
    predecessors: tuple[Predecessor, ...]
    is_whole_batch: bool = False
    """Whether these are all that the old batch has, so that one word revokes them."""
    reason: int = 0
    """Why the old ones are revoked, by its number in the registry."""
    signer: str | None = None
    """URI of the key that anchors, where it is not the workspace's own."""
    revoker: str | None = None
    """URI of the key that revokes, where it is not the one that anchors."""
    max_cost_wei: int | None = None
    """What the issuer was ready to pay for all of it; whoever resumes is bound by it too."""

    @property
    def revokes(self) -> int:
        """How many credentials are to be revoked once the new ones are published."""
        return len(self.predecessors) if self.kind is Kind.REISSUE else 0

    def intents(self, deployment: Deployment, issuer: Address) -> tuple[Intent, ...]:
        """Give the transactions that revoke the old ones: always the same bytes, so that the journal can find them."""
        if not self.revokes:
            return ()
        targets = [predecessor.target for predecessor in self.predecessors]
        if self.is_whole_batch:
            return (intent_for_batch(targets[0].root, Action.REVOKE, self.reason, deployment, issuer),)
        return intents(targets, Action.REVOKE, self.reason, deployment, issuer)

    def additions(self) -> dict[int, JsonObject]:
        """Give what each new credential says beyond its roster, by row: the link, and a renewal's day of the award."""
        return {predecessor.row: self._addition(predecessor) for predecessor in self.predecessors}

    def _addition(self, old: Predecessor) -> JsonObject:
        link: JsonObject = {
            "id": old.target.id,
            "mediaType": CREDENTIAL_MEDIA_TYPE,
            "digestMultibase": encode_base64url(SHA2_256 + old.digest),
            "description": _DESCRIPTIONS[self.kind],
        }
        awarded: JsonObject = {}
        if self.kind is Kind.RENEWAL:
            awarded = {"awardedDate": f"{old.awarded_on.isoformat()}T00:00:00Z"}
        return {**awarded, "relatedResource": [link]}

    @property
    def digest(self) -> Digest:
        """What tells this succession from any other: its kind, and whom it follows. Not what may be paid for it."""
        olds = sorted(predecessor.target.id for predecessor in self.predecessors)
        return Digest.sha256(orjson.dumps([self.kind, olds]))

    def to_bytes(self) -> bytes:
        """Write the file."""
        wire = {
            "format": SUCCESSION_FORMAT,
            "kind": self.kind,
            "wholeBatch": self.is_whole_batch,
            "reason": self.reason,
            "signer": self.signer,
            "revoker": self.revoker,
            "maxCost": None if self.max_cost_wei is None else str(self.max_cost_wei),
            "old": [predecessor.to_json() for predecessor in self.predecessors],
        }
        return orjson.dumps(wire, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_succession(folder: BatchFolder) -> Succession | None:
    """Read what a batch takes the place of; `None` where it is nothing. Raise `InputError` for a damaged file."""
    path = folder.path / SUCCESSION_FILE
    try:
        wire = orjson.loads(path.read_bytes())
        if wire["format"] != SUCCESSION_FORMAT:
            raise InputError(f"{path}: not a {SUCCESSION_FORMAT} file", code="succession.file")
        return Succession(
            kind=Kind(wire["kind"]),
            predecessors=tuple(map(Predecessor.from_json, wire["old"])),
            is_whole_batch=bool(wire["wholeBatch"]),
            reason=int(wire["reason"]),
            signer=wire["signer"],
            revoker=wire["revoker"],
            max_cost_wei=None if wire["maxCost"] is None else int(wire["maxCost"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: damaged", code="succession.file") from error


def successors(batches: Path, kind: Kind) -> dict[str, str]:
    """Give, for the id of each credential that was followed in this way, the batch that follows it."""
    found: dict[str, str] = {}
    for path in sorted(batches.glob(f"*/{SUCCESSION_FILE}")):
        folder = BatchFolder(path.parent)
        succession = read_succession(folder)
        if succession is not None and succession.kind is kind:
            found |= {predecessor.target.id: folder.name for predecessor in succession.predecessors}
    return found
