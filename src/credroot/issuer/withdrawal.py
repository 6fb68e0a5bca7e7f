"""Revoking, suspending, reinstating: which credentials are meant, and the fewest transactions that do it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.chain import registry_calls
from credroot.chain.registry_calls import Action
from credroot.core.anchor_proof import decode_proof_value, split_proofs
from credroot.core.errors import GuardRefused, InputError
from credroot.core.strict_json import loads
from credroot.core.values import Digest, Root
from credroot.issuer.batch_folder import BatchFolder
from credroot.issuer.intent import Intent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from credroot.chain.deployment import Deployment
    from credroot.core.values import Address

MAX_CREDENTIAL_BYTES = 2**20
_WORDS = {Action.REVOKE: "revoke", Action.SUSPEND: "suspend", Action.REINSTATE: "reinstate"}


@dataclass(frozen=True, slots=True)
class Target:
    """One credential's place in the issuer's batches."""

    root: Root
    index: int


def find_targets(names: Sequence[str], batches: Path, deployment: Deployment, issuer: Address) -> tuple[Target, ...]:
    """Find what each name means: a credential's file, or its id (``urn:uuid:...``, with or without the prefix).

    Raises:
        InputError: a file is no credential of this issuer in this registry, or no manifest knows an id. All of them
            are named.
    """
    found: list[Target] = []
    ids: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        path = Path(name)
        try:
            if path.is_file():
                found.append(_target_of_file(path, deployment, issuer))
            else:
                ids["urn:uuid:" + name.removeprefix("urn:uuid:").lower()] = name
        except InputError as error:
            problems.append(f"{name}: {error}")
    found += _targets_of_ids(ids, batches)
    problems += [
        f"{name}: neither a file nor the id of a credential in a batch of this workspace" for name in ids.values()
    ]
    if problems:
        raise InputError("; ".join(problems), code="withdraw.unknown")
    return tuple(dict.fromkeys(found))


def find_rows(folder: BatchFolder, rows: Sequence[range]) -> tuple[Target, ...]:
    """Find the credentials of the people on these rows of a batch's roster, counted as a spreadsheet counts.

    Raises:
        InputError: ``withdraw.rows``, a range has nobody in it; no one is withdrawn by a slip of the pen.
    """
    manifest = folder.read_manifest()
    root = Root(Digest.from_hex(manifest["root"]))
    found: dict[int, Target] = {}
    for wanted in rows:
        there = {entry["row"]: entry["index"] for entry in manifest["credentials"] if entry.get("row") in wanted}
        if not there:
            raise InputError(
                f"nobody is on row {wanted.start} to {wanted.stop - 1} of {folder.name!r}", code="withdraw.rows"
            )
        found |= {row: Target(root, index) for row, index in there.items()}
    return tuple(found[row] for row in sorted(found))


def parse_rows(text: str) -> range:
    """Read ``12`` or ``20-30``, both ends included. Raise `InputError` for anything else."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?", text)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise InputError(f"{text!r} is no row or range of rows, such as 12 or 20-30", code="withdraw.rows")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def _target_of_file(path: Path, deployment: Deployment, issuer: Address) -> Target:
    with path.open("rb") as file:
        document = loads(file.read(MAX_CREDENTIAL_BYTES + 1))
    proofs = split_proofs(document)[1] if isinstance(document, dict) else ()
    for proof in proofs:
        claim = decode_proof_value(str(proof.get("proofValue")))
        if (claim.chain_id, claim.registry, claim.issuer) == (deployment.chain_id, deployment.address, issuer):
            return Target(claim.root, claim.proof.index)
    raise InputError("it is not anchored by this issuer in this registry", code="withdraw.foreign")


def _targets_of_ids(wanted: dict[str, str], batches: Path) -> list[Target]:
    """Look ids up in the manifests; what is found is taken out of `wanted`."""
    found: list[Target] = []
    for path in sorted(batches.glob("*/manifest.json")) if wanted else ():
        manifest = BatchFolder(path.parent).read_manifest()
        root = Root(Digest.from_hex(manifest["root"]))
        for entry in manifest["credentials"]:
            if wanted.pop(entry["id"], None) is not None:
                found.append(Target(root, entry["index"]))
    return found


def intents(
    targets: Iterable[Target], action: Action, reason: int, deployment: Deployment, issuer: Address
) -> tuple[Intent, ...]:
    """Give one transaction for each batch that has targets, 256 neighbours in one storage slot.

    Raises:
        GuardRefused: ``withdraw.empty``, there is nothing to do.
    """
    by_root: dict[Root, list[int]] = {}
    for target in targets:
        by_root.setdefault(target.root, []).append(target.index)
    if not by_root:
        raise GuardRefused("nothing was named", code="withdraw.empty")
    made: list[Intent] = []
    for root, indexes in by_root.items():
        words = registry_calls.status_words(indexes)
        data = registry_calls.set_status(issuer, root, action, reason, words)
        if action is Action.REVOKE and len(indexes) == 1:
            data = registry_calls.revoke(issuer, root, indexes[0], reason)
        label = f"{_WORDS[action]} {len(indexes)} of batch {str(root)[:10]}"
        made.append(Intent("withdraw", label, deployment.address, data))
    return tuple(made)


def intent_for_batch(root: Root, action: Action, reason: int, deployment: Deployment, issuer: Address) -> Intent:
    """Give the one transaction that changes a whole batch."""
    data = registry_calls.set_batch_status(issuer, root, action, reason)
    return Intent("withdraw", f"{_WORDS[action]} the whole batch {str(root)[:10]}", deployment.address, data)
