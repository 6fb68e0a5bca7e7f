"""How the suite is shared out among processes: what stays together, and what begins first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

TOGETHER = ("tests/browser", "tests/issuer/lifecycle")
"""Folders whose files share something costly: a browser and a site; a chain that stands still."""

APART = (
    "tests/contracts/test_analysis.py",
    "tests/campaigns/test_indexer.py",
    "tests/campaigns/test_anchor_campaign.py",
    "tests/campaigns/test_issuer_campaign.py",
    "tests/app/test_batches.py",
    "tests/app/test_interruptions.py",
)
"""Files of long tests that share nothing: each of their tests goes its own way."""

LONGEST = (
    "tests/contracts/test_analysis.py",
    "tests/campaigns/test_indexer.py",
    "tests/issuer/lifecycle",
    "tests/browser",
    "tests/app/test_issuer_documents.py",
    "tests/campaigns/test_verifier_campaign.py",
    "tests/campaigns/test_rdf_mutants.py",
    "tests/app/test_kill.py",
    "tests/app/api/test_event_pages.py",
    "tests/house/test_readme.py",
    "tests/contracts/test_histories.py",
    "tests/campaigns/test_anchor_campaign.py",
    "tests/campaigns/test_issuer_campaign.py",
    "tests/app/test_saved_evidence.py",
    "tests/app/api/test_endurance.py",
    "tests/app/api/test_places.py",
    "tests/app/test_batches.py",
    "tests/app/test_interruptions.py",
)
"""What takes longest, about the longest group first: begun early, none is left over when all else is done."""


def longest_first(items: list[pytest.Item]) -> None:
    """Put the longest groups first; within a group the order stays."""
    items.sort(key=lambda item: _turn(item.nodeid))


def scheduler(config: pytest.Config, log: Any) -> Any:
    """Return what gives each process one group after the other, in the order in which the tests were collected.

    The marker `xdist_group` would do, but what it appends to the names of tests is lost under pytest 9.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)


def group_of(node: str) -> str:
    """Return the group of tests that one process runs: of a file, of a folder whose files share, or the test alone."""
    file = node.partition("::")[0]
    if file in APART:
        return node
    return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


def _turn(node: str) -> int:
    found = (place for place, start in enumerate(LONGEST) if node.startswith(start))
    return next(found, len(LONGEST))
