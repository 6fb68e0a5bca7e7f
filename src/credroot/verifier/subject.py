"""What is to be verified, taken apart without asking anybody: a credential, or a receipt with a file's digest.

A credential may lie there as JSON, as a JWT, inside another object, or baked into a picture. It may be anchored or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from credroot.core.anchor.domain import AnchorPlace, anchor_places, is_named_by_all, missing_places
from credroot.core.anchor.proof import AnchorClaim, decode_proof_value, leaves_of, read_options, split_proofs
from credroot.core.budget import Budget, BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.tree.merkle import root_from_proof
from credroot.core.values import AccountId

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.anchor.receipt import Receipt
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Digest, Leaf
    from credroot.verifier.trust import Trust

MAX_ANCHOR_PROOFS = 8
"""A credential may be anchored on several chains; more than these are refused unread."""
CREDENTIAL_TYPE = "VerifiableCredential"
ENVELOPED_TYPE = "EnvelopedVerifiableCredential"
TOO_COSTLY = "format.too_costly"
"""The code of a file that would cost more than is done for one; nothing is known of it."""
INTERNAL = "internal.error"
"""The code of a file that an error of our own kept from being judged."""
_OPENING_SPACE = b" \t\r\n"


class Carrier(StrEnum):
    """What people look at, with a credential hidden inside: it may show anything."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    QR = "qr"
    """A picture of a code that holds a link with the credential."""


class SubmittedFile(NamedTuple):
    """One file as a verifier is given it; data and digest alone may be given as a plain pair."""

    data: bytes
    file_digest: Digest | None = None
    """Of the file that a receipt is said to be of."""
    carrier: Carrier | None = None
    """What `data` was taken out of by whoever opened it."""
    subject: Subject | None = None
    """What `data` is, where somebody has read it already, by the trust of whoever is to judge it."""


@dataclass(frozen=True, slots=True)
class CredentialSubject:
    """A credential, with the anchor proof that this verifier can follow."""

    document: JsonObject
    """As it is read, every proof included: as parsed, or settled where nothing but statements of RDF are covered."""
    as_parsed: JsonObject
    """The JSON of the file; of a JWT, the credential that it carries."""
    unanchored: JsonObject
    """As parsed, without its anchor proofs: what the anchor covers."""
    options: JsonObject | None
    """The chosen anchor proof, its value included; `None` where it carries none."""
    claim: AnchorClaim | None
    leaf: Leaf | None
    absent: frozenset[AnchorPlace] = frozenset()
    """Where its signatures say that it is anchored, if that is not where the chosen anchor proof leads."""
    token: str | None = None
    """The JWT that it came as; its signature is not checked yet."""
    leads_to_root: bool = False
    """Whether its leaf leads along the proof to the root that the claim names; false where it is not anchored."""
    is_settled: bool = False
    """Whether it is read as its statements say, and not as it is written."""
    is_one_of_several: bool = False
    """Whether nothing tells its anchor proof from another one, in a registry that is pinned as well."""
    carrier: Carrier | None = None
    """What it was taken out of, which no check covers; `None` where the file is the credential itself."""

    @property
    def is_signed(self) -> bool:
        """Whether anything but an anchor vouches for it."""
        return self.token is not None or "proof" in self.unanchored


@dataclass(frozen=True, slots=True)
class ReceiptSubject:
    """A detached receipt, beside the digest of the file that it is said to be of."""

    receipt: Receipt
    file_digest: Digest | None
    claim: AnchorClaim
    leaf: Leaf
    leads_to_root: bool
    """As of a credential."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Neither: with the reason, and with the document as far as it could be read."""

    code: str
    message: str
    document: JsonObject | None = None
    reason: str | None = None
    """The code of what it would cost, of one that is `TOO_COSTLY`."""


_CARRIERS = {carrier.value: carrier for carrier in Carrier}
Subject = CredentialSubject | ReceiptSubject | Malformed


def read_subject(
    data: bytes,
    trust: Trust,
    *,
    file_digest: Digest | None = None,
    carrier: Carrier | None = None,
    budget: Budget | None = None,
) -> Subject:
    """Read JSON, a JWT, or a picture with either baked in. Never raises for what is in it: the reason is the answer.

    `carrier` is what `data` was taken out of before. What it takes is paid for out of `budget`, that of one file.
    """
    budget = budget or Budget()
    try:
        subject, found = _read(data, trust, file_digest, budget)
    except Exception as error:
        from credroot.verifier.incident import incident

        return incident(error)
    if file_digest is not None and isinstance(subject, CredentialSubject):
        return not_a_receipt(subject)
    carrier = carrier or found
    if carrier and isinstance(subject, ReceiptSubject):
        return _of_another_file(subject)
    return replace(subject, carrier=carrier) if carrier and isinstance(subject, CredentialSubject) else subject


