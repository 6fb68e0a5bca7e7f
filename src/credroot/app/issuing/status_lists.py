"""Writing the issuer's status lists, from settings: by themselves after what changes them, and when asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import chain as chained
from typing import TYPE_CHECKING

import click
import orjson

from credroot.app.issuing.identity import PUBLIC
from credroot.app.issuing.workbench import now, tell
from credroot.app.workspace.connections import Connections
from credroot.chain.registry import calls as registry_calls
from credroot.core.anchor.proof_value import AnchorClaim
from credroot.core.anchor.receipt import NONCE_BYTES, FileFacts, Receipt, leaf_of_file
from credroot.core.errors import CredrootError, InputError
from credroot.core.tree.merkle import InclusionProof, MerkleTree
from credroot.core.values import Digest
from credroot.credential.proof.data_integrity import sign
from credroot.issuer.identity.publication import method_of
from credroot.issuer.sending.intent import Intent
from credroot.issuer.withdrawal.status_publication import (
    FOLDER,
    chains_with_status,
    list_documents,
    placed_credentials,
    withdrawn_places,
)
from credroot.store.durable import write_file
from credroot.store.lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import Settings
    from credroot.core.json.types import JsonObject
    from credroot.core.status import Status
    from credroot.issuer.batch.status_slots import StatusSlot
    from credroot.issuer.sending.intent import Guards
    from credroot.issuer.sending.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Remade:
    """What became of the lists after a change in the registry."""

    files: tuple[Path, ...] = ()
    problem: str | None = None
    """Why they still say what they said before."""

    def to_json(self, workspace: Path) -> JsonObject:
        """Give the wire form: the files, relative to `workspace`, or the problem."""
        if self.problem is not None:
            return {"files": [], "problem": self.problem}
        return {"files": [str(path.relative_to(workspace)) for path in self.files]}


def remake_status_lists(settings: Settings, keys: Keys) -> Remade:
    """Make the lists anew because the registry's state has changed; nothing is written by an issuer that has none.

    It never raises for what can go wrong: the registry holds the change, which must not look lost because a copy of it
    for others could not be written. The person is told, with the command that makes up for it.
    """
    if settings.required_issuer().publish_url is None:
        return Remade()
    try:
        return Remade(publish_status_lists(settings, keys))
    except CredrootError as error:
        problem = f"{error} [{error.code}]"
    except OSError as error:
        problem = f"{error.filename}: {error.strerror}"
    except click.Abort:
        problem = "the key that signs them was not opened"
    tell(f"Warning: the registry has the change, the status lists do not yet: {problem}. Run: credroot issuer status")
    return Remade(problem=problem)


def publish_status_lists(settings: Settings, keys: Keys) -> tuple[Path, ...]:
    """Make every list anew from the registry's state, sign it, and write it below ``public/status/``.

    Raises:
        LockHeld: another process is writing them.
        InputError: ``status.no_url``, the settings say nowhere that the lists are published; ``status.no_registry``,
            credentials were issued on a chain that the settings no longer know.
        ChainUnavailable, ChainMismatch: a chain can't be asked. Nothing is written then, since a list that says less
            than it did would lift revocations.
    """
    issuer = settings.required_issuer()
    if issuer.publish_url is None:
        raise InputError("publish_url is not set under [issuer]: status lists have no address", code="status.no_url")
    with exclusive(settings.workspace / "locks" / "status-lists.lock"):
        return _write_lists(settings, keys, issuer.did, issuer.publish_url)


def _write_lists(settings: Settings, keys: Keys, did: str, publish_url: str) -> tuple[Path, ...]:
    moment = now()
    documents = list_documents(_answers(settings), issuer=did, publish_url=publish_url, now=moment)
    if not documents:
        return ()
    key = keys.signing_key()
    method = method_of(did, key.multikey, settings.required_issuer().signing_key)
    folder = settings.workspace / PUBLIC / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in documents.items():
        signed = sign(document, key, verification_method=method, created=moment)
        path = folder / f"{name}.json"
        # A receipt is of one list to the byte: beside another it would call that a forgery.
        receipt_of(path).unlink(missing_ok=True)
        write_file(path, orjson.dumps(signed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        written.append(path)
    return tuple(written)


def receipt_of(path: Path) -> Path:
    """Say where the receipt of a list lies that was anchored."""
    return path.with_suffix(".receipt.json")


def _answers(settings: Settings) -> Iterator[tuple[StatusSlot, Status]]:
    batches = settings.workspace / "batches"
    known = {deployment.chain_id.caip2: deployment for deployment in settings.deployments()}
    missing = [name for name in chains_with_status(batches) if name not in known]
    if missing:
        raise InputError(f"no registry is known on {', '.join(missing)}", code="status.no_registry")
    with Connections(settings) as connections:
        answers = (
            withdrawn_places(placed_credentials(batches, name), connections.recent_reader(known[name]).read)
            for name in chains_with_status(batches)
        )
        yield from chained.from_iterable(answers)


def anchor_lists(bench: Workbench, keys: Keys, guards: Guards, lists: Sequence[Path]) -> tuple[Path, ...]:
    """Anchor the bytes of lists as one batch, and write a receipt beside each; errors as `Workbench.carry_out`.

    The registry then dates what the lists said. They hold without it: it is only done where somebody asks for it.
    """
    facts = [
        FileFacts(
            Digest.sha256(path.read_bytes()), os.urandom(NONCE_BYTES), media_type="application/json", name=path.name
        )
        for path in lists
    ]
    tree = MerkleTree([leaf_of_file(entry) for entry in facts])
    data = registry_calls.anchor(bench.issuer, tree.root, tree.leaf_count)
    label = f"{tree.leaf_count} status list{'s' if tree.leaf_count > 1 else ''}"
    bench.carry_out(keys.signer(), Intent("status-lists", label, bench.deployment.address, data), guards)
    written = []
    for index, (path, entry) in enumerate(zip(lists, facts, strict=True)):
        proof = InclusionProof(index, tree.leaf_count, tree.path(index))
        claim = AnchorClaim(bench.deployment.chain_id, bench.deployment.address, bench.issuer, tree.root, proof)
        receipt = receipt_of(path)
        write_file(receipt, orjson.dumps(Receipt(entry, claim).to_json(), option=orjson.OPT_INDENT_2))
        written.append(receipt)
    return tuple(written)
