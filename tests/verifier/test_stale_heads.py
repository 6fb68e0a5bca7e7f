"""An endpoint that shows the chain of yesterday: it neither hides a withdrawal nor an anchor, alone or among others."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credroot.chain.blocks.endpoint_trust import Caution
from credroot.chain.blocks.finality import Confirmations, FinalityTag
from credroot.chain.blocks.recency import ANY_HEAD, MAX_AHEAD_S, Recency, RecentHeads
from credroot.chain.embedded.node.server import serving
from credroot.chain.reading.agreeing_reader import AgreeingReader
from credroot.chain.reading.fallback_reader import FallbackReader
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.calls import Action, status_words
from credroot.chain.registry.facts import ChainFacts, Head
from credroot.chain.rpc.client import Rpc
from credroot.chain.rpc.hex_codec import parse_quantity
from credroot.core.anchor.proof import AnchorClaim, anchor_options, attach, encode_proof_value, leaf_of
from credroot.core.errors import ChainUnavailable
from credroot.core.report import Outcome, Report, Verdict
from credroot.core.status import Status
from credroot.core.tree.merkle import InclusionProof, MerkleTree
from credroot.core.values import LOCAL_CHAIN_ID, AccountId, ChainId
from credroot.verifier.gathering.fact_cache import FactCache
from credroot.verifier.trust import Policy, Trust, TrustedIssuer
from credroot.verifier.verifier import Verifier
from tests.auditor.lying_proxy import LyingProxy, honest, replay
from tests.chain.registry_chain import RegistryChain
from tests.verifier.stage import (
    ANCHORED_AT,
    DEPLOYMENT,
    DID,
    KNOWN,
    NOW,
    Registry,
    anchored,
    as_bytes,
    badge,
    codes,
    report_on,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from credroot.verifier.gathering.gather import FactSource

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = MAY + timedelta(days=31)
LIMIT = Recency(300)
NEEDED = ("anchor", "finality", "key", "status")


@dataclass
class Story:
    """A chain on which one credential was anchored in May and another revoked in June, and its moments."""

    registry: RegistryChain
    url: str
    good: bytes
    revoked: bytes
    empty: int
    """The last block before the anchor."""
    unrevoked: int
    """The last block before the revocation."""
    now: datetime

    def report(self, data: bytes, source: FactSource, **policy: Any) -> Report:
        issuer = TrustedIssuer(DID, AccountId(LOCAL_CHAIN_ID, self.registry.issuer), "Example University", "the tests")
        verifier = Verifier(
            Trust((self.registry.deployment,), (issuer,)),
            lambda _: source,
            clock=lambda: self.now,
            policy=Policy(**{"heads": {"local": LIMIT}, **policy}),
        )
        return verifier.verify(data)


def credentials(registry: RegistryChain, created: datetime) -> tuple[Any, bytes, bytes]:
    """Give a root that is not anchored yet, and the two credentials below it."""
    account = AccountId(LOCAL_CHAIN_ID, registry.issuer)
    options = anchor_options(
        verification_method=f"{account.did_pkh}#blockchainAccountId", created=created, nonce=bytes(32)
    )
    documents = [signed(badge(id=f"urn:uuid:00000000-0000-4000-8000-00000000000{number}")) for number in range(2)]
    tree = MerkleTree([leaf_of(options, document) for document in documents])

    def proven(place: int) -> bytes:
        proof = InclusionProof(place, 2, tree.path(place))
        claim = AnchorClaim(LOCAL_CHAIN_ID, registry.deployment.address, registry.issuer, tree.root, proof)
        return as_bytes(attach(documents[place], options, encode_proof_value(claim)))

    return tree.root, proven(0), proven(1)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    clock = [(MAY - timedelta(days=1)).timestamp()]
    registry = RegistryChain(tmp_path_factory.mktemp("chain"), clock=lambda: clock[0])
    root, good, revoked = credentials(registry, MAY - timedelta(minutes=5))

    def head() -> int:
        return parse_quantity(registry.chain.call("eth_blockNumber", []))

    empty = head()
    clock[0] = MAY.timestamp()
    registry.send(registry_calls.anchor(registry.issuer, root, 2))
    unrevoked = head()
    clock[0] = JUNE.timestamp()
    registry.send(registry_calls.set_status(registry.issuer, root, Action.REVOKE, 1, status_words([1])))
    with serving(registry.chain) as url:
        yield Story(registry, url, good, revoked, empty, unrevoked, JUNE + timedelta(seconds=30))
    registry.chain.close()


@pytest.fixture
def source(story: Story) -> Iterator[Callable[..., FactSource]]:
    """Makes readers over endpoints, each honest or at the block that it replays."""
    with contextlib.ExitStack() as stack:

        def made(*replayed: int | None, quorum: int, prove: bool, finality: Any = None, any_head: bool = False) -> Any:
            nodes = []
            for block in replayed:
                proxy = stack.enter_context(contextlib.closing(LyingProxy(story.url, honest)))
                if block is not None:
                    replay(proxy, block)
                nodes.append(stack.enter_context(Rpc(proxy.url, deadline_s=5)))
            finality = finality or Confirmations(1)
            if quorum == 1 and not prove:
                return RegistryReader(nodes[0], story.registry.deployment, finality, withdrawals=True)
            recent = RecentHeads(ANY_HEAD if any_head else LIMIT, lambda: story.now)
            return AgreeingReader(nodes, story.registry.deployment, finality, Caution(quorum, prove), recent=recent)

        yield made


@pytest.mark.parametrize("prove", [False, True])
@pytest.mark.parametrize("honest_ones", [0, 1, 2])
def test_a_replayed_block_brings_no_revoked_credential_back(
    story: Story, source: Callable[..., FactSource], prove: bool, honest_ones: int
) -> None:
    quorum = honest_ones + 1
    report = story.report(story.revoked, source(story.unrevoked, *[None] * honest_ones, quorum=quorum, prove=prove))
    assert (report.verdict, codes(report)["anchor"]) == (Verdict.INDETERMINATE, "anchor.stale_head")
    assert not [check for check in report.checks if check.outcome is Outcome.FAILED]
    assert not {check.id for check in report.checks if check.outcome is Outcome.PASSED} & set(NEEDED)


@pytest.mark.parametrize("prove", [False, True])
@pytest.mark.parametrize("honest_ones", [0, 1, 2])
def test_a_replayed_block_makes_no_genuine_credential_invalid(
    story: Story, source: Callable[..., FactSource], prove: bool, honest_ones: int
) -> None:
    quorum = honest_ones + 1
    report = story.report(story.good, source(story.empty, *[None] * honest_ones, quorum=quorum, prove=prove))
    assert (report.verdict, codes(report)["anchor"]) == (Verdict.INDETERMINATE, "anchor.stale_head")
    assert not [check for check in report.checks if check.outcome is Outcome.FAILED]


@pytest.mark.parametrize("finality", [Confirmations(1), FinalityTag("finalized")])
@pytest.mark.parametrize("prove", [False, True])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_two_honest_endpoints_decide_whatever_a_third_replays(
    story: Story, source: Callable[..., FactSource], prove: bool, place: int, finality: Any
) -> None:
    for block in (story.empty, story.unrevoked):
        replayed: list[int | None] = [None, None]
        replayed.insert(place, block)
        reader = source(*replayed, quorum=2, prove=prove, finality=finality)
        assert story.report(story.good, reader).verdict is Verdict.VALID
        report = story.report(story.revoked, reader)
        assert (report.verdict, codes(report)["status"]) == (Verdict.INVALID, "status.revoked")


def test_an_endpoint_that_calls_its_old_block_young_does_not_pull_the_others_back(
    story: Story, source: Callable[..., FactSource]
) -> None:
    for quorum, others, verdict in ((2, [None], Verdict.INDETERMINATE), (2, [None, None], Verdict.INVALID)):
        reader = source(story.unrevoked, *others, quorum=quorum, prove=True)
        proxies: Any = reader
        liar = proxies._nodes[0]
        true_batch = liar.batch

        def batch(calls: Any, true_batch: Any = true_batch, **options: Any) -> Any:
            young = {"timestamp": hex(int(story.now.timestamp()))}
            return [{**one, **young} if isinstance(one, dict) else one for one in true_batch(calls, **options)]

        liar.batch = batch
        assert story.report(story.revoked, reader).verdict is verdict


def test_as_of_the_block_its_age_does_not_matter_but_nothing_is_called_missing(
    story: Story, source: Callable[..., FactSource]
) -> None:
    for quorum, prove in ((1, False), (1, True)):
        reader = source(story.unrevoked, quorum=quorum, prove=prove, any_head=True)
        report = story.report(story.revoked, reader, as_of_block=True)
        assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.active")
        assert any(f"block {story.unrevoked}" in notice for notice in report.notices)
        reader = source(story.empty, quorum=quorum, prove=prove, any_head=True)
        report = story.report(story.good, reader, as_of_block=True)
        assert (report.verdict, codes(report)["anchor"]) == (Verdict.INDETERMINATE, "anchor.stale_head")


def test_where_one_endpoint_stands_still_the_others_are_asked(story: Story, source: Callable[..., Any]) -> None:
    recent = RecentHeads(LIMIT, lambda: story.now)
    stale = source(story.unrevoked, quorum=1, prove=False)
    fresh = source(story.unrevoked, None, quorum=1, prove=False)
    nodes = [stale._rpc, source(None, quorum=1, prove=False)._rpc]
    deployment = story.registry.deployment
    others = AgreeingReader(nodes, deployment, Confirmations(1), Caution(), recent=recent)
    report = story.report(story.revoked, FallbackReader(stale, others, recent))
    assert codes(report)["status"] == "status.revoked"
    alone = AgreeingReader(nodes[:1], deployment, Confirmations(1), Caution(), recent=recent)
    report = story.report(story.revoked, FallbackReader(fresh, alone, recent))
    assert codes(report)["anchor"] == "anchor.stale_head"
    assert FallbackReader(stale, others, recent).check().number > story.unrevoked


def test_whoever_tells_others_what_the_registry_holds_now_refuses_an_old_head(
    story: Story, source: Callable[..., Any]
) -> None:
    rpc = source(story.unrevoked, quorum=1, prove=False)._rpc
    reader = RegistryReader(
        rpc, story.registry.deployment, Confirmations(1), recent=RecentHeads(LIMIT, lambda: story.now)
    )
    for ask in (reader.check, lambda: reader.read([_query(story)])):
        with pytest.raises(ChainUnavailable) as error:
            ask()
        assert error.value.code == "chain.stale_head"
    assert reader.read([_query(story)], block=story.unrevoked)[0].status is Status.UNKNOWN


def test_a_quorum_is_asked_and_saved_from_only_where_enough_are_up_to_date(
    story: Story, source: Callable[..., Any]
) -> None:
    for blocks, quorum in (((story.unrevoked,), 1), ((story.unrevoked, None), 2)):
        reader = source(*blocks, quorum=quorum, prove=True)
        for ask in (reader.check, reader.final_block, lambda reader=reader: reader.witness(_query(story))):
            with pytest.raises(ChainUnavailable) as error:
                ask()
            assert error.value.code == "chain.stale_head"
    assert source(story.unrevoked, None, None, quorum=2, prove=True).check().number > story.unrevoked


def _query(story: Story) -> Any:
    from credroot.chain.registry.facts import Query

    return Query(story.registry.issuer, DEPLOYMENT.code_hash, 0)  # type: ignore[arg-type]


# -- the rule itself --


@dataclass
class At(Registry):
    """A registry in memory whose head has a time of the test's own."""

    head_time: datetime = NOW
    is_missing: bool = False
    pinned_by: str | None = None

    def read(self, queries: Any) -> tuple[ChainFacts, ...]:
        head = Head(DEPLOYMENT.chain_id, 4_711, int(self.head_time.timestamp()))
        found = []
        for facts in super().read(queries):
            changed = replace(facts, head=head, basis=replace(facts.basis, pinned_by=self.pinned_by))
            found.append(replace(changed, batch=None, status=Status.UNKNOWN) if self.is_missing else changed)
        return tuple(found)


