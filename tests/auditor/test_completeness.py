"""Completeness: what an endpoint leaves out, alters or invents is found by the check that can see it, and named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from credroot.auditor.checks.completeness import Completeness, Depth, Subject, check_completeness
from credroot.auditor.checks.contract import check_contract
from credroot.auditor.checks.proof import prove_state
from credroot.auditor.index.synchroniser import Synchroniser
from credroot.auditor.ledger.ledger import Ledger
from credroot.chain.blocks.finality import Confirmations
from credroot.chain.proofs.block_header import parse_header
from credroot.chain.proofs.state_proof import ask_proof, check_witness
from credroot.chain.registry.storage_layout import batch_slot, slot_bytes
from credroot.chain.rpc.client import Rpc
from credroot.core.anchor.storage_witness import SlotProof, StorageWitness
from credroot.core.errors import ProofError
from credroot.core.report import Outcome
from credroot.core.values import Address, Digest
from credroot.store.event_index import EventIndex
from tests.auditor.embedded import EmbeddedRegistry, embedded_registry
from tests.auditor.lying_proxy import Lie, LyingProxy, honest
from tests.contracts.registry import REINSTATE, REVOKE, SUSPEND

ROOT, OTHER = b"\x11" * 32, b"\x22" * 32
OPERATOR = Address(b"\x77" * 20)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRegistry]:
    """A history in which every kind of event occurs, and one suspension leaves no trace in the state."""
    with embedded_registry(tmp_path_factory.mktemp("chain")) as running:
        me = running.account
        running.send("anchor", me, ROOT, 300)
        running.send("anchor", me, OTHER, 5)
        running.send("revoke", me, ROOT, 299, 1)
        running.send("setStatus", me, ROOT, SUSPEND, 7, [(0, 6)])
        running.send("setStatus", me, ROOT, REINSTATE, 8, [(0, 6)])
        running.send("setBatchStatus", me, OTHER, REVOKE, 1)
        running.send("setKey", me, OPERATOR, 3, 0)
        running.send("distrustKey", me, OPERATOR, 1)
        running.send("setProfile", me, b"\x33" * 32, "https://issuer.example/profile")
        running.send("accredit", me, OPERATOR, b"\x44" * 32, 5, 2**39, "https://scope.example")
        running.send("invalidateNonce", 0)
        yield running


@pytest.fixture
def proxy(registry: EmbeddedRegistry) -> Iterator[LyingProxy]:
    running = LyingProxy(registry.node.rpc.endpoint.masked, honest)
    yield running
    running.close()


Audited = Callable[[Lie, Depth], Completeness]


@pytest.fixture
def audited(registry: EmbeddedRegistry, proxy: LyingProxy, new_index_url: Callable[[], str]) -> Audited:
    """Audits through an endpoint that lies, from the beginning in an index of its own."""

    def audit(lie: Lie, depth: Depth) -> Completeness:
        proxy.lie = lie
        with EventIndex(new_index_url()) as index, Rpc(proxy.url) as rpc:
            synchroniser = Synchroniser(rpc, registry.deployment, Confirmations(1), index)
            position = synchroniser.run().position
            ledger = Ledger.of(index.events(synchroniser.source))
            subject = Subject(rpc, registry.deployment, index, synchroniser.source, ledger, position)
            return check_completeness(subject, depth)

    return audit


def without(*places: int) -> Lie:
    """Leave out the logs at these places of the whole history."""

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        return [log for log in result if int(log["blockNumber"], 16) - 2 not in places]

    return lie


def rules(completeness: Completeness) -> set[str]:
    return {finding.number for finding in completeness.findings}


def test_an_honest_endpoint_passes_every_check(audited: Audited) -> None:
    found = audited(honest, Depth.EVERY_BLOCK)
    assert [check.outcome for check in found.checks] == [Outcome.PASSED] * 4, found.checks
    assert found.findings == ()


@pytest.mark.parametrize(
    ("place", "rule"),
    [(0, "L101"), (1, "S201"), (2, "S203"), (5, "S202"), (7, "S204"), (8, "S206"), (10, "S208")],
)
def test_an_omitted_event_is_found_by_the_state_alone(audited: Audited, place: int, rule: str) -> None:
    depth = Depth.PROVED if rule == "S208" else Depth.STATE
    assert rule in rules(audited(without(place), depth))


def test_an_event_of_an_account_that_no_other_event_names_is_missed_by_questions_and_found_by_the_proof(
    audited: Audited,
) -> None:
    lie = without(9)  # the only accreditation: nobody would know to ask for it
    assert audited(lie, Depth.STATE).findings == ()
    assert "S208" in rules(audited(lie, Depth.PROVED))


def test_a_suspension_that_was_lifted_is_missed_by_the_state_and_found_by_the_headers(audited: Audited) -> None:
    lie = without(3, 4)
    assert audited(lie, Depth.PROVED).findings == ()
    found = audited(lie, Depth.EVERY_BLOCK)
    assert [finding.number for finding in found.findings] == ["H302", "H302"]


def test_an_altered_reason_is_missed_by_the_state_and_found_by_the_receipts(audited: Audited) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        return [
            {**log, "data": log["data"][:-1] + "4"} if int(log["blockNumber"], 16) - 2 == 2 else log for log in result
        ]

    assert audited(lie, Depth.STATE).findings == ()
    assert rules(audited(lie, Depth.PROVED)) == {"H303"}


def test_state_that_is_invented_to_fit_does_not_hash_to_the_block(audited: Audited) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getProof":
            nodes = result["accountProof"]
            return {**result, "accountProof": [*nodes[:-1], nodes[-1][:-2] + "00"]}
        return result

    assert "S209" in rules(audited(lie, Depth.PROVED))


def test_a_header_that_is_invented_to_fit_does_not_hash_to_the_block(
    audited: Audited, registry: EmbeddedRegistry
) -> None:
    newest = registry.node.rpc.call("eth_blockNumber")

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber" and result is not None and result["number"] == newest:
            return {**result, "stateRoot": "0x" + "55" * 32}
        return result

    assert "H306" in rules(audited(lie, Depth.PROVED))


def test_a_chain_whose_headers_never_hash_is_neither_accused_nor_believed(audited: Audited) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber" and result is not None:
            return {**result, "mixHash": "0x" + "55" * 32}
        return result

    found = audited(lie, Depth.EVERY_BLOCK)
    outcomes = {check.id: check.outcome for check in found.checks}
    assert outcomes["proof"] is outcomes["history"] is Outcome.UNKNOWN
    assert rules(found) == {"H304"}


def test_receipts_that_are_invented_to_fit_do_not_hash_to_the_header(audited: Audited) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getTransactionReceipt" and result is not None and result["logs"]:
            return {**result, "logs": []}
        return without(2)(method, params, result)

    assert "H305" in rules(audited(lie, Depth.PROVED))


def test_an_endpoint_without_proofs_leaves_the_question_open(audited: Audited) -> None:
    from tests.auditor.lying_proxy import RpcFault

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getProof":
            raise RpcFault("the method eth_getProof does not exist")
        return result

    found = audited(lie, Depth.PROVED)
    assert {check.id: check.outcome for check in found.checks}["proof"] is Outcome.UNKNOWN
    assert not found.is_complete


def test_a_slot_is_proven_and_a_witness_of_it_can_be_checked_offline(registry: EmbeddedRegistry) -> None:
    rpc, me = registry.node.rpc, registry.account
    header = parse_header(rpc.call("eth_getBlockByNumber", ["latest", False]))
    slot = slot_bytes(batch_slot(me, ROOT))
    proven = ask_proof(rpc, registry.deployment.address, header, [slot, bytes(32)])
    word = int(str(rpc.call("eth_getStorageAt", ["0x" + registry.deployment.address.hex(), "0x" + slot.hex()])), 16)
    assert proven.values == (word, 0)
    answer: Any = rpc.call(
        "eth_getProof", ["0x" + registry.deployment.address.hex(), ["0x" + slot.hex()], hex(header.mark.number)]
    )
    proofs = (answer["accountProof"], answer["storageProof"][0]["proof"])
    account_nodes, slot_nodes = (tuple(bytes.fromhex(node[2:]) for node in proof) for proof in proofs)
    witness = StorageWitness(header.encoded, account_nodes, (SlotProof(slot, slot_nodes),))
    seen, account, values = check_witness(witness, registry.deployment.address)
    assert (seen.mark, account.code_hash, values) == (header.mark, registry.deployment.code_hash, {slot: word})
    with pytest.raises(ProofError):
        check_witness(StorageWitness(header.encoded, account_nodes[:-1], witness.slots), registry.deployment.address)


def test_the_contract_is_our_build_and_nobody_owns_it(registry: EmbeddedRegistry) -> None:
    assert check_contract(registry.node.rpc, registry.deployment).findings == ()


@pytest.mark.parametrize(
    ("method", "change", "rule"),
    [
        ("eth_getCode", lambda result: result[:-2] + "00", "C601"),
        ("eth_getTransactionByHash", lambda result: {**result, "input": result["input"] + "00"}, "C602"),
        ("eth_getTransactionReceipt", lambda result: {**result, "blockNumber": "0x9"}, "C602"),
        ("eth_getStorageAt", lambda result: "0x" + "00" * 31 + "01", "C603"),
    ],
)
def test_a_contract_that_is_not_ours_is_named(
    registry: EmbeddedRegistry, proxy: LyingProxy, method: str, change: Any, rule: str
) -> None:
    proxy.lie = lambda name, params, result: change(result) if name == method else result
    with Rpc(proxy.url) as rpc:
        assert {finding.number for finding in check_contract(rpc, registry.deployment).findings} == {rule}


def test_nothing_good_is_said_of_the_functions_of_code_that_is_not_ours(
    registry: EmbeddedRegistry, proxy: LyingProxy
) -> None:
    delegating = "0xf4"
    proxy.lie = lambda name, params, result: delegating if name == "eth_getCode" else result
    with Rpc(proxy.url) as rpc:
        checked = check_contract(rpc, registry.deployment)
    assert [finding.number for finding in checked.findings] == ["C601", "C603"]
    assert {"Owner", "Upgrade path", "Runtime code"}.isdisjoint(dict(checked.facts))


@pytest.mark.parametrize(
    ("place", "change", "rules_found"),
    [
        (9, {"data": lambda data: data[: 2 + 64] + f"{6:064x}" + data[2 + 128 :]}, {"S205"}),
        (10, {"data": lambda data: f"0x{1:064x}"}, {"L107", "S207"}),
    ],
)
def test_an_altered_event_is_found_by_the_state_alone(
    audited: Audited, place: int, change: dict[str, Callable[[str], str]], rules_found: set[str]
) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        return [
            {**log, **{name: of(log[name]) for name, of in change.items()}}
            if int(log["blockNumber"], 16) - 2 == place
            else log
            for log in result
        ]

    assert rules(audited(lie, Depth.STATE)) == rules_found


def test_an_invented_event_is_not_in_the_receipts_of_its_block(audited: Audited) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        return [*result, {**result[-1], "logIndex": "0x63"}] if method == "eth_getLogs" and result else result

    assert "H301" in rules(audited(lie, Depth.PROVED))


def test_a_proof_is_of_the_pinned_code_and_of_the_block_that_was_indexed(registry: EmbeddedRegistry) -> None:
    rpc = registry.node.rpc
    with EventIndex("sqlite://") as index:
        synchroniser = Synchroniser(rpc, registry.deployment, Confirmations(1), index)
        position = synchroniser.run().position
        ledger = Ledger.of(index.events(synchroniser.source))
    other_code = replace(registry.deployment, code_hash=Digest(b"\x01" * 32))
    [finding] = prove_state(rpc, other_code, ledger, position).findings
    assert finding.number == "S210"
    [finding] = prove_state(rpc, registry.deployment, ledger, replace(position, hash=b"\x01" * 32)).findings
    assert finding.number == "H307"
    assert prove_state(rpc, registry.deployment, ledger, position).is_complete
