"""Signing an endorsement with the workspace's key."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from credroot.app.issuing.batches import profile_of
from credroot.app.issuing.workbench import now
from credroot.core.text.clock import parse_time
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.proof.data_integrity import sign
from credroot.issuer.identity.publication import method_of

if TYPE_CHECKING:
    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import Settings
    from credroot.core.json.types import JsonObject


def endorse(
    settings: Settings, keys: Keys, subject_id: str, *, name: str, comment: str | None, valid_until: str | None
) -> JsonObject:
    """Give the signed EndorsementCredential of this workspace's issuer.

    Raises:
        InputError: no issuer, a wrong passphrase, a time that is none, an id that is no IRI.
    """
    issuer = settings.required_issuer()
    moment = now()
    document = endorsement(
        profile_of(issuer),
        subject_id,
        endorsement_id=uuid.uuid4().urn,
        name=name,
        valid_from=moment,
        comment=comment,
        valid_until=None if valid_until is None else parse_time(valid_until),
    )
    key = keys.signing_key()
    method = method_of(issuer.did, key.multikey, issuer.signing_key)
    return sign(document, key, verification_method=method, created=moment)
