"""Reading the registry: the contract's own answers, at one block, in one request, of the pinned registry only."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.settings.trust import MAX_SCOPES
from credroot.chain.blocks.finality import Confirmations, FinalityTag, parse_finality
from credroot.chain.embedded.node.server import serving
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.calls import Action, StatusWord, status_words
from credroot.chain.registry.facts import Accreditation, Endorser, Query
from credroot.chain.registry.lens_codec import decode_lens, encode_lens, encode_word
from credroot.chain.rpc.client import Rpc
from credroot.chain.rpc.hex_codec import parse_quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable, InputError
from credroot.core.status import Status
from credroot.core.values import Address, ChainId, Digest, Root
from tests.chain.registry_chain import RegistryChain

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

BIG, SMALL, GONE = (Root(Digest(bytes([number]) * 32)) for number in (1, 2, 3))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryChain]:
    made = RegistryChain(tmp_path_factory.mktemp("chain"))
    for root, count in ((BIG, 600), (SMALL, 1), (GONE, 3)):
        made.send(registry_calls.anchor(made.issuer, root, count))
    address, words = made.issuer, status_words([0, 255, 256, 599])
    made.send(registry_calls.set_status(address, BIG, Action.REVOKE, 1, words))
    made.send(registry_calls.set_status(address, BIG, Action.SUSPEND, 1, status_words([1, 255, 512])))
    made.send(registry_calls.set_batch_status(address, GONE, Action.REVOKE, 1))
    made.send(registry_calls.set_profile(address, Digest(b"p" * 32), "https://university.example/profile"))
    yield made
    made.chain.close()


@pytest.fixture(scope="module")
def rpc(registry: RegistryChain) -> Iterator[Rpc]:
    with serving(registry.chain) as url, Rpc(url) as client:
        yield client


def contracts_own_word(registry: RegistryChain, query: Query) -> Status:
    selector = load("CredentialRegistry").selector("statusOf")
    data = selector + bytes(12) + query.issuer + query.root + encode_word(query.index)
    answer = registry.chain.call(
        "eth_call", [{"to": str(registry.deployment.address), "data": "0x" + data.hex()}, "latest"]
    )
    return Status(int(str(answer), 16))


def test_every_status_is_the_contracts_own(registry: RegistryChain, rpc: Rpc, rng: random.Random) -> None:
    reader = RegistryReader(rpc, registry.deployment, Confirmations(1))
    indexes = [0, 1, 2, 254, 255, 256, 257, 511, 512, 598, 599, 600, 10**9, *rng.sample(range(600), 20)]
    stranger = Address(b"\x01" * 20)
    queries = [Query(registry.issuer, BIG, index) for index in indexes]
    queries += [Query(registry.issuer, root, index) for root in (SMALL, GONE) for index in (0, 1, 2, 3)]
    queries += [Query(stranger, BIG, 0), Query(registry.issuer, Root(Digest(b"z" * 32)), 0)]
    for query, facts in zip(queries, reader.read(queries), strict=True):
        assert facts.status is contracts_own_word(registry, query), query
    seen = {facts.status for facts in reader.read(queries)}
    assert seen == {Status.UNKNOWN, Status.ACTIVE, Status.SUSPENDED, Status.REVOKED}


def test_one_question_costs_one_request(registry: RegistryChain, rpc: Rpc) -> None:
    reader = RegistryReader(rpc, registry.deployment, Confirmations(1))
    before = rpc.requests
    facts = reader.read([Query(registry.issuer, BIG, 7)])[0]
    assert rpc.requests == before + 1
    assert facts.batch is not None
    assert (facts.batch.leaf_count, facts.batch.key, facts.final) == (600, registry.issuer, True)
    assert facts.profile == Digest(b"p" * 32)
    assert facts.head.number == parse_quantity(registry.chain.call("eth_blockNumber", []))


def test_all_credentials_of_a_batch_cost_one_request(registry: RegistryChain, rpc: Rpc) -> None:
    reader = RegistryReader(rpc, registry.deployment, FinalityTag("finalized"))
    before = rpc.requests
    facts = reader.read([Query(registry.issuer, BIG, index) for index in range(600)])
    assert rpc.requests == before + 1
    assert sum(one.status is Status.REVOKED for one in facts) == 4
    assert all(one.final for one in facts)


def test_many_batches_are_cut_into_pages(registry: RegistryChain, rpc: Rpc) -> None:
    reader = RegistryReader(rpc, registry.deployment, Confirmations(1))
    queries = [Query(Address(number.to_bytes(20, "big")), BIG, 0) for number in range(1, 60)]
    queries.append(Query(registry.issuer, BIG, 0))
    before = rpc.requests
    facts = reader.read(queries)
    assert rpc.requests > before + 1
    assert [one.status for one in facts] == [Status.UNKNOWN] * 59 + [Status.REVOKED]


def test_nothing_asked_costs_nothing(registry: RegistryChain, rpc: Rpc) -> None:
    before = rpc.requests
    assert RegistryReader(rpc, registry.deployment, Confirmations(1)).read([]) == ()
    assert rpc.requests == before


def test_a_young_anchor_is_not_final(registry: RegistryChain, rpc: Rpc) -> None:
    query = Query(registry.issuer, SMALL, 0)
    head = parse_quantity(registry.chain.call("eth_blockNumber", []))
    for count, final in ((1, True), (2, True), (head - 1, False)):
        assert RegistryReader(rpc, registry.deployment, Confirmations(count)).read([query])[0].final is final, count
    assert RegistryReader(rpc, registry.deployment, Confirmations(10_000)).read([query])[0].final is None


def test_another_chain_or_other_code_is_refused_by_its_own_code(registry: RegistryChain, rpc: Rpc) -> None:
    for changed, code in (
        (replace(registry.deployment, chain_id=ChainId(1)), "chain.wrong_id"),
        (replace(registry.deployment, code_hash=Digest(b"c" * 32)), "chain.wrong_code"),
        (replace(registry.deployment, address=Address(b"n" * 20)), "chain.wrong_code"),
    ):
        reader = RegistryReader(rpc, changed, Confirmations(1))
        for ask in (reader.check, lambda reader=reader: reader.read([Query(registry.issuer, BIG, 0)])):
            with pytest.raises(ChainMismatch) as refused:
                ask()
            assert refused.value.code == code


class Overstating(Rpc):
    """An endpoint whose answer has the highest number there is in one of its words."""

    word = 0

    def batch(self, calls: Any, **options: Any) -> Any:
        answer: Any = super().batch(calls, **options)[0]
        place = 2 + 64 * self.word
        return [answer[:place] + "f" * 64 + answer[place + 64 :]]


def test_no_number_in_an_answer_is_too_high_to_be_refused(registry: RegistryChain, rpc: Rpc) -> None:
    query = Query(registry.issuer, BIG, 2)
    refused = 0
    with Overstating(rpc.endpoint.masked) as node:
        for node.word in range(40):
            try:
                facts = RegistryReader(node, registry.deployment, Confirmations(1)).read([query])[0]
            except (ChainUnavailable, ChainMismatch):
                refused += 1
            else:
                for seconds in (facts.head.timestamp, facts.batch.anchored_at if facts.batch else 0):
                    assert datetime.fromtimestamp(seconds, UTC).year < 10_000
    assert refused > 20


def test_a_lens_answer_that_points_outside_is_refused(rng: random.Random) -> None:
    good = b"".join(map(encode_word, (5, 6, 7, 8, 160, 1, 32, 128, 1, 64, 32))) + b"r" * 32
    assert decode_lens(good, 1).results == (b"r" * 32,)
    for size in range(len(good)):
        with pytest.raises(ChainUnavailable):
            decode_lens(good[:size], 1)
    with pytest.raises(ChainUnavailable):
        decode_lens(good, 2)
    for _ in range(2_000):
        place = rng.randrange(len(good) - 32)
        changed = good[:place] + rng.randbytes(1) + good[place + 1 :]
        # Any other error would be a crash on a node's answer.
        with contextlib.suppress(ChainUnavailable):
            decode_lens(changed, 1)


def test_calls_of_any_length_are_padded() -> None:
    data = encode_lens(b"code", Address(b"a" * 20), [b"12345", b"x" * 64])
    assert data.startswith(b"code")
    assert (len(data) - 4) % 32 == 0


def test_neighbours_share_a_word() -> None:
    assert status_words([0, 1, 255, 256]) == (StatusWord(0, 1 | 2 | 1 << 255), StatusWord(1, 1))


@pytest.mark.parametrize("value", [0, 64, "finalized", "safe"])
def test_finality_is_a_number_or_a_tag(value: object) -> None:
    assert parse_finality(value, source="here") in (Confirmations(0), Confirmations(64), FinalityTag(str(value)))


@pytest.mark.parametrize("value", [-1, 10**9, True, "latest", "", None, 1.5])
def test_no_other_finality_is_taken(value: object) -> None:
    with pytest.raises(InputError):
        parse_finality(value, source="here")


def test_accreditations_come_with_the_same_request(registry: RegistryChain, rpc: Rpc) -> None:
    accredited, other = Address(b"\x0a" * 20), Address(b"\x0b" * 20)
    scope, withdrawn = Digest(b"s" * 32), Digest(b"w" * 32)
    registry.send(registry_calls.accredit(registry.issuer, accredited, scope, 5, 2**40 - 1, "https://agency.example/1"))
    registry.send(registry_calls.accredit(registry.issuer, accredited, withdrawn, 5, 9, ""))
    registry.send(registry_calls.accredit(registry.issuer, accredited, withdrawn, 0, 0, ""))
    reader = RegistryReader(rpc, registry.deployment, Confirmations(1))
    endorsers = tuple(Endorser(account, what) for account in (registry.issuer, other) for what in (scope, withdrawn))
    before = rpc.requests
    first, second = reader.read([Query(accredited, BIG, 0, endorsers), Query(other, BIG, 0, endorsers)])
    assert rpc.requests == before + 1
    assert first.accreditations == (Accreditation(Endorser(registry.issuer, scope), 5, 2**40 - 1),)
    assert second.accreditations == ()


def test_as_many_endorsers_as_settings_allow_fit_into_one_answer(registry: RegistryChain, rpc: Rpc) -> None:
    endorsers = tuple(Endorser(Address(bytes([number]) * 20), Digest(b"s" * 32)) for number in range(MAX_SCOPES))
    reader = RegistryReader(rpc, registry.deployment, Confirmations(1))
    before = rpc.requests
    assert reader.read([Query(registry.issuer, BIG, 7, endorsers)])[0].batch is not None
    assert rpc.requests == before + 1
