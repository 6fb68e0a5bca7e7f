from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from credroot.chain.registry.facts import ChainFacts, Head, Query
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.status import Status
from credroot.core.values import Address, Digest
from credroot.verifier.gathering.fact_cache import BATCHES_AT_ONCE, FactCache, NotCachedError
from tests.app.api.registry_model import CHAIN, deployment

ISSUER = Address(b"\x11" * 20)
PLACE = deployment()


class Source:
    """Answers with a block that counts its questions, and fails or waits where a test wants it to."""

    def __init__(self) -> None:
        self.questions: list[list[Query]] = []
        self.failure: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def read(self, queries):
        self.questions.append(list(queries))
        self.entered.release()
        assert self.gate.wait(10)
        if self.failure is not None:
            raise self.failure
        head = Head(CHAIN, len(self.questions), 0)
        return tuple(ChainFacts(head, None, Status.UNKNOWN, None, None) for _ in queries)


def answers(source: Source, queries):
    source.questions.append(list(queries))
    return tuple(ChainFacts(Head(CHAIN, len(source.questions), 0), None, Status.UNKNOWN, None, None) for _ in queries)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(source: Source, clock: Clock) -> FactCache:
    return FactCache(lambda _: source, monotonic=clock, max_age_s=15, outage_s=1, max_facts=50)


def query(number: int, batch: int = 0) -> Query:
    return Query(ISSUER, Digest(batch.to_bytes(32, "big")), number)


def blocks(facts) -> list[int]:
    return [fact.head.number for fact in facts]


def test_a_fact_is_kept_until_its_age_and_not_longer(cache, source, clock) -> None:
    registry = cache.registry(PLACE)
    assert blocks(registry.read([query(1)])) == [1]
    clock.now += 15
    assert blocks(registry.read([query(1)])) == [1]
    clock.now += 0.01
    assert blocks(registry.read([query(1)])) == [2]


def test_the_age_counts_from_before_the_question(cache, source, clock) -> None:
    registry = cache.registry(PLACE)
    original = source.read

    def slow(queries):
        clock.now += 10
        return original(queries)

    source.read = slow
    registry.read([query(1)])
    clock.now += 6
    assert blocks(registry.read([query(1)])) == [2]


def test_only_what_is_missing_is_asked(cache, source) -> None:
    registry = cache.registry(PLACE)
    registry.read([query(1), query(2)])
    assert blocks(registry.read([query(3), query(1), query(3)])) == [2, 1, 2]
    assert source.questions[1] == [query(3)]


def test_identical_questions_that_meet_are_asked_once(cache, source) -> None:
    registry = cache.registry(PLACE)
    source.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(registry.read, [query(1)]) for _ in range(8)]
        assert source.entered.acquire(timeout=10)
        source.gate.set()
        assert all(blocks(answer.result(10)) == [1] for answer in answers)
    assert len(source.questions) == 1


def test_an_outage_is_told_to_all_who_waited_and_for_a_second(cache, source, clock) -> None:
    registry = cache.registry(PLACE)
    source.failure = ChainUnavailable("down", code="chain.timeout")
    for _ in range(3):
        with pytest.raises(ChainUnavailable) as caught:
            registry.read([query(1)])
        assert caught.value.code == "chain.timeout"
    assert len(source.questions) == 1
    clock.now += 1.01
    source.failure = None
    assert blocks(registry.read([query(1)])) == [2]


def test_during_an_outage_one_question_is_under_way_and_nobody_else_waits(cache, source, clock) -> None:
    registry = cache.registry(PLACE)
    source.failure = ChainUnavailable("down")
    with pytest.raises(ChainUnavailable):
        registry.read([query(1)])
    clock.now += 2
    assert source.entered.acquire(timeout=10)
    source.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(registry.read, [query(2)])
        assert source.entered.acquire(timeout=10)
        with pytest.raises(ChainUnavailable):
            registry.read([query(3)])
        source.gate.set()
        with pytest.raises(ChainUnavailable):
            probe.result(10)
    assert len(source.questions) == 2


def test_what_is_kept_is_answered_during_an_outage(cache, source) -> None:
    registry = cache.registry(PLACE)
    registry.read([query(1)])
    source.failure = ChainMismatch("another chain", code="chain.wrong_id")
    with pytest.raises(ChainMismatch):
        registry.read([query(2)])
    assert blocks(registry.read([query(1)])) == [1]
    assert blocks(cache.known(PLACE).read([query(1)])) == [1]


def test_the_impatient_source_never_asks(cache, source) -> None:
    with pytest.raises(NotCachedError):
        cache.known(PLACE).read([query(1)])
    assert source.questions == []
    cache.registry(PLACE).read([query(1)])
    assert blocks(cache.known(PLACE).read([query(1), query(1)])) == [1, 1]


def test_the_number_of_facts_is_bounded_and_the_oldest_go(cache, source) -> None:
    registry = cache.registry(PLACE)
    for number in range(60):
        registry.read([query(number)])
    with pytest.raises(NotCachedError):
        registry.known([query(0)])
    assert blocks(registry.known([query(59)])) == [60]
    assert len(registry._facts) == 50


def test_a_long_question_is_cut_by_batches_and_its_answers_keep_their_order(cache, source) -> None:
    queries = [query(number, batch) for number in range(2) for batch in range(BATCHES_AT_ONCE + 5)]
    answers = blocks(cache.registry(PLACE).read(queries))
    assert [len(question) for question in source.questions] == [2 * BATCHES_AT_ONCE, 10]
    assert answers == ([1] * BATCHES_AT_ONCE + [2] * 5) * 2


def test_whoever_asks_too_much_of_a_slow_endpoint_gives_up_alone(cache, source, clock) -> None:
    original = source.read

    def slow(queries):
        clock.now += 31
        return original(queries)

    source.read = slow
    with pytest.raises(ChainUnavailable):
        cache.registry(PLACE).read([query(0, batch) for batch in range(BATCHES_AT_ONCE + 1)])
    assert len(source.questions) == 1
    assert blocks(cache.registry(PLACE).read([query(0, BATCHES_AT_ONCE)])) == [2]


def test_nobody_waits_for_the_other_parts_of_a_long_question(cache, source) -> None:
    registry, last = cache.registry(PLACE), query(0, BATCHES_AT_ONCE)
    source.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(registry.read, [query(0, batch) for batch in range(BATCHES_AT_ONCE + 1)])
        assert source.entered.acquire(timeout=10)
        short = pool.submit(registry.read, [last])
        assert source.entered.acquire(timeout=10)  # it is asked while the first part is not answered yet
        assert source.questions[1] == [last]
        source.gate.set()
        assert len(blocks(short.result(10))) == 1
        assert len(blocks(long.result(10))) == BATCHES_AT_ONCE + 1


def test_whoever_waits_for_a_question_that_is_broken_off_asks_it(cache, source) -> None:
    registry = cache.registry(PLACE)
    source.failure = ZeroDivisionError()
    source.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        broken = pool.submit(registry.read, [query(1)])
        assert source.entered.acquire(timeout=10)
        waiting = pool.submit(registry.read, [query(1)])
        while not cache.counts.shared:
            time.sleep(0.001)
        original, source.read = source.read, lambda queries: answers(source, queries)
        source.gate.set()
        with pytest.raises(ZeroDivisionError):
            broken.result(10)
        assert blocks(waiting.result(10)) == [2]
    source.read = original


def test_an_error_of_ours_leaves_nobody_waiting(cache, source) -> None:
    source.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        cache.registry(PLACE).read([query(1)])
    source.failure = None
    assert blocks(cache.registry(PLACE).read([query(1)])) == [2]
