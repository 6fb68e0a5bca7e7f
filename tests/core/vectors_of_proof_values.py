"""Proof values: right ones of every width, and one for each way of writing them otherwise."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import cbor2

CHAIN = 137
REGISTRY, ISSUER = bytes(range(20)), bytes(range(100, 120))
ROOT = bytes(range(200, 232))
PATH = bytes(range(96))
INDEX, COUNT = 1, 7


def members(**changes: Any) -> dict[int, Any]:
    """Give the map of a right proof value, with members replaced by `m<key>`."""
    plain = {0: 1, 1: CHAIN, 2: REGISTRY, 3: ISSUER, 4: ROOT, 5: INDEX, 6: COUNT, 7: PATH}
    return plain | {int(name[1:]): value for name, value in changes.items()}


def text_of(data: bytes) -> str:
    """Write bytes as the multibase text of a proof value."""
    return "u" + urlsafe_b64encode(data).decode().rstrip("=")


def encoded(**changes: Any) -> bytes:
    """Write the map as another CBOR package does, in the deterministic way."""
    return cbor2.dumps(members(**changes), canonical=True)


def valid(description: str, **changes: Any) -> dict[str, Any]:
    """Give a vector that is read, with what is read from it."""
    item = members(**changes)
    path = item[7].hex()
    return {
        "description": description,
        "valid": True,
        "proofValue": text_of(encoded(**changes)),
        "claim": {
            "chainId": item[1],
            "registry": "0x" + item[2].hex(),
            "issuer": "0x" + item[3].hex(),
            "root": "0x" + item[4].hex(),
            "index": item[5],
            "leafCount": item[6],
            "path": ["0x" + path[at : at + 64] for at in range(0, len(path), 64)],
        },
    }


def invalid(description: str, value: str | bytes, code: str = "proof.malformed") -> dict[str, Any]:
    """Give a vector that is refused."""
    text = text_of(value) if isinstance(value, bytes) else value
    return {"description": description, "valid": False, "proofValue": text, "code": code}


def proof_vectors() -> dict[str, dict[str, Any]]:
    """Give all vectors by name."""
    good = encoded()
    text = text_of(good)
    chain = good.index(b"\x01\x18\x89")
    at_index = good.index(b"\x05\x01\x06\x07")
    root_in_chunks = b"\x5f\x50" + ROOT[:16] + b"\x50" + ROOT[16:] + b"\xff"
    pairs = [cbor2.dumps(key, canonical=True) + cbor2.dumps(value, canonical=True) for key, value in members().items()]

    def with_chain(head: bytes) -> bytes:
        return good[: chain + 1] + head + good[chain + 3 :]

    def with_index(head: bytes) -> bytes:
        return good[: at_index + 1] + head + good[at_index + 2 :]

    return {
        "valid": valid("leaf 1 of 7 on chain 137"),
        "valid-one-leaf": valid("a batch of one: the path is empty", m5=0, m6=1, m7=b""),
        "valid-chain-1": valid("a chain id that fits into the head", m1=1),
        "valid-chain-23": valid("the largest number within one byte", m1=23),
        "valid-chain-24": valid("the smallest number of two bytes", m1=24),
        "valid-chain-255": valid("the largest number of two bytes", m1=255),
        "valid-chain-256": valid("the smallest number of three bytes", m1=256),
        "valid-chain-65536": valid("the smallest number of five bytes", m1=65536),
        "valid-chain-largest": valid("the largest chain id, in nine bytes", m1=2**53 - 1),
        "valid-largest-tree": valid("32 siblings", m5=0, m6=2**32 - 1, m7=bytes(32 * 32)),
        "valid-zeros": valid(
            "addresses and digests may be zero", m2=bytes(20), m3=bytes(20), m4=bytes(32), m7=bytes(96)
        ),
        "empty": invalid("no text", ""),
        "only-prefix": invalid("no bytes", "u"),
        "other-base": invalid("base58btc", "z" + text[1:]),
        "no-prefix": invalid("base64url without its prefix", text[1:]),
        "padded": invalid("padding", text_of(good + b"") + "=" * (-len(text[1:]) % 4 or 4)),
        "standard-alphabet": invalid("base64 with + and /", "u" + text[1:].replace("-", "+").replace("_", "/")),
        "white-space": invalid("a space in the text", text[:20] + " " + text[20:]),
        "line-end": invalid("a line end behind the text", text + "\n"),
        "not-ascii": invalid("a letter of no alphabet", text[:-1] + "é"),
        "unused-bits": invalid("bits behind the last byte are not zero", loose_bits(encoded(m5=0, m6=1, m7=b""))),
        "too-long": invalid("more text than any proof needs", "u" + "A" * 2048),
        "truncated-at-the-end": invalid("the last byte is missing", good[:-1]),
        "truncated-in-the-root": invalid("the end is in the root", good[:60]),
        "truncated-in-the-chain-id": invalid("the end is in the chain id", good[:4]),
        "truncated-behind-the-root": invalid("the end is before the index", good[: at_index - 1]),
        "only-the-version": invalid("nothing but the version", good[:3]),
        "trailing-byte": invalid("one byte more", good + b"\0"),
        "trailing-item": invalid("one CBOR item more", good + b"\x01"),
        "version-2": invalid("a version of the future", encoded(m0=2), "proof.version"),
        "version-0": invalid("no version", encoded(m0=0), "proof.version"),
        "version-as-text": invalid("the version is a text", encoded(m0="1"), "proof.version"),
        "version-2-with-more-members": invalid(
            "a version of the future", cbor2.dumps(members(m0=2, m8=1)), "proof.version"
        ),
        "version-in-two-bytes": invalid(
            "the version with a longer head", good[:2] + b"\x18\x01" + good[3:], "proof.version"
        ),
        "array": invalid("an array in place of the map", cbor2.dumps(list(members().values()))),
        "tagged": invalid("the tag that says CBOR", b"\xd9\xd9\xf7" + good),
        "indefinite-map": invalid("a map without its length", b"\xbf" + good[1:] + b"\xff"),
        "long-map-head": invalid("the map's length in two bytes", b"\xb8\x08" + good[1:]),
        "member-missing": invalid("no path", b"\xa7" + b"".join(pairs[:7])),
        "member-more": invalid("a member 8", b"\xa9\x00\x01" + good[3:] + b"\x08\x00"),
        "member-twice": invalid("the leaf count twice", b"\xa8" + b"".join([*pairs[:5], pairs[6], pairs[6], pairs[7]])),
        "members-reordered": invalid(
            "issuer before registry", b"\xa8" + b"".join([*pairs[:2], pairs[3], pairs[2], *pairs[4:]])
        ),
        "version-last": invalid("the version behind the rest", b"\xa8" + b"".join([*pairs[1:], pairs[0]])),
        "keys-as-text": invalid("text keys", cbor2.dumps({str(key): value for key, value in members().items()})),
        "chain-id-in-three-bytes": invalid("a longer head than needed", with_chain(b"\x19\x00\x89")),
        "chain-id-in-five-bytes": invalid("a longer head than needed", with_chain(b"\x1a\x00\x00\x00\x89")),
        "chain-id-in-nine-bytes": invalid("a longer head than needed", with_chain(b"\x1b" + bytes(7) + b"\x89")),
        "chain-id-negative": invalid("a negative number", with_chain(b"\x38\x88")),
        "chain-id-float": invalid("a float", with_chain(b"\xf9\x58\x48")),
        "chain-id-bignum": invalid("a big number's tag", with_chain(b"\xc2\x41\x89")),
        "chain-id-as-text": invalid("a text", encoded(m1="137")),
        "chain-id-reserved-head": invalid("a head that CBOR reserves", with_chain(b"\x1c\x89")),
        "chain-id-zero": invalid("chain 0", encoded(m1=0)),
        "chain-id-too-large": invalid("a chain id that JSON does not hold", encoded(m1=2**53)),
        "registry-of-19-bytes": invalid("a short address", encoded(m2=REGISTRY[1:])),
        "registry-of-21-bytes": invalid("a long address", encoded(m2=b"\0" + REGISTRY)),
        "registry-19-issuer-21": invalid("a byte moved over", encoded(m2=REGISTRY[:-1], m3=REGISTRY[-1:] + ISSUER)),
        "registry-as-text": invalid("the address as text", encoded(m2="0x" + REGISTRY.hex())),
        "issuer-null": invalid("no issuer", encoded(m3=None)),
        "root-of-31-bytes": invalid("a short root", encoded(m4=ROOT[1:])),
        "root-of-33-bytes": invalid("a long root", encoded(m4=ROOT + b"\0")),
        "root-in-chunks": invalid("the root in two chunks", good.replace(b"\x58\x20" + ROOT, root_in_chunks)),
        "path-of-31-bytes-more": invalid("a sibling of 31 bytes", encoded(m7=PATH[:-1])),
        "path-of-33-bytes-more": invalid("a sibling of 33 bytes", encoded(m7=PATH + b"\0")),
        "path-cut": invalid("a sibling too few", encoded(m7=PATH[:64])),
        "path-extended": invalid("a sibling too many", encoded(m7=PATH + bytes(32))),
        "path-empty": invalid("no sibling", encoded(m7=b"")),
        "path-as-array": invalid("the siblings as an array", encoded(m7=[PATH[:32], PATH[32:64], PATH[64:]])),
        "path-as-text": invalid("the siblings as a text string", good.replace(b"\x07\x58\x60", b"\x07\x78\x60")),
        "path-longer-than-stated": invalid(
            "more bytes than the head says", good.replace(b"\x07\x58\x60", b"\x07\x58\x40")
        ),
        "index-in-two-bytes": invalid("a longer head than needed", with_index(b"\x18\x01")),
        "index-negative": invalid("a negative index", with_index(b"\x20")),
        "index-true": invalid("a boolean", with_index(b"\xf5")),
        "index-behind-the-end": invalid("an index equal to the count", encoded(m5=7)),
        "other-index": invalid("an index with a shorter path", encoded(m5=6)),
        "other-count": invalid("a count with a longer path", encoded(m6=9)),
        "count-zero": invalid("no leaves", encoded(m5=0, m6=0, m7=b"")),
        "count-beyond-32-bits": invalid(
            "more leaves than the registry counts", encoded(m5=0, m6=2**32, m7=bytes(32 * 32))
        ),
    }


def loose_bits(data: bytes) -> str:
    """Write bytes with the last unused bit set."""
    assert len(data) % 3
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = text_of(data)
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]
