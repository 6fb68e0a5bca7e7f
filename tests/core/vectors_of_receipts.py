"""Receipts: right ones, and one for each way of being refused."""

from __future__ import annotations

import copy
import json
from hashlib import sha256
from typing import Any

from tests.core.vectors_of_credentials import OTHER
from tests.core.vectors_of_proof_values import encoded, text_of

FILE = b"a transcript\n"
FACTS = {
    "format": "credroot/receipt/v1",
    "digest": "0x" + sha256(FILE).hexdigest(),
    "nonce": "u" + "A" * 43,
    "mediaType": "application/pdf",
    "name": "Zeugnis für José – 成績.pdf",
}
WITNESS = {
    "header": "0xf90201",
    "accountProof": ["0xf8a1", "0xf871"],
    "storageProof": [{"key": "0x" + "00" * 32, "proof": []}, {"key": "0x" + "01" * 32, "proof": ["0xe2", "0xe3"]}],
}


def receipt(facts: dict[str, Any]) -> dict[str, Any]:
    """Give the receipt of the first of two leaves."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    leaf = sha256(b"\x01" + sha256(text.encode()).digest()).digest()
    root = sha256(leaf + OTHER).digest()
    return facts | {"proofValue": text_of(encoded(m4=root, m5=0, m6=2, m7=OTHER))}


def receipt_vectors() -> dict[str, dict[str, Any]]:
    """Give all vectors by name."""
    full = receipt(FACTS) | {"witness": WITNESS}
    least = receipt({name: FACTS[name] for name in ("format", "digest", "nonce")})
    named: dict[str, dict[str, Any]] = {
        "valid-least": {"description": "no optional member", "valid": True, "receipt": least},
        "valid-named": {"description": "with media type and name", "valid": True, "receipt": receipt(FACTS)},
        "valid-witness": {"description": "with a storage proof", "valid": True, "receipt": full},
    }

    def refused(name: str, description: str, code: str, *path: Any) -> None:
        """Replace, or with `...` remove, the value at the place that `path` names before its last item."""
        document = copy.deepcopy(full)
        *parents, last, value = path
        place: Any = document
        for step in parents:
            place = place[step]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        named[name] = {"description": description, "valid": False, "receipt": document, "code": code}

    for member in ("digest", "nonce", "proofValue"):
        refused(f"{member}-missing", f"no {member}", "receipt.malformed", member, ...)
        refused(f"{member}-null", f"{member} is null", "receipt.malformed", member, None)
    refused("format-missing", "no format", "receipt.format", "format", ...)
    refused("format-v2", "a format of the future", "receipt.format", "format", "credroot/receipt/v2")
    refused("unknown-member", "a member that nobody defined", "receipt.malformed", "note", "x")
    refused("digest-uppercase", "another spelling", "receipt.malformed", "digest", "0x" + FACTS["digest"][2:].upper())
    refused("digest-of-31-bytes", "a short digest", "input.invalid", "digest", FACTS["digest"][:-2])
    refused("nonce-of-31-bytes", "a short salt", "receipt.file", "nonce", "u" + "A" * 42)
    refused("nonce-padded", "another spelling", "multibase.malformed", "nonce", "u" + "A" * 43 + "=")
    refused("media-type-null", "null is no way to leave it out", "receipt.malformed", "mediaType", None)
    refused("media-type-uppercase", "another spelling", "receipt.file", "mediaType", "Application/PDF")
    refused("media-type-parameter", "a parameter", "receipt.file", "mediaType", "text/plain; charset=utf-8")
    refused("media-type-no-slash", "half a type", "receipt.file", "mediaType", "pdf")
    refused("name-empty", "no name", "receipt.file", "name", "")
    refused("name-path", "a path", "receipt.file", "name", "../transcript.pdf")
    refused("name-backslash", "a path of another system", "receipt.file", "name", "a\\b.pdf")
    refused("name-parent", "the folder above", "receipt.file", "name", "..")
    refused("name-control", "a line end", "receipt.file", "name", "a\nb")
    refused("name-bidi", "an override that hides the ending", "receipt.file", "name", "a\u202efdp.exe")
    refused("name-too-long", "256 characters", "receipt.file", "name", "a" * 256)
    refused("name-number", "a number", "receipt.malformed", "name", 1)
    refused("proof-value-malformed", "no proof value", "proof.malformed", "proofValue", "uAAAA")
    witness = "receipt.witness"
    refused("witness-null", "null is no way to leave it out", witness, "witness", None)
    refused("witness-unknown-member", "a member that nobody defined", witness, "witness", "note", 1)
    refused("witness-header-missing", "no header", witness, "witness", "header", ...)
    refused("witness-header-empty", "no bytes", witness, "witness", "header", "0x")
    refused("witness-header-uppercase", "another spelling", witness, "witness", "header", "0xF9")
    refused("witness-header-odd", "half a byte", witness, "witness", "header", "0xf90")
    refused("witness-header-too-long", "8,193 bytes", witness, "witness", "header", "0x" + "00" * 8193)
    refused("witness-account-empty", "no node for the account", witness, "witness", "accountProof", [])
    refused("witness-account-text", "no array", witness, "witness", "accountProof", "0xf8")
    refused("witness-node-number", "a node that is a number", witness, "witness", "accountProof", [1])
    refused("witness-node-too-long", "1,025 bytes", witness, "witness", "accountProof", ["0x" + "00" * 1025])
    refused("witness-nodes-65", "more nodes than a path has", witness, "witness", "accountProof", ["0x00"] * 65)
    refused("witness-slots-none", "no slot", witness, "witness", "storageProof", [])
    refused("witness-slots-17", "too many slots", witness, "witness", "storageProof",
            [{"key": f"0x{number:064x}", "proof": []} for number in range(17)])  # fmt: skip
    refused("witness-slots-unordered", "slots in another order", witness, "witness", "storageProof",
            WITNESS["storageProof"][::-1])  # fmt: skip
    refused("witness-slot-twice", "a slot twice", witness, "witness", "storageProof", [WITNESS["storageProof"][0]] * 2)
    refused("witness-slot-short", "a slot without leading zeros", witness, "witness", "storageProof", 0, "key", "0x00")
    refused("witness-slot-value", "a value beside its proof", witness, "witness", "storageProof", 0, "value", "0x01")
    refused("witness-slot-no-object", "a slot that is a text", witness, "witness", "storageProof", ["0x00"])
    refused("witness-too-large", "more than 96 KiB in all", witness, "witness", "storageProof",
            [{"key": f"0x{number:064x}", "proof": ["0x" + "00" * 1024] * 33} for number in range(3)])  # fmt: skip
    return named
