"""Believing no single endpoint: agreement by block hash, facts by proof, and proofs that outlive every endpoint."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from credroot.chain.blocks.endpoint_trust import Caution
from credroot.chain.blocks.finality import Confirmations, FinalityTag
from credroot.chain.embedded.node.server import serving
from credroot.chain.proofs.block_header import parse_header
from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import decode, encode_bytes, encode_list
from credroot.chain.proofs.state_proof import ask_proof
from credroot.chain.reading.agreeing_reader import AgreeingReader
from credroot.chain.reading.proven_facts import FactSlots
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.reading.saved_facts import SavedFacts
from credroot.chain.reading.witness_source import WitnessSource
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.calls import Action, status_words
from credroot.chain.registry.facts import Basis, ChainFacts, Endorser, Query, Unavailable, status_of
from credroot.chain.registry.storage_layout import batch_facts, batch_word, key_word, slot_bytes
from credroot.chain.rpc.client import Rpc
from credroot.core.anchor.storage_witness import SlotProof, StorageWitness
from credroot.core.errors import ChainMismatch, ChainUnavailable, InputError
from credroot.core.status import Status
from credroot.core.values import Digest, Root
from tests.auditor.lying_proxy import LyingProxy, RpcFault, honest
from tests.chain.registry_chain import RegistryChain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BIG, GONE, NOWHERE = (Root(Digest(bytes([number]) * 32)) for number in (1, 2, 3))
SCOPE = Digest(b"s" * 32)
PLACES = [(BIG, 0), (BIG, 1), (BIG, 2), (BIG, 255), (BIG, 512), (BIG, 599), (BIG, 600), (GONE, 0), (NOWHERE, 0)]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryChain]:
    made = RegistryChain(tmp_path_factory.mktemp("chain"))
    for root, count in ((BIG, 600), (GONE, 3)):
        made.send(registry_calls.anchor(made.issuer, root, count))
    issuer = made.issuer
    made.send(registry_calls.set_status(issuer, BIG, Action.REVOKE, 1, status_words([0, 255, 599])))
    made.send(registry_calls.set_status(issuer, BIG, Action.SUSPEND, 1, status_words([1, 255, 512])))
    made.send(registry_calls.set_batch_status(issuer, GONE, Action.REVOKE, 1))
    made.send(registry_calls.set_profile(issuer, Digest(b"p" * 32), "https://university.example/profile"))
    made.send(registry_calls.accredit(issuer, issuer, SCOPE, 7, 2**40 - 1, "https://body.example/"))
    yield made
    made.chain.close()


@pytest.fixture(scope="module")
def url(registry: RegistryChain) -> Iterator[str]:
    with serving(registry.chain) as served:
        yield served


@pytest.fixture
def proxies(url: str) -> Iterator[list[LyingProxy]]:
    """Three endpoints of one chain, honest until a test says otherwise."""
    made = [LyingProxy(url, honest) for _ in range(3)]
    yield made
    for proxy in made:
        proxy.close()


@pytest.fixture
def reader_over(registry: RegistryChain) -> Iterator[Callable[..., AgreeingReader]]:
    with contextlib.ExitStack() as stack:

        def over(*urls: str, quorum: int = 1, prove: bool = False, finality: Any = None) -> AgreeingReader:
            nodes = [stack.enter_context(Rpc(one, deadline_s=5)) for one in urls]
            return AgreeingReader(nodes, registry.deployment, finality or Confirmations(1), Caution(quorum, prove))

        yield over


def queries(registry: RegistryChain) -> list[Query]:
    endorsers = (Endorser(registry.issuer, SCOPE), Endorser(registry.issuer, Digest(bytes(32))))
    return [Query(registry.issuer, root, index, endorsers) for root, index in PLACES]


def told(facts: ChainFacts) -> tuple[Any, ...]:
    """Give all but the block's hash and what the facts rest on."""
    head = facts.head
    return head.number, head.timestamp, facts.batch, facts.status, facts.final, facts.profile, facts.accreditations


@pytest.mark.parametrize("prove", [False, True])
@pytest.mark.parametrize("finality", [Confirmations(1), Confirmations(3), FinalityTag("finalized")])
def test_proofs_and_agreement_give_the_facts_that_the_contract_gives(
    registry: RegistryChain, url: str, reader_over: Callable[..., AgreeingReader], prove: bool, finality: Any
) -> None:
    asked = queries(registry)
    with Rpc(url) as rpc:
        plain = RegistryReader(rpc, registry.deployment, finality).read(asked)
    cautious = reader_over(url, url, quorum=2, prove=prove, finality=finality).read(asked)
    assert list(map(told, cautious)) == list(map(told, plain))
    assert {facts.status for facts in plain} == {Status.ACTIVE, Status.SUSPENDED, Status.REVOKED, Status.UNKNOWN}
    assert {facts.basis for facts in cautious} == {Basis(agreeing=2, proven=prove)}
    assert cautious[0].head.hash is not None
    assert [accredited.valid_from for accredited in plain[0].accreditations] == [7]


