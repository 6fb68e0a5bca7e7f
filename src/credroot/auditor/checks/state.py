"""The ledger against the contract's own answers at the same block: counts, batches, status bits, keys and the rest.

For every issuer the count is asked; for every batch its word and all its status words, also those that no event ever
touched, so that an omitted event shows as well as an invented one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import tee
from typing import TYPE_CHECKING, NamedTuple

from credroot.auditor.findings import Finding
from credroot.auditor.ledger.records import WORD_BITS, Batch
from credroot.chain.registry.artifact import load
from credroot.chain.registry.view import Question, RegistryView
from credroot.core.values import Address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from credroot.auditor.ledger.ledger import Ledger
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc

STATUS_WORDS_A_CALL = 128
"""Words of status bits in one question; both kinds of them must fit into one answer."""


class _Expected(NamedTuple):
    function: str
    arguments: bytes
    words: tuple[int, ...]
    rule: str
    what: str
    about: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class StateChecked:
    """What was asked and what came out."""

    findings: tuple[Finding, ...]
    issuers: int
    batches: int
    status_words: int
    others: int
    """Keys, profiles, accreditations and nonces."""


def check_state(
    rpc: Rpc, deployment: Deployment, ledger: Ledger, block: int, *, also: Iterable[Address] = ()
) -> StateChecked:
    """Compare every entry of `ledger` with the registry's answer at `block`; `also` names issuers without an event.

    Raises:
        ChainUnavailable, ChainMismatch: as `RegistryView.ask`.
    """
    selectors = {signature.partition("(")[0]: code for signature, code in load("CredentialRegistry").selectors.items()}
    findings: list[Finding] = []
    counted: Counter[str] = Counter()
    # Questions are made while their answers are read: a page of them is in memory at a time.
    asked, compared = tee(_expectations(ledger, set(also)))
    questions = (Question(selectors[one.function] + one.arguments, len(one.words)) for one in asked)
    for one, answer in zip(compared, RegistryView(rpc, deployment, block).ask(questions), strict=True):
        counted[one.function] += len(one.words) if one.function == "statusWords" else 1
        if answer != b"".join(word.to_bytes(32, "big") for word in one.words):
            findings.append(Finding(one.rule, _told(one, answer), one.about))
    known = ("countOf", "batchOf", "statusWords")
    return StateChecked(
        findings=tuple(findings),
        issuers=counted["countOf"],
        batches=counted["batchOf"],
        status_words=counted["statusWords"] - 4 * sum(1 for _ in _status_calls(ledger)),
        others=sum(number for name, number in counted.items() if name not in known),
    )


def _expectations(ledger: Ledger, also: set[Address]) -> Iterator[_Expected]:
    anchored = Counter(issuer for issuer, _ in ledger.batches)
    for issuer in sorted({*ledger.issuers, *also}):
        count = anchored[issuer]
        yield _Expected("countOf", _word(issuer), (count,), "S201", f"{count} batches of {issuer}", _named(issuer))
        profile = ledger.profiles.get(issuer)
        digest = int.from_bytes(profile.digest, "big") if profile else 0
        yield _Expected("profileOf", _word(issuer), (digest,), "S206", f"the profile of {issuer}", _named(issuer))
    for batch in ledger.batches.values():
        yield _batch(ledger, batch)
        yield from _status(batch)
    for (issuer, account), key in ledger.keys.items():
        words: tuple[int, ...] = (key.roles, key.since, key.expires_at, key.distrusted_from)
        about = {**_named(issuer), "account": str(account)}
        yield _Expected("keyOf", _word(issuer, account), words, "S204", f"key {account} of {issuer}", about)
    for (accreditor, subject, scope), window in ledger.windows.items():
        words = (window.valid_from, window.valid_until)
        about = {"accreditor": str(accreditor), "subject": str(subject), "scope": str(scope)}
        what = f"the accreditation of {subject} by {accreditor}"
        yield _Expected("accreditationOf", _word(accreditor, subject, scope), words, "S205", what, about)
    for signer, nonce in ledger.nonces.items():
        about = {"signer": str(signer)}
        yield _Expected("nonceOf", _word(signer), (nonce,), "S207", f"the nonce of {signer}", about)


def _batch(ledger: Ledger, batch: Batch) -> _Expected:
    words = (
        int.from_bytes(batch.key, "big"),
        batch.anchored_at,
        batch.leaf_count,
        int(batch.revoked),
        int(batch.suspended),
        int(batch.ratified),
        ledger.key(batch.issuer, batch.key).distrusted_from,
    )
    what = f"batch {batch.root} of {batch.issuer}, sequence {batch.sequence}"
    about = {**_named(batch.issuer), "root": str(batch.root)}
    return _Expected("batchOf", _word(batch.issuer, batch.root), words, "S202", what, about)


def _status(batch: Batch) -> Iterator[_Expected]:
    size = (batch.leaf_count + WORD_BITS - 1) // WORD_BITS
    for first in range(0, size, STATUS_WORDS_A_CALL):
        count = min(STATUS_WORDS_A_CALL, size - first)
        place = range(first, first + count)
        revoked = tuple(batch.revoked_words.get(index, 0) for index in place)
        suspended = tuple(batch.suspended_words.get(index, 0) for index in place)
        # Two arrays: their places, then length and words of each.
        words = (64, 64 + 32 * (count + 1), count, *revoked, count, *suspended)
        arguments = _word(batch.issuer, batch.root) + first.to_bytes(32, "big") + count.to_bytes(32, "big")
        about = {**_named(batch.issuer), "root": str(batch.root), "word": first}
        what = f"the status of credentials {first * WORD_BITS} on, batch {batch.root}"
        yield _Expected("statusWords", arguments, words, "S203", what, about)


def _status_calls(ledger: Ledger) -> Iterator[int]:
    for batch in ledger.batches.values():
        size = (batch.leaf_count + WORD_BITS - 1) // WORD_BITS
        yield from range(0, size, STATUS_WORDS_A_CALL)


def _told(one: _Expected, answer: bytes | None) -> str:
    """Say what differs, in few words: a count as numbers, a batch that is not there as such."""
    words = [] if answer is None else [int.from_bytes(answer[at : at + 32], "big") for at in range(0, len(answer), 32)]
    if one.function == "countOf":
        return f"{one.what} are in the events, the chain counts {words[0] if words else 'none'}"
    if one.function == "batchOf" and not any(words[:3]):
        return f"{one.what} is in the events, not on the chain"
    if one.function == "statusWords" and len(words) == len(one.words):
        bits = sum((got ^ wanted).bit_count() for got, wanted in zip(words, one.words, strict=True))
        return f"{one.what}: {bits} bits are otherwise on the chain"
    names = {
        "batchOf": ("key", "time", "leaf count", "revoked", "suspended", "ratified", "distrusted from"),
        "keyOf": ("roles", "since", "expiry", "distrusted from"),
        "accreditationOf": ("start", "end"),
    }.get(one.function, ("value",))
    if len(words) != len(one.words):
        return f"{one.what}: the chain gave no answer"
    told = [
        f"{name} {got}, by the events {wanted}"
        for name, got, wanted in zip(names, words, one.words, strict=True)
        if got != wanted
    ]
    return f"{one.what}: on the chain {'; '.join(told)}"


def _named(issuer: Address) -> dict[str, str | int]:
    return {"issuer": str(issuer)}


def _word(*values: bytes) -> bytes:
    return b"".join(value.rjust(32, b"\0") for value in values)
