"""Issuing a batch from settings: what the command line, the scripts and the demonstration share."""

from __future__ import annotations

import os
import random
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credroot.app.issuing.status_lists import remake_status_lists
from credroot.app.issuing.workbench import now
from credroot.app.progress import Progress
from credroot.app.workspace.signers import payer_of
from credroot.chain.registry import calls as registry_calls
from credroot.core.errors import GuardRefused, InputError
from credroot.core.values import AccountId, Digest, Root
from credroot.credential.badge.achievement import load_profile
from credroot.credential.badge.schema import schema_problems
from credroot.issuer.batch.credential_signer import CredentialSigner
from credroot.issuer.batch.drafts import Drafter
from credroot.issuer.batch.file_batch import digest_of_files, file_entries, prepare_files
from credroot.issuer.batch.preparation import Place, Prepared, Tools, prepare
from credroot.issuer.batch.request import digest_of, usable_roster
from credroot.issuer.batch.request_mark import MARK_BYTES, MEMBER, mark_of
from credroot.issuer.batch.status_slots import noted_slots, slots_for
from credroot.issuer.identity.publication import method_of
from credroot.issuer.sending.entry import begin, require_not_issued
from credroot.issuer.sending.intent import Intent, coins, gwei
from credroot.issuer.sending.spending import Budget
from credroot.issuer.sending.walk import prepare_batch, walk
from credroot.issuer.withdrawal.replacement import revoke_predecessors
from credroot.issuer.withdrawal.status_publication import credential_status
from credroot.issuer.withdrawal.succession import read_succession
from credroot.store.journal_records import BatchState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import IssuerSettings, Settings
    from credroot.chain.writing.keystore import Signer
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address
    from credroot.credential.keys.signatures import SigningKey
    from credroot.issuer.batch.file_batch import FileEntry
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.issuer.batch.status_slots import StatusSlot
    from credroot.issuer.sending.intent import Cost, Guards
    from credroot.issuer.sending.workbench import Workbench
    from credroot.issuer.withdrawal.succession import Succession
    from credroot.store.journal_records import BatchRecord, Operation

    Work = Callable[[Callable[[], Prepared]], BatchRecord]


