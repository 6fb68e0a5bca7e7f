"""How the suite is shared out among processes: what stays together, and what begins first."""

from __future__ import annotations

import pytest

TOGETHER = ("tests/browser", "tests/issuer/lifecycle")
"""Folders whose files share something costly: a browser and a site; a chain that stands still."""

LONGEST = ("tests/contracts/test_analysis.py",)
"""Groups that take longest, the longest first: begun early, none of them is left over when all else is done."""


def share_out(items: list[pytest.Item]) -> None:
    """Put every test into its group, and the longest groups first; within a group the order stays."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.nodeid)))
    items.sort(key=lambda item: _turn(group_of(item.nodeid)))


def group_of(node: str) -> str:
    """Return the group of tests that one process runs: the file of `node`, or its folder where the files share."""
    file = node.partition("::")[0]
    return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


def _turn(group: str) -> int:
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)
