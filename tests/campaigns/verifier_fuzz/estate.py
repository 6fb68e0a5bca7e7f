"""The world of one seed: issuers with TEST KEYs, a registry on an embedded chain, and everything that was issued.

Some of it holds, some was revoked or suspended, is past its end, was anchored by somebody else, or was signed and
never anchored. The same seed gives the same world, byte for byte.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from credroot.chain.reading.saved_facts import SavedFacts
from credroot.chain.registry.facts import Query
from credroot.core.anchor.domain import AnchorPlace
from credroot.core.anchor.proof import AnchorClaim, anchor_options, attach, encode_proof_value, leaf_of
from credroot.core.anchor.receipt import FileFacts, Receipt, leaf_of_file
from credroot.core.anchor.storage_witness import StorageWitness
from credroot.core.tree.merkle import InclusionProof, MerkleTree
from credroot.core.values import Digest
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.badge.profile import Profile, ProfileKey, sign_profile
from credroot.credential.keys.did import did_document
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import StatusPurpose, status_entry, status_list_credential
from credroot.verifier.documents import ListCopy
from tests.campaigns.verifier_fuzz.fixed_points import (
    ANCHORED,
    BEGUN,
    DID_LIBRARY,
    DID_WEB,
    FREE,
    FUTURE,
    HEAD,
    LIST_OF_NAMED,
    LIST_OF_WEB,
    NOT_SIGNED,
    NOW,
    PAST,
    SUSPENSIONS_OF_WEB,
    TAKEN,
    WITHDRAWN,
)
from tests.campaigns.verifier_fuzz.ledger import Account, Ledger
from tests.campaigns.verifier_fuzz.originals import (
    ANYONE,
    EVERYWHERE,
    NAMED_ONLY,
    W3C,
    BadgeMaker,
    Cover,
    Original,
)
from tests.campaigns.verifier_fuzz.signed_originals import SignedOriginals
from tests.campaigns.verifier_fuzz.signing import (
    Document,
    Edwards,
    Nist,
    Rivest,
    Signer,
    as_bytes,
    own_did,
    signed,
)


class Estate:
    """Everything that the campaign knows to be true."""

    def __init__(self, seed: int, folder: Path) -> None:
        """Make the world of `seed`; its chain is kept in `folder`."""
        self.seed = seed
        self._rng = random.Random(f"estate {seed}")
        self._maker = BadgeMaker()
        self.originals: list[Original] = []
        self._make_issuers()
        self._make_chain(folder)
        self._make_documents()
        self._anchor_everything()
        by_signature = SignedOriginals(self, self._maker)
        self.originals += by_signature.originals
        self.drafts = by_signature.drafts
        self.ledger.moment = WITHDRAWN
        self.before_withdrawals = self.ledger.height
        self._withdraw()
        self.ledger.moment = HEAD
        self.college.set_profile(self._college_digest)  # a block that is young enough
        self.facts = self.ledger.facts()
        self.evidence = self._save_evidence()

    def close(self) -> None:
        self.ledger.close()

    # -- who there is --

    def _make_issuers(self) -> None:
        rng = self._rng
        self.university = own_did(Edwards(rng))
        """Anchors, and is pinned with its account."""
        self.web = Signer(DID_WEB, f"{DID_WEB}#key-1", Edwards(rng))
        """Anchors, and has a DID document."""
        self.library = Signer(DID_LIBRARY, f"{DID_LIBRARY}#key-1", Rivest(rng))
        """Anchors nothing, and has a DID document without an account."""
        self.web_nist = Signer(DID_WEB, f"{DID_WEB}#key-3", Nist(rng))
        self.named = own_did(Edwards(rng))
        """Anchors nothing, and is pinned by its DID alone."""
        self.named_nist = own_did(Nist(rng))
        self.chamber = own_did(Edwards(rng))
        """Endorses."""
        self.stranger = own_did(Edwards(rng))

    def _make_chain(self, folder: Path) -> None:
        self.ledger = Ledger(folder, BEGUN, NOW)
        self.campus: Account = self.ledger.open_account(self._rng.randbytes(32))
        self.college: Account = self.ledger.open_account(self._rng.randbytes(32))
        self.alley: Account = self.ledger.open_account(self._rng.randbytes(32))
        self.deployment = self.ledger.deployment
        self.before_anchors = self.ledger.height

    def _make_documents(self) -> None:
        """Publish profiles, a DID document and status lists."""
        web = did_document(DID_WEB, self.web.key.multikey, account=self.college.id.caip10)
        text = self.web_nist.key.multikey.text
        nist = {"id": self.web_nist.method, "type": "Multikey", "controller": DID_WEB, "publicKeyMultibase": text}
        web["verificationMethod"].append(nist)
        web["assertionMethod"].append(nist["id"])
        rsa = {"id": self.library.method, "type": "JsonWebKey", "controller": DID_LIBRARY}
        rsa["publicKeyJwk"] = self.library.key.jwk
        library = {**web, "id": DID_LIBRARY, "verificationMethod": [rsa], "assertionMethod": [rsa["id"]]}
        self.did_documents: dict[str, Document] = {DID_WEB: web, DID_LIBRARY: library}
        self.ledger.moment = ANCHORED
        profiles = [self._profile(self.university, self.campus), self._profile(self.web, self.college)]
        self.profiles = {Digest.sha256(data): data for data in profiles}
        self._college_digest = Digest.sha256(profiles[1])
        self.campus.set_profile(Digest.sha256(profiles[0]))
        self.college.set_profile(self._college_digest)
        self.status_lists: dict[str, Document] = {
            LIST_OF_WEB: self._list(LIST_OF_WEB, self.web, StatusPurpose.REVOCATION),
            SUSPENSIONS_OF_WEB: self._list(SUSPENSIONS_OF_WEB, self.web, StatusPurpose.SUSPENSION),
            LIST_OF_NAMED: self._list(LIST_OF_NAMED, self.named, StatusPurpose.REVOCATION),
        }

    def _profile(self, signer: Signer, account: Account) -> bytes:
        keys = {signer.method: ProfileKey(signer.key.multikey)}
        profile = Profile(signer.did, "Example University", (account.id,), keys)
        return sign_profile(profile, signer.key.signing, verification_method=signer.method, created=ANCHORED)

    def _list(self, url: str, signer: Signer, purpose: StatusPurpose) -> Document:
        bits = bitstring.pack({TAKEN: 1})
        document = status_list_credential(url, signer.did, bits=bits, valid_from=WITHDRAWN, purpose=purpose)
        return signed(document, signer)

    def list_copies(self) -> dict[str, ListCopy]:
        return {url: ListCopy(document, None) for url, document in self.status_lists.items()}

    # -- what was anchored --

    def _anchor_everything(self) -> None:
        self._withdrawals: list[tuple[Account, Any, int, bool]] = []
        place = AnchorPlace(self.deployment.chain_id, self.deployment.address, self.campus.id.address)
        bound = {"domain": place.domain}
        university = self.university.did
        batch = []
        for word in ("active", "active", "active", "revoked", "suspended", "expired", "early"):
            changes = {"expired": {"validUntil": PAST}, "early": {"validFrom": FUTURE}}.get(
                word, {"validUntil": FUTURE}
            )
            document, shown = self._maker.badge(university, **changes)
            if word == "active" and len(batch) == 1:
                self._endorse(document["credentialSubject"]["achievement"])
            batch.append(
                (f"anchored {word} {len(batch)}", word, signed(document, self.university, **bound), shown, True)
            )
        for word in ("active", "revoked"):
            document, shown = self._maker.badge(university)
            batch.append((f"anchored unsigned {word}", word, document, shown, False))
        self._anchor(self.campus, batch)
        batch = []
        for word, place in (("active", FREE), ("revoked", TAKEN), ("suspended", TAKEN)):
            revocation = status_entry(LIST_OF_WEB, TAKEN if word == "revoked" else FREE)
            entries: Any = [revocation, status_entry(SUSPENSIONS_OF_WEB, place, purpose=StatusPurpose.SUSPENSION)]
            document, shown = self._maker.badge(DID_WEB, credentialStatus=entries)
            suite, signer = ("ecdsa-rdfc-2019", self.web_nist) if word == "active" else ("eddsa-rdfc-2022", self.web)
            batch.append((f"anchored by did:web {word}", word, signed(document, signer, suite), shown, False))
        self._anchor(self.college, batch)
        mine, shown = self._maker.badge(self.stranger.did, "Nobody in particular")
        theirs, stolen = self._maker.badge(university)
        strangers = [
            ("anchored by a stranger", "stranger", signed(mine, self.stranger), shown, False),
            ("anchored by an impostor", "impostor", theirs, stolen, False),
        ]
        self._anchor(self.alley, strangers)
        self._anchor_files()

    def _endorse(self, achievement: Document) -> None:
        profile = {"id": self.chamber.did, "type": ["Profile"], "name": "Chamber of Industry"}
        entry = endorsement(
            profile,
            achievement["id"],
            endorsement_id="urn:uuid:e1",
            name="Fit for work",
            valid_from=BEGUN,
            comment="Yes.",
        )
        achievement["endorsement"] = [signed(entry, self.chamber)]

    def _anchor(self, account: Account, batch: list[tuple[str, str, Document, Document, bool]]) -> None:
        method = f"{account.id.did_pkh}#blockchainAccountId"
        options = [
            anchor_options(verification_method=method, created=ANCHORED, nonce=self._rng.randbytes(32)) for _ in batch
        ]
        documents = [document for _, _, document, _, _ in batch]
        documents = [{**one, "proof": _listed(one["proof"])} if "proof" in one else one for one in documents]
        tree = MerkleTree([leaf_of(option, one) for option, one in zip(options, documents, strict=True)])
        account.anchor(tree.root, tree.leaf_count)
        for index, (name, word, _, shown, is_bound) in enumerate(batch):
            finished = attach(documents[index], options[index], self._value(account, tree, index))
            if word in ("revoked", "suspended"):
                self._withdrawals.append((account, tree.root, index, word == "revoked"))
            bare = {member: value for member, value in documents[index].items() if member != "proof"}
            others = tuple(documents[index].get("proof", ()))
            self.originals.append(
                Original(
                    name,
                    as_bytes(finished),
                    Cover.ANCHOR,
                    bare,
                    shown,
                    holds=word in ("active", "stranger", "impostor"),
                    valid_under=_where(word) - (frozenset() if others else NOT_SIGNED),
                    may_under=EVERYWHERE if word not in ("stranger", "impostor") else frozenset({ANYONE, W3C}),
                    is_withdrawn_on_chain_alone=word in ("revoked", "suspended") and "credentialStatus" not in bare,
                    is_bound=is_bound,
                    others=others,
                )
            )

    def _value(self, account: Account, tree: MerkleTree, index: int) -> str:
        proof = InclusionProof(index, tree.leaf_count, tree.path(index))
        claim = AnchorClaim(self.deployment.chain_id, self.deployment.address, account.id.address, tree.root, proof)
        return encode_proof_value(claim)

    def _anchor_files(self) -> None:
        contents = [b"%PDF-1.7 a transcript", b"Geometry: 92\n", b"withdrawn"]
        facts = [
            FileFacts(Digest.sha256(content), self._rng.randbytes(32), media_type="application/pdf", name="paper.pdf")
            for content in contents
        ]
        tree = MerkleTree([leaf_of_file(one) for one in facts])
        self.campus.anchor(tree.root, tree.leaf_count)
        self._withdrawals.append((self.campus, tree.root, 2, True))
        for index, one in enumerate(facts):
            proof = InclusionProof(index, 3, tree.path(index))
            claim = AnchorClaim(
                self.deployment.chain_id, self.deployment.address, self.campus.id.address, tree.root, proof
            )
            written = Receipt(one, claim).to_json()
            shown = {"kind": "receipt", "sha256": one.digest.hex()}
            self.originals.append(
                Original(
                    f"receipt {index}",
                    as_bytes(written),
                    Cover.RECEIPT,
                    written,
                    shown,
                    holds=index != 2,
                    valid_under=NAMED_ONLY - NOT_SIGNED,
                    digest=one.digest,
                )
            )

    def _withdraw(self) -> None:
        for account, root, index, for_ever in self._withdrawals:
            account.withdraw(root, index, for_ever=for_ever)

    def _save_evidence(self) -> dict[Query, SavedFacts]:
        """Save the proof of every leaf, as of the head."""
        reader, found = self.ledger.reader(), {}
        self.pinned_block: Digest
        for query in self.ledger.placed:
            witness, facts = reader.witness(query)
            profile = None if facts.profile is None else self.profiles.get(facts.profile)
            found[query] = SavedFacts(self.deployment.chain_id, self.deployment.address, witness, profile)
            assert facts.head.hash is not None
            self.pinned_block = facts.head.hash
        self.witness: StorageWitness = witness
        return found


def _where(word: str) -> frozenset[str]:
    """Give the policies under which an anchored file must read valid."""
    if word == "stranger":
        return frozenset({ANYONE, W3C})
    return frozenset() if word == "impostor" else EVERYWHERE


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
