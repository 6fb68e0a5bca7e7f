"""The form of ``credentialStatus``: any object with a type, and what a Bitstring Status List entry has beside it.

Source: W3C Verifiable Credentials Data Model 2.0, section 4.10; Bitstring Status List 1.0, section 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from credroot.credential.status.status_list import ENTRY_TYPE
from credroot.credential.w3c.problems import VcProblem, malformed
from credroot.credential.w3c.values import MAX_VALUES, Place, is_url, listed, type_names, typed_objects

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

CODE = "vc.status"
_INDEX = re.compile(r"0|[1-9][0-9]{0,99}")


def status_entry_problems(document: JsonObject) -> Iterator[VcProblem]:
    """Tell what is wrong with the status entries of a credential; the code is ``vc.status``."""
    yield from typed_objects(document, "credentialStatus", CODE)
    value = document.get("credentialStatus")
    for place, entry in enumerate(listed(value)[:MAX_VALUES]):
        if isinstance(entry, dict) and ENTRY_TYPE in type_names(entry):
            yield from _entry(entry, Place("/credentialStatus", place, value).pointer)


def _entry(entry: JsonObject, pointer: str) -> Iterator[VcProblem]:
    purpose, index, size = (entry.get(name) for name in ("statusPurpose", "statusListIndex", "statusSize"))
    if not isinstance(purpose, str) or not purpose:
        yield malformed(CODE, "statusPurpose is text", f"{pointer}/statusPurpose")
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        yield malformed(CODE, "statusListIndex is a number in base 10, as text", f"{pointer}/statusListIndex")
    if not is_url(entry.get("statusListCredential")):
        yield malformed(CODE, "statusListCredential is a URL", f"{pointer}/statusListCredential")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        yield malformed(CODE, "statusSize is a number of bits, 1 or more", f"{pointer}/statusSize")
    elif isinstance(size, int) and size > 1 and not isinstance(entry.get("statusMessage"), list):
        yield malformed(CODE, "an entry of several bits says in statusMessage what they mean", f"{pointer}/statusSize")
    if "id" in entry and entry["id"] == entry.get("statusListCredential"):
        yield malformed(CODE, "an entry's id is not the address of its list", f"{pointer}/id")
    yield from _messages(entry, pointer)
    if "statusReference" in entry and not all(map(is_url, listed(entry["statusReference"]))):
        yield malformed(CODE, "statusReference is a URL, or a list of them", f"{pointer}/statusReference")


def _messages(entry: JsonObject, pointer: str) -> Iterator[VcProblem]:
    if "statusMessage" not in entry:
        return
    for item in listed(entry["statusMessage"])[:MAX_VALUES]:
        texts = [item.get(name) for name in ("status", "message")] if isinstance(item, dict) else [None]
        if not all(isinstance(text, str) for text in texts):
            told = "each statusMessage has status and message as text"
            yield malformed(CODE, told, f"{pointer}/statusMessage")
            return
