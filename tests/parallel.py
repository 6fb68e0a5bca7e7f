"""How the suite is shared out among processes: what stays together, and what begins first."""

from __future__ import annotations

import pytest

TOGETHER = ("tests/browser", "tests/issuer/lifecycle")
"""Folders whose files share something costly: a browser and a site; a chain that stands still."""

APART = (
    "tests/contracts/test_analysis.py",
    "tests/campaigns/test_indexer.py",
    "tests/campaigns/test_anchor_campaign.py",
    "tests/campaigns/test_issuer_campaign.py",
)
"""Files of long tests that share nothing: each of their tests goes its own way."""

LONGEST = (
    "tests/contracts/test_analysis.py",
    "tests/issuer/lifecycle",
    "tests/browser",
    "tests/campaigns/test_indexer.py",
    "tests/campaigns/test_verifier_campaign.py",
    "tests/campaigns/test_issuer_campaign.py",
    "tests/campaigns/test_anchor_campaign.py",
    "tests/campaigns/test_rdf_mutants.py",
    "tests/app/test_kill.py",
    "tests/app/test_interruptions.py",
    "tests/house/test_readme.py",
    "tests/contracts/test_histories.py",
)
"""What takes longest, about the longest first: begun early, none of it is left over when all else is done."""


def share_out(items: list[pytest.Item]) -> None:
    """Put every test into its group, and the longest groups first; within a group the order stays."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.nodeid)))
    items.sort(key=lambda item: _turn(item.nodeid))


def group_of(node: str) -> str:
    """Return the group of tests that one process runs: of a file, of a folder whose files share, or the test alone."""
    file = node.partition("::")[0]
    if file in APART:
        return node
    return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


def _turn(node: str) -> int:
    found = (place for place, start in enumerate(LONGEST) if node.startswith(start))
    return next(found, len(LONGEST))
