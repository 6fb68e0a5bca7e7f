"""Withdrawing people by the rows of their roster, with a key that is not the one that anchors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from credroot.core.errors import InputError
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.withdrawal.selection import find_rows, parse_rows
from tests.issuer.lifecycle.college import College

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil


def test_rows_of_a_roster_are_revoked_by_the_cold_key_and_nobody_else_is(
    tmp_path: Path, mining_chain: tuple[Anvil, Deployment]
) -> None:
    college = College(tmp_path, *mining_chain, "rows")
    college.board("issuer", "keys", "add", str(college.hot.address), "--role", "anchor", "--role", "suspend")
    college.anchor("spring", people=4)
    reason = ("--reason", "requirements-not-met")
    # The hot key may not revoke; the plan and the guard say so before anything is sent.
    college.done("revoke", "--batch", "spring", "--row", "3", *reason, code=7)
    plan = college.board("revoke", "--batch", "spring", "--row", "3-4", *reason, "--plan")
    assert (plan["credentials"], len(plan["steps"]), [one["row"] for one in plan["which"]]) == (2, 1, [3, 4])
    done = college.board("revoke", "--batch", "spring", "--row", "3-4", *reason)
    assert done["reason"] == 3
    manifest = json.loads((college.folder / "batches" / "spring" / "manifest.json").read_text())
    rows = {entry["id"]: entry["row"] for entry in manifest["credentials"]}
    codes = {}
    for path in college.credentials("spring"):
        credential = path.read_bytes()
        codes[rows[json.loads(credential)["id"]]] = college.report(credential).check("status").code
    assert codes == {2: "status.active", 3: "status.revoked", 4: "status.revoked", 5: "status.active"}
    # The same again is nothing; with one more, only that one is paid for, and a cap holds for all of it.
    college.board("revoke", "--batch", "spring", "--rows", "3,4", *reason, code=7)
    college.board("suspend", "--where", "email=spring.3@example.org", "--max-cost", "0.000000001", code=7)
    suspended = college.done("suspend", "--batch", "spring", "--rows", "3-5")
    assert (suspended["credentials"], suspended["unchanged"]) == (1, 2)
    assert college.done("reinstate", "--where", "email=spring.3@example.org")["credentials"] == 1


def test_a_row_with_nobody_on_it_is_a_mistake(tmp_path: Path) -> None:
    folder = BatchFolder(tmp_path / "spring")
    folder.path.mkdir()
    folder.write_manifest({"root": "0x" + "ab" * 32}, iter([{"id": "urn:uuid:1", "index": 0, "row": 2}]))
    assert [target.index for target in find_rows(folder, [range(1, 10)])] == [0]
    for rows in ([range(3, 5)], [range(2, 3), range(9, 10)]):
        with pytest.raises(InputError) as refused:
            find_rows(folder, rows)
        assert refused.value.code == "withdraw.rows"


@pytest.mark.parametrize("text", ["", "0", "-1", "5-4", "1,2", "one", "1-", "٣"])
def test_what_is_no_row_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_rows(text)


def test_ranges_include_both_ends() -> None:
    assert (parse_rows("12"), parse_rows("20-30")) == (range(12, 13), range(20, 31))
