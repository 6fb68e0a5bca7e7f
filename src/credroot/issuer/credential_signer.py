"""The issuer's own signature on every credential of a batch, by a canonicaliser that is checked while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import CredrootError
from credroot.credential.data_integrity import sign, without_proofs
from credroot.credential.rdfc_cache import default_shape_cache

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.core.json_types import JsonObject
    from credroot.credential.keys import SigningKey

SAMPLE_EVERY = 500
"""One credential in so many is canonicalised by PyLD as well; the first always is."""


class CanonicalFormDiffers(CredrootError):
    """Our fast canonicaliser and PyLD disagree: nothing of this batch may be issued."""

    code = "batch.canonical_form"


class CredentialSigner:
    """Signs one batch's credentials with one key, at one moment."""

    def __init__(self, key: SigningKey, *, verification_method: str, created: datetime) -> None:
        """Sign with `key`, which verifiers find under `verification_method`."""
        self._key = key
        self._verification_method = verification_method
        self._created = created
        self._cache = default_shape_cache()
        self._signed = 0

    def __call__(self, document: JsonObject) -> JsonObject:
        """Give `document` with an eddsa-rdfc-2022 proof in front.

        Raises:
            InputError: the document can't be canonicalised safely; the code says why.
            CanonicalFormDiffers: on the sample, PyLD gives other bytes.
        """
        if self._signed == 0:
            self._cache.learn(document)
        signed = sign(
            document,
            self._key,
            verification_method=self._verification_method,
            created=self._created,
            canonicalize=self._cache.canonical_form,
        )
        if self._signed % SAMPLE_EVERY == 0 and not self._cache.agrees_with_pyld(without_proofs(signed)):
            raise CanonicalFormDiffers("the canonical form of a credential is not the one that PyLD gives")
        self._signed += 1
        return signed
