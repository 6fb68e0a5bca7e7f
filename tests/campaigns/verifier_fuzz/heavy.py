"""Small files that are made to be costly: each of a kind that once took seconds or gigabytes."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from credroot.core.text.multibase import encode_base58btc
from credroot.credential.baking.png import chunk
from tests.campaigns.verifier_fuzz.carriers import as_png, as_zip
from tests.campaigns.verifier_fuzz.originals import CONTEXTS
from tests.campaigns.verifier_fuzz.signing import Document, Edwards, as_bytes, b64, own_did, signed
from tests.credential.baking.pictures import SVG, itxt, png

MEMBER_BYTES = 1_000_000
ODD_CONTEXTS = (
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/suites/ed25519-2020/v1",
)


def nested(rng: random.Random) -> bytes:
    """Give many empty objects, whose parsed size is many times that of their bytes."""
    empty = rng.choice((b"{},", b"{},", b"{},", b"[],", b'{"":0},', b"1.5,", b'"",', b"[[]],"))
    count = MEMBER_BYTES // len(empty)
    return b'{"type": "VerifiableCredential", "proof": [{}], "a": [' + empty * count + b"{}]}"


def blank_nodes(rng: random.Random, subjects: int = 180, proofs: int = 16) -> Document:
    """Give a badge over many nameless subjects with many wrong proofs, each under contexts of its own."""
    signer, mark = own_did(Edwards(rng)), rng.getrandbits(32)
    achievement: Document = {"type": ["Achievement"], "name": "n", "criteria": {"narrative": f"x{mark}"}}
    document: Document = {
        "@context": [*CONTEXTS, *ODD_CONTEXTS],
        "id": f"urn:uuid:{rng.getrandbits(64)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": signer.did, "type": ["Profile"], "name": "X"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": [
            {"type": ["AchievementSubject"], "achievement": {**achievement, "id": f"urn:a{mark}-{number}"}}
            for number in range(subjects)
        ],
    }
    document["proof"] = [
        {
            "@context": document["@context"][: 2 + number % 4],
            "type": "DataIntegrityProof",
            "cryptosuite": rng.choice(("eddsa-rdfc-2022", "eddsa-rdfc-2022", "eddsa-jcs-2022")),
            "proofPurpose": "assertionMethod",
            "verificationMethod": signer.method,
            "created": "2026-01-01T00:00:00Z",
            "nonce": str(number),
            "proofValue": encode_base58btc(signer.key.sign(b"%d" % number)),
        }
        for number in range(proofs)
    ]
    return document


def endorsed(rng: random.Random) -> Document:
    """Give a badge whose own signature holds, with such as endorsements."""
    document = blank_nodes(rng, subjects=1, proofs=0)
    entries = [blank_nodes(rng, subjects=rng.choice((20, 60, 180)), proofs=16) for _ in range(8)]
    document["credentialSubject"][0]["achievement"]["endorsement"] = entries
    signer = own_did(Edwards(rng))
    document["issuer"]["id"] = signer.did
    return signed(document, signer, "eddsa-jcs-2022")


def new_shapes(rng: random.Random) -> list[Document]:
    """Give many small badges of which no two are alike."""
    made = []
    for number in range(60):
        document = blank_nodes(rng, subjects=1 + number % 25, proofs=2)
        document["credentialSubject"][0]["narrative"] = "x" * (number + 1)
        made.append(document)
    return made


def floats(rng: random.Random) -> bytes:
    """Give many numbers that are slow to write."""
    document = blank_nodes(rng, subjects=1, proofs=0)
    document["a"] = [rng.random() * 10 ** rng.randint(-300, 300) for _ in range(30_000)]
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
    key = own_did(Edwards(rng))
    document["issuer"] = key.did
    value = encode_base58btc(bytes(64))
    document["proof"] = [
        {**proof, "verificationMethod": key.method, "nonce": str(n), "proofValue": value} for n in range(16)
    ]
    return as_bytes(document)[:1_000_000]


def archive(rng: random.Random) -> bytes:
    """Give an archive of a few kB whose members are large when parsed."""
    return as_zip(*[nested(rng)] * rng.choice((20, 60, 124)))


def crowded_archive(rng: random.Random) -> bytes:
    """Give an archive of very many empty members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for number in range(20_000):
            zipped.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return made.getvalue()


def archive_in_archive(rng: random.Random) -> bytes:
    """Give archives in archives."""
    data = as_zip(b"{}" * 10)
    for _ in range(20):
        data = as_zip(data, data)[:900_000]
    return data


def picture_bomb(rng: random.Random) -> bytes:
    """Give a picture whose text is large when unpacked, or whose size is said to be enormous."""
    if rng.random() < 0.5:
        return png(itxt(zlib.compress(b'{"a": "' + b"x" * 30_000_000 + b'"}'), flags=b"\1\0"))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    return as_png(b'{"type":["VerifiableCredential"]}')[:8] + header + chunk(b"IDAT", zlib.compress(bytes(10_000_000)))


def drawing_bomb(rng: random.Random) -> bytes:
    """Give a drawing that is deeply nested, or whose entities grow."""
    if rng.random() < 0.5:
        return b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g>" * 100_000 + b"</g>" * 100_000 + b"</svg>"
    entities = b"".join(b'<!ENTITY e%d "&e%d;&e%d;">' % (n + 1, n, n) for n in range(30))
    return (
        b'<!DOCTYPE svg [<!ENTITY e0 "x">'
        + entities
        + b"]>"
        + SVG.partition(b"-->\n")[2].replace(b"<path", b"&e30;<path")
    )


def paper_bomb(rng: random.Random) -> bytes:
    """Give a paper with many attachments that are large when unpacked."""
    pressed = zlib.compress(b'{"a":"' + b"x" * 1_000_000 + b'"}', 9)
    one = b"<</Type /EmbeddedFile /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (len(pressed), pressed)
    return b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % (n, one) for n in range(64)) + b"%%EOF\n"


def large_token(rng: random.Random) -> bytes:
    """Give a token with a large payload."""
    header = b64(as_bytes({"alg": "EdDSA", "kid": "did:key:z6Mk#z6Mk", "typ": "JWT"}))
    return f"{header}.{b64(nested(rng)[:700_000])}.{b64(bytes(64))}".encode()


def presentation(rng: random.Random) -> Document:
    """Give a presentation of many costly credentials."""
    held = [blank_nodes(rng, subjects=40, proofs=16) for _ in range(40)]
    return {"@context": CONTEXTS[:1], "type": ["VerifiablePresentation"], "verifiableCredential": held}


def many_members(rng: random.Random) -> Any:
    """Give a document of very many members, or of very long keys."""
    if rng.random() < 0.5:
        return {"type": "VerifiableCredential", "proof": [{}], **{f"member{n}": n for n in range(50_000)}}
    return {"type": "VerifiableCredential", "proof": [{}], "a" * 900_000: 1}


def many_entries(rng: random.Random) -> Any:
    """Give a document with very many status entries, types or contexts."""
    document = blank_nodes(rng, subjects=1, proofs=16)
    member = rng.choice(("credentialStatus", "type", "@context", "evidence", "issuer", "proof"))
    one = document.get(member) or {"id": "urn:x"}
    document[member] = [one] * (MEMBER_BYTES // 2 // len(as_bytes(one)))
    return document


FILES: tuple[Callable[[random.Random], Any], ...] = (
    nested,
    blank_nodes,
    endorsed,
    floats,
    large_token,
    many_members,
    many_entries,
    picture_bomb,
    drawing_bomb,
    paper_bomb,
    archive,
    crowded_archive,
    archive_in_archive,
)


def written(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()
