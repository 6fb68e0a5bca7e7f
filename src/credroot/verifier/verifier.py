"""The verifier as an object: trust, policy and sources once, then any number of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.verifier.gathering.document_memory import DocumentMemory
from credroot.verifier.gathering.gather import gather_in_turn
from credroot.verifier.judge import judge
from credroot.verifier.subject import SubmittedFile, read_subject
from credroot.verifier.trust import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from credroot.chain.registry.deployment import Deployment
    from credroot.core.budget import Budget
    from credroot.core.report import Report
    from credroot.core.values import Digest
    from credroot.credential.proof.data_integrity import Canonicalize
    from credroot.verifier.documents import DocumentSource
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.gathering.gather import FactSource
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Trust

    AnyFile = SubmittedFile | tuple[bytes, Digest | None]

PAGE_FILES = 256
"""Files that one request to a registry is about."""
PAGE_BYTES = 4 * 2**20
"""Bytes of files that are parsed at once; parsed they take up to ten times as many."""


class Verifier:
    """Answers whether credentials and receipts hold, from pinned trust and the chain."""

    def __init__(
        self,
        trust: Trust,
        source_of: Callable[[Deployment], FactSource],
        *,
        clock: Callable[[], datetime],
        policy: Policy | None = None,
        documents: DocumentSource | None = None,
        canonicalize: Canonicalize | None = None,
        memory: DocumentMemory | None = None,
    ) -> None:
        """Judge by `policy`, the strictest by default. `source_of` gives whoever reads a pinned registry.

        `documents` has what others publish of themselves, pinned or fetched; `canonicalize` is another way to the same
        canonical bytes, for whoever keeps what he learned. `memory` is one that others share; else it has its own.
        """
        self.trust = trust
        self._policy = policy or Policy()
        self._documents = documents
        self._canonicalize = canonicalize
        self._memory = memory or DocumentMemory()
        self._source_of = source_of
        self._clock = clock

    def verify(self, data: bytes, *, file_digest: Digest | None = None) -> Report:
        """Judge one file: a credential, or a receipt beside the digest of its file. Never raises for what is in it."""
        return self.verify_many([(data, file_digest)])[0]

    def verify_many(self, files: Iterable[AnyFile], *, budget: Budget | None = None) -> tuple[Report, ...]:
        """Judge many files in order, with one request for each page of those that share a registry.

        What is read of a page is dropped before the next is read. All together cost no more than `budget`. Whatever
        goes wrong within the judging of one file becomes that file's own report, and nobody else's.
        """
        return tuple(self.verify_in_turn(files, budget=budget))

    def verify_in_turn(self, files: Iterable[AnyFile], *, budget: Budget | None = None) -> Iterator[Report]:
        """Judge files as `verify_many` does, and give each report before the next file is judged."""
        for page in pages(files):
            yield from map(judge, self._gather(page, budget))

    def gather(self, files: Iterable[AnyFile], *, budget: Budget | None = None) -> tuple[Evidence, ...]:
        """Find out what there is to know about every file, without judging it."""
        return tuple(self._gather(files, budget))

    def _gather(self, files: Iterable[AnyFile], budget: Budget | None) -> Iterator[Evidence]:
        subjects = [self._subject(SubmittedFile(*file), budget) for file in files]
        return gather_in_turn(
            subjects,
            self.trust,
            self._policy,
            self._source_of,
            self._clock(),
            documents=self._documents,
            canonicalize=self._canonicalize,
            memory=self._memory,
            budget=budget,
        )

    def _subject(self, file: SubmittedFile, budget: Budget | None) -> Subject:
        if file.subject is not None:
            return file.subject
        return read_subject(
            file.data,
            self.trust,
            file_digest=file.file_digest,
            carrier=file.carrier,
            budget=None if budget is None else budget.for_reading(),
        )


def pages(files: Iterable[AnyFile]) -> Iterator[list[AnyFile]]:
    """Give files in order, together as many as `PAGE_FILES` and `PAGE_BYTES` allow, and one at least."""
    page: list[AnyFile] = []
    size = 0
    for file in files:
        size += len(file[0])
        if page and (len(page) == PAGE_FILES or size > PAGE_BYTES):
            yield page
            page, size = [], len(file[0])
        page.append(file)
    if page:
        yield page
