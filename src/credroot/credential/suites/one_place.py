"""What a verifier acts on stands in the credential itself, and under its own name.

A signature over RDF covers statements and not the JSON that they were written in. Whoever holds a revoked or expired
credential might write the same statements so that a reader of JSON overlooks them: ``credentialStatus`` under its full
IRI, which `rdf_guard` refuses, or ``validUntil`` in another object with the credential's id, which is refused here.
JCS covers the JSON, so it needs neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from credroot.core.json_types import JsonObject, JsonValue

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
        InputError: ``rdfc.split_node``.
    """
    own = document.get("id", document.get("@id"))
    if not isinstance(own, str):
        return
    pending: list[JsonValue] = list(document.values())
    for value in pending:
        kind = type(value)
        if kind is dict:
            inner: JsonObject = value  # type: ignore[assignment]
            if own in (inner.get("id"), inner.get("@id")) and not STANDING.isdisjoint(inner):
                raise InputError("an object in it says more of the credential itself", code="rdfc.split_node")
            pending.extend(inner.values())
        elif kind is list:
            pending.extend(value)  # type: ignore[arg-type]
