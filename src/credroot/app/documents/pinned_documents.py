"""Documents of issuers that lie in the workspace: its own below ``public/``, those of others below ``trust/``.

``trust/did/*.json``       DID documents, had from somewhere trustworthy
``trust/profiles/*.json``  profile documents; the registry's digest says whether one counts
``trust/status/*.json``    status lists; their issuer's signature says whether one counts

A file that can't be read is as good as absent: what it would have shown stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.values import Digest
from credroot.verifier.documents import ListCopy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from credroot.core.json.types import JsonObject

MAX_DOCUMENT_BYTES = 65_536
MAX_LIST_BYTES = 12 * 2**20
"""Bytes of a status list's file: eight million characters of ``encodedList`` and what is around them."""
READ_AGAIN_S = 15.0
"""Seconds after which a server looks whether files have changed."""
OWN_DID_DOCUMENTS = (".well-known/did.json", "*/did.json", "*/*/did.json", "*/*/*/did.json")
"""Where a did:web may have its document below ``public/``."""
MAX_FILES = 1_000
"""Files of one kind that are looked at."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What lay there at one moment."""

    did_documents: dict[str, JsonObject]
    profiles: dict[Digest, bytes]
    status_lists: dict[str, JsonObject]


class PinnedDocuments:
    """A `DocumentSource` over the files of a workspace: read when first needed, and again when that is some time ago.

    Threads may share it.
    """

    def __init__(self, workspace: Path, *, seconds: Callable[[], float] = monotonic) -> None:
        """Read nothing yet; `seconds` is a clock that only runs forward."""
        self._workspace = workspace
        self._seconds = seconds
        self._lock = Lock()
        self._read: _Read | None = None
        self._read_at = 0.0

    def did_document(self, did: str, *, fetch: bool) -> JsonObject | None:
        """Give a pinned DID document; what stands below ``trust/`` comes before the workspace's own."""
        return self._present().did_documents.get(did)

    def profile(self, digest: Digest) -> bytes | None:
        """Give a pinned profile by its digest."""
        return self._present().profiles.get(digest)

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        """Return the pinned profiles whose ``id`` is this DID."""
        if not did:
            return ()
        name = did.encode("utf-8", "replace")
        candidates = (data for data in self._present().profiles.values() if name in data)
        return tuple(data for data in candidates if _id_of(data) == did)

    def status_list(self, url: str, *, fetch: bool) -> ListCopy | None:
        """Give a pinned status list by the address that its ``id`` is."""
        found = self._present().status_lists.get(url)
        return None if found is None else ListCopy(found, None)

    def _present(self) -> _Read:
        with self._lock:
            if self._read is None or self._seconds() - self._read_at > READ_AGAIN_S:
                self._read_at = self._seconds()
                self._read = self._look()
            return self._read

    def _look(self) -> _Read:
        did_documents: dict[str, JsonObject] = {}
        for pattern in OWN_DID_DOCUMENTS:
            did_documents |= self._documents("public", pattern, MAX_DOCUMENT_BYTES)
        profiles = [*self._files("public", "profile.json", MAX_DOCUMENT_BYTES)]
        profiles += self._files("trust/profiles", "*.json", MAX_DOCUMENT_BYTES)
        lists = self._documents("public/status", "*.json", MAX_LIST_BYTES)
        return _Read(
            did_documents | self._documents("trust/did", "*.json", MAX_DOCUMENT_BYTES),
            {Digest.sha256(data): data for data in profiles},
            lists | self._documents("trust/status", "*.json", MAX_LIST_BYTES),
        )

    def _documents(self, folder: str, pattern: str, max_bytes: int) -> dict[str, JsonObject]:
        found: dict[str, JsonObject] = {}
        for data in self._files(folder, pattern, max_bytes):
            try:
                value = loads(data, max_bytes=max_bytes)
            except InputError:
                continue
            name = value.get("id") if isinstance(value, dict) else None
            if isinstance(value, dict) and isinstance(name, str):
                found[name] = value
        return found

    def _files(self, folder: str, pattern: str, max_bytes: int) -> Iterator[bytes]:
        for path in sorted((self._workspace / folder).glob(pattern))[:MAX_FILES]:
            try:
                with path.open("rb") as file:
                    data = file.read(max_bytes + 1)
            except OSError:
                continue
            if len(data) <= max_bytes:
                yield data


def _id_of(data: bytes) -> str | None:
    """Return the ``id`` of a JSON object; `None` where it has none, or is none."""
    try:
        value = loads(data, max_bytes=MAX_DOCUMENT_BYTES)
    except InputError:
        return None
    name = value.get("id") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None
