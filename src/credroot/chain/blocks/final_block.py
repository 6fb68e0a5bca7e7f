"""The last block that is there for good, as an endpoint says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.proofs.block_header import BlockMark, parse_mark
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import parse_quantity, quantity
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from credroot.chain.blocks.finality import Finality
    from credroot.chain.rpc.client import Rpc


def newest_block(rpc: Rpc) -> int:
    """Give the number of the newest block that the endpoint has."""
    return parse_quantity(rpc.call("eth_blockNumber"), name="block number", maximum=2**63 - 1)


def final_block(rpc: Rpc, finality: Finality) -> BlockMark | None:
    """Give the last block that is final by policy; `None` where there is none yet.

    Raises:
        ChainUnavailable: ``chain.not_final``, the endpoint knows no such block; no usable answer.
    """
    if isinstance(finality, Confirmations):
        number = newest_block(rpc) - max(finality.count, 1) + 1
        if number < 0:
            return None
        wanted = quantity(number)
    else:
        wanted = finality.tag
    try:
        answer = rpc.call("eth_getBlockByNumber", [wanted, False])
    except RpcError as error:
        raise ChainUnavailable(f"the endpoint knows no final block: {error}", code="chain.not_final") from error
    return None if answer is None else parse_mark(answer)
