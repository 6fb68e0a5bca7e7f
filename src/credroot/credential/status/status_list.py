"""Bitstring Status Lists: the credential that says which credentials are withdrawn, and the entry that points into it.

A credential of ours has one ``credentialStatus`` object, for the Open Badges schema takes no array, and its purpose is
revocation. Suspension can't share that bit: the specification calls a revocation irreversible. So there is a second
list with purpose suspension and the same indexes, and the entry's ``statusReference``, which is signed with it, is that
list's address. Whoever knows this reads it as a second entry (`suspension_entry`); others read revocations alone. VC
2.0 allows an array with one entry per purpose, and `status_at` reads each of them.

Nothing here checks a signature or fetches: the list that is judged was verified before.

Source: W3C Bitstring Status List v1.0, sections 2 (data model) and 3.2 (Validate Algorithm).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.text.clock import format_time
from credroot.credential.status import bitstring

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

CONTEXT = "https://www.w3.org/ns/credentials/v2"
LIST_TYPE = "BitstringStatusListCredential"
SUBJECT_TYPE = "BitstringStatusList"
ENTRY_TYPE = "BitstringStatusListEntry"


class StatusPurpose(StrEnum):
    """What a set bit means."""

    REVOCATION = "revocation"
    """Withdrawn for ever."""
    SUSPENSION = "suspension"
    """Withdrawn until further notice."""
    MESSAGE = "message"
    """A remark, whose text the entry has; nothing is withdrawn."""
    REFRESH = "refresh"
    """A newer credential exists; nothing is withdrawn."""


SUSPENSION_SUFFIX = "-suspension"


def suspension_list_of(list_id: str) -> str:
    """Give the address of the list of suspensions that belongs to the list of revocations at `list_id`."""
    return f"{list_id.removesuffix('.json')}{SUSPENSION_SUFFIX}.json"


def suspension_entry(entry: JsonObject) -> JsonObject | None:
    """Give the entry of purpose suspension that an entry of purpose revocation refers to; `None` where it does not.

    Only the address that `suspension_list_of` gives counts: other issuers refer to pages for people.
    """
    address, references = entry.get("statusListCredential"), entry.get("statusReference")
    if entry.get("statusPurpose") != StatusPurpose.REVOCATION or not isinstance(address, str):
        return None
    suspensions = suspension_list_of(address)
    if suspensions not in (references if isinstance(references, list) else [references]):
        return None
    kept: JsonObject = {name: entry[name] for name in ("type", "statusListIndex") if name in entry}
    return {**kept, "statusPurpose": StatusPurpose.SUSPENSION.value, "statusListCredential": suspensions}


def status_list_credential(
    list_id: str,
    issuer: str | JsonObject,
    *,
    bits: bytes,
    valid_from: datetime,
    purpose: StatusPurpose = StatusPurpose.REVOCATION,
    entry_bits: int = 1,
    valid_until: datetime | None = None,
    ttl: timedelta | None = None,
) -> JsonObject:
    """Build the unsigned list credential whose address is `list_id`, over `bits` as `bitstring.pack` lays them out.

    `ttl` is how long a reader may keep it before asking again; `valid_until` bounds what a withheld update can hide.

    Raises:
        InputError: ``status_list.too_short``, fewer than `bitstring.MINIMUM_ENTRIES` entries;
            ``status_list.entry_size``; ``time.naive``.
    """
    entries = bitstring.entry_count(bits, entry_bits=entry_bits)
    if entries < bitstring.MINIMUM_ENTRIES:
        raise InputError(
            f"a status list has at least {bitstring.MINIMUM_ENTRIES} entries, got {entries}",
            code="status_list.too_short",
        )
    subject: JsonObject = {
        "id": f"{list_id}#list",
        "type": SUBJECT_TYPE,
        "statusPurpose": purpose.value,
        "encodedList": bitstring.encode(bits),
    }
    if ttl is not None:
        subject["ttl"] = ttl // timedelta(milliseconds=1)
    document: JsonObject = {
        "@context": [CONTEXT],
        "id": list_id,
        "type": ["VerifiableCredential", LIST_TYPE],
        "issuer": issuer,
        "validFrom": format_time(valid_from),
    }
    if valid_until is not None:
        document["validUntil"] = format_time(valid_until)
    document["credentialSubject"] = subject
    return document


def status_entry(
    list_id: str,
    index: int,
    *,
    purpose: StatusPurpose = StatusPurpose.REVOCATION,
    messages: Sequence[str] = (),
    reference: str | None = None,
) -> JsonObject:
    """Build the ``credentialStatus`` object that points at entry `index` of the list at `list_id`.

    `reference` is the address of something about the status, such as `suspension_list_of` gives.

    `messages` are the texts of the values 0, 1, 2, ...: 2, 4, ... or 256 of them, which sets the size of an entry.

    Raises:
        InputError: ``status_list.range``, a negative index; ``status_list.messages``, another number of messages.
    """
    if index < 0:
        raise InputError(f"an index is not negative, got {index}", code="status_list.range")
    entry: JsonObject = {
        "id": f"{list_id}#{index}",
        "type": ENTRY_TYPE,
        "statusPurpose": purpose.value,
        "statusListIndex": str(index),
        "statusListCredential": list_id,
    }
    if reference is not None:
        entry["statusReference"] = reference
    if messages:
        entry_bits = len(messages).bit_length() - 1
        if len(messages) != 1 << entry_bits or not 1 <= entry_bits <= bitstring.MAX_ENTRY_BITS:
            raise InputError(
                f"messages name every value of 1 to 8 bits, got {len(messages)}", code="status_list.messages"
            )
        texts: list[JsonValue] = [{"status": hex(value), "message": text} for value, text in enumerate(messages)]
        entry |= {"statusSize": entry_bits, "statusMessage": texts}
    return entry
