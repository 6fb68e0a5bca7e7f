"""Campaigns C, D and F in short, and the proof that they catch what they are for: scripts/campaign_verifier is long."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.campaigns.verifier_fuzz.estate import Estate
from tests.campaigns.verifier_fuzz.library import Campaign
from tests.campaigns.verifier_fuzz.server import HttpCampaign
from tests.campaigns.verifier_fuzz.verifier_bugs import BUGS
from tests.workspaces import Workspace

CASES, SINGLE_BYTES, REQUESTS = 4_000, 2_000, 400
"""About a minute together on two cores."""
CASES_TO_CATCH = 3_000
TIMES = ("slow",)
"""Kinds of findings that hang on how busy the machine is; the long form names them."""


@pytest.fixture(scope="module")
def seed() -> int:
    chosen = os.environ.get("CREDROOT_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"CREDROOT_SEED={chosen}")
    return int(chosen)


@pytest.fixture(scope="module")
def estate(seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    made = Estate(seed, tmp_path_factory.mktemp("estate"))
    yield made
    made.close()


def test_no_mutant_of_any_format_reads_valid_under_any_policy_and_none_raises(estate: Estate, seed: int) -> None:
    print(f"CREDROOT_SEED={seed}")
    campaign = Campaign(estate)
    campaign.run(range(CASES))
    campaign.run_bytes(0, 1, SINGLE_BYTES)
    print("\n".join(campaign.tally.lines()))
    found = {kind: count for kind, count in campaign.tally.found.items() if kind[0] not in TIMES}
    assert not found, [(kept["case"], kept["kind"], kept["about"]) for kept in campaign.tally.kept][:10]
    assert campaign.tally.cases.total() >= CASES
    assert len({one for one, _ in campaign.tally.cases}) >= 14


def test_a_server_answers_whatever_is_sent_and_no_mutant_with_valid(demonstrated: Workspace, seed: int) -> None:
    print(f"CREDROOT_SEED={seed}")
    campaign = HttpCampaign(demonstrated, seed, heavy_every=20)
    campaign.run(REQUESTS)
    print("\n".join(campaign.tally.lines()))
    found = {kind: count for kind, count in campaign.tally.found.items() if kind not in TIMES}
    assert not found, [(kept["kind"], kept["request"], kept["about"]) for kept in campaign.tally.kept][:10]
    assert campaign.tally.good > REQUESTS // 20


@pytest.mark.parametrize("bug", sorted(BUGS))
def test_a_bug_planted_into_the_verifier_is_seen_by_the_oracle(
    estate: Estate, seed: int, bug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"CREDROOT_SEED={seed}")
    with monkeypatch.context() as patch:
        BUGS[bug](patch)
        campaign = Campaign(estate)
        for start in range(0, CASES_TO_CATCH, 64):
            if campaign.tally.found:
                break
            campaign.run(range(start, start + 64))
    assert campaign.tally.found, f"{bug}: nothing found in {CASES_TO_CATCH} cases"