def forged(method: str, _params: list[Any], result: Any) -> Any:
    """Say of everything what the last word of an answer does not say: a revocation goes unmentioned."""
    return result[:-64] + "0" * 64 if method == "eth_call" else result


def test_one_liar_among_three_is_outvoted_and_two_leave_the_question_open(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    asked = [Query(registry.issuer, BIG, 512)]
    urls = [proxy.url for proxy in proxies]
    proxies[0].lie = forged
    assert reader_over(urls[0]).read(asked)[0].status is Status.ACTIVE
    assert reader_over(*urls, quorum=2).read(asked)[0].status is Status.SUSPENDED
    proxies[1].lie = lambda method, _params, result: "0x" + "00" * 31 if method == "eth_call" else result
    with pytest.raises(ChainUnavailable) as error:
        reader_over(*urls, quorum=2).read(asked)
    assert error.value.code == "chain.disagreement"


def eventless(method: str, _params: list[Any], result: Any) -> Any:
    return [] if method == "eth_getLogs" else result


def test_who_lies_about_events_takes_the_day_away_and_no_more(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    asked = [Query(registry.issuer, BIG, 0)]
    urls = [proxy.url for proxy in proxies[:2]]
    told = reader_over(*urls, quorum=2).read(asked)[0]
    assert told.withdrawal is not None
    proxies[0].lie = eventless
    assert reader_over(*urls, quorum=2).read(asked)[0] == replace(told, withdrawal=None)


@pytest.mark.parametrize("prove", [False, True])
def test_who_lies_about_a_blocks_time_or_state_under_its_true_hash_is_outvoted(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader], prove: bool
) -> None:
    asked = [Query(registry.issuer, BIG, 2)]
    urls = [proxy.url for proxy in proxies]
    honestly = reader_over(*urls, quorum=2, prove=prove).read(asked)[0]
    for name in ("timestamp", "stateRoot", "number"):
        other = {"timestamp": "0x7", "stateRoot": "0x" + "ab" * 32, "number": "0x2"}[name]

        def lie(method: str, _params: list[Any], result: Any, changed: dict[str, Any] = {name: other}) -> Any:  # noqa: B006
            return {**result, **changed} if method == "eth_getBlockByNumber" else result

        proxies[0].lie = lie
        assert reader_over(*urls, quorum=2, prove=prove).read(asked)[0] == honestly


def test_endpoints_that_follow_another_branch_do_not_agree(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    def branch(method: str, _params: list[Any], result: Any) -> Any:
        return {**result, "hash": "0x" + "ab" * 32} if method == "eth_getBlockByNumber" else result

    urls = [proxy.url for proxy in proxies]
    proxies[0].lie = branch
    assert reader_over(*urls, quorum=2).read([Query(registry.issuer, BIG, 2)])[0].status is Status.ACTIVE
    with pytest.raises(ChainUnavailable) as error:
        reader_over(*urls, quorum=3).read([Query(registry.issuer, BIG, 2)])
    assert error.value.code == "chain.disagreement"


def test_an_endpoint_behind_the_others_does_not_hold_them_back(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    with Rpc(proxies[1].url) as rpc:
        old = rpc.call("eth_getBlockByNumber", ["0x2", False])
        newest = rpc.call("eth_getBlockByNumber", ["latest", False])
    proxies[0].lie = lambda method, _params, result: old if method == "eth_getBlockByNumber" else result
    facts = reader_over(*(proxy.url for proxy in proxies), quorum=2).read([Query(registry.issuer, BIG, 0)])[0]
    assert isinstance(newest, dict)
    assert (facts.status, hex(facts.head.number)) == (Status.REVOKED, newest["number"])


def test_a_quorum_that_is_not_there_is_an_outage(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    proxies[0].close()
    urls = [proxy.url for proxy in proxies[:2]]
    with pytest.raises(ChainUnavailable) as error:
        reader_over(*urls, quorum=2).read([Query(registry.issuer, BIG, 0)])
    assert error.value.code == "chain.no_quorum"


def test_another_chain_is_no_vote(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    proxies[0].lie = lambda method, _params, result: "0x1" if method == "eth_chainId" else result
    urls = [proxy.url for proxy in proxies]
    assert reader_over(*urls, quorum=2).check().number > 0
    with pytest.raises(ChainMismatch):
        reader_over(*urls, quorum=3).check()


def cut(nodes: list[str]) -> list[str]:
    return nodes[:-1]


def turned(nodes: list[str]) -> list[str]:
    last = nodes[-1]
    return [*nodes[:-1], last[:-1] + ("0" if last[-1] != "0" else "1")]


@pytest.mark.parametrize("change", [cut, turned])
@pytest.mark.parametrize("part", ["accountProof", "storageProof"])
def test_a_proof_that_was_touched_proves_nothing(
    registry: RegistryChain,
    proxies: list[LyingProxy],
    reader_over: Callable[..., AgreeingReader],
    change: Callable[[list[str]], list[str]],
    part: str,
) -> None:
    def lie(method: str, _params: list[Any], result: Any) -> Any:
        if method != "eth_getProof":
            return result
        if part == "accountProof":
            return {**result, part: change(result[part])}
        return {**result, part: [{**slot, "proof": change(slot["proof"])} for slot in result[part]]}

    proxies[0].lie = lie
    asked = [Query(registry.issuer, BIG, 0)]
    with pytest.raises(ChainUnavailable) as error:
        reader_over(proxies[0].url, prove=True).read(asked)
    assert error.value.code == "chain.bad_proof"
    both = reader_over(proxies[0].url, proxies[1].url, prove=True).read(asked)
    assert both[0].status is Status.REVOKED


def test_an_endpoint_without_proofs_is_not_believed_instead(
    registry: RegistryChain, proxies: list[LyingProxy], reader_over: Callable[..., AgreeingReader]
) -> None:
    def lie(method: str, _params: list[Any], result: Any) -> Any:
        if method == "eth_getProof":
            raise RpcFault("method not found")
        return result

    proxies[0].lie = lie
    with pytest.raises(ChainUnavailable) as error:
        reader_over(proxies[0].url, prove=True).read([Query(registry.issuer, BIG, 0)])
    assert error.value.code == "chain.no_proof"


def test_saved_evidence_says_the_same_when_no_endpoint_is_left(
    registry: RegistryChain, url: str, reader_over: Callable[..., AgreeingReader]
) -> None:
    anchored = [query for query in queries(registry) if query.root != NOWHERE]
    reader, place = reader_over(url, prove=True), (registry.deployment.chain_id, registry.deployment.address)
    saved, facts = [], []
    for query in anchored:
        witness, shown = reader.witness(query)
        text = str(SavedFacts(*place, witness, b"a profile").to_json()).replace("'", '"').encode()
        saved.append(SavedFacts.loads(text))
        facts.append(shown)
    head = facts[0].head
    assert head.hash is not None
    pins = {(registry.deployment.chain_id, head.hash): "an almanac"}
    again = WitnessSource(registry.deployment, saved, pins).read(anchored)
    assert all(isinstance(one, ChainFacts) for one in again)
    assert [told(one) for one in again if isinstance(one, ChainFacts)] == list(map(told, facts))
    assert {one.basis.pinned_by for one in again if isinstance(one, ChainFacts)} == {"an almanac"}
    assert saved[0].profile == b"a profile"


def proof_of_nothing(registry: RegistryChain, rpc: Rpc, query: Query) -> tuple[StorageWitness, Digest]:
    """Save, as a holder might, what shows only that the registry had no such batch."""
    header = parse_header(rpc.call("eth_getBlockByNumber", ["latest", False]))
    places = sorted(slot_bytes(slot) for slot in FactSlots.of(query).required)
    proven = ask_proof(rpc, registry.deployment.address, header, places)
    slots = tuple(SlotProof(*one) for one in zip(places, proven.slot_nodes, strict=True))
    return StorageWitness(header.encoded, proven.account_nodes, slots), header.mark.hash


def test_what_was_not_there_in_a_pinned_block_may_have_been_anchored_since(registry: RegistryChain, url: str) -> None:
    deployment, query = registry.deployment, Query(registry.issuer, NOWHERE, 0)
    with Rpc(url) as rpc:
        witness, digest = proof_of_nothing(registry, rpc, query)
    saved = [SavedFacts(deployment.chain_id, deployment.address, witness)]
    pins = {(deployment.chain_id, digest): "an almanac"}
    answer = WitnessSource(deployment, saved, pins).read([query])[0]
    assert isinstance(answer, Unavailable)
    assert answer.code == "chain.no_evidence"


@pytest.mark.parametrize("place", [8, 11])
def test_a_header_with_a_number_or_a_time_beyond_all_others_is_none(
    registry: RegistryChain, url: str, reader_over: Callable[..., AgreeingReader], place: int
) -> None:
    query = Query(registry.issuer, BIG, 2)
    witness, _ = reader_over(url, prove=True).witness(query)
    items: Any = decode(witness.header)
    items[place] = b"\xff" * 30
    header = encode_list([encode_bytes(item) for item in items])
    deployment = registry.deployment
    saved = [SavedFacts(deployment.chain_id, deployment.address, replace(witness, header=header))]
    pins = {(deployment.chain_id, Digest(keccak256(header))): "a careless almanac"}
    answer = WitnessSource(deployment, saved, pins).read([query])[0]
    assert isinstance(answer, Unavailable)
    assert answer.code == "chain.bad_proof"


def test_saved_evidence_without_a_pinned_block_or_of_something_else_says_nothing(
    registry: RegistryChain, url: str, reader_over: Callable[..., AgreeingReader]
) -> None:
    query, other = Query(registry.issuer, BIG, 2), Query(registry.issuer, GONE, 0)
    witness, facts = reader_over(url, prove=True).witness(query)
    deployment, digest = registry.deployment, facts.head.hash
    assert digest is not None
    saved = [SavedFacts(deployment.chain_id, deployment.address, witness)]

    def code(queries: list[Query], pins: Any, evidence: Any = saved) -> str:
        answer = WitnessSource(deployment, evidence, pins).read(queries)[0]
        assert isinstance(answer, Unavailable)
        return answer.code

    pins = {(deployment.chain_id, digest): "an almanac"}
    assert code([query], {}) == "chain.block_unpinned"
    assert code([query], {(deployment.chain_id, Digest(bytes(32))): "an almanac"}) == "chain.block_unpinned"
    assert code([other], pins) == "chain.no_evidence"
    assert code([Query(registry.issuer, BIG, 300)], pins) == "chain.no_evidence"
    assert code([query], pins, []) == "chain.no_evidence"
    touched = bytearray(witness.account_nodes[-1])
    touched[-1] ^= 1
    broken = type(witness)(witness.header, (*witness.account_nodes[:-1], bytes(touched)), witness.slots)
    assert code([query], pins, [SavedFacts(deployment.chain_id, deployment.address, broken)]) == "chain.bad_proof"


def test_what_is_not_final_is_not_saved(
    registry: RegistryChain, url: str, reader_over: Callable[..., AgreeingReader]
) -> None:
    with pytest.raises(ChainUnavailable) as error:
        reader_over(url, prove=True).witness(Query(registry.issuer, NOWHERE, 0))
    assert error.value.code == "chain.not_final"
    with pytest.raises(ChainUnavailable) as error:
        reader_over(url, prove=True, finality=Confirmations(7)).witness(Query(registry.issuer, GONE, 0))
    assert error.value.code == "chain.not_final"


@pytest.mark.parametrize(
    "change",
    [
        {"format": "credroot/evidence/v2"},
        {"chain": 137},
        {"chain": "bip122:000000000019d6689c085ae165831e93"},
        {"registry": "0x12"},
        {"witness": {}},
        {"witness": None},
        {"profile": 1},
        {"profile": "u***"},
        {"profile": "u" + "A" * 200_000},
        {"more": 1},
    ],
)
def test_evidence_of_another_shape_is_refused(
    registry: RegistryChain, url: str, reader_over: Callable[..., AgreeingReader], change: dict[str, Any]
) -> None:
    import json

    witness, _ = reader_over(url, prove=True).witness(Query(registry.issuer, BIG, 2))
    wire = SavedFacts(registry.deployment.chain_id, registry.deployment.address, witness).to_json()
    assert SavedFacts.loads(json.dumps(wire).encode()).witness == witness
    with pytest.raises(InputError) as error:
        SavedFacts.loads(json.dumps({**wire, **change}).encode())
    assert error.value.code == "evidence.malformed"


def test_a_distrusted_key_is_read_off_the_storage_as_well() -> None:
    key = b"\x11" * 20
    word = batch_word(key, 1_000, 3, revoked=False, suspended=True, ratified=False)
    for since, status in ((1_000, Status.DISTRUSTED), (1_001, Status.SUSPENDED), (0, Status.SUSPENDED)):
        facts = batch_facts(word, key_word(0, 900, 0, since, 7))
        assert status_of(facts, 0, 0, 0) is status
    ratified = batch_facts(
        batch_word(key, 1_000, 3, revoked=False, suspended=False, ratified=True), key_word(0, 9, 0, 1, 0)
    )
    assert status_of(ratified, 0, 0, 0) is Status.ACTIVE
    assert batch_facts(0, key_word(0, 900, 0, 1, 0)) is None
