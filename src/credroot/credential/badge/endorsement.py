"""An EndorsementCredential: one issuer vouches in public for another, for an achievement, or for a credential.

Source: Open Badges 3.0, sections B.1.6 (EndorsementCredential) and B.1.7 (EndorsementSubject).
"""

from __future__ import annotations

from datetime import datetime

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject
from credroot.core.text.clock import format_time
from credroot.credential.badge.schema import schema_problems
from credroot.credential.rdf.contexts import OPEN_BADGES_3_0_3, VC_V2


def endorsement(
    issuer: JsonObject,
    subject_id: str,
    *,
    endorsement_id: str,
    name: str,
    valid_from: datetime,
    comment: str | None = None,
    valid_until: datetime | None = None,
) -> JsonObject:
    """Build the unsigned credential by which `issuer`, a profile in strict form, endorses what `subject_id` names.

    Raises:
        InputError: ``schema.refused``, it would not have the form of Open Badges 3.0; ``time.naive``.
    """
    subject: JsonObject = {"id": subject_id, "type": ["EndorsementSubject"]}
    if comment is not None:
        subject["endorsementComment"] = comment
    document: JsonObject = {
        "@context": [VC_V2, OPEN_BADGES_3_0_3],
        "id": endorsement_id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": name,
        "issuer": issuer,
        "validFrom": format_time(valid_from),
    }
    if valid_until is not None:
        document["validUntil"] = format_time(valid_until)
    document["credentialSubject"] = subject
    problems = schema_problems(document)
    if problems:
        raise InputError("; ".join(map(str, problems)), code="schema.refused")
    return document
