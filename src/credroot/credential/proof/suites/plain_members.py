"""What a verifier acts on stands in the credential itself, and under its own name.

A signature over RDF covers statements and not the JSON that they were written in. Whoever holds a revoked or expired
credential might write the same statements so that a reader of JSON overlooks them: ``credentialStatus`` under its full
IRI, which `rdf.guard` refuses, or ``validUntil`` in another object with the credential's id, which is refused here.
JCS covers the JSON, so it needs neither.

Nor does RDF know where a document begins. Where the credential holds another one that names it, the same statements
might be written with the other one outside, and the proof of the first; that takes an inner one without a proof of its
own, for a proof that is moved to the outside is no statement any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

STANDING: Final = frozenset(
    {
        "issuer",
        "holder",
        "credentialSubject",
        "credentialStatus",
        "credentialSchema",
        "verifiableCredential",
        "validFrom",
        "validUntil",
        "issuanceDate",
        "expirationDate",
        "awardedDate",
        "refreshService",
        "termsOfUse",
        "proof",
    }
)
"""Members of a credential that decide what is thought of it."""


def require_one_place(document: JsonObject) -> None:
    """Refuse a document of which such a member stands in an object inside of it that has its own id.

    Raises:
        InputError: ``rdfc.split_node``; ``rdfc.not_covered``, it might begin at another credential in it.
    """
    own = document.get("id", document.get("@id"))
    if not isinstance(own, str):
        return
    pending: list[JsonValue] = [value for name, value in document.items() if name not in ("id", "@id")]
    is_named, has_another = False, False
    for value in pending:
        kind = type(value)
        if kind is str:
            is_named = is_named or value == own
        elif kind is dict:
            inner: JsonObject = value  # type: ignore[assignment]
            if own in (inner.get("id"), inner.get("@id")) and not STANDING.isdisjoint(inner):
                raise InputError("an object in it says more of the credential itself", code="rdfc.split_node")
            has_another = has_another or (inner.get("id") != own and _is_credential(inner) and "proof" not in inner)
            pending.extend(inner.values())
        elif kind is list:
            pending.extend(value)  # type: ignore[arg-type]
    if is_named and has_another:
        raise InputError("it and a credential in it that is not signed name each other", code="rdfc.not_covered")


def _is_credential(inner: JsonObject) -> bool:
    types = inner.get("type")
    return "VerifiableCredential" in (types if isinstance(types, list) else [types])