CREDENTIAL = anchored(signed(badge()))
BOUND = timedelta(seconds=300)
AHEAD = timedelta(seconds=MAX_AHEAD_S)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("head_time", "code"),
    [
        (NOW, "anchor.ok"),
        (NOW - BOUND, "anchor.ok"),
        (NOW - BOUND - SECOND, "anchor.stale_head"),
        (NOW + AHEAD, "anchor.ok"),
        (NOW + AHEAD + SECOND, "anchor.future_head"),
        (datetime(1970, 1, 1, tzinfo=UTC), "anchor.stale_head"),
    ],
)
def test_a_head_counts_within_a_bound_of_the_clock_to_the_second(head_time: datetime, code: str) -> None:
    report = report_on(CREDENTIAL, registry=At(head_time=head_time))
    assert codes(report)["anchor"] == code
    assert (report.verdict is Verdict.VALID) == (code == "anchor.ok")
    assert report.network["block"] == 4_711, "the block is named, relied on or not"
    assert report.network["blockTime"] == int(head_time.timestamp())


def test_a_withdrawal_in_an_old_head_is_as_open_as_everything_else() -> None:
    report = report_on(CREDENTIAL, registry=At(status=Status.REVOKED, head_time=NOW - 2 * BOUND))
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")


@pytest.mark.parametrize(
    ("head_time", "code", "outcome"),
    [
        (NOW, "anchor.not_found", Outcome.FAILED),
        (NOW - BOUND - SECOND, "anchor.stale_head", Outcome.UNKNOWN),
        (NOW + AHEAD + SECOND, "anchor.future_head", Outcome.UNKNOWN),
    ],
)
def test_a_batch_is_called_missing_only_as_of_now(head_time: datetime, code: str, outcome: Outcome) -> None:
    report = report_on(CREDENTIAL, registry=At(is_missing=True, head_time=head_time))
    check = report.check("anchor")
    assert (check.code, check.outcome) == (code, outcome)
    assert check.details["block"] == 4_711


