"""A verifier on a stage: issuers with TEST KEYs, credentials anchored in a registry that exists only in memory."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from credroot.chain.registry.deployment import Deployment
from credroot.chain.registry.facts import Accreditation, BatchFacts, ChainFacts, Head, Query, Withdrawal
from credroot.core.anchor.proof import AnchorClaim, anchor_options, attach, encode_proof_value, leaf_of
from credroot.core.json.jcs import canonical_bytes
from credroot.core.report import Report
from credroot.core.status import Status
from credroot.core.text.multibase import encode_base58btc
from credroot.core.tree.merkle import InclusionProof, MerkleTree
from credroot.core.values import AccountId, Address, ChainId, Digest
from credroot.credential.badge.profile import Profile, ProfileKey, sign_profile
from credroot.credential.keys.did import did_document, did_key, did_key_method
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import sign
from credroot.credential.proof.suites.suite import hash_data
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import StatusPurpose, status_entry, status_list_credential
from credroot.verifier.documents import DocumentUnavailable, ListCopy
from credroot.verifier.trust import Policy, Trust, TrustedAccreditor, TrustedIssuer
from credroot.verifier.verifier import Verifier
from tests.credential.sample_badge import sample_badge

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANCHORED_AT = datetime(2026, 5, 1, tzinfo=UTC)
TEST_KEY = SigningKey(b"TEST KEY, and nothing else at al")
OTHER_TEST_KEY = SigningKey(b"another TEST KEY and nothing els")
DID = did_key(TEST_KEY.multikey)
METHOD = did_key_method(TEST_KEY.multikey)
OTHER_DID = did_key(OTHER_TEST_KEY.multikey)
DID_WEB = "did:web:registrar.example.edu"
WEB_METHOD = f"{DID_WEB}#key-1"
CHAIN = ChainId(137)
ACCOUNT = AccountId(CHAIN, Address(b"\x11" * 20))
STRANGER = AccountId(CHAIN, Address(b"\x22" * 20))
LIST_URL = "https://registrar.example.edu/status/1.json"
PLACE = 94_567
DEPLOYMENT = Deployment(
    network="polygon",
    chain_id=CHAIN,
    address=Address(b"\x33" * 20),
    code_hash=Digest(bytes(32)),
    deploy_block=1,
    transaction=Digest(bytes(32)),
    deployer=Address(b"\x44" * 20),
    contract="CredentialRegistry",
)


@dataclass
class Registry:
    """A registry in memory that knows every batch, until it is told otherwise."""

    leaf_count: int = 2
    status: Status = Status.ACTIVE
    profile: Digest | None = None
    anchored_at: datetime = ANCHORED_AT
    issuers: tuple[Address, ...] = (ACCOUNT.address, STRANGER.address)
    windows: dict[tuple[Address, Address, Digest], tuple[int, int]] = field(default_factory=dict)
    """Accreditations, by accreditor, subject and scope."""
    questions: list[Query] = field(default_factory=list)
    withdrawal: Withdrawal | None = None

    def read(self, queries: Any) -> tuple[ChainFacts, ...]:
        self.questions += queries
        head = Head(CHAIN, 100, int(NOW.timestamp()))
        moment = int(self.anchored_at.timestamp())
        batch = BatchFacts(ACCOUNT.address, moment, self.leaf_count, False, False, False)
        return tuple(
            ChainFacts(
                head, batch, self.status, True, self.profile, tuple(self._accreditations(query)), self.withdrawal
            )
            for query in queries
        )

    def _accreditations(self, query: Query) -> Iterator[Accreditation]:
        for endorser in query.endorsers:
            window = self.windows.get((endorser.account, query.issuer, endorser.scope))
            if window is not None:
                yield Accreditation(endorser, *window)


@dataclass
class Shelf:
    """Documents at hand, and those that a fetch would find; it notes what it was asked to fetch."""

    did_documents: dict[str, Any] = field(default_factory=dict)
    profiles: dict[Digest, bytes] = field(default_factory=dict)
    status_lists: dict[str, ListCopy] = field(default_factory=dict)
    web: dict[str, Any] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def did_document(self, did: str, *, fetch: bool) -> Any:
        return self.did_documents.get(did) or self._get(did, fetch)

    def profile(self, digest: Digest) -> bytes | None:
        return self.profiles.get(digest)

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        return tuple(data for data in self.profiles.values() if _id_of(data) == did)

    def status_list(self, url: str, *, fetch: bool) -> ListCopy | None:
        found = self.status_lists.get(url)
        if found is not None:
            return found
        document = self._get(url, fetch)
        return None if document is None else ListCopy(document, NOW)

    def _get(self, name: str, fetch: bool) -> Any:
        if not fetch:
            return None
        self.fetched.append(name)
        if name not in self.web:
            raise DocumentUnavailable("nobody answers", code="document.unreachable")
        return self.web[name]


def _id_of(profile: bytes) -> Any:
    try:
        value = json.loads(profile)
    except ValueError:
        return None
    return value.get("id") if isinstance(value, dict) else None


def badge(issuer: str = DID, **changes: Any) -> dict[str, Any]:
    """Give an unsigned badge without status, valid since January."""
    document = {**sample_badge(), **changes}
    document["issuer"] = {**document["issuer"], "id": issuer}
    document["validFrom"] = "2026-01-01T00:00:00Z"
    document.pop("validUntil", None)
    if "credentialStatus" not in changes:
        document.pop("credentialStatus", None)
    document.pop("credentialSchema", None)
    return document


def signed(document: dict[str, Any], key: SigningKey = TEST_KEY, method: str = METHOD) -> dict[str, Any]:
    """Sign a document as an issuer does."""
    result: dict[str, Any] = sign(document, key, verification_method=method, created=datetime(2026, 4, 1, tzinfo=UTC))
    return result


def signed_as_text(document: dict[str, Any], key: SigningKey = TEST_KEY, method: str = METHOD) -> dict[str, Any]:
    """Sign the JSON itself, over JCS and not over statements."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2026-04-01T00:00:00Z",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    canonical = {"options": canonical_bytes(options), "document": canonical_bytes(document)}
    value = encode_base58btc(key.sign(hash_data(key.multikey.key_type, **canonical)))
    return {**document, "proof": [{**options, "proofValue": value}]}


