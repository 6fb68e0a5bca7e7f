"""The form of W3C credentials and presentations, rule by rule: what the data model says with MUST about plain JSON.

A rule that needs JSON-LD, such as that every word has a meaning, is not here: canonicalisation finds it out. Versions
2.0 and 1.1 are read; each rule has its own code, and a document breaks as many as it breaks.

Source: W3C Verifiable Credentials Data Model 2.0, sections 4 and 5; version 1.1 for what differs there; Bitstring
Status List 1.0, section 2.1, for status entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.text.clock import parse_time
from credroot.credential.rdf.contexts import VC_V1, VC_V2
from credroot.credential.w3c.problems import VcProblem, VcProblemType, malformed
from credroot.credential.w3c.status_entry import status_entry_problems
from credroot.credential.w3c.values import Place, id_problems, is_url, listed, type_names, typed_objects

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

CREDENTIAL_TYPE = "VerifiableCredential"
PRESENTATION_TYPE = "VerifiablePresentation"
ENVELOPED_TYPE = "EnvelopedVerifiableCredential"
MAX_ITEMS = 256
"""Values of one member that are looked at, and problems of one document that are told."""
_TYPED = {
    "termsOfUse": "vc.terms_of_use",
    "evidence": "vc.evidence",
    "refreshService": "vc.refresh_service",
    "renderMethod": "vc.render_method",
    "confidenceMethod": "vc.confidence_method",
}
"""Members whose values only need a type."""
_LANGUAGE_VALUE = frozenset({"@value", "@language", "@direction"})
_TERM = re.compile(r"[^\s\x00-\x1f\x7f]{1,512}")
_PROOF_TEXTS = ("type", "verificationMethod", "proofPurpose", "proofValue")


def credential_problems(document: JsonObject) -> tuple[VcProblem, ...]:
    """Tell what keeps a credential, with or without proofs, from the form of the data model.

    Codes: ``vc.context``, ``vc.type``, ``vc.id``, ``vc.name``, ``vc.issuer``, ``vc.subject``, ``vc.valid_from``,
    ``vc.valid_until``, ``vc.validity``, ``vc.status``, ``vc.schema``, ``vc.related_resource``, and one for each member
    that needs a type: ``vc.terms_of_use``, ``vc.evidence``, ``vc.refresh_service``, ``vc.render_method``,
    ``vc.confidence_method``.
    """
    return _told(
        document,
        _context,
        lambda d: _type(d, CREDENTIAL_TYPE),
        lambda d: id_problems(d, "vc.id"),
        lambda d: _texts(d, ""),
        _issuer,
        _subject,
        _validity,
        status_entry_problems,
        _schema,
        _related,
        _typed,
    )


def presentation_problems(document: JsonObject) -> tuple[VcProblem, ...]:
    """Tell what keeps a presentation from the form of the data model; what it holds is looked at by itself.

    Codes: ``vp.context`` is told as ``vc.context``; ``vc.type``, ``vc.id``, ``vp.holder``, ``vp.credentials``, and
    ``vc.terms_of_use``.
    """
    return _told(
        document,
        _context,
        lambda d: _type(d, PRESENTATION_TYPE),
        lambda d: id_problems(d, "vc.id"),
        _holder,
        _held,
        _typed,
    )


def proof_problems(document: JsonObject) -> tuple[VcProblem, ...]:
    """Tell what keeps ``proof`` from being Data Integrity proofs: there, objects, and with their members as text.

    Code: ``vc.proof``.

    Source: W3C Verifiable Credential Data Integrity 1.0, section 2.1.
    """
    value = document.get("proof")
    proofs = listed(value)
    if value is None or not proofs:
        return (malformed("vc.proof", "there is no proof", "/proof"),)
    return tuple(problem for place, proof in enumerate(proofs[:MAX_ITEMS]) for problem in _proof(proof, place, value))


def issuer_of(document: JsonObject) -> str:
    """Give the issuer's id; empty where there is none."""
    return _id_of(document.get("issuer"))


def holder_of(document: JsonObject) -> str:
    """Give the holder's id; empty where there is none."""
    return _id_of(document.get("holder"))


def validity_of(document: JsonObject) -> tuple[datetime | None, datetime | None]:
    """Give from when until when it is valid, of a document without problems; errors as `parse_time`."""
    starts, ends = (
        [parse_time(str(document[name])) for name in names if name in document]
        for names in zip(*_validity_members(document), strict=True)
    )
    return max(starts, default=None), min(ends, default=None)


def _told(document: JsonObject, *rules: Callable[[JsonObject], Iterator[VcProblem]]) -> tuple[VcProblem, ...]:
    return tuple(problem for rule in rules for problem in rule(document))[:MAX_ITEMS]


def _context(document: JsonObject) -> Iterator[VcProblem]:
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts or contexts[0] not in (VC_V2, VC_V1):
        yield malformed("vc.context", f"@context is a list whose first item is {VC_V2}", "/@context")
        return
    for place, context in enumerate(contexts[:MAX_ITEMS]):
        if not isinstance(context, dict) and not is_url(context):
            yield malformed("vc.context", "a context is a URL or an object", f"/@context/{place}")


def _type(document: JsonObject, wanted: str) -> Iterator[VcProblem]:
    names = listed(document.get("type"))
    if wanted not in type_names(document):
        yield malformed("vc.type", f"one type is {wanted}", "/type")
    elif not all(isinstance(name, str) and _TERM.fullmatch(name) for name in names):
        yield malformed("vc.type", "a type is a term or an absolute URL", "/type")