@pytest.mark.parametrize(("later", "code"), [(0, "anchor.not_found"), (1, "anchor.head_before_proof")])
def test_a_head_that_is_older_than_the_proof_does_not_tell_that_its_batch_is_missing(later: int, code: str) -> None:
    head_time = ANCHORED_AT - timedelta(seconds=later)
    report = report_on(
        CREDENTIAL, registry=At(is_missing=True, head_time=head_time), heads={DEPLOYMENT.network: ANY_HEAD}
    )
    assert codes(report)["anchor"] == code
    assert (report.verdict is Verdict.INVALID) == (code == "anchor.not_found")


def test_saved_evidence_has_a_rule_of_its_own() -> None:
    report = report_on(CREDENTIAL, registry=At(head_time=NOW - timedelta(days=400), pinned_by="an almanac"))
    assert (codes(report)["anchor"], codes(report)["status"]) == ("anchor.ok", "status.outdated")
    assert report.verdict is Verdict.INDETERMINATE


def test_every_chain_has_a_bound_but_those_whose_blocks_come_on_demand() -> None:
    known = {number: Recency.usual(ChainId(number)).max_age_s for number in (1, 10, 137, 8453, 42_161, 11_155_111)}
    assert all(seconds is not None and seconds <= 600 for seconds in known.values())
    assert Recency.usual(ChainId(1_337)).max_age_s == Recency.usual(ChainId(424_242)).max_age_s == 900
    assert Recency.usual(LOCAL_CHAIN_ID) == Recency.usual(ChainId(31_337)) == ANY_HEAD


