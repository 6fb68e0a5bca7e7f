"""The tables ``[networks.NAME]`` of the settings: chains, and how each is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credroot.chain.blocks.endpoint_trust import BELIEVE_ONE, Caution
from credroot.chain.blocks.finality import Confirmations, parse_finality
from credroot.chain.blocks.recency import ANY_HEAD, Recency
from credroot.chain.writing.data_fees import DataFees
from credroot.core.errors import InputError
from credroot.core.values import LOCAL_CHAIN_ID, ChainId

if TYPE_CHECKING:
    from credroot.app.settings.table import SettingsTable
    from credroot.chain.blocks.finality import Finality

LOCAL_NETWORK = "local"
ANY_AGE = "any"
MAX_HEAD_AGE_S = 31_536_000
"""A year: whoever wants more says that he takes any."""
_DATA_FEES = {"base": DataFees.OP_STACK, "optimism": DataFees.OP_STACK, "arbitrum": DataFees.ARBITRUM}


@dataclass(frozen=True, slots=True)
class Network:
    """One chain, and how it is reached."""

    name: str
    chain_id: ChainId
    endpoints: tuple[str, ...] = ()
    """JSON-RPC URLs: reads fall over from one to the next, a transaction is handed to each once. None on the local
    network means the embedded chain."""
    finality: Finality = field(default_factory=lambda: Confirmations(1))
    coin: str = "ETH"
    explorer: str | None = None
    """Where a person looks a transaction up: a URL that a transaction's hash is put behind."""
    max_fee_gwei: int | None = None
    """The most that a unit of gas may cost; of a well-known network some ten times what is usual there."""
    data_fees: DataFees = DataFees.NONE
    """How the chain charges for data on layer 1."""
    deadline_s: float = 10.0
    caution: Caution = BELIEVE_ONE
    """How many endpoints must agree before a verdict rests on them, and whether they must prove what they say."""
    head_age: Recency | None = None
    """How old the newest block may be before nothing is concluded from it; `None` is what is usual on the chain."""

    @property
    def is_local(self) -> bool:
        """Whether it is the embedded chain, which proves nothing to others."""
        return self.chain_id == LOCAL_CHAIN_ID

    @property
    def recency(self) -> Recency:
        """How old the newest block may be."""
        return Recency.usual(self.chain_id) if self.head_age is None else self.head_age


def well_known_networks() -> dict[str, Network]:
    """Give the networks that need no entry of their own; endpoints are the user's choice."""
    known = (
        (LOCAL_NETWORK, LOCAL_CHAIN_ID, 1, "ETH", None, None),
        ("ethereum", 1, "finalized", "ETH", "https://etherscan.io/tx/", 200),
        ("sepolia", 11_155_111, "finalized", "ETH", "https://sepolia.etherscan.io/tx/", 2_000),
        ("polygon", 137, "finalized", "POL", "https://polygonscan.com/tx/", 3_000),
        ("base", 8453, "finalized", "ETH", "https://basescan.org/tx/", 20),
        ("arbitrum", 42_161, "finalized", "ETH", "https://arbiscan.io/tx/", 20),
        ("optimism", 10, "finalized", "ETH", "https://optimistic.etherscan.io/tx/", 20),
    )
    return {
        name: Network(
            name,
            ChainId(number),
            (),
            parse_finality(finality, source=name),
            coin,
            explorer,
            max_fee_gwei,
            data_fees=_DATA_FEES.get(name, DataFees.NONE),
        )
        for name, number, finality, coin, explorer, max_fee_gwei in known
    }


def read_network(name: str, entry: SettingsTable, base: Network | None) -> Network:
    """Read the table of one network, over what is known of it; `InputError` names a setting that can't be used."""
    if base is None and "chain" not in entry.values:
        raise InputError(f"{entry.source}: a network needs its chain, such as eip155:137", code="settings.chain")
    known = base or Network(name, ChainId.from_caip2(entry.text("chain")))
    endpoints = entry.get("endpoints", list, list(known.endpoints))
    if not all(isinstance(url, str) for url in endpoints):
        raise InputError(f"{entry.source}: endpoints must be texts", code="settings.kind")
    finality = entry.values.get("finality")
    entry.seen.add("finality")
    chain = entry.optional_text("chain")
    network = Network(
        name=name,
        chain_id=known.chain_id if chain is None else ChainId.from_caip2(chain),
        endpoints=tuple(endpoints),
        finality=known.finality if finality is None else parse_finality(finality, source=entry.source),
        coin=entry.text("coin", known.coin),
        explorer=entry.optional_text("explorer") or known.explorer,
        max_fee_gwei=entry.get("max_fee_gwei", int, known.max_fee_gwei),
        data_fees=_data_fees(entry, known),
        deadline_s=float(entry.get("deadline_s", int, int(known.deadline_s))),
        caution=Caution(
            entry.get("quorum", int, known.caution.quorum), entry.flag("prove", default=known.caution.prove)
        ),
        head_age=_head_age(entry),
    )
    entry.finish()
    if not 1 <= network.caution.quorum <= max(1, len(network.endpoints)):
        raise InputError(
            f"{entry.source}: quorum is from 1 to the number of endpoints, {len(network.endpoints)}",
            code="settings.quorum",
        )
    if network.caution.quorum > 1:
        _require_different_servers(network, entry.source)
    return network


def _require_different_servers(network: Network, source: str) -> None:
    """Refuse a server that is named twice: it would agree with itself, whatever path or key it is asked under."""
    from credroot.chain.rpc.endpoint import DEFAULT_PORTS, Endpoint

    seen: set[tuple[str, int | None]] = set()
    for url in network.endpoints:
        endpoint = Endpoint(url)
        port = None if endpoint.port == DEFAULT_PORTS[endpoint.scheme] else endpoint.port
        server = endpoint.host.lower().rstrip("."), port
        if server in seen:
            raise InputError(
                f"{source}: endpoints has {endpoint.masked} on a server that is named already, and with a quorum each "
                "must be another's",
                code="settings.quorum",
            )
        seen.add(server)


def _head_age(entry: SettingsTable) -> Recency | None:
    """Read ``max_head_age_s``: a number of seconds, or ``"any"`` for a chain that stands still between transactions."""
    value = entry.values.get("max_head_age_s")
    entry.seen.add("max_head_age_s")
    if value is None:
        return None
    if value == ANY_AGE:
        return ANY_HEAD
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_HEAD_AGE_S:
        return Recency(value)
    raise InputError(
        f'{entry.source}: max_head_age_s is a number of seconds from 1 to {MAX_HEAD_AGE_S}, or "{ANY_AGE}"',
        code="settings.kind",
    )


def _data_fees(entry: SettingsTable, known: Network) -> DataFees:
    text = entry.text("data_fees", known.data_fees)
    try:
        return DataFees(text)
    except ValueError as error:
        kinds = ", ".join(DataFees)
        raise InputError(f"{entry.source}: data_fees is one of {kinds}", code="settings.kind") from error