def _read(data: bytes, trust: Trust, file_digest: Digest | None, budget: Budget) -> tuple[Subject, Carrier | None]:
    """Return what `data` is, and the picture that it is baked into."""
    carrier: Carrier | None = None
    try:
        budget.require(Work.FILES)
        if data.lstrip(_OPENING_SPACE)[:1] in (b"{", b"["):
            value = loads(data, paid=_paid(budget))
        else:
            # Imported here: most files are JSON, and none of the readers of pictures is needed for them.
            from credroot.credential.baking.detect import read_credential_bytes
            from credroot.credential.baking.payload import PayloadKind

            found = read_credential_bytes(data, budget=budget)
            carrier = _CARRIERS.get(found.kind.value)
            if found.payload_kind is PayloadKind.JWT:
                return _of_token(found.payload.decode("ascii"), trust, budget), carrier
            value = loads(found.payload, paid=_paid(budget))
    except InputError as error:
        return Malformed(error.code, str(error)), None
    except BudgetExceeded as error:
        return _too_costly(error), carrier
    if not isinstance(value, dict):
        return Malformed("format.not_an_object", "the JSON is not an object"), None
    return subject_of(value, trust, file_digest=file_digest, budget=budget), carrier


def subject_of(
    document: JsonObject, trust: Trust, *, file_digest: Digest | None = None, budget: Budget | None = None
) -> Subject:
    """Tell what a parsed document is, and choose its anchor proof: the first in a registry that is pinned.

    With `file_digest` it must be a receipt. What it takes is paid for out of `budget`, that of one file.
    """
    subject = _subject_of(document, trust, file_digest, budget or Budget())
    return not_a_receipt(subject) if file_digest is not None and isinstance(subject, CredentialSubject) else subject


def _subject_of(document: JsonObject, trust: Trust, file_digest: Digest | None, budget: Budget) -> Subject:
    try:
        if "format" in document:
            # Imported here: most files are credentials, which have no such member.
            from credroot.core.anchor.receipt import RECEIPT_FORMAT, Receipt

            if document["format"] == RECEIPT_FORMAT:
                receipt = Receipt.from_json(document)
                claim, leaf = receipt.claim, receipt.leaf
                return ReceiptSubject(receipt, file_digest, claim, leaf, _leads(claim, leaf))
        token = _token_in(document)
        if token is None:
            return _credential(document, trust, budget)
        return _of_token(token, trust, budget, outer=document)
    except InputError as error:
        return Malformed(error.code, str(error), document)
    except BudgetExceeded as error:
        return _too_costly(error)
    except Exception as error:
        from credroot.verifier.incident import incident

        return incident(error, document)


def not_a_receipt(subject: CredentialSubject) -> Malformed:
    """Return what is said of a credential in a receipt's place: it says nothing of the file that was asked about."""
    message = "it is a credential and no receipt, so it says nothing of the file that it was given with"
    return Malformed("format.not_a_receipt", message, subject.as_parsed)


def _of_another_file(receipt: ReceiptSubject) -> Malformed:
    """Return what is said of a receipt inside of a picture or a PDF, which people would take for what was checked."""
    message = "what is inside of it is a receipt, which is of another file; give that receipt by itself"
    return Malformed("format.not_a_credential", message, receipt.receipt.to_json())


def _too_costly(error: BudgetExceeded) -> Malformed:
    return Malformed(TOO_COSTLY, str(error), reason=error.code)


def _paid(budget: Budget) -> Callable[[int], None]:
    return lambda microseconds: budget.spend(Work.PARTS, microseconds)


def _of_token(token: str, trust: Trust, budget: Budget, *, outer: JsonObject | None = None) -> Subject:
    """Read the credential that a JWT carries; `outer` is the object around it, which may say nothing else."""
    from credroot.credential.proof.jwt import agrees_with_outer, read_vc_jwt

    try:
        document = read_vc_jwt(token, paid=_paid(budget))
        if outer is not None and not agrees_with_outer(document, outer):
            raise InputError(
                "it says another thing than the signed credential inside it", code="format.outer_disagrees"
            )
        return _credential(document, trust, budget, token=token)
    except InputError as error:
        return Malformed(error.code, str(error), outer)
    except BudgetExceeded as error:
        return _too_costly(error)


