"""Rosters, manifests and credential files against the ledger, in both directions.

A row of a roster and a credential belong together where the salted hash in the credential's file matches the row's
address, or its subject is the row's DID. For the very roster that a batch was made from, the manifest says which row is
whose, and the hash must agree; any other roster is matched by hashes alone, those of the same name first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from credroot.auditor.checks.issued_files import CredentialFile, Entry, IssuedBatch, Person, RosterFile, read_credential
from credroot.auditor.findings import Finding
from credroot.auditor.wording import counted
from credroot.core.errors import InputError
from credroot.credential.badge.recipient import is_recipient

if TYPE_CHECKING:
    from credroot.auditor.ledger.ledger import Ledger
    from credroot.auditor.ledger.records import Batch, Window
    from credroot.core.values import Address

MAX_COMPARISONS = 3_000_000
"""Hashes that are tried for rows whose credential is found in no other way; a hash takes about a microsecond."""
LONG_AGO_S = 90 * 24 * 3_600
CLOCK_SKEW_S = 3_600


class Held(NamedTuple):
    """One credential file, and where it belongs."""

    batch: IssuedBatch
    entry: Entry
    file: CredentialFile


@dataclass(slots=True)
class Reconciled:
    """What was compared and what came out."""

    rosters: int = 0
    rows: int = 0
    rows_on_chain: int = 0
    """Rows with a credential that is anchored, whatever its status."""
    batches: int = 0
    """Batches of the issuers on the chain."""
    batches_with_files: int = 0
    batches_without_files: int = 0
    credentials: int = 0
    """Credential files that are what the root stands for."""
    latencies: list[int] = field(default_factory=list)
    """Seconds from the date in each file to its anchoring."""
    unmatched_comparisons: bool = False
    """Whether the search for rows was cut at `MAX_COMPARISONS`."""
    findings: list[Finding] = field(default_factory=list)


class Reconciliation:
    """Compares an issuer's files with the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        issuers: Iterable[Address],
        accreditors: Iterable[Address] = (),
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Compare what `issuers` anchored; where `accreditors` are named, one of them must have covered each batch."""
        self._ledger = ledger
        self._issuers = set(issuers)
        self._accreditors = set(accreditors)
        self._progress = progress
        self._result = Reconciled()
        self._comparisons = 0
        self._named: set[tuple[bytes, int]] = set()
        """Roster and row of those whose file is missing, altered or another's: named for that, and only once."""
        self._misplaced: set[str] = set()
        """Credentials that the manifest joins to another person's row."""

    def run(self, batches: Sequence[IssuedBatch], rosters: Sequence[RosterFile]) -> Reconciled:
        """Compare everything; `rosters` may be those that the batches were made from, or independent ones."""
        result = self._result
        self._issuers |= {batch.issuer for batch in batches}
        held: list[Held] = []
        total = sum(len(batch.entries) for batch in batches)
        for batch in batches:
            held += self._files_of(batch, len(held), total)
        self._unknown_batches(batches)
        result.credentials = len(held)
        matched = self._rosters(held, rosters)
        if rosters:
            self._without_row(held, matched)
        self._accreditations()
        return result

    def _files_of(self, batch: IssuedBatch, before: int, total: int) -> Iterator[Held]:
        """Check a manifest against the ledger and each of its files against the manifest; give the good ones."""
        about: dict[str, str | int] = {"batch": batch.name, "root": str(batch.root)}
        on_chain = self._ledger.batches.get((batch.issuer, batch.root))
        if on_chain is None:
            self._find("R408", f"batch {batch.name}: {batch.issuer} never anchored {batch.root}", about)
            return
        if on_chain.leaf_count != batch.leaf_count or batch.root_of_leaves() != batch.root:
            message = f"batch {batch.name}: the manifest's {batch.leaf_count} leaves are not those under {batch.root}"
            self._find("R408", f"{message}, which has {on_chain.leaf_count}", about)
        if self._ledger.is_distrusted(on_chain):
            message = f"batch {batch.name}, {counted(on_chain.leaf_count, 'credential')}, by {on_chain.key}"
            self._find("R406", message, about)
        for number, entry in enumerate(batch.entries, before):
            self._progress(number, total)
            file = self._file(batch, entry, on_chain)
            if file is not None:
                yield Held(batch, entry, file)
            elif batch.roster_digest is not None:
                self._named.add((batch.roster_digest, entry.row))

    def _file(self, batch: IssuedBatch, entry: Entry, on_chain: Batch) -> CredentialFile | None:
        about: dict[str, str | int] = {"batch": batch.name, "credential": entry.id}
        path = batch.file_of(entry)
        if path is None:
            self._find("R409", f"batch {batch.name}: no file of {entry.id}, leaf {entry.index}", about)
            return None
        try:
            file = read_credential(path)
        except InputError as error:
            self._find("R405", f"batch {batch.name}: {error}", about)
            return None
        if file.leaf != entry.leaf:
            self._find("R405", f"batch {batch.name}: {path.name} is not what was anchored as leaf {entry.index}", about)
            return None
        if file.valid_from is not None:
            self._result.latencies.append(on_chain.anchored_at - file.valid_from)
            if on_chain.anchored_at - file.valid_from > LONG_AGO_S:
                days = (on_chain.anchored_at - file.valid_from) // 86_400
                message = f"batch {batch.name} has credentials dated {days} days before it was anchored"
                self._find("A509", message, {"batch": batch.name})
        if file.created is not None and file.created > on_chain.anchored_at + CLOCK_SKEW_S:
            self._find("A510", f"batch {batch.name} has credentials made after it was anchored", {"batch": batch.name})
        return file

    def _unknown_batches(self, batches: Sequence[IssuedBatch]) -> None:
        known = {(batch.issuer, batch.root) for batch in batches}
        for key, batch in self._ledger.batches.items():
            if batch.issuer not in self._issuers:
                continue
            self._result.batches += 1
            if key in known:
                self._result.batches_with_files += 1
                continue
            self._result.batches_without_files += 1
            size = counted(batch.leaf_count, "credential")
            message = f"{size} under {batch.root}, sequence {batch.sequence} of {batch.issuer}"
            self._find("R402", message, {"issuer": str(batch.issuer), "root": str(batch.root)})

    def _rosters(self, held: Sequence[Held], rosters: Sequence[RosterFile]) -> set[str]:
        """Look for each row's credential; give the ids of all that some row has."""
        by_name: defaultdict[str, list[Held]] = defaultdict(list)
        by_source: defaultdict[bytes, dict[int, list[Held]]] = defaultdict(lambda: defaultdict(list))
        for one in held:
            by_name[one.file.name].append(one)
            if one.batch.roster_digest is not None:
                by_source[one.batch.roster_digest][one.entry.row].append(one)
        matched: set[str] = set()
        for roster in rosters:
            self._result.rosters += 1
            for person in roster.people:
                self._result.rows += 1
                found = self._credential_of(roster, person, by_source, by_name, held)
                matched |= {one.entry.id for one in found}
                if found:
                    self._result.rows_on_chain += 1
                    self._withdrawn(roster, person, found)
                elif (roster.digest, person.row) not in self._named:
                    about: dict[str, str | int] = {"roster": roster.name, "row": person.row}
                    self._find("R401", f"{roster.name}, {person.shown}", about)
        return matched

    def _credential_of(
        self,
        roster: RosterFile,
        person: Person,
        by_source: dict[bytes, dict[int, list[Held]]],
        by_name: dict[str, list[Held]],
        held: Sequence[Held],
    ) -> list[Held]:
        rows = by_source.get(roster.digest)
        if rows is not None:
            claimed = rows.get(person.row, [])
            right = [one for one in claimed if _is_of(one, person)]
            for one in claimed:
                if one not in right:
                    about: dict[str, str | int] = {"roster": roster.name, "row": person.row, "credential": one.entry.id}
                    self._find("R411", f"{roster.name}, {person.shown}, and {one.entry.id}", about)
                    self._named.add((roster.digest, person.row))
                    self._misplaced.add(one.entry.id)
            return right
        found = [one for one in by_name.get(person.name, []) if _is_of(one, person)]
        if found:
            return found
        room = max(0, MAX_COMPARISONS - self._comparisons)
        self._comparisons += min(len(held), room)
        self._result.unmatched_comparisons |= len(held) > room
        return [one for one in held[:room] if _is_of(one, person)]

    def _withdrawn(self, roster: RosterFile, person: Person, found: Sequence[Held]) -> None:
        """A row is listed as if it had a credential; say so where every one that it has is withdrawn."""
        about: dict[str, str | int] = {"roster": roster.name, "row": person.row}
        states = [self._status(one) for one in found]
        if all(state == "revoked" for state in states):
            self._find("R403", f"{roster.name}, {person.shown}: {found[0].entry.id} is revoked", about)
        elif all(state for state in states):
            self._find("R404", f"{roster.name}, {person.shown}: {found[0].entry.id} is suspended", about)

    def _status(self, one: Held) -> str:
        batch = self._ledger.batches[one.batch.issuer, one.batch.root]
        if batch.revoked or batch.bit(batch.revoked_words, one.entry.index):
            return "revoked"
        return "suspended" if batch.suspended or batch.bit(batch.suspended_words, one.entry.index) else ""

    def _without_row(self, held: Sequence[Held], matched: set[str]) -> None:
        """Name the credentials that no row has, in the batches that some roster was about."""
        about_batches = {one.batch.name for one in held if one.entry.id in matched}
        for one in held:
            if one.batch.name in about_batches and one.entry.id not in matched | self._misplaced:
                about: dict[str, str | int] = {"batch": one.batch.name, "credential": one.entry.id}
                self._find("R410", f"batch {one.batch.name}: {one.entry.id}, leaf {one.entry.index}", about)

    def _accreditations(self) -> None:
        if not self._accreditors:
            return
        for batch in self._ledger.batches.values():
            if batch.issuer in self._issuers and not self._is_accredited(batch):
                message = f"batch {batch.sequence} of {batch.issuer}"
                self._find("R407", message, {"issuer": str(batch.issuer), "root": str(batch.root)})

    def _is_accredited(self, batch: Batch) -> bool:
        """Answer whether a window that was in force when the batch was anchored covered that moment."""
        standing: dict[tuple[Address, bytes], Window] = {}
        for window in self._ledger.window_changes:
            if (
                window.accreditor in self._accreditors
                and window.subject == batch.issuer
                and window.at <= batch.anchored_at
            ):
                standing[window.accreditor, window.scope] = window
        return any(window.valid_from <= batch.anchored_at < window.valid_until for window in standing.values())

    def _find(self, rule: str, message: str, about: dict[str, str | int]) -> None:
        self._result.findings.append(Finding(rule, message, about))


def _is_of(one: Held, person: Person) -> bool:
    document = one.file.document
    return bool(person.email and is_recipient(document, person.email)) or bool(
        person.did and is_recipient(document, person.did)
    )
