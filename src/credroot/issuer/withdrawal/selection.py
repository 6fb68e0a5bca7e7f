"""Which credentials are meant: by file, by id, by row of a roster, by what a row says, or a whole batch."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credroot.core.anchor.proof import decode_proof_value, split_proofs
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.values import Digest, Root
from credroot.issuer.batch.folder import BatchFolder, check_name
from credroot.roster.cells import (
    clean_address,
    clean_did,
    clean_evidence,
    clean_name,
    clean_narrative,
    clean_result,
)
from credroot.roster.columns import Field
from credroot.roster.dates import BadDate, DayOrder, parse_day
from credroot.roster.problems import Severity
from credroot.roster.roster import read_roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from credroot.chain.registry.deployment import Deployment
    from credroot.core.values import Address
    from credroot.roster.people import Entry

MAX_CREDENTIAL_BYTES = 2**20
_CLEANERS: Mapping[Field, Callable[[str], tuple[Any, Any]]] = {
    Field.NAME: clean_name,
    Field.EMAIL: clean_address,
    Field.DID: clean_did,
    Field.RESULT: clean_result,
    Field.EVIDENCE: clean_evidence,
    Field.NARRATIVE: clean_narrative,
}
_DAYS = (Field.ISSUED_ON, Field.EXPIRES_ON)
FIELDS = (*_CLEANERS, *_DAYS)
"""What a row can be asked for, and what of it can be set anew."""


@dataclass(frozen=True, slots=True)
class Target:
    """One credential's place in the issuer's batches."""

    root: Root
    index: int
    id: str = field(default="", compare=False)
    """``urn:uuid:...``; empty for a file that is no credential."""
    batch: str = field(default="", compare=False)
    """The batch's name; empty where only a file was given."""
    row: int = field(default=0, compare=False)
    """The row of the batch's roster; 0 where it is not known."""

    def __str__(self) -> str:
        place = f"{self.batch} row {self.row}" if self.row else f"place {self.index} of {str(self.root)[:10]}"
        return f"{place}, {self.id}" if self.id else place


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a row, and a value of it as rosters have it: what to look for, or what to write."""

    field: Field
    value: Any
    """Text, day or links; empty text, `None` or no links for an empty cell."""

    def is_in(self, entry: Entry) -> bool:
        """Answer whether a person's row says this; names in any case, evidence among other links."""
        found = getattr(entry, self.field.value)
        if self.field is Field.NAME:
            return bool(found.casefold() == self.value.casefold())
        if self.field is Field.EVIDENCE and self.value:
            return set(self.value) <= set(found)
        return bool(found == self.value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person named."""

    names: tuple[str, ...] = ()
    """Files and ids."""
    batch: str | None = None
    rows: tuple[range, ...] = ()
    """Of the roster of `batch`."""
    cells: tuple[Cell, ...] = ()
    """What a row must say, all of it; of every batch where none is named."""

    def __post_init__(self) -> None:
        """Raise `InputError` for nothing, or for two ways at once."""
        if bool(self.names) == (self.batch is not None or bool(self.cells)):
            raise InputError("name credentials, or a batch with --batch, or people with --where", code="usage.options")
        if self.rows and self.batch is None:
            raise InputError("--rows needs --batch", code="usage.options")

    @property
    def is_whole_batch(self) -> bool:
        """Whether a batch was named and nothing of it picked out."""
        return self.batch is not None and not self.rows and not self.cells


def select(wanted: Wanted, batches: Path, deployment: Deployment, issuer: Address) -> tuple[Target, ...]:
    """Find what was named, in the order of files and ids, or of batches and their rows.

    Raises:
        InputError: something of it can't be found; nothing is left out by a slip of the pen.
    """
    if wanted.names:
        return find_targets(wanted.names, batches, deployment, issuer)
    chain = deployment.chain_id.caip2
    if wanted.batch is not None:
        folder = BatchFolder(batches / check_name(wanted.batch))
        if folder.read_manifest().get("chain", chain) != chain:
            raise InputError(f"batch {folder.name!r} is not on {chain}", code="batch.other_registry")
        folders = [folder]
    else:
        folders = [folder for folder, manifest in _manifests(batches) if manifest.get("chain", chain) == chain]
    found = [target for folder in folders for target in _chosen(folder, wanted)]
    if not found:
        raise InputError("nobody is meant by that: no row says it", code="withdraw.rows")
    return tuple(found)


def _chosen(folder: BatchFolder, wanted: Wanted) -> tuple[Target, ...]:
    targets = find_rows(folder, wanted.rows) if wanted.rows else targets_of(folder)
    if not wanted.cells:
        return targets
    rows = {entry.row for entry in entries_of(folder) if all(cell.is_in(entry) for cell in wanted.cells)}
    return tuple(target for target in targets if target.row in rows)


def entries_of(folder: BatchFolder) -> Iterator[Entry]:
    """Read the people of a batch's own roster again; nobody for a batch of files."""
    if folder.roster.exists():
        with folder.roster.open("rb") as stream:
            yield from read_roster(stream).entries()


def targets_of(folder: BatchFolder) -> tuple[Target, ...]:
    """Give every credential of a batch, by the rows of its roster."""
    manifest = folder.read_manifest()
    root = Root(Digest.from_hex(manifest["root"]))
    found = (_target(folder.name, root, entry) for entry in manifest["credentials"])
    return tuple(sorted(found, key=lambda target: (target.row, target.index)))


def _target(batch: str, root: Root, entry: Mapping[str, Any]) -> Target:
    return Target(root, entry["index"], entry.get("id", ""), batch, entry.get("row", 0))


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
    by_row = {target.row: target for target in targets_of(folder) if target.row}
    found: dict[int, Target] = {}
    for wanted in rows:
        there = {row: target for row, target in by_row.items() if row in wanted}
        if not there:
            raise InputError(
                f"nobody is on row {wanted.start} to {wanted.stop - 1} of {folder.name!r}", code="withdraw.rows"
            )
        found |= there
    return tuple(found[row] for row in sorted(found))


def parse_rows(text: str) -> range:
    """Read ``12`` or ``20-30``, both ends included. Raise `InputError` for anything else."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?", text)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise InputError(f"{text!r} is no row or range of rows, such as 12 or 20-30", code="withdraw.rows")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def parse_row_lists(texts: Iterable[str]) -> tuple[range, ...]:
    """Read lists such as ``3,7-9``; `InputError` as `parse_rows`."""
    return tuple(parse_rows(part) for text in texts for part in text.split(","))


def parse_cell(text: str) -> Cell:
    """Read ``FIELD=VALUE``; an empty value stands for an empty cell.

    Raises:
        InputError: ``withdraw.cell``, there is no such field, or it can't have that value.
    """
    name, separator, value = text.partition("=")
    known = {known.value: known for known in FIELDS}
    if not separator or name not in known:
        raise InputError(f"{text!r} is not FIELD=VALUE with a field of {', '.join(known)}", code="withdraw.cell")
    return Cell(known[name], _read_value(known[name], value))


def _read_value(column: Field, text: str) -> str | date | tuple[str, ...] | None:
    if column in _DAYS:
        day = parse_day(text.strip(), DayOrder.UNTOLD) if text.strip() else None
        if isinstance(day, BadDate):
            raise InputError(f"{column.value}: {text!r} {day.message}", code="withdraw.cell")
        return day
    value, flaws = _CLEANERS[column](text)
    for flaw in flaws if text else ():
        if flaw.severity is Severity.ERROR:
            raise InputError(f"{column.value}: {text!r} {flaw.message}", code="withdraw.cell")
    return value  # type: ignore[no-any-return]


def _target_of_file(path: Path, deployment: Deployment, issuer: Address) -> Target:
    with path.open("rb") as file:
        document = loads(file.read(MAX_CREDENTIAL_BYTES + 1))
    proofs = split_proofs(document)[1] if isinstance(document, dict) else ()
    for proof in proofs:
        claim = decode_proof_value(str(proof.get("proofValue")))
        if (claim.chain_id, claim.registry, claim.issuer) == (deployment.chain_id, deployment.address, issuer):
            return Target(claim.root, claim.proof.index, str(document.get("id", "")))  # type: ignore[union-attr]
    raise InputError("it is not anchored by this issuer in this registry", code="withdraw.foreign")


def _targets_of_ids(wanted: dict[str, str], batches: Path) -> list[Target]:
    """Look ids up in the manifests; what is found is taken out of `wanted`."""
    found: list[Target] = []
    for folder, manifest in _manifests(batches) if wanted else ():
        root = Root(Digest.from_hex(manifest["root"]))
        for entry in manifest["credentials"]:
            if wanted.pop(entry.get("id", ""), None) is not None:
                found.append(_target(folder.name, root, entry))
    return found


def place_in_batches(targets: Iterable[Target], batches: Path) -> tuple[Target, ...]:
    """Give the same targets with batch, id and row, as this workspace's manifests have them.

    Raises:
        InputError: ``withdraw.unknown``, a credential is in no batch of this workspace.
    """
    missing = dict.fromkeys(targets)
    known: dict[Target, Target] = {target: target for target in missing if target.batch}
    if len(known) < len(missing):
        roots = {target.root for target in missing} - {target.root for target in known}
        for folder, manifest in _manifests(batches):
            if Root(Digest.from_hex(manifest["root"])) in roots:
                known |= {target: target for target in targets_of(folder) if target in missing}
    lost = [str(target) for target in missing if target not in known]
    if lost:
        raise InputError(f"in no batch of this workspace: {'; '.join(lost)}", code="withdraw.unknown")
    return tuple(known[target] for target in missing)


def _manifests(batches: Path) -> Iterator[tuple[BatchFolder, dict[str, Any]]]:
    for path in sorted(batches.glob("*/manifest.json")):
        folder = BatchFolder(path.parent)
        yield folder, folder.read_manifest()