def _token_in(document: JsonObject) -> str | None:
    """Give the JWT that a JSON object is only the wrapping of: an enveloped credential, or a proof that is a JWT."""
    if ENVELOPED_TYPE in _types(document):
        target = document.get("id")
        kind, _, token = target.partition(",") if isinstance(target, str) else ("", "", "")
        if kind not in ("data:application/vc+jwt", "data:application/vc-ld+jwt", "data:application/jwt"):
            raise InputError("no credential is enveloped in it as a JWT", code="format.envelope")
        return token
    proof = document.get("proof")
    if isinstance(proof, dict) and proof.get("type") == "JwtProof2020" and isinstance(proof.get("jwt"), str):
        return str(proof["jwt"])
    return None


def _credential(document: JsonObject, trust: Trust, budget: Budget, *, token: str | None = None) -> CredentialSubject:
    if CREDENTIAL_TYPE not in _types(document):
        raise InputError("it is not a verifiable credential: its type does not say so", code="format.not_a_credential")
    unanchored, proofs = split_proofs(document)
    if not proofs:
        if token is None and "proof" not in unanchored:
            raise InputError("it carries no proof: neither a signature nor an anchor", code="format.no_proof")
        absent = anchor_places(unanchored)
        read = _settled(document, token, budget)
        return CredentialSubject(read, document, unanchored, None, None, None, absent, token, is_settled=token is None)
    if len(proofs) > MAX_ANCHOR_PROOFS:
        raise InputError(
            f"it carries {len(proofs)} anchor proofs, more than {MAX_ANCHOR_PROOFS}", code="format.many_proofs"
        )
    claims = [_claim(proof) for proof in proofs]
    leaves = leaves_of(proofs, unanchored, paid=_paid(budget))
    ranks = [_rank(claim, unanchored, trust) for claim in claims]
    chosen = ranks.index(max(ranks))
    leads = [_leads(claim, leaf) for claim, leaf in zip(claims, leaves, strict=True)]
    if not all(leads[:chosen] + leads[chosen + 1 :]):
        raise InputError("one of its anchor proofs is of something else", code="format.stray_proof")
    # An anchor covers every byte, and that of a stranger says nothing: the signature is all that the issuer said.
    is_covered = any(ranks[chosen][1:]) or is_named_by_all(unanchored, AnchorPlace.of(claims[chosen]))
    is_settled = token is None and "proof" in unanchored and not is_covered
    return CredentialSubject(
        _settled(unanchored, token, budget) if is_settled else document,
        document,
        unanchored,
        proofs[chosen],
        claims[chosen],
        leaves[chosen],
        missing_places(unanchored, AnchorPlace.of(claims[chosen])),
        token,
        leads_to_root=leads[chosen],
        is_settled=is_settled,
        is_one_of_several=ranks[chosen] > _UNPINNED and ranks.count(ranks[chosen]) > 1,
    )


def issuer_id(document: JsonObject) -> str:
    """Return the DID or URL that a credential claims for its issuer; empty where it claims none."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


_UNPINNED = (False, False, False)


def _rank(claim: AnchorClaim, unanchored: JsonObject, trust: Trust) -> tuple[bool, bool, bool]:
    """Return how much speaks for an anchor; anybody may add one of his own to a file, before the others too.

    Most does the trust list. Signatures were not checked yet, so only a place that all of them name is the issuer's.
    """
    if trust.registry(claim.chain_id, claim.registry) is None:
        return _UNPINNED
    account, did = AccountId(claim.chain_id, claim.issuer), issuer_id(unanchored)
    is_listed = any(entry.account == account and did in ("", entry.did) for entry in trust.issuers)
    return True, is_listed, is_named_by_all(unanchored, AnchorPlace.of(claim))


def _settled(document: JsonObject, token: str | None, budget: Budget) -> JsonObject:
    """Give what a signature alone settles of a document; a JWT covers the JSON itself."""
    if token is not None:
        return document
    # Imported here: what is anchored is covered to the byte.
    from credroot.credential.proof.settled_form import settled

    return settled(document, budget)


def _leads(claim: AnchorClaim, leaf: Leaf) -> bool:
    return root_from_proof(leaf, claim.proof) == claim.root


def _types(document: JsonObject) -> list[object]:
    types = document.get("type")
    return list(types) if isinstance(types, list) else [types]


def _claim(proof: JsonObject) -> AnchorClaim:
    read_options(proof)
    value = proof.get("proofValue")
    if not isinstance(value, str):
        raise InputError("its anchor proof has no proofValue", code="proof.malformed")
    return decode_proof_value(value)