@dataclass(frozen=True, slots=True)
class Planned:
    """What anchoring a batch means now."""

    people: int
    cost: Cost

    def to_json(self, coin: str) -> JsonObject:
        """Give the wire form, amounts in coins."""
        return {
            "credentials": self.people,
            "transactions": 1,
            "gas": self.cost.gas,
            "coin": coin,
            "feeGwei": gwei(self.cost.fee_wei),
            "mostFeeGwei": gwei(self.cost.most_fee_wei),
            "likely": coins(self.cost.likely_wei),
            "most": coins(self.cost.most_wei),
            "balance": coins(self.cost.balance_wei),
        }


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of a batch."""

    record: BatchRecord
    anchor: Operation
    revoked: tuple[Operation, ...] = ()
    """The transactions that revoked what it takes the place of."""


def plan_cost(settings: Settings, bench: Workbench, folder: BatchFolder) -> Planned:
    """Ask what anchoring the batch would cost now; its root is not known yet, and any other costs the same."""
    with folder.roster.open("rb") as stream:
        people = usable_roster(stream, folder.roster.name).people
    data = registry_calls.anchor(bench.issuer, Root(Digest(os.urandom(Digest.SIZE))), people) + os.urandom(MARK_BYTES)
    intent = Intent("anchor", folder.name, bench.deployment.address, data)
    return Planned(people, bench.submission.cost(payer_of(settings), intent))


def issue(
    settings: Settings,
    bench: Workbench,
    folder: BatchFolder,
    keys: Keys,
    guards: Guards,
    *,
    may_exist: bool,
    early: bool = False,
    again: bool = False,
) -> Issued:
    """Bring a batch to its published end, the status lists with it, and revoke what it takes the place of.

    `early` hands copies out, marked as provisional, before the anchor is final. `again` issues to people who may have
    the same already. `guards` bound all transactions
    together; where they set no cost, what was agreed when the batch was asked for does.

    Raises:
        InputError: ``batch.unknown``, no such request was taken in.
        GuardRefused: ``batch.begun``, the batch was begun before and `may_exist` is false.
        Others: as `walk`.
    """
    if not folder.exists():
        raise InputError(
            f"no batch named {folder.name!r}: plan it, or give --roster and --achievement", code="batch.unknown"
        )
    known = {record.name: record for record in bench.journal.batches()}.get(folder.name)
    if known is not None and not may_exist:
        raise GuardRefused(
            f"batch {folder.name!r} was begun before and is {known.state}; run: credroot batch resume {folder.name}",
            code="batch.begun",
        )
    succession = read_succession(folder)
    signer = keys.signer(None if succession is None else succession.signer)
    revoker = _revoker(keys, succession, signer)
    if succession is not None and guards.max_cost_wei is None:
        guards = replace(guards, max_cost_wei=succession.max_cost_wei)
    budget = Budget(guards)
    kept_wei = 0 if succession is None else _most_of_revoking(bench, folder, succession, revoker.address)
    record = _with_preparation(
        settings,
        bench,
        folder,
        keys,
        lambda prepare: walk(bench, folder, signer, budget.next(kept_wei=kept_wei), prepare, early=early, again=again),
        again=again,
    )
    operation = bench.journal.operation(record.operation_id or 0)
    revoked: tuple[Operation, ...] = ()
    if succession is not None and record.state is BatchState.REPLACING:
        budget.spend(operation.fee_wei)
        revoked = revoke_predecessors(bench, folder, succession, revoker, budget)
    if noted_slots(folder.path):
        remake_status_lists(settings, keys)
    return Issued(bench.journal.batch(folder.name), operation, revoked)


def _revoker(keys: Keys, succession: Succession | None, signer: Signer) -> Signer:
    """Open the key that will revoke before anything is sent: a wrong passphrase is told in time."""
    if succession is None or succession.revoker is None or not succession.revokes:
        return signer
    return keys.signer(succession.revoker)


def _most_of_revoking(bench: Workbench, folder: BatchFolder, succession: Succession, revoker: Address) -> int:
    """Ask what revoking could cost, to keep it back, and have the registry refuse a key that may not, in time."""
    known = {record.name: record for record in bench.journal.batches()}.get(folder.name)
    if known is not None and known.replaced_at is not None:
        return 0
    wanted = succession.intents(bench.deployment, bench.issuer)
    return sum(bench.submission.cost(revoker, intent).most_wei for intent in wanted)


def prepare_only(settings: Settings, bench: Workbench, folder: BatchFolder, keys: Keys) -> BatchRecord:
    """Bring a batch to prepared and no further: its root is known, the chain is asked nothing.

    Raises:
        InputError: ``batch.unknown``, no such request was taken in.
    """
    if not folder.exists():
        raise InputError(f"no batch named {folder.name!r}: plan it first", code="batch.unknown")
    return _with_preparation(settings, bench, folder, keys, lambda prepare: prepare_batch(bench, folder, prepare))


def _with_preparation(
    settings: Settings, bench: Workbench, folder: BatchFolder, keys: Keys, work: Work, *, again: bool = False
) -> BatchRecord:
    """Enter a batch into the journal and do `work` with it, which gets what prepares its files."""
    files = file_entries(folder.request())
    if files:
        return _with_files(settings, bench, folder, keys, files, work, again=again)
    return _with_roster(settings, bench, folder, keys, work, again=again)


def require_not_planned_twice(settings: Settings, bench: Workbench, folder: BatchFolder) -> None:
    """Raise `GuardRefused` as `require_not_issued`, for a batch that was only taken in."""
    with folder.roster.open("rb") as stream:
        roster = usable_roster(stream, folder.roster.name)
        achievement = folder.achievement.read_bytes()
        requested = digest_of(roster.entries(), achievement, settings.required_issuer().did)
        require_not_issued(bench, folder, requested.digest, requested.keys)


def _with_roster(
    settings: Settings, bench: Workbench, folder: BatchFolder, keys: Keys, work: Work, *, again: bool
) -> BatchRecord:
    issuer = settings.required_issuer()
    with folder.roster.open("rb") as stream:
        roster = usable_roster(stream, folder.roster.name)
        achievement = folder.achievement.read_bytes()
        drafter = Drafter(profile_of(issuer), achievement)
        requested = digest_of(roster.entries(), achievement, issuer.did)
        succession = read_succession(folder)
        if succession is None:
            record = begin(bench, folder, requested.digest, people=requested.keys, again=again)
        else:
            digest = Digest.sha256(requested.digest + succession.digest)
            record = begin(bench, folder, digest, predecessors=succession.revokes, again=again)

        def prepare_now() -> Prepared:
            place, key = place_of(issuer, bench), keys.signing_key()
            with Progress(requested.people) as progress:
                return prepare(
                    folder,
                    drafter.drafts(
                        roster.entries(),
                        new_id=uuid.uuid4,
                        random_bytes=os.urandom,
                        slots=slots_of(settings, folder, requested.people),
                        status_of=lambda slot: credential_status(issuer.publish_url or "", slot),
                        additions=None if succession is None else succession.additions(),
                    ),
                    place,
                    _tools(settings, key, progress, drafter, place),
                    _header(bench, folder, mark_of(key, record.request_digest)),
                )

        return work(prepare_now)


def _with_files(
    settings: Settings,
    bench: Workbench,
    folder: BatchFolder,
    keys: Keys,
    files: Sequence[FileEntry],
    work: Work,
    *,
    again: bool,
) -> BatchRecord:
    issuer = settings.required_issuer()
    record = begin(bench, folder, digest_of_files(files, issuer.did), again=again)

    def prepare_now() -> Prepared:
        header = _header(bench, folder, _mark_of_files(keys, record.request_digest))
        return prepare_files(folder, files, place_of(issuer, bench), os.urandom, header)

    return work(prepare_now)


def _mark_of_files(keys: Keys, request: Digest) -> bytes:
    """Give the mark of a batch of files; none where there is no key to sign credentials, which files do not need."""
    try:
        return mark_of(keys.signing_key(), request)
    except InputError:
        return b""


def _header(bench: Workbench, folder: BatchFolder, mark: bytes) -> JsonObject:
    header: JsonObject = {"batch": folder.name, "chain": bench.deployment.chain_id.caip2, "issuer": str(bench.issuer)}
    return {**header, MEMBER: str(Digest(mark))} if mark else header


def profile_of(issuer: IssuerSettings) -> JsonObject:
    """Give the profile that stands in every credential, in strict form; `InputError` names a setting that is wrong."""
    members: JsonObject = {"id": issuer.did, "type": ["Profile"], "name": issuer.name}
    for name in ("url", "email", "description", "image"):
        value = getattr(issuer, name)
        if value is not None:
            members[name] = {"id": value, "type": "Image"} if name == "image" else value
    return load_profile(members)


def slots_of(settings: Settings, folder: BatchFolder, people: int) -> Iterator[StatusSlot] | None:
    """Reserve the batch's places in the status lists; `None` where the issuer publishes nothing."""
    if settings.required_issuer().publish_url is None:
        return None
    sample = random.SystemRandom().sample
    return slots_for(folder.path, people, workspace=settings.workspace, sample=sample)


