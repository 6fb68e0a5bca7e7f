"""Writing the issuer's status lists, from settings: what ``credroot issuer status`` and the demonstration share."""

from __future__ import annotations

import os
from itertools import chain as chained
from typing import TYPE_CHECKING

import orjson

from credroot.app.connections import Connections
from credroot.app.issuer_identity import PUBLIC
from credroot.app.issuing import now
from credroot.chain import registry_calls
from credroot.core.errors import InputError
from credroot.core.merkle import InclusionProof, MerkleTree
from credroot.core.proof_value import AnchorClaim
from credroot.core.receipt import NONCE_BYTES, FileFacts, Receipt, leaf_of_file
from credroot.core.values import Digest
from credroot.credential.data_integrity import sign
from credroot.issuer.identity import method_of
from credroot.issuer.intent import Intent
from credroot.issuer.status_publication import (
    FOLDER,
    chains_with_status,
    list_documents,
    placed_credentials,
    withdrawn_places,
)
from credroot.issuer.status_slots import noted_slots
from credroot.store.durable import write_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from credroot.app.issuing import Keys
    from credroot.app.settings import Settings
    from credroot.core.status import Status
    from credroot.issuer.batch_folder import BatchFolder
    from credroot.issuer.intent import Guards
    from credroot.issuer.status_slots import StatusSlot
    from credroot.issuer.workbench import Workbench


def publish_status_lists(settings: Settings, keys: Keys) -> tuple[Path, ...]:
    """Make every list anew from the registry's state, sign it, and write it below ``public/status/``.

    Raises:
        InputError: ``status.no_url``, the settings say nowhere that the lists are published; ``status.no_registry``,
            credentials were issued on a chain that the settings no longer know.
        ChainUnavailable, ChainMismatch: a chain can't be asked. Nothing is written then, since a list that says less
            than it did would lift revocations.
    """
    issuer = settings.required_issuer()
    if issuer.publish_url is None:
        raise InputError("publish_url is not set under [issuer]: status lists have no address", code="status.no_url")
    moment = now()
    documents = list_documents(_answers(settings), issuer=issuer.did, publish_url=issuer.publish_url, now=moment)
    key = keys.signing_key()
    method = method_of(issuer.did, key.multikey, issuer.signing_key)
    folder = settings.workspace / PUBLIC / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, document in documents.items():
        signed = sign(document, key, verification_method=method, created=moment)
        path = folder / f"{number}.json"
        write_file(path, orjson.dumps(signed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        written.append(path)
    return tuple(written)


def ensure_status_lists(settings: Settings, keys: Keys, batch: BatchFolder) -> None:
    """Write the lists where one that a batch's credentials name is not there yet; errors as `publish_status_lists`."""
    if settings.required_issuer().publish_url is None:
        return
    folder = settings.workspace / PUBLIC / FOLDER
    numbers = {slot.list_number for slot in noted_slots(batch.path)}
    if not all((folder / f"{number}.json").exists() for number in numbers):
        publish_status_lists(settings, keys)


def _answers(settings: Settings) -> Iterator[tuple[StatusSlot, Status]]:
    batches = settings.workspace / "batches"
    known = {deployment.chain_id.caip2: deployment for deployment in settings.deployments()}
    missing = [name for name in chains_with_status(batches) if name not in known]
    if missing:
        raise InputError(f"no registry is known on {', '.join(missing)}", code="status.no_registry")
    with Connections(settings) as connections:
        answers = (
            withdrawn_places(placed_credentials(batches, name), connections.reader(known[name]).read)
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
        receipt = path.with_suffix(".receipt.json")
        write_file(receipt, orjson.dumps(Receipt(entry, claim).to_json(), option=orjson.OPT_INDENT_2))
        written.append(receipt)
    return tuple(written)
