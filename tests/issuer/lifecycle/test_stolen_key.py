"""The drill for a stolen anchoring key, as contracts/README.md writes it, with what a verifier says at each step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from credroot.core.report import Verdict
from credroot.core.text.clock import format_time
from tests.issuer.lifecycle.college import College

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil


@pytest.fixture
def college(tmp_path: Path, mining_chain: tuple[Anvil, Deployment]) -> College:
    made = College(tmp_path, *mining_chain, "drill")
    made.board("issuer", "keys", "add", str(made.hot.address), "--role", "anchor", "--role", "suspend")
    return made


def standing(college: College, credential: bytes) -> tuple[Verdict, str]:
    report = college.report(credential)
    return report.verdict, report.check("status").code


def test_a_stolen_anchoring_key_is_detected_removed_distrusted_and_what_was_good_is_ratified(
    college: College, tmp_path: Path
) -> None:
    good, suspect = (Verdict.VALID, "status.active"), (Verdict.INVALID, "status.distrusted")

    college.anchor("before")
    before = college.credentials("before")[0].read_bytes()
    college.anvil.ask("evm_increaseTime", 3_600)
    college.anvil.mine()
    theft = int(college.anvil.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    # The machine is copied. The thief anchors people of his own; the college, unaware, goes on.
    thief = college.copy(tmp_path / "stolen")
    thief.anchor("forged")
    forged = thief.credentials("forged")[0].read_bytes()
    assert standing(college, before) == good
    assert standing(college, forged) == good

    # 1. Detect: the chain knows of an anchor that the journal does not know.
    alarms = college.done("issuer", "watch", code=3)["alarms"]
    assert [(alarm["event"], alarm["key"]) for alarm in alarms] == [("BatchAnchored", str(college.hot.address))]
    # The college's own next batch is refused for the same reason, until a person has looked.
    refused = college.anchor("after", code=7)
    assert refused == {}
    college.done("issuer", "watch", "--accept", alarms[0]["transaction"])
    college.done("batch", "resume", "after")
    after = college.credentials("after")[0].read_bytes()
    assert standing(college, after) == good

    # 2. Remove: the key can do nothing more. What it did still counts.
    college.board("issuer", "keys", "remove", str(college.hot.address))
    thief.anchor("more", code=7)
    assert standing(college, forged) == good

    # 3. Distrust from the theft on: in one transaction everything after it falls, and nothing before.
    moment = format_time(datetime.fromtimestamp(theft, UTC))
    college.board("issuer", "keys", "distrust", str(college.hot.address), "--since", moment, "--yes")
    assert standing(college, before) == good
    assert standing(college, forged) == suspect
    assert standing(college, after) == suspect

    # 4. Ratify what was good.
    college.board("issuer", "keys", "ratify", "after")
    assert standing(college, after) == good
    assert standing(college, forged) == suspect

    # 5. Go on with another key. The stolen one never has a role again.
    college.board("issuer", "keys", "add", str(college.hot.address), "--role", "anchor", code=7)
    records = college.done("issuer", "keys", "list")["keys"]
    stolen = next(record for record in records if record["account"] == str(college.hot.address))
    assert (stolen["roles"], stolen["distrustedFrom"]) == ([], moment)
    assert college.done("issuer", "watch")["alarms"] == []
