"""Documents of issuers from the web, where the settings name the issuer or the host; off for everybody else.

Only https, only to addresses that are public, no redirect, 64 kB, five seconds in all. Answers, failures too, are kept
for some minutes, so that one slow host holds a verifier up once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.credential.keys.did import web_document_url
from credroot.verifier.documents import DocumentUnavailable, ListCopy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from credroot.core.json.types import JsonObject
    from credroot.core.values import Digest
    from credroot.verifier.documents import DocumentSource

KEPT_FOR = timedelta(minutes=5)
MAX_KEPT = 256
"""Answers kept; the oldest go first."""


class Fetcher(Protocol):
    """Whoever can get the bytes behind an https URL."""

    def __call__(self, url: str) -> bytes:
        """Give the body of a plain 200; `DocumentUnavailable` for everything else."""
        ...


@dataclass(frozen=True, slots=True)
class _Answer:
    at: datetime
    document: JsonObject | None
    failure: tuple[str, str] | None


class WebDocuments:
    """A `DocumentSource` that looks at pinned files first, and then at what it may fetch."""

    def __init__(
        self, pinned: DocumentSource, allowed: Iterable[str], fetch: Fetcher, *, clock: Callable[[], datetime]
    ) -> None:
        """Fetch only what `allowed` names: ``did:web:...``, its host with it, and ``https://host`` origins.

        Raises:
            InputError: ``settings.fetch``, an entry is neither.
        """
        self._pinned = pinned
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, _Answer] = {}
        self._lock = Lock()
        self._dids: set[str] = set()
        self._origins: set[str] = set()
        for entry in allowed:
            if entry.startswith("did:web:"):
                self._dids.add(entry)
                self._origins.add(_origin(web_document_url(entry)))
            elif entry and _origin(entry) == entry.rstrip("/"):
                self._origins.add(_origin(entry))
            else:
                raise InputError(
                    f"fetch: {entry[:80]!r} is neither a did:web nor an https:// origin", code="settings.fetch"
                )

    def did_document(self, did: str, *, fetch: bool) -> JsonObject | None:
        """Give a DID document, pinned or from where its did:web says."""
        found = self._pinned.did_document(did, fetch=False)
        if found is not None or not fetch or did not in self._dids:
            return found
        return self._get(web_document_url(did)).document

    def profile(self, digest: Digest) -> bytes | None:
        """Give a pinned profile: none is fetched."""
        return self._pinned.profile(digest)

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        """Return pinned profiles: none is fetched."""
        return self._pinned.profiles_of(did)

    def status_list(self, url: str, *, fetch: bool) -> ListCopy | None:
        """Give a status list, pinned or from its own address."""
        found = self._pinned.status_list(url, fetch=False)
        if found is not None or not fetch or _origin(url) not in self._origins:
            return found
        answer = self._get(url)
        return None if answer.document is None else ListCopy(answer.document, answer.at)

    def _get(self, url: str) -> _Answer:
        now = self._clock()
        with self._lock:
            kept = self._kept.get(url)
        if kept is None or now - kept.at > KEPT_FOR:
            kept = self._fetched(url, now)
            with self._lock:
                self._kept.pop(url, None)
                while len(self._kept) >= MAX_KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[url] = kept
        if kept.failure is not None:
            code, message = kept.failure
            raise DocumentUnavailable(message, code=code)
        return kept

    def _fetched(self, url: str, now: datetime) -> _Answer:
        try:
            value = loads(self._fetch(url))
        except DocumentUnavailable as error:
            return _Answer(now, None, (error.code, str(error)))
        except InputError as error:
            return _Answer(now, None, ("document.malformed", f"not a JSON document: {error.code}"))
        if not isinstance(value, dict):
            return _Answer(now, None, ("document.malformed", "not a JSON object"))
        return _Answer(now, value, None)


def _origin(url: str) -> str:
    """Give ``https://host[:port]`` of a URL, empty for one that is not plain https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.password is not None:
        return ""
    return f"https://{parts.hostname}" + (f":{port}" if port else "")
