"""Saved evidence as files: beside a credential as ``NAME.evidence.json``, with it in a zip, and inside a receipt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from credroot.app.verifying.given_files import EVIDENCE_SUFFIX, evidence_in, open_file
from credroot.chain.reading.saved_facts import MAX_EVIDENCE_BYTES, SavedFacts
from credroot.chain.reading.witness_source import WitnessSource
from credroot.chain.registry.creation import creation_by_address, has_our_code
from credroot.chain.registry.facts import Query
from credroot.core.anchor.storage_witness import MAX_SLOTS
from credroot.core.errors import ChainUnavailable, InputError
from credroot.core.values import Digest
from credroot.store.durable import write_file
from credroot.verifier.gathering.gather import leads_to_root
from credroot.verifier.subject import Malformed, ReceiptSubject, read_subject
from credroot.verifier.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from credroot.app.settings.settings import Settings
    from credroot.app.workspace.connections import Connections
    from credroot.chain.reading.agreeing_reader import BlockPin
    from credroot.chain.registry.creation import Creation
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Head
    from credroot.core.json.types import JsonObject
    from credroot.verifier.documents import DocumentSource, ListCopy
    from credroot.verifier.trust import PinnedBlock

MAX_ENDORSERS = MAX_SLOTS - 5
"""Accreditations that are saved at most: besides the batch, its two status words, its key and the profile."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One file whose evidence was saved."""

    path: Path
    head: Head
    """The block that it rests on."""


def save_evidence(
    settings: Settings,
    connections: Connections,
    documents: DocumentSource,
    file: Path,
    folder: Path,
    data: bytes,
    *,
    block: BlockPin | None = None,
) -> Saved:
    """Ask for the proof of everything that a verdict on `file` needs, as of `block`, and write it into `folder`.

    A receipt carries it inside, so a receipt is what is written then.

    Raises:
        InputError: ``evidence.subject``, the file is no anchored credential or receipt of a pinned registry.
        ChainUnavailable: the chain could not be asked, or nobody can prove what it says; ``chain.not_final``.
        ChainMismatch: it is another chain or another contract.
    """
    opened = open_file(file.name, data)
    if len(opened) > 1:
        raise InputError(f"{file}: an archive; unpack it and name the files in it", code="evidence.subject")
    if opened[0].problem is not None:
        raise InputError(f"{file}: {opened[0].problem}", code="evidence.subject")
    subject = read_subject(opened[0].data, settings.trust())
    if isinstance(subject, Malformed):
        raise InputError(f"{file}: {subject.message}", code="evidence.subject")
    claim = subject.claim
    deployment = None if claim is None else settings.trust().registry(claim.chain_id, claim.registry)
    if claim is None or deployment is None or not leads_to_root(subject):
        raise InputError(f"{file}: it is not anchored in a registry that is pinned here", code="evidence.subject")
    endorsers = settings.trust().endorsers_on(deployment.chain_id)[:MAX_ENDORSERS]
    query = Query(claim.issuer, claim.root, claim.proof.index, endorsers)
    witness, facts = connections.prover(deployment).witness(query, block=block)
    if isinstance(subject, ReceiptSubject):
        path, content = folder / file.name, subject.receipt.with_witness(witness).to_json()
    else:
        profile = None if facts.profile is None else documents.profile(facts.profile)
        path = folder / f"{file.stem}{EVIDENCE_SUFFIX}"
        content = SavedFacts(deployment.chain_id, deployment.address, witness, profile).to_json()
    write_file(path, json.dumps(content, indent=1).encode() + b"\n")
    return Saved(path, facts.head)


def evidence_for(file: Path, data: bytes) -> Iterator[SavedFacts]:
    """Give all the evidence that was saved for a file: beside it, with it in an archive, and inside receipts.

    Raises:
        InputError: ``evidence.malformed``, what lies there is something else; ``file.unreadable``.
    """
    for part in open_file(file.name, data):
        yield from _inside(part.data)
    for name, content in evidence_in(data):
        yield _loads(f"{file}/{name}", content)
    path = file.with_name(f"{file.stem}{EVIDENCE_SUFFIX}")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_EVIDENCE_BYTES + 1)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", code="file.unreadable") from error
    yield _loads(str(path), content)


def _inside(data: bytes) -> Iterator[SavedFacts]:
    """Give what a receipt carries."""
    if b'"witness"' not in data:
        return
    subject = read_subject(data, Trust())
    if isinstance(subject, ReceiptSubject) and subject.receipt.witness is not None:
        yield SavedFacts(subject.claim.chain_id, subject.claim.registry, subject.receipt.witness)


def _loads(name: str, content: bytes) -> SavedFacts:
    try:
        return SavedFacts.loads(content)
    except InputError as error:
        raise InputError(f"{name}: {error}", code=error.code) from error


def offline_sources(
    saved: Iterable[SavedFacts],
    blocks: Iterable[PinnedBlock],
    known_creation: Callable[[Deployment], Creation | None] = creation_by_address,
) -> Callable[[Deployment], WitnessSource]:
    """Give what stands in for the chain where only saved evidence counts: each registry's proofs, on pinned blocks.

    How a registry was created can't be asked then: its address shows it, or the pinned deployment file says what was
    found when it was pinned, or `known_creation` what was seen before. `ChainUnavailable`
    (``chain.registry_unproven``) where none of them is so.
    """
    kept = tuple(saved)
    pins = {(block.chain_id, block.hash): block.source for block in blocks}

    def source(deployment: Deployment) -> WitnessSource:
        creation = known_creation(deployment) or (deployment.creation if has_our_code(deployment) else None)
        if creation is None:
            raise ChainUnavailable(
                f"deployments/{deployment.network}.json does not say how the registry was created; with an endpoint "
                f"that has its first transaction, credroot deploy --prove --network {deployment.network} adds it",
                code="chain.registry_unproven",
            )
        return WitnessSource(deployment, kept, pins, creation)

    return cache(source)


class WithProfiles:
    """A `DocumentSource` that also has the profiles out of saved evidence: their digest on chain says which counts."""

    def __init__(self, documents: DocumentSource, saved: Iterable[SavedFacts]) -> None:
        """Look into `documents` first."""
        self._documents = documents
        self._profiles = {Digest.sha256(one.profile): one.profile for one in saved if one.profile is not None}

    def did_document(self, did: str, *, fetch: bool) -> JsonObject | None:
        """Give the document of a DID, never fetched."""
        return self._documents.did_document(did, fetch=False)

    def profile(self, digest: Digest) -> bytes | None:
        """Give a profile by its digest."""
        return self._documents.profile(digest) or self._profiles.get(digest)

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        """Return pinned profiles only: those of the evidence are of whoever saved it."""
        return self._documents.profiles_of(did)

    def status_list(self, url: str, *, fetch: bool) -> ListCopy | None:
        """Give a pinned status list, never fetched."""
        return self._documents.status_list(url, fetch=False)
