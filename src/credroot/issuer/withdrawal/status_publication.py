"""The issuer's status lists, for verifiers who ask no chain: made of the registry's state, signed, one file each.

A list has the purpose ``revocation``: its bit says revoked for ever, or anchored by a key that the issuer distrusts. An
Open Badge has room for one status entry, and this is the one that everybody's verifiers ask for. Beside each lies the
list of suspensions, with the same places, to which the entry refers: a bit there can be taken back. A verifier that
does not follow the reference sees a suspension in the registry alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from credroot.chain.registry.facts import Query
from credroot.core.errors import InputError
from credroot.core.status import Status
from credroot.core.values import Address, Digest, Root
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import (
    SUSPENSION_SUFFIX,
    StatusPurpose,
    status_entry,
    status_list_credential,
    suspension_list_of,
)
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.batch.status_slots import LIST_ENTRIES, StatusSlot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from credroot.chain.registry.facts import ChainFacts
    from credroot.core.json.types import JsonObject

VALID_FOR = timedelta(days=31)
"""How long a list may be relied on: what bounds the time for which a newer one can be withheld."""
TIME_TO_LIVE = timedelta(hours=1)
"""How long a reader may keep a copy."""
PAGE = 4_000
"""Credentials asked about together."""
FOLDER = "status"


def list_url(publish_url: str, number: int) -> str:
    """Give the address of a list: below the folder that the issuer publishes."""
    return f"{publish_url.rstrip('/')}/{FOLDER}/{number}.json"


def credential_status(publish_url: str, slot: StatusSlot) -> JsonObject:
    """Give the ``credentialStatus`` of the credential that has this place."""
    address = list_url(publish_url, slot.list_number)
    return status_entry(address, slot.index, reference=suspension_list_of(address))


def placed_credentials(batches: Path, chain: str) -> Iterator[tuple[StatusSlot, Query]]:
    """Give the place and the coordinates of every credential that was issued with a status entry, on one chain.

    A manifest is written before its batch is anchored, so it may name credentials that the registry does not know yet.
    """
    for path in sorted(batches.glob("*/manifest.json")):
        manifest: dict[str, Any] = BatchFolder(path.parent).read_manifest()
        if manifest.get("chain") != chain:
            continue
        issuer, root = Address.from_hex(manifest["issuer"]), Root(Digest.from_hex(manifest["root"]))
        for entry in manifest["credentials"]:
            status = entry.get("status")
            if status is not None:
                yield StatusSlot(status["list"], status["index"]), Query(issuer, root, entry["index"])


def chains_with_status(batches: Path) -> tuple[str, ...]:
    """Name the chains (CAIP-2) that the lists have to be made of."""
    manifests = (BatchFolder(path.parent).read_manifest() for path in sorted(batches.glob("*/manifest.json")))
    return tuple(
        dict.fromkeys(
            manifest["chain"] for manifest in manifests if any("status" in e for e in manifest["credentials"])
        )
    )


def withdrawn_places(
    placed: Iterable[tuple[StatusSlot, Query]], read: Callable[[Sequence[Query]], tuple[ChainFacts, ...]]
) -> Iterator[tuple[StatusSlot, Status]]:
    """Ask the registry about every credential, by the page; give each place with what it says."""
    iterator = iter(placed)
    while page := list(islice(iterator, PAGE)):
        facts = read([query for _, query in page])
        for (slot, _), fact in zip(page, facts, strict=True):
            yield slot, fact.status


def list_documents(
    answers: Iterable[tuple[StatusSlot, Status]], *, issuer: str, publish_url: str, now: datetime
) -> dict[str, JsonObject]:
    """Build the unsigned lists, by their files' names without suffix: two for each that a credential has a place in.

    Raises:
        InputError: ``status.slots``, a place is none.
    """
    bits: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
    for slot, status in answers:
        if slot.list_number < 1 or not 0 <= slot.index < LIST_ENTRIES:
            raise InputError(f"no place {slot.index} of list {slot.list_number}", code="status.slots")
        revoked, suspended = bits.setdefault(slot.list_number, ({}, {}))
        if status in (Status.REVOKED, Status.DISTRUSTED):
            revoked[slot.index] = 1
        elif status is Status.SUSPENDED:
            suspended[slot.index] = 1
    documents: dict[str, JsonObject] = {}
    for number, (revoked, suspended) in sorted(bits.items()):
        address = list_url(publish_url, number)
        documents[str(number)] = _list(address, StatusPurpose.REVOCATION, revoked, issuer, now)
        documents[f"{number}{SUSPENSION_SUFFIX}"] = _list(
            suspension_list_of(address), StatusPurpose.SUSPENSION, suspended, issuer, now
        )
    return documents


def _list(address: str, purpose: StatusPurpose, values: dict[int, int], issuer: str, now: datetime) -> JsonObject:
    return status_list_credential(
        address,
        issuer,
        purpose=purpose,
        bits=bitstring.pack(values, entries=LIST_ENTRIES),
        valid_from=now,
        valid_until=now + VALID_FOR,
        ttl=TIME_TO_LIVE,
    )
