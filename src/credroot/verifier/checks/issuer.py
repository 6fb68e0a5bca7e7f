"""Who issued it, according to whom, and did a key anchor it that the issuer still stands by?"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.report import Check, Outcome
from credroot.verifier.identity.binding import PROFILE, account_of, bindings
from credroot.verifier.presentation import shown
from credroot.verifier.subject import CredentialSubject, Malformed, issuer_id

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject
    from credroot.core.values import AccountId
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.identity.accreditation import Endorsement
    from credroot.verifier.identity.binding import Binding
    from credroot.verifier.trust import TrustedIssuer

ISSUER = "issuer"
KEY = "key"
_WORDS = {PROFILE: "its profile on chain"}
_NO_QUOTES = dict.fromkeys(map(ord, "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a"))
"""A name that is quoted ends where its last quotation mark is ours."""


def check_issuer(evidence: Evidence) -> Check:
    """Pass an issuer that the trust list names, and whose DID and account belong together.

    The trust list stands above all: an account that it names for a DID is the only one. Where it names the DID alone,
    a profile on chain or the DID document must bind the account. Where it names neither, an accreditor of the list may
    vouch for the account on chain. What the file claims of itself is no source.
    """
    required = evidence.policy.require_known_issuer
    subject = evidence.subject
    if isinstance(subject, Malformed):
        return Check(ISSUER, Outcome.SKIPPED, "issuer.skipped", "Not asked: the file could not be read.", required)
    account = account_of(evidence)
    did = issuer_id(subject.document) if isinstance(subject, CredentialSubject) else None
    found = bindings(evidence)
    entries = evidence.trust.issuers_of(account, did or "")
    named = [entry for entry in entries if entry.account == account and did in (None, entry.did)]
    if account is not None and named:
        return _trusted(_whichever(named), required, found, ["trust list"])
    by_did = [entry for entry in entries if entry.did == did]
    if account is None and by_did:
        return _trusted(by_did[0], required, (), [])
    unbound = [entry for entry in by_did if entry.account is None]
    if unbound and len(unbound) == len(entries):
        holding = [binding.source for binding in found if binding.holds]
        if holding:
            return _trusted(unbound[0], required, found, [])
        message = f"{unbound[0].name} is known, but nothing shows that the account that anchored it is theirs."
        return Check(ISSUER, Outcome.UNKNOWN, "issuer.account_unbound", message, details=_told(did, account, found))
    if entries:
        message = "The issuer that it names and the account that anchored it don't belong together."
        return Check(ISSUER, Outcome.FAILED, "issuer.mismatch", message, details=_told(did, account, found))
    vouching = _vouching(evidence, account) if account is not None else ()
    if vouching and account is not None:
        return _accredited(evidence, vouching[0], did, account, found)
    return _unknown(evidence, did, account, found, required)


def _vouching(evidence: Evidence, account: AccountId) -> tuple[Endorsement, ...]:
    # Imported here: of an issuer that the trust list names, nobody asks who vouches for it.
    from credroot.verifier.identity.accreditation import endorsements

    return endorsements(evidence, account)


def _whichever(entries: list[TrustedIssuer]) -> TrustedIssuer:
    """Give the entry of an account; where several share it and the file names none of them, all their names."""
    first = entries[0]
    if all(entry.did == first.did for entry in entries):
        return first
    names, sources = dict.fromkeys(entry.name for entry in entries), dict.fromkeys(entry.source for entry in entries)
    return replace(first, did="", name=" or ".join(names), source=" and ".join(sources))


def _trusted(entry: TrustedIssuer, required: bool, found: tuple[Binding, ...], by: list[str]) -> Check:
    by = [*by, *(binding.source for binding in found if binding.holds)]
    message = f"The issuer that it names is {entry.name}, according to {entry.source}."
    details: JsonObject = {"name": entry.name, "source": entry.source}
    if entry.did:
        details["id"] = entry.did
    if by:
        details["boundBy"] = list(by)
    others = [binding.reason for binding in found if not binding.holds]
    if others:
        details["notBoundBy"] = list(others)
    return Check(ISSUER, Outcome.PASSED, "issuer.trusted", message, required, details)


def _accredited(
    evidence: Evidence, vouching: Endorsement, did: str | None, account: AccountId, found: tuple[Binding, ...]
) -> Check:
    """Judge an issuer that an accreditor vouches for: the accreditor knows the account, and the account its DID.

    On chain there is no name, so nobody vouches for one: that of the profile is only what the issuer calls itself.
    """
    from credroot.verifier.identity.accreditation import Coverage

    required = evidence.policy.require_known_issuer
    details: JsonObject = {**_told(did, account, found), "accreditation": vouching.to_json()}
    by = f"{vouching.accreditor.name} for {vouching.scope.text!r}"
    if vouching.coverage is Coverage.NOT_YET:
        begins = vouching.begins or "a far time"
        message = f"Its account is accredited by {by} from {begins} on, and anchored this before."
        return Check(ISSUER, Outcome.UNKNOWN, "issuer.accreditation_not_yet", message, required, details)
    if vouching.coverage is Coverage.ENDED:
        message = f"The accreditation of its account by {by} ended at {vouching.until}, before it anchored this."
        return Check(ISSUER, Outcome.UNKNOWN, "issuer.accreditation_ended", message, required, details)
    holding = [binding for binding in found if binding.holds]
    if did is not None and not holding:
        message = f"Its account is accredited by {by}, but nothing shows that the issuer that it names is that account."
        return Check(ISSUER, Outcome.UNKNOWN, "issuer.accredited_unbound", message, required, details)
    until = f"until {vouching.until}" if vouching.until else "without an end"
    details |= {"name": did or account.caip10, "source": f"{vouching.accreditor.name}: {vouching.scope.text}, {until}"}
    own = _own_name(evidence, account, holding)
    if own:
        details["ownName"] = own
    called = f"{did or account.caip10}, which calls itself {own!r}" if own else did or account.caip10
    if vouching.coverage is Coverage.THEN:
        message = f"The issuer that it names is {called}; {by} accredited its account when it anchored this, {until}."
        return Check(ISSUER, Outcome.WARNING, "issuer.accredited_then", message, required, details)
    message = f"The issuer that it names is {called}; {by} accredits its account on chain, {until}."
    return Check(ISSUER, Outcome.PASSED, "issuer.accredited", message, required, details)


def _own_name(evidence: Evidence, account: AccountId, holding: list[Binding]) -> str:
    """Give what the issuer calls itself; nothing where that is the name of somebody else whom the trust list names."""
    own = next((shown(binding.name) for binding in holding if binding.name), "")
    others = (entry.name for entry in evidence.trust.issuers if entry.account != account)
    return "" if _folded(own) in map(_folded, others) else own.translate(_NO_QUOTES)


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _unknown(
    evidence: Evidence, did: str | None, account: AccountId | None, found: tuple[Binding, ...], required: bool
) -> Check:
    """Say what is known of an issuer that the list does not name; never more than that it calls itself so."""
    details = _told(did, account, found)
    is_unasked = evidence.deployment is not None and not isinstance(evidence.chain, ChainFacts)
    if account is not None and is_unasked and evidence.trust.endorsers_on(account.chain_id):
        message = "Whether an accreditor that this verifier trusts vouches for this issuer could not be found out."
        return Check(ISSUER, Outcome.UNKNOWN, "issuer.unknown", message, required, details)
    holding = [binding for binding in found if binding.holds]
    if holding:
        name = next((binding.name for binding in holding if binding.name), None)
        called = f" It calls itself {shown(name)!r}." if name else ""
        by = " and ".join(_WORDS.get(binding.source, f"its {binding.source}") for binding in holding)
        message = (
            f"Its DID and its account belong together, by {by}.{called} Nobody that this verifier trusts knows it."
        )
        return Check(ISSUER, Outcome.UNKNOWN, "issuer.self_described", message, required, details)
    message = "Nobody that this verifier trusts says who this issuer is."
    return Check(ISSUER, Outcome.UNKNOWN, "issuer.unknown", message, required, details)


def _told(did: str | None, account: AccountId | None, found: tuple[Binding, ...]) -> JsonObject:
    details: JsonObject = {}
    if did:
        details["id"] = did
    if account is not None:
        details["account"] = account.caip10
    if found:
        details["boundBy"] = [binding.source for binding in found if binding.holds]
        details["notBoundBy"] = [binding.reason for binding in found if not binding.holds]
    return details


def check_key(evidence: Evidence) -> Check:
    """Pass a batch that was anchored by a key which its issuer does not distrust, or that it ratified since."""
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        required = not isinstance(evidence.subject, CredentialSubject) or evidence.subject.claim is not None
        return Check(KEY, Outcome.SKIPPED, "key.skipped", "Not asked: there is no anchor to ask about.", required)
    details: JsonObject = {"key": "0x" + facts.batch.key.hex()}
    if facts.batch.is_distrusted:
        message = "It was anchored by a key that the issuer no longer stands by."
        return Check(KEY, Outcome.FAILED, "key.distrusted", message, details=details)
    if facts.batch.ratified:
        message = "It was anchored by a key that the issuer distrusts, and ratified by the issuer since."
        return Check(KEY, Outcome.WARNING, "key.ratified", message, details=details)
    return Check(KEY, Outcome.PASSED, "key.ok", "It was anchored by a key of the issuer.", details=details)
