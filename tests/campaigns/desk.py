"""An issuer's desk for tests: a journal, batch folders and a key, at any endpoint, with time in the test's hands.

Credentials are small and carry no signature of their own: what is tried here is what happens to a transaction.
"""

from __future__ import annotations

import os
import random
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from credroot.chain.reading.reader import RegistryReader
from credroot.chain.rpc.client import Rpc
from credroot.chain.writing.keystore import signer_from_key
from credroot.chain.writing.writer import ChainWriter
from credroot.core.values import AccountId, Digest
from credroot.credential.keys.signatures import SEED_BYTES, SigningKey
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.batch.preparation import Draft, Place, Prepared, Tools, prepare
from credroot.issuer.batch.request_mark import MEMBER, mark_of
from credroot.issuer.sending.entry import begin
from credroot.issuer.sending.intent import Guards
from credroot.issuer.sending.submission import Submission
from credroot.issuer.sending.walk import walk
from credroot.issuer.sending.workbench import Workbench
from credroot.store.journal import Journal
from credroot.store.lock import exclusive
from tests.campaigns.moments import present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from credroot.chain.blocks.finality import Finality
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.values import Address, Root
    from credroot.store.journal_records import BatchRecord, Operation

PEOPLE = 3
_SIGNING_KEY = SigningKey(b"\x07" * SEED_BYTES)


class Desk:
    """One process of an issuer at work. Opens what it needs, holds the lock, and closes it again."""

    def __init__(
        self,
        folder: Path,
        url: str,
        deployment: Deployment,
        key: bytes,
        finality: Finality,
        *,
        world: Callable[[], None] = lambda: None,
        submission: type[Submission] = Submission,
        walker: Callable[..., BatchRecord] = walk,
        issuer: Address | None = None,
        deadline_s: float = 10.0,
        **options: Any,
    ) -> None:
        """`world` runs whenever the issuer waits; the key's own account is the `issuer` unless another one is named.

        `options` go to `submission`.
        """
        self._stack = ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        self._stack.enter_context(exclusive(folder / "lock"))
        rpc = self._stack.enter_context(Rpc(url, deadline_s=deadline_s))
        self.journal = self._stack.enter_context(Journal(folder / "journal.db"))
        self.chain = ChainWriter(rpc)
        self.signer = signer_from_key(key)
        self.said: list[str] = []
        self._walk = walker
        options.setdefault("clock", present)
        self.submission = submission(
            self.journal, self.chain, chain_id=deployment.chain_id, finality=finality, **options
        )
        self.bench = Workbench(
            folder=folder,
            journal=self.journal,
            chain=self.chain,
            submission=self.submission,
            deployment=deployment,
            reader=RegistryReader(rpc, deployment, finality),
            issuer=issuer or self.signer.address,
            clock=options["clock"],
            pause=lambda _seconds: world(),
            tell=self.said.append,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def folder(self, name: str) -> BatchFolder:
        """Give the folder of a batch."""
        return BatchFolder(self.bench.folder / "batches" / name)

    def anchor(self, name: str = "one", *, guards: Guards | None = None, **options: Any) -> BatchRecord:
        """Bring a batch to its end from wherever it stands, as `batch anchor` and `batch resume` do."""
        folder = self.folder(name)
        folder.path.mkdir(parents=True, exist_ok=True)
        begin(self.bench, folder, Digest.sha256(name.encode()))
        return self._walk(self.bench, folder, self.signer, guards or Guards(), lambda: self._prepare(folder), **options)

    def operation(self, name: str = "one") -> Operation:
        """Give the operation of a batch as the journal has it."""
        return self.journal.operation(self.journal.batch(name).operation_id or 0)

    def published(self, name: str = "one") -> list[Path]:
        """Give the published files of a batch."""
        return sorted(self.folder(name).published.glob("*.json"))

    def _prepare(self, folder: BatchFolder) -> Prepared:
        deployment = self.bench.deployment
        account = AccountId(deployment.chain_id, self.bench.issuer)
        place = Place(deployment.chain_id, deployment.address, self.bench.issuer, f"{account.did_pkh}#x")
        tools = Tools(
            sign=lambda document: document,
            check=lambda _document: None,
            random_bytes=os.urandom,
            shuffle=random.shuffle,
            now=self.bench.clock(),
        )
        header = {"batch": folder.name, "chain": deployment.chain_id.caip2, "issuer": str(self.bench.issuer)}
        mark = mark_of(_SIGNING_KEY, Digest.sha256(folder.name.encode()))
        return prepare(folder, _drafts(), place, tools, {**header, MEMBER: str(Digest(mark))})


def _drafts() -> Iterator[Draft]:
    for row in range(PEOPLE):
        identifier = uuid.uuid4()
        yield Draft(row, identifier, {"id": f"urn:uuid:{identifier}", "name": f"person {row}"})


def root_of(desk: Desk, name: str = "one") -> Root:
    """Give the root of a prepared batch."""
    root = desk.journal.batch(name).root
    assert root is not None
    return root
