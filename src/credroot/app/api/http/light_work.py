"""What may be judged by the thread that serves everybody: that which takes less than a millisecond, whoever made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.verifier.checks.endorsement import endorsements_of
from credroot.verifier.subject import CredentialSubject

if TYPE_CHECKING:
    from credroot.verifier.subject import Subject

QUICK_SIGNATURES = 2
"""Signatures that are checked at once, at 0.1 ms each."""


def is_quick(subject: Subject) -> bool:
    """Tell whether judging takes some 0.3 ms at most, once the chain's facts are there.

    A signature over a document of unknown shape may take 100 ms, and so may each endorsement; a status list has to be
    unpacked and its own signature checked.
    """
    if not isinstance(subject, CredentialSubject):
        return True
    document = subject.document
    if "credentialStatus" in document or any(True for _ in endorsements_of(document)):
        return False
    if not subject.is_signed:
        return True
    proofs = subject.unanchored.get("proof")
    if subject.token is not None or not isinstance(proofs, list) or len(proofs) > QUICK_SIGNATURES:
        return False
    from credroot.credential.rdf.shapes.cache import default_shape_cache

    unsigned = {name: value for name, value in subject.unanchored.items() if name != "proof"}
    return default_shape_cache().has_shape(unsigned)
