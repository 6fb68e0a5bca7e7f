"""The issuer's own signature on every credential of a batch, by a canonicaliser that is checked while it works."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from credroot.core.errors import CredrootError
from credroot.credential.proof.data_integrity import ProofSigner, without_proofs
from credroot.credential.rdf.shapes.cache import default_shape_cache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from credroot.core.json.types import JsonObject
    from credroot.credential.keys.signatures import SigningKey

SAMPLE_EVERY = 500
"""One credential in so many is canonicalised by PyLD as well; the first always is."""


class CanonicalFormDiffers(CredrootError):
    """Our fast canonicaliser and PyLD disagree: nothing of this batch may be issued."""

    code = "batch.canonical_form"


class CredentialSigner:
    """Signs one batch's credentials with one key, at one moment."""

    def __init__(
        self,
        key: SigningKey,
        *,
        verification_method: str,
        created: datetime,
        domain: str,
        shared_parts: Iterable[JsonObject] = (),
    ) -> None:
        """Sign with `key`, which verifiers find under `verification_method`; documents may hold `shared_parts`.

        `domain` says where the batch will be anchored: see `credroot.core.anchor.domain`.
        """
        self._cache = default_shape_cache()
        self._shared = self._cache.shared(shared_parts)
        self._signer = ProofSigner(
            key,
            verification_method=verification_method,
            created=created,
            domain=domain,
            canonicalize=partial(self._cache.canonical_form, shared=self._shared),
        )
        self._signed = 0

    def __call__(self, document: JsonObject) -> JsonObject:
        """Give `document` with an eddsa-rdfc-2022 proof in front.

        Raises:
            InputError: the document can't be canonicalised safely; the code says why.
            CanonicalFormDiffers: on the sample, PyLD gives other bytes.
        """
        if self._signed == 0:
            self._cache.learn(document)
        signed = self._signer.sign(document)
        if self._signed % SAMPLE_EVERY == 0 and not self._agrees_with_pyld(signed):
            raise CanonicalFormDiffers("the canonical form of a credential is not the one that PyLD gives")
        self._signed += 1
        return signed

    def _agrees_with_pyld(self, document: JsonObject) -> bool:
        return self._cache.agrees_with_pyld(without_proofs(document), shared=self._shared)