def place_of(issuer: IssuerSettings, bench: Workbench) -> Place:
    """Give the place of an anchor; the account is named as did:pkh."""
    account = AccountId(bench.deployment.chain_id, issuer.account.address)
    return Place(
        chain_id=bench.deployment.chain_id,
        registry=bench.deployment.address,
        issuer=bench.issuer,
        verification_method=f"{account.did_pkh}#blockchainAccountId",
    )


def _tools(settings: Settings, key: SigningKey, progress: Progress, drafter: Drafter, place: Place) -> Tools:
    issuer = settings.required_issuer()
    method = method_of(issuer.did, key.multikey, issuer.signing_key)
    moment = now()
    return Tools(
        sign=CredentialSigner(
            key,
            verification_method=method,
            created=moment,
            domain=place.domain,
            shared_parts=drafter.shared_parts,
        ),
        check=require_strict_form,
        random_bytes=os.urandom,
        shuffle=random.SystemRandom().shuffle,
        now=moment,
        progress=progress.step,
    )


def require_strict_form(document: JsonObject) -> None:
    """Raise `InputError` with code ``schema.refused`` for a document that is no Open Badge in the strict form."""
    problems = schema_problems(document)
    if problems:
        raise InputError("; ".join(f"{problem.path}: {problem.message}" for problem in problems), code="schema.refused")
