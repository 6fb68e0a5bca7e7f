"""Documents of others that a verdict may need: DID documents, issuer profiles, status lists.

They are pinned as files, or fetched where the configuration allows that; this room only says what it wants. A document
proves nothing by being there: DID documents count because of where they come from, profiles because their digest is on
chain, and status lists because their issuer signed them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from credroot.core.errors import CredrootError

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.core.json.types import JsonObject
    from credroot.core.values import Digest


class DocumentUnavailable(CredrootError):
    """A document that may be fetched could not be had; time may heal it."""

    code = "document.unavailable"


@dataclass(frozen=True, slots=True)
class ListCopy:
    """A status list's document as it was had; nothing in it is checked yet."""

    document: JsonObject
    retrieved: datetime | None
    """When it was fetched; `None` for a pinned file."""


class DocumentSource(Protocol):
    """Whoever has documents. With ``fetch`` false it looks only at what is at hand, and never raises."""

    def did_document(self, did: str, *, fetch: bool) -> JsonObject | None:
        """Give the document of a DID, `None` where it can't be had; `DocumentUnavailable` where fetching failed."""
        ...

    def profile(self, digest: Digest) -> bytes | None:
        """Give the pinned profile document of which this is the SHA-256."""
        ...

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        """Return the pinned profile documents that say they are of this DID; nothing in them is checked."""
        ...

    def status_list(self, url: str, *, fetch: bool) -> ListCopy | None:
        """Give the status list at `url`; as `did_document`."""
        ...


class NoDocuments:
    """A source that has nothing."""

    def did_document(self, did: str, *, fetch: bool) -> JsonObject | None:
        """Give `None`."""
        return None

    def profile(self, digest: Digest) -> bytes | None:
        """Give `None`."""
        return None

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        """Return none."""
        return ()

    def status_list(self, url: str, *, fetch: bool) -> ListCopy | None:
        """Give `None`."""
        return None


@dataclass(frozen=True, slots=True)
class Documents:
    """What was found for one file."""

    did_documents: Mapping[str, JsonObject] = field(default_factory=dict)
    """By DID."""
    profile: bytes | None = None
    """The document of which the digest is on chain, byte for byte."""
    own_profiles: tuple[bytes, ...] = ()
    """Profiles at hand that say they are of the issuer's DID; looked for where a file has no anchor to lead to one."""
    status_lists: Mapping[str, ListCopy] = field(default_factory=dict)
    """By URL."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """By DID or URL, why it could not be had."""


NOTHING = Documents()