def test_the_settings_can_spell_out_another_bound(tmp_path: Path) -> None:
    from credroot.app.settings.settings import load_settings
    from credroot.core.errors import InputError

    def bound(line: str) -> int | None:
        text = f'format = "credroot/settings/v1"\n[networks.polygon]\n{line}\n'
        (tmp_path / "credroot.toml").write_text(text)
        settings = load_settings(tmp_path, {})
        return settings.policy().recency(DEPLOYMENT).max_age_s

    assert (bound(""), bound("max_head_age_s = 20"), bound('max_head_age_s = "any"')) == (300, 20, None)
    for wrong in ("0", "-1", "true", "1.5", '"never"', "99999999999"):
        with pytest.raises(InputError) as error:
            bound(f"max_head_age_s = {wrong}")
        assert error.value.code == "settings.kind"


def test_trust_in_an_issuer_does_not_rest_on_the_chain() -> None:
    report = report_on(CREDENTIAL, issuers=(KNOWN,), registry=At(head_time=NOW - 2 * BOUND))
    assert codes(report)["issuer"] == "issuer.trusted"
    assert codes(report)["key"] == "key.skipped"


def test_kept_facts_grow_old_by_the_clock_and_not_by_how_long_they_were_kept() -> None:
    kept = FactCache(lambda _: At(), monotonic=lambda: 0.0)
    for now, code in ((NOW, "anchor.ok"), (NOW + BOUND + SECOND, "anchor.stale_head")):
        verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), kept.registry, clock=lambda now=now: now)  # type: ignore[misc]
        assert codes(verifier.verify(as_bytes(CREDENTIAL)))["anchor"] == code
    assert kept.counts.misses == 1
