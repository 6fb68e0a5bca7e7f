"""Does the account that anchored a credential speak for the issuer that signed it?

Anybody may anchor anybody's credential in an account of his own, and then decide about its status there. So the
registry's word that something was not withdrawn counts for an issuer only where something shows that the account is
that issuer's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.anchor.domain import AnchorPlace
from credroot.core.budget import BudgetExceeded
from credroot.core.errors import InputError
from credroot.verifier.identity.binding import account_of, bindings
from credroot.verifier.identity.keys import did_of
from credroot.verifier.identity.signatures import signatures
from credroot.verifier.subject import CredentialSubject, issuer_id

if TYPE_CHECKING:
    from credroot.verifier.evidence import Evidence


def belongs_to_issuer(evidence: Evidence) -> bool:
    """Return whether the account on chain is known to have been that of the issuer when it anchored.

    Where nobody else vouches for a file, its account is its issuer, whatever it calls itself. Else a signature of the
    issuer has to name the account, or the trust list, the issuer's profile on chain, or its DID document.
    """
    return evidence.once("belongs_to_issuer", lambda: _is_bound(evidence, still=False))


def speaks_for_issuer(evidence: Evidence) -> bool:
    """Return whether the account is the issuer's still.

    One that was the issuer's before says nothing of what was withdrawn since.
    """
    return evidence.once("speaks_for_issuer", lambda: _is_bound(evidence, still=True))


def _is_bound(evidence: Evidence, *, still: bool) -> bool:
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject) or not subject.is_signed:
        return True
    account, did = account_of(evidence), issuer_id(subject.document)
    if any(entry.account == account and entry.did == did for entry in evidence.trust.issuers if account):
        return True
    found = bindings(evidence)
    if any(binding.holds and not (still and binding.ended_at is not None) for binding in found):
        return True
    ended = [binding for binding in found if binding.ended_at is not None]
    has_ended = any(still or not binding.holds for binding in ended)
    return not has_ended and _is_signed_for(evidence, subject, did)


def _is_signed_for(evidence: Evidence, subject: CredentialSubject, did: str) -> bool:
    """Return whether a signature of the issuer that holds names the place of the anchor."""
    if subject.claim is None:
        return False
    place = AnchorPlace.of(subject.claim)
    try:
        found = signatures(evidence)
    except (BudgetExceeded, InputError):
        return False
    return any(one.holds and did_of(one.method) == did and place in one.places for one in found)
