"""One block that several endpoints of a chain agree on, by its hash."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.proofs.block_header import parse_header
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import parse_quantity, quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.blocks.recency import RecentHeads
    from credroot.chain.proofs.block_header import BlockHeader
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonValue
    from credroot.core.values import ChainId


@dataclass(frozen=True, slots=True)
class AgreedBlock:
    """A block, and the endpoints that gave the same hash and time for its number."""

    header: BlockHeader
    """The whole of it that hashes to its hash, where one of them gave that."""
    nodes: tuple[Rpc, ...]


_NOT_RECENT = ("chain.stale_head", "chain.future_head")


def agree_on(
    nodes: Sequence[Rpc], quorum: int, chain_id: ChainId, block: str, *, recent: RecentHeads | None = None
) -> AgreedBlock:
    """Find the newest block at or below `block`, a tag, that at least `quorum` of `nodes` give the same hash for.

    Endpoints are rarely at the same head, so the number is the highest that `quorum` of them have reached. One whose
    block of that tag is not `recent` counts as one that gave no answer: it would pull all others back to its own.

    Raises:
        ChainUnavailable: ``chain.no_quorum``, too few gave an answer; ``chain.stale_head`` or ``chain.future_head``,
            so many gave one that is not recent; ``chain.disagreement``, too few gave the same.
        ChainMismatch: ``chain.wrong_id``, so many serve another chain that too few are left.
    """
    reached: list[tuple[BlockHeader, Rpc]] = []
    failures: list[Exception] = []
    for node in nodes:
        try:
            header = _header(node, chain_id, block)
            _require_recent(node, header, recent)
            reached.append((header, node))
        except (ChainUnavailable, ChainMismatch) as error:
            failures.append(error)
    _require_enough(len(reached), quorum, failures)
    number = sorted((header.mark.number for header, _ in reached), reverse=True)[quorum - 1]
    seen: list[tuple[BlockHeader, Rpc]] = []
    for header, node in reached:
        if header.mark.number < number:
            continue
        try:
            found = header if header.mark.number == number else _header(node, chain_id, quantity(number), number)
        except (ChainUnavailable, ChainMismatch) as error:
            failures.append(error)
        else:
            seen.append((found, node))
    _require_enough(len(seen), quorum, failures)
    # The whole mark, not its hash alone: nothing but their agreement vouches for its time.
    mark, votes = Counter(header.mark for header, _ in seen).most_common(1)[0]
    if votes < quorum:
        raise ChainUnavailable(
            f"only {votes} of {len(nodes)} endpoints agree on block {number}; {quorum} must",
            code="chain.disagreement",
        )
    if recent is not None:
        recent.require(mark.number, mark.timestamp)
    chosen = [(header, node) for header, node in seen if header.mark == mark]
    whole = next((header for header, _ in chosen if header.is_proven), chosen[0][0])
    return AgreedBlock(whole, tuple(node for _, node in chosen))


def _require_enough(answers: int, quorum: int, failures: Sequence[Exception]) -> None:
    if answers >= quorum:
        return
    for error in failures:
        if isinstance(error, ChainMismatch):
            raise error
    old = [error for error in failures if isinstance(error, ChainUnavailable) and error.code in _NOT_RECENT]
    if old and answers + len(old) >= quorum:
        raise ChainUnavailable(f"{answers} endpoints are up to date; {quorum} must agree: {old[0]}", code=old[0].code)
    reason = f": {failures[0]}" if failures else ""
    raise ChainUnavailable(f"{answers} endpoints answered; {quorum} must agree{reason}", code="chain.no_quorum")


def _require_recent(node: Rpc, header: BlockHeader, recent: RecentHeads | None) -> None:
    if recent is None:
        return
    try:
        recent.require(header.mark.number, header.mark.timestamp)
    except ChainUnavailable as error:
        raise ChainUnavailable(f"{node.endpoint.masked}: {error}", code=error.code) from error


def _header(node: Rpc, chain_id: ChainId, block: str, number: int | None = None) -> BlockHeader:
    """Ask one endpoint for a block, which must be of `number` where that is known, and at once for its chain."""
    chain, answer = node.batch([("eth_chainId", []), ("eth_getBlockByNumber", [block, False])])
    if parse_quantity(_result(chain)) != chain_id:
        raise ChainMismatch(f"{node.endpoint.masked} does not serve {chain_id.caip2}", code="chain.wrong_id")
    return parse_header(_result(answer), number=number)


def _result(answer: JsonValue | RpcError) -> JsonValue:
    if isinstance(answer, RpcError):
        raise ChainUnavailable(f"the endpoint refused to answer: {answer}", code="chain.refused") from answer
    return answer