def _texts(holder: JsonObject, pointer: str) -> Iterator[VcProblem]:
    """Look at ``name`` and ``description``: text, or text with its language."""
    for member in ("name", "description"):
        if member in holder and not all(map(_is_text, listed(holder[member]))):
            message = f"{member} is text, or has @value, @language and @direction and nothing else"
            yield malformed("vc.name", message, f"{pointer}/{member}")


def _is_text(value: JsonValue) -> bool:
    if isinstance(value, dict):
        is_closed = value.keys() <= _LANGUAGE_VALUE and "@value" in value
        return is_closed and all(isinstance(part, str) for part in value.values())
    return isinstance(value, str)


def _issuer(document: JsonObject) -> Iterator[VcProblem]:
    issuer = document.get("issuer")
    if not is_url(_id_of(issuer)):
        yield malformed("vc.issuer", "the issuer is a URL, or an object whose id is one", "/issuer")
    elif isinstance(issuer, dict):
        yield from _texts(issuer, "/issuer")


def _subject(document: JsonObject) -> Iterator[VcProblem]:
    value = document.get("credentialSubject")
    subjects = listed(value)
    if value is None or not subjects:
        yield malformed("vc.subject", "there is no credentialSubject", "/credentialSubject")
    for place, subject in enumerate(subjects[:MAX_ITEMS] if value is not None else []):
        where = Place("/credentialSubject", place, value).pointer
        if not isinstance(subject, dict) or not subject:
            yield malformed("vc.subject", "a subject is an object with one claim at least", where)
        else:
            yield from id_problems(subject, "vc.subject", where)


def _validity(document: JsonObject) -> Iterator[VcProblem]:
    for first, last in _validity_members(document):
        if first == "issuanceDate" and first not in document:
            yield malformed("vc.valid_from", "issuanceDate is missing", f"/{first}")
        yield from _period(document, first, last)


def _period(document: JsonObject, first: str, last: str) -> Iterator[VcProblem]:
    times: list[datetime] = []
    for member, code in ((first, "vc.valid_from"), (last, "vc.valid_until")):
        if member not in document:
            continue
        value = document[member]
        try:
            times.append(parse_time(value if isinstance(value, str) else ""))
        except InputError as error:
            yield malformed(code, f"{member}: {error}", f"/{member}")
    if len(times) == 2 and times[1] < times[0]:
        message = f"{last} is before {first}"
        yield VcProblem("vc.validity", VcProblemType.RANGE, message, f"/{last}")


def _validity_members(document: JsonObject) -> tuple[tuple[str, str], ...]:
    """Name the members that bound the validity; the context of version 1.1 defines those of 2.0 as well."""
    contexts = document.get("@context")
    is_first_version = isinstance(contexts, list) and contexts[:1] == [VC_V1]
    present = ("validFrom", "validUntil")
    return (("issuanceDate", "expirationDate"), present) if is_first_version else (present,)


def _schema(document: JsonObject) -> Iterator[VcProblem]:
    yield from typed_objects(document, "credentialSchema", "vc.schema", needs_id=True)


def _typed(document: JsonObject) -> Iterator[VcProblem]:
    for member, code in _TYPED.items():
        yield from typed_objects(document, member, code)


def _related(document: JsonObject) -> Iterator[VcProblem]:
    if "relatedResource" not in document:
        return
    code, value, seen = "vc.related_resource", document["relatedResource"], set[str]()
    if not listed(value):
        yield malformed(code, "relatedResource has one object at least", "/relatedResource")
    for place, entry in enumerate(listed(value)[:MAX_ITEMS]):
        where = Place("/relatedResource", place, value).pointer
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(name, str) or not is_url(name):
            yield malformed(code, "a related resource is an object whose id is a URL", where)
        elif name in seen:
            yield malformed(code, "two related resources have one id", where)
        elif not any(isinstance(entry.get(member), str) for member in ("digestSRI", "digestMultibase")):
            yield malformed(code, "a related resource has digestSRI or digestMultibase", where)
        else:
            seen.add(name)


def _holder(document: JsonObject) -> Iterator[VcProblem]:
    if "holder" in document and not is_url(holder_of(document)):
        yield malformed("vp.holder", "the holder is a URL, or an object whose id is one", "/holder")


def _held(document: JsonObject) -> Iterator[VcProblem]:
    if "verifiableCredential" not in document:
        return
    value = document["verifiableCredential"]
    for place, held in enumerate(listed(value)[:MAX_ITEMS]):
        if not isinstance(held, dict):
            where = Place("/verifiableCredential", place, value).pointer
            yield malformed("vp.credentials", "a presentation holds credentials as objects", where)


def _proof(proof: JsonValue, place: int, value: JsonValue) -> Iterator[VcProblem]:
    where = Place("/proof", place, value).pointer
    if not isinstance(proof, dict):
        yield malformed("vc.proof", "a proof is an object", where)
        return
    needed = (*_PROOF_TEXTS, "cryptosuite") if proof.get("type") == "DataIntegrityProof" else _PROOF_TEXTS
    for member in needed:
        text = proof.get(member)
        if not isinstance(text, str) or not text:
            yield malformed("vc.proof", f"a proof has {member} as text", f"{where}/{member}")


def _id_of(value: JsonValue) -> str:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
