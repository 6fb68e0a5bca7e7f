"""Reading a registry's logs into an index, from its deployment to finality, and never beyond what was checked.

For each range of blocks: the hash of its last block before and after the logs were given, the hash of every block that
has one, and the parent of its first block, which must be where the index ended. Then all of it is written at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from credroot.chain.blocks.final_block import final_block, newest_block
from credroot.chain.proofs.block_header import BlockMark, parse_mark
from credroot.chain.registry.log_ranges import LogRanges
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import parse_quantity, quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.store.event_index import EventIndex, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from credroot.chain.blocks.finality import Finality
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.events import LogRow
    from credroot.chain.rpc.client import Rpc

BLOCKS_A_BATCH = 200
"""Headers asked for in one request."""
MAX_ATTEMPTS = 5
"""How often a range is read again because the chain changed under it."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What one run did."""

    position: Position
    """Where the index ends now."""
    events: int
    """Added."""
    blocks: int
    """Read, with events or without."""
    forgotten: int
    """Events of blocks that a reorganisation took away."""
    reorganised_from: int | None
    """The first block that is another one now; `None` where none is."""
    refusals: int
    """Ranges that the endpoint refused before they were small enough."""


class Synchroniser:
    """Keeps one registry's index up to the chain, through one endpoint."""

    def __init__(
        self,
        rpc: Rpc,
        deployment: Deployment,
        finality: Finality,
        index: EventIndex,
        *,
        progress: Callable[[int, int, int], None] = lambda _block, _last, _events: None,
    ) -> None:
        """Enter the registry into `index`; nothing is asked of the chain yet."""
        self._rpc = rpc
        self._deployment = deployment
        self._finality = finality
        self._index = index
        self._progress = progress
        self._ranges = LogRanges(rpc, deployment.address)
        self.source = source_of(index, deployment)
        """The registry's number in the index."""

    def run(self, *, last: int | None = None) -> Synced:
        """Read what is new, up to finality or to block `last` if that comes first.

        Raises:
            ChainUnavailable: no usable answer; ``chain.lagging``, the endpoint has not yet the blocks that the index
                has; ``chain.bad_answer``, it gave what can't be true, named in the message; ``chain.restless``, the
                chain changed again and again. The index is good up to where it ends, and a later run goes on there.
            ChainMismatch: ``chain.wrong_id``, the endpoint serves another chain.
            IndexProblem: another process writes to the index, or the database failed.
        """
        self._require_chain()
        position, forgotten, reorganised = self._walk_back()
        final = self._final_block()
        if final is None or (position is not None and final.number < position.number):
            if position is None:
                raise ChainUnavailable("the endpoint has no final block of this registry yet", code="chain.not_final")
            return Synced(position, 0, 0, forgotten, reorganised, 0)
        end = final.number if last is None else min(final.number, last)
        first = self._deployment.deploy_block if position is None else position.number + 1
        begun, added, attempts, refusals = first, 0, 0, self._ranges.refusals
        while first <= end:
            size = self._ranges.size
            read = self._range(first, min(first + size - 1, end), position)
            if read is not None:
                position, count = read
                added += count
                first = position.number + 1
                self._progress(position.number, end, added)
                continue
            if self._ranges.size < size:
                continue  # refused, not changed: the next try is smaller
            attempts += 1
            if attempts > MAX_ATTEMPTS:
                raise ChainUnavailable("the chain changed again and again while it was read", code="chain.restless")
            position, more, again = self._walk_back()
            forgotten += more
            reorganised = again if reorganised is None else reorganised
            first = self._deployment.deploy_block if position is None else position.number + 1
            end = min(end, newest_block(self._rpc))
        if position is None:
            raise ChainUnavailable("the endpoint has no final block of this registry yet", code="chain.not_final")
        blocks = max(0, position.number + 1 - begun)
        return Synced(position, added, blocks, forgotten, reorganised, self._ranges.refusals - refusals)

    def _range(self, first: int, last: int, position: Position | None) -> tuple[Position, int] | None:
        """Read one range and write it; `None` where it was refused, or the chain changed meanwhile."""
        opening = self._marks(sorted({first, last}))
        if opening is None or (position is not None and opening[0].parent != position.hash):
            return None
        rows = self._ranges.attempt(first, last)
        if rows is None:
            return None
        marks = self._marks(sorted({row.block_number for row in rows} | {last}))
        if marks is None or marks[-1].hash != opening[-1].hash or not self._agree(rows, marks):
            return None
        after = Position(last, bytes(marks[-1].hash))
        self._index.append(
            self.source,
            rows,
            [(mark.number, bytes(mark.hash), bytes(mark.parent), mark.timestamp) for mark in marks],
            before=position,
            after=after,
        )
        return after, len(rows)

    @staticmethod
    def _agree(rows: Sequence[LogRow], marks: Sequence[BlockMark]) -> bool:
        """Answer whether each log names the hash that its block has."""
        hashes = {mark.number: mark.hash for mark in marks}
        return all(row.block_hash == hashes[row.block_number] for row in rows)

    def _marks(self, numbers: Sequence[int]) -> list[BlockMark] | None:
        """Ask for blocks by number; `None` where the endpoint has no longer one of them."""
        marks = []
        for start in range(0, len(numbers), BLOCKS_A_BATCH):
            page = numbers[start : start + BLOCKS_A_BATCH]
            answers = self._rpc.batch([("eth_getBlockByNumber", [quantity(number), False]) for number in page])
            for number, answer in zip(page, answers, strict=True):
                if isinstance(answer, RpcError):
                    raise ChainUnavailable(f"no block {number}: {answer}", code="chain.refused") from answer
                if answer is None:
                    return None
                marks.append(parse_mark(answer, number=number))
        for before, after in pairwise(marks):
            if after.number == before.number + 1 and after.parent != before.hash:
                return None
        return marks

    def _walk_back(self) -> tuple[Position | None, int, int | None]:
        """Go back to the newest kept block that the chain still has; give it, the lost events, the first lost block.

        Raises:
            ChainUnavailable: ``chain.lagging``, the chain is shorter than the index and agrees with it: an endpoint
                that is behind, not a reorganisation.
        """
        position = self._index.position(self.source)
        if position is None:
            return None, 0, None
        newest = newest_block(self._rpc)
        before, gone = position, None
        for mark in self._index.marks(self.source):
            if mark.number > newest:
                continue
            found = self._marks([mark.number])
            if found is None or found[0].hash != mark.hash:
                gone = mark.number
                continue
            if mark.number == position.number:
                return position, 0, None
            if gone is None:
                # What the endpoint has agrees with what was kept: the blocks between are only not there yet.
                raise self._lagging(newest, position)
            return mark, self._index.rewind(self.source, before=before, to=mark), mark.number + 1
        if gone is None:
            raise self._lagging(newest, position)
        return None, self._index.rewind(self.source, before=before, to=None), self._deployment.deploy_block

    @staticmethod
    def _lagging(newest: int, position: Position) -> ChainUnavailable:
        return ChainUnavailable(
            f"the endpoint is at block {newest}, behind the index at {position.number}: it lags", code="chain.lagging"
        )

    def _final_block(self) -> BlockMark | None:
        """Give the last final block; `None` where there is none at or behind the deployment."""
        mark = final_block(self._rpc, self._finality)
        return mark if mark is not None and mark.number >= self._deployment.deploy_block else None

    def _require_chain(self) -> None:
        chain_id = parse_quantity(self._rpc.call("eth_chainId"), name="chain id")
        if chain_id != self._deployment.chain_id:
            raise ChainMismatch(
                f"the endpoint serves chain eip155:{chain_id}, not {self._deployment.chain_id.caip2}",
                code="chain.wrong_id",
            )


def source_of(index: EventIndex, deployment: Deployment) -> int:
    """Give the number of a pinned registry in an index; errors as `EventIndex.source`."""
    return index.source(
        deployment.chain_id,
        deployment.address,
        code_hash=deployment.code_hash,
        deploy_block=deployment.deploy_block,
    )
