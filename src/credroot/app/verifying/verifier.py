"""A verifier from settings: trust, policy, chain, documents, and the shapes of documents that it learned before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.documents.pinned_documents import PinnedDocuments
from credroot.app.settings.table import SETTINGS_FILE
from credroot.app.workspace.shape_files import RememberingFolder
from credroot.verifier.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credroot.app.settings.settings import Settings
    from credroot.app.workspace.connections import Connections
    from credroot.chain.registry.deployment import Deployment
    from credroot.credential.proof.data_integrity import Canonicalize
    from credroot.verifier.documents import DocumentSource
    from credroot.verifier.gathering.gather import FactSource
    from credroot.verifier.trust import Policy


def verifier_of(
    settings: Settings,
    connections: Connections,
    *,
    clock: Callable[[], datetime],
    policy: Policy | None = None,
    source_of: Callable[[Deployment], FactSource] | None = None,
    documents: DocumentSource | None = None,
) -> Verifier:
    """Give the verifier of a workspace.

    `policy`, `source_of` and `documents` stand in for the settings' policy, the chain, and what is pinned or fetched.
    """
    return Verifier(
        settings.trust(),
        source_of or connections.facts,
        clock=clock,
        policy=policy or settings.policy(),
        documents=documents or documents_of(settings, clock),
        canonicalize=_canonicalizer(settings),
    )


def _canonicalizer(settings: Settings) -> Canonicalize | None:
    """Give one that remembers shapes in the workspace; outside of one nothing is written anywhere."""
    if not (settings.workspace / SETTINGS_FILE).exists():
        return None
    return RememberingFolder(settings.workspace / "cache" / "shapes")


def documents_of(settings: Settings, clock: Callable[[], datetime]) -> DocumentSource:
    """Give what is pinned in the workspace and, only where the settings name something to fetch, the web behind it."""
    pinned = PinnedDocuments(settings.workspace)
    if not settings.trusted.fetch:
        return pinned
    from credroot.app.documents.https_fetcher import HttpsFetcher
    from credroot.app.documents.web_documents import WebDocuments

    return WebDocuments(pinned, settings.trusted.fetch, HttpsFetcher(), clock=clock)
