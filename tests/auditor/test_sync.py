"""The index follows the chain: from deployment to finality, through refusals, reorganisations and lagging nodes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from credroot.auditor.index.synchroniser import Synchroniser
from credroot.chain.blocks.finality import Confirmations, FinalityTag
from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.values import ChainId
from credroot.store.event_index import EventIndex, Position
from credroot.store.event_index_schema import IndexProblem
from tests.auditor.anvil import AnvilChain
from tests.auditor.conftest import Auditor
from tests.auditor.histories import Historian, live
from tests.auditor.lying_proxy import LyingProxy, RpcFault, honest
from tests.contracts.registry import encode_call


@pytest.fixture
def proxy(chain: AnvilChain) -> Iterator[LyingProxy]:
    running = LyingProxy(chain.rpc.endpoint.masked, honest)
    yield running
    running.close()


def places(auditor: Auditor) -> list[tuple[int, int, bytes]]:
    return [(event.block, event.log_index, event.block_hash) for event in auditor.index.events(auditor.source)]


def true_places(chain: AnvilChain) -> list[tuple[int, int, bytes]]:
    logs = chain.ask("eth_getLogs", {"address": "0x" + chain.deployment.address.hex(), "fromBlock": "0x0"})
    return [
        (int(log["blockNumber"], 16), int(log["logIndex"], 16), bytes.fromhex(log["blockHash"][2:])) for log in logs
    ]


def anchor(chain: AnvilChain, *numbers: int) -> None:
    for number in numbers:
        chain.send(chain.accounts[0], "anchor", chain.accounts[0], bytes([number]) * 32, 5)
    chain.mine()


def test_every_event_is_indexed_once_and_a_second_run_reads_only_what_is_new(
    auditor: Auditor, chain: AnvilChain, rng: random.Random
) -> None:
    live(chain, Historian(rng, chain.accounts), 20)
    first = auditor.sync()
    assert places(auditor) == true_places(chain)
    assert first.events == len(places(auditor))
    assert (auditor.sync().events, auditor.sync().blocks) == (0, 0)
    anchor(chain, 201)
    again = auditor.sync()
    assert (again.events, again.blocks) == (1, 1)
    assert places(auditor) == true_places(chain)


def test_nothing_beyond_finality_is_indexed(auditor: Auditor, chain: AnvilChain) -> None:
    anchor(chain, 1)
    chain.mine(3)
    anchor(chain, 2)
    auditor.finality = FinalityTag("finalized")
    assert auditor.sync().position.number == chain.head() - 2
    assert len(places(auditor)) == 1
    auditor.finality = Confirmations(2)
    auditor.sync()
    assert len(places(auditor)) == 1
    auditor.finality = Confirmations(1)
    auditor.sync()
    assert len(places(auditor)) == 2


def test_ranges_that_an_endpoint_refuses_are_halved_until_they_fit(
    auditor: Auditor, chain: AnvilChain, proxy: LyingProxy
) -> None:
    chain.mine(40)
    anchor(chain, 1, 2)

    def at_most_seven(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs" and int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) >= 7:
            raise RpcFault("query returned more than 10000 results")
        return result

    proxy.lie = at_most_seven
    with Rpc(proxy.url) as auditor.rpc:
        synced = auditor.sync()
    assert (synced.events, synced.refusals > 0) == (2, True)
    assert synced.position.number == chain.head()


def test_an_endpoint_that_refuses_a_single_block_is_named_and_the_index_stays_where_it_was(
    auditor: Auditor, chain: AnvilChain, proxy: LyingProxy
) -> None:
    anchor(chain, 1)

    def refuse(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs":
            raise RpcFault("no")
        return result

    proxy.lie = refuse
    with Rpc(proxy.url) as auditor.rpc, pytest.raises(ChainUnavailable) as caught:
        auditor.sync()
    assert caught.value.code == "chain.no_logs"
    assert auditor.index.position(auditor.source) is None


@pytest.mark.parametrize("depth", [1, 3, 6])
def test_a_reorganisation_is_walked_back_and_the_new_blocks_are_read(
    auditor: Auditor, chain: AnvilChain, depth: int
) -> None:
    for number in range(1, 8):
        anchor(chain, number)
    auditor.sync()
    issuer = chain.accounts[0]
    chain.reorganise(depth, [(issuer, encode_call("anchor", issuer, b"\xee" * 32, 9), 0)])
    chain.mine()
    synced = auditor.sync()
    assert synced.forgotten == depth
    assert synced.reorganised_from == chain.head() - depth
    assert places(auditor) == true_places(chain)
    assert auditor.check().findings == ()


def test_a_reorganisation_below_every_kept_block_starts_anew(auditor: Auditor, chain: AnvilChain) -> None:
    source = auditor.source
    auditor.index.append(
        source, [], [(chain.head(), b"x" * 32, b"y" * 32, 1)], before=None, after=Position(chain.head(), b"x" * 32)
    )
    anchor(chain, 1)
    assert auditor.sync().reorganised_from == chain.deployment.deploy_block
    assert places(auditor) == true_places(chain)


def test_a_chain_that_changes_while_it_is_read_is_read_again(
    auditor: Auditor, chain: AnvilChain, proxy: LyingProxy
) -> None:
    for number in range(1, 6):
        anchor(chain, number)
    state = {"reorganised": False}

    def reorganise(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs" and not state["reorganised"]:
            state["reorganised"] = True
            chain.reorganise(2)
        return result

    proxy.lie = reorganise
    with Rpc(proxy.url) as auditor.rpc:
        auditor.sync()
    assert places(auditor) == true_places(chain)


def test_a_lagging_node_is_not_a_reorganisation(auditor: Auditor, chain: AnvilChain, proxy: LyingProxy) -> None:
    for number in range(1, 6):
        anchor(chain, number)
    auditor.sync()
    before = places(auditor)
    newest = chain.head() - 2

    def lag(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_blockNumber":
            return hex(newest)
        if method == "eth_getBlockByNumber" and params[0].startswith("0x") and int(params[0], 16) > newest:
            return None
        return result

    proxy.lie = lag
    with Rpc(proxy.url) as auditor.rpc, pytest.raises(ChainUnavailable) as caught:
        auditor.sync()
    assert caught.value.code == "chain.lagging"
    assert places(auditor) == before


def test_another_chain_is_refused(auditor: Auditor, chain: AnvilChain, proxy: LyingProxy) -> None:
    proxy.lie = lambda method, params, result: "0x1" if method == "eth_chainId" else result
    with Rpc(proxy.url) as auditor.rpc, pytest.raises(ChainMismatch) as caught:
        auditor.sync()
    assert caught.value.code == "chain.wrong_id"


def test_two_that_write_at_once_do_not_mix(auditor: Auditor, chain: AnvilChain) -> None:
    auditor.sync()
    source, position = auditor.source, auditor.index.position(auditor.source)
    after = Position(99, b"z" * 32)
    with pytest.raises(IndexProblem) as caught:
        auditor.index.append(source, [], [], before=Position(position.number, b"w" * 32), after=after)
    assert caught.value.code == "index.moved"
    assert auditor.index.position(source) == position


def test_a_write_that_fails_leaves_neither_rows_nor_checkpoint(auditor: Auditor, chain: AnvilChain) -> None:
    anchor(chain, 1)
    auditor.sync()
    source, position = auditor.source, auditor.index.position(auditor.source)
    row = (position.number + 1, 0, b"t" * 32, 0, 0, b"s" * 20, b"", b"", b"h" * 32)
    with pytest.raises(IndexProblem):
        auditor.index.append(source, [row, row], [], before=position, after=Position(position.number + 1, b"h" * 32))
    assert auditor.index.position(source) == position
    assert places(auditor) == true_places(chain)


def test_an_index_of_a_newer_release_is_refused(index: EventIndex, index_url: str) -> None:
    from sqlalchemy import create_engine, text

    parsed = index_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(parsed)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_schema SET version = 99"))
    engine.dispose()
    with pytest.raises(IndexProblem) as caught:
        EventIndex(index_url)
    assert caught.value.code == "index.version"


def test_an_index_of_the_first_version_is_brought_up_when_it_is_opened(index: EventIndex, index_url: str) -> None:
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(index_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX audit_event_rare"))
        connection.execute(text("UPDATE audit_schema SET version = 1"))
    EventIndex(index_url).close()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM audit_schema")).scalar_one() == 2
        assert "audit_event_rare" in {entry["name"] for entry in inspect(connection).get_indexes("audit_event")}
    engine.dispose()


def test_one_index_holds_several_registries(index: EventIndex, chain: AnvilChain) -> None:
    first = Synchroniser(chain.rpc, chain.deployment, Confirmations(1), index).source
    other = index.source(ChainId(5), chain.deployment.address, code_hash=b"c" * 32, deploy_block=1)
    assert first != other
    with pytest.raises(IndexProblem) as caught:
        index.source(ChainId(5), chain.deployment.address, code_hash=b"d" * 32, deploy_block=1)
    assert caught.value.code == "index.other_registry"
