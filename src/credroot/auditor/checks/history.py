"""The events against the blocks themselves: each block's receipts, which hash to its header, hold the true logs.

State can't tell a reason, a web address or who did what, and a suspension that was lifted leaves nothing behind. The
receipts have it all. Blocks with events are always checked; with `every_block` the chain of headers is walked from the
deployment on, and each block whose bloom filter admits a log of the registry is checked too, so that nothing is left
out anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from credroot.auditor.findings import Finding
from credroot.chain.proofs.block_header import BlockHeader, parse_header
from credroot.chain.proofs.receipts import are_of, ask_receipts, logs_of
from credroot.chain.registry.events import KINDS, LogRow, parse_logs
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import quantity
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonObject
    from credroot.store.event_index import EventIndex, Position

HEADERS_A_BATCH = 200


@dataclass(frozen=True, slots=True)
class HistoryChecked:
    """What was walked and what came out."""

    findings: tuple[Finding, ...]
    blocks: int
    """Blocks whose receipts were checked against their header."""
    headers: int
    """Headers that were followed, one to the next; 0 without `every_block`."""
    unproven: int
    """Blocks whose header or receipts are of a form that is not known here; neither good nor bad."""


class HistoryCheck:
    """Checks one registry's events in an index up to its position."""

    def __init__(self, rpc: Rpc, deployment: Deployment, index: EventIndex, source: int) -> None:
        """Check registry number `source` of `index` by what `rpc` shows."""
        self._rpc = rpc
        self._deployment = deployment
        self._index = index
        self._source = source
        self._findings: list[Finding] = []
        self._unproven = 0
        self._sound_headers = 0
        self._foreign_headers: list[int] = []

    def run(
        self,
        position: Position,
        *,
        every_block: bool = False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> HistoryChecked:
        """Check every block that has events, or every block at all, up to `position`.

        Raises:
            ChainUnavailable: no usable answer.
        """
        headers = self._walked(position) if every_block else self._with_events(position)
        rows = _by_block(self._index, self._source, position)
        waiting = next(rows, None)
        blocks = walked = 0
        first = self._deployment.deploy_block
        for header, expected in headers:
            walked += 1
            number = header.mark.number
            indexed: list[LogRow] = []
            if waiting is not None and waiting[0] == number:
                indexed, waiting = waiting[1], next(rows, None)
            if not self._is_sound(header, expected):
                continue
            if indexed or header.may_have_log_of(self._deployment.address):
                self._check_block(header, indexed)
                blocks += 1
            progress(number - first, position.number - first)
        self._judge_headers()
        return HistoryChecked(tuple(self._findings), blocks, walked if every_block else 0, self._unproven)

    def _is_sound(self, header: BlockHeader, expected: bytes | None) -> bool:
        number = header.mark.number
        if expected is not None and header.mark.hash != expected:
            self._find("H307", f"block {number} is {header.mark.hash}, expected 0x{expected.hex()}", block=number)
            return False
        if not header.is_proven:
            self._foreign_headers.append(number)
            return False
        self._sound_headers += 1
        return True

    def _judge_headers(self) -> None:
        """Where no header at all hashes, this chain's have another form: that is ignorance, and never good."""
        if not self._sound_headers:
            self._unproven += len(self._foreign_headers)
            return
        for number in self._foreign_headers:
            self._find("H306", f"the header of block {number} does not hash to its block hash", block=number)

    def _check_block(self, header: BlockHeader, indexed: list[LogRow]) -> None:
        number = header.mark.number
        receipts: list[JsonObject] = ask_receipts(self._rpc, header.mark.hash)
        try:
            proven = are_of(header, receipts)
        except ChainUnavailable:
            self._unproven += 1
            return
        if not proven:
            self._find("H305", f"the receipts of block {number} do not hash to its header's root", block=number)
            return
        address = "0x" + self._deployment.address.hex()
        own = [log for log in logs_of(receipts, header) if str(log["address"]).lower() == address]
        true = parse_logs(own, self._deployment.address, first=number, last=number)  # type: ignore[arg-type]
        self._compare({row.log_index: row for row in indexed}, {row.log_index: row for row in true}, number)

    def _compare(self, indexed: dict[int, LogRow], true: dict[int, LogRow], number: int) -> None:
        for place in sorted(indexed.keys() | true.keys()):
            got, real = indexed.get(place), true.get(place)
            if real is None and got is not None:
                self._find("H301", f"block {number} has no log {place}, a {KINDS[got.kind]}", block=number, log=place)
            elif got is None and real is not None:
                self._find("H302", f"log {place} of block {number}, a {KINDS[real.kind]}", block=number, log=place)
            elif got is not None and real is not None and got[:8] != real[:8]:
                names = [name for name, a, b in zip(got._fields, got, real, strict=True) if a != b]
                message = f"log {place} of block {number}, a {KINDS[real.kind]}: {', '.join(names)}"
                self._find("H303", message, block=number, log=place)

    def _with_events(self, position: Position) -> Iterator[tuple[BlockHeader, bytes | None]]:
        blocks = [row for row in self._index.blocks_with_events(self._source) if row[0] <= position.number]
        expected = {number: digest for number, digest, _, _ in blocks}
        for header in self._headers(list(expected)):
            yield header, expected[header.mark.number]

    def _walked(self, position: Position) -> Iterator[tuple[BlockHeader, bytes | None]]:
        """Give every header; each must be the child of the one before, and the last the index's own."""
        parent: bytes | None = None
        for header in self._headers(range(self._deployment.deploy_block, position.number + 1)):
            if parent is not None and header.mark.parent != parent:
                number = header.mark.number
                self._find("H307", f"block {number} is no child of block {number - 1}", block=number)
            parent = header.mark.hash
            yield header, position.hash if header.mark.number == position.number else None

    def _headers(self, numbers: list[int] | range) -> Iterator[BlockHeader]:
        for start in range(0, len(numbers), HEADERS_A_BATCH):
            page = numbers[start : start + HEADERS_A_BATCH]
            answers = self._rpc.batch([("eth_getBlockByNumber", [quantity(number), False]) for number in page])
            for number, answer in zip(page, answers, strict=True):
                if isinstance(answer, RpcError):
                    raise ChainUnavailable(f"no block {number}: {answer}", code="chain.refused") from answer
                yield parse_header(answer, number=number)

    def _find(self, rule: str, message: str, **about: str | int) -> None:
        self._findings.append(Finding(rule, message, about))


def _by_block(index: EventIndex, source: int, position: Position) -> Iterator[tuple[int, list[LogRow]]]:
    events = index.events(source, last=position.number)
    for number, group in groupby(events, key=lambda stored: stored.block):
        yield number, [LogRow(*stored[:9]) for stored in group]