def anchored(document: dict[str, Any], account: AccountId = ACCOUNT) -> dict[str, Any]:
    """Add an anchor proof in a tree of two."""
    options = anchor_options(
        verification_method=f"{account.did_pkh}#blockchainAccountId", created=ANCHORED_AT, nonce=bytes(32)
    )
    tree = MerkleTree([leaf_of(options, document), leaf_of(options, {**document, "id": "urn:uuid:neighbour"})])
    claim = AnchorClaim(CHAIN, DEPLOYMENT.address, account.address, tree.root, InclusionProof(0, 2, tree.path(0)))
    result: dict[str, Any] = attach(document, options, encode_proof_value(claim))
    return result


def changed(document: dict[str, Any]) -> dict[str, Any]:
    """Give a copy about something else."""
    copied = copy.deepcopy(document)
    copied["credentialSubject"]["achievement"]["name"] = "Something else"
    return copied


def as_bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


KNOWN = TrustedIssuer(DID, ACCOUNT, "Example University", "the tests")
KNOWN_BY_NAME = TrustedIssuer(DID, None, "Example University", "the tests")


def report_on(
    data: bytes | dict[str, Any],
    *,
    issuers: tuple[TrustedIssuer, ...] = (KNOWN,),
    accreditors: tuple[TrustedAccreditor, ...] = (),
    registry: Registry | None = None,
    shelf: Shelf | None = None,
    **policy: Any,
) -> Report:
    """Let a verifier judge."""
    verifier = Verifier(
        Trust((DEPLOYMENT,), issuers, accreditors),
        lambda _: registry or Registry(),
        clock=lambda: NOW,
        policy=Policy(**policy),
        documents=shelf,
    )
    return verifier.verify(data if isinstance(data, bytes) else as_bytes(data))


def codes(report: Report) -> dict[str, str]:
    return {check.id: check.code for check in report.checks}


def jwt(claims: Any, key: SigningKey = TEST_KEY, header: dict[str, Any] | None = None) -> str:
    """Write a compact JWS with EdDSA."""
    first = b64(as_bytes({"alg": "EdDSA", "kid": METHOD, "typ": "JWT"} if header is None else header))
    message = f"{first}.{b64(as_bytes(claims))}"
    return f"{message}.{b64(key.sign(message.encode()))}"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt_badge(**changes: Any) -> dict[str, Any]:
    """Give the claims of a badge in Open Badges' JWT form."""
    document = {**badge(), **changes}
    return {**document, "iss": DID, "jti": document["id"], "nbf": int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())}


def status_list(
    withdrawn: tuple[int, ...] = (),
    *,
    url: str = LIST_URL,
    issuer: str = DID,
    key: SigningKey = TEST_KEY,
    method: str = METHOD,
    purpose: StatusPurpose = StatusPurpose.REVOCATION,
    valid_from: datetime = NOW - timedelta(days=1),
) -> dict[str, Any]:
    """Give a signed status list in which these places are set."""
    bits = bitstring.pack(dict.fromkeys(withdrawn, 1))
    document = status_list_credential(url, issuer, bits=bits, valid_from=valid_from, purpose=purpose)
    result: dict[str, Any] = sign(document, key, verification_method=method, created=valid_from)
    return result


def listed(purpose: StatusPurpose = StatusPurpose.REVOCATION) -> dict[str, Any]:
    """Give a signed badge that names its place in the list."""
    return signed(badge(credentialStatus=status_entry(LIST_URL, PLACE, purpose=purpose)))


def profile_bytes(
    did: str = DID,
    account: AccountId = ACCOUNT,
    key: SigningKey = TEST_KEY,
    method: str = METHOD,
    keys: dict[str, ProfileKey] | None = None,
) -> bytes:
    """Give a signed profile."""
    profile = Profile(did, "Example University", (account,), keys or {method: ProfileKey(key.multikey)})
    return sign_profile(profile, key, verification_method=method, created=ANCHORED_AT)


def web_document(account: str | None = None, key: SigningKey = TEST_KEY) -> dict[str, Any]:
    document: dict[str, Any] = did_document(DID_WEB, key.multikey, account=account)
    return document
