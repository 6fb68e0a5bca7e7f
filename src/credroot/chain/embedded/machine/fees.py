"""What gas has cost lately, and what to offer: ``eth_feeHistory`` and the tip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.chain.embedded.failures import invalid_params
from credroot.chain.embedded.machine.engine import Engine
from credroot.chain.embedded.parameters import BlockChoice
from credroot.chain.rpc.hex_codec import quantity

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

TIP = 10**9
"""Wei per gas that is suggested on top of the base fee; any tip is mined."""
MAX_HISTORY = 1024


def fee_history(engine: Engine, count: int, newest: BlockChoice, percentiles: list[JsonValue]) -> JsonObject:
    """Return base fees, fullness and paid tips of up to `count` blocks that end with `newest`."""
    wanted = [float(entry) for entry in percentiles if isinstance(entry, int | float) and 0 <= entry <= 100]
    if len(wanted) != len(percentiles) or wanted != sorted(wanted):
        raise invalid_params("reward percentiles are rising numbers between 0 and 100")
    last: int = engine.header_or_refuse(newest).block_number
    first = max(0, last - min(count, MAX_HISTORY) + 1)
    headers = [engine.header(number) for number in range(first, last + 1)]
    following = engine.header(last + 1) or engine.next_header()
    answer: JsonObject = {
        "oldestBlock": quantity(first),
        "baseFeePerGas": [quantity(header.base_fee_per_gas) for header in (*headers, following)],
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        "baseFeePerBlobGas": ["0x1"] * (len(headers) + 1),
        "blobGasUsedRatio": [0] * len(headers),
    }
    if wanted:
        answer["reward"] = [_rewards(engine, header, wanted) for header in headers]
    return answer


def _rewards(engine: Engine, header: Any, percentiles: list[float]) -> list[JsonValue]:
    """Return the tip at each percentile of the block's gas; a block has one transaction or none."""
    transactions = engine.block(header).transactions
    tips = [
        min(transaction.max_priority_fee_per_gas, transaction.max_fee_per_gas - header.base_fee_per_gas)
        for transaction in transactions
    ]
    return [quantity(tips[0] if tips else 0)] * len(percentiles)
