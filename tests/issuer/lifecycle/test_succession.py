"""Reissue and renewal from the command line, with a hot key that anchors and a cold one that revokes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from credroot.core.report import Verdict
from credroot.core.text.multibase import decode_base64url
from credroot.core.values import Digest
from tests.issuer.lifecycle.college import College

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil

TODAY = datetime.now(UTC).date()
ROSTER = f"""name,email,issued_on,expires_on
Jane Do,jane@example.org,2025-05-04,{TODAY + timedelta(days=30)}
Max Power,max@example.org,2025-05-04,{TODAY - timedelta(days=30)}
Ana Lima,ana@example.org,2025-05-04,{TODAY + timedelta(days=900)}
Tom Tall,tom@example.org,2025-05-04,
"""


def opened(tmp_path: Path, chain: tuple[Anvil, Deployment], name: str) -> College:
    college = College(tmp_path, *chain, name)
    college.board("issuer", "keys", "add", str(college.hot.address), "--role", "anchor", "--role", "suspend")
    (college.folder / "spring.csv").write_text(ROSTER)
    college.write_achievement()
    college.done("batch", "anchor", "spring", "--roster", "spring.csv", "--achievement", "achievement.json")
    return college


def by_name(college: College, batch: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    found = {}
    for path in college.credentials(batch):
        document = json.loads(path.read_bytes())
        identities = document["credentialSubject"]["identifier"]
        name = next(one["identityHash"] for one in identities if one["identityType"] == "name")
        found[name] = (path.read_bytes(), document)
    return found


def standing(college: College, credential: bytes) -> tuple[Verdict, str]:
    report = college.report(credential)
    return report.verdict, report.check("status").code


def test_a_corrected_roster_reissues_whose_rows_differ_and_the_cold_key_revokes_the_old_ones(
    tmp_path: Path, mining_chain: tuple[Anvil, Deployment]
) -> None:
    college = opened(tmp_path, mining_chain, "reissue")
    (college.folder / "corrected.csv").write_text(ROSTER.replace("Jane Do", "Jane Doe").replace("Tall", "Thall"))
    reissue = ("reissue", "--batch", "spring", "--roster", "corrected.csv")
    # The hot key may anchor and not revoke: that is told before anything is sent or taken in.
    college.done(*reissue, code=7)
    plan = college.done(*reissue, "--revoker", "keystore://board", "--plan")
    assert (plan["credentials"], plan["transactions"]) == (2, 2)
    assert [one["changes"]["name"] for one in plan["which"]] == [["Jane Do", "Jane Doe"], ["Tom Tall", "Tom Thall"]]
    assert plan["leftOut"] == {"unchanged in the corrected copy": 2}
    college.done(*reissue, "--revoker", "keystore://board", "--max-cost", "0.00001", code=7)
    assert not list((college.folder / "batches").glob("spring-reissue*"))

    done = college.done(*reissue, "--revoker", "keystore://board")
    assert (done["state"], len(done["revoked"])) == ("published", 1)
    old, new = by_name(college, "spring"), by_name(college, done["batch"])
    assert sorted(new) == ["Jane Doe", "Tom Thall"]
    for before, after in (("Jane Do", "Jane Doe"), ("Tom Tall", "Tom Thall")):
        assert standing(college, old[before][0]) == (Verdict.INVALID, "status.revoked")
        assert standing(college, new[after][0]) == (Verdict.VALID, "status.active")
        (link,) = new[after][1]["relatedResource"]
        assert link["id"] == old[before][1]["id"]
        assert decode_base64url(link["digestMultibase"]) == b"\x12\x20" + Digest.sha256(old[before][0])
    assert standing(college, old["Ana Lima"][0]) == (Verdict.VALID, "status.active")
    # What was reissued is not reissued again, but its successor can be.
    college.done("reissue", "--batch", "spring", "--rows", "2", "--revoker", "keystore://board", code=7)


def test_what_has_ended_or_soon_will_is_renewed_and_the_old_ones_stay(
    tmp_path: Path, mining_chain: tuple[Anvil, Deployment]
) -> None:
    college = opened(tmp_path, mining_chain, "renewal")
    until = str(TODAY + timedelta(days=700))
    plan = college.done("renew", "--batch", "spring", "--until", until, "--plan")
    assert [one["row"] for one in plan["which"]] == [2, 3]
    assert (plan["transactions"], sum(plan["leftOut"].values())) == (1, 2)
    # What has no end, and what was withdrawn, is not renewed; a slip of the pen renews nobody.
    college.done("renew", "--batch", "spring", "--rows", "2,5", "--until", until, code=7)
    college.done("suspend", "--where", "name=Max Power")
    college.done("renew", "--where", "name=Max Power", "--until", until, code=7)
    college.done("reinstate", "--where", "name=Max Power")

    done = college.done("renew", "--batch", "spring", "--until", until)
    assert (done["state"], done["leafCount"], "revoked" in done) == ("published", 2, False)
    old, new = by_name(college, "spring"), by_name(college, done["batch"])
    assert standing(college, old["Jane Do"][0]) == (Verdict.VALID, "status.active")
    assert college.report(old["Max Power"][0]).check("validity").code == "validity.expired"
    for name, (content, document) in new.items():
        assert standing(college, content) == (Verdict.VALID, "status.active")
        assert document["validFrom"][:10] == str(TODAY)
        assert (document["validUntil"][:10], document["awardedDate"][:10]) == (until, "2025-05-04")
        assert document["relatedResource"][0]["id"] == old[name][1]["id"]
    college.done("renew", "--batch", "spring", "--until", until, code=7)
