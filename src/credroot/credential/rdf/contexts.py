"""The JSON-LD contexts that Credroot knows: pinned by SHA-256, shipped, and never fetched.

A context decides which words of a document are signed and what they mean, so a changed one is a forged one. Documents
name contexts by URL; a URL that is not in the registry is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject

VC_V1 = "https://www.w3.org/2018/credentials/v1"
VC_V2 = "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY_V2 = "https://w3id.org/security/data-integrity/v2"
ED25519_2020_V1 = "https://w3id.org/security/suites/ed25519-2020/v1"
MULTIKEY_V1 = "https://w3id.org/security/multikey/v1"
DID_V1 = "https://www.w3.org/ns/did/v1"
OPEN_BADGES_3_0_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

_FOLDER = "context_files"


@dataclass(frozen=True, slots=True)
class PinnedContext:
    """One context as its author published it."""

    url: str
    """The URL by which documents name it."""
    sha256: str
    """64 lowercase hex digits over `data`."""
    data: bytes
    """The JSON text; its ``@context`` member is the context."""

    def __post_init__(self) -> None:
        actual = sha256(self.data).hexdigest()
        if actual != self.sha256:
            raise InputError(
                f"the context {self.url} is pinned to {self.sha256}, got {actual}", code="context.digest_mismatch"
            )

    def document(self) -> JsonObject:
        """Parse the text; each call gives a new object, for a JSON-LD processor writes into what it loads."""
        document: JsonObject = json.loads(self.data)
        return document


@dataclass(frozen=True, slots=True)
class ContextRegistry:
    """A closed set of contexts."""

    by_url: Mapping[str, PinnedContext] = field(repr=False)

    def get(self, url: str) -> PinnedContext:
        """Give the context that `url` names.

        Raises:
            InputError: ``context.unknown``; nothing is fetched.
        """
        found = self.by_url.get(url)
        if found is None:
            raise InputError(f"no pinned context has the URL {url[:200]!r}", code="context.unknown")
        return found

    def with_contexts(self, *more: PinnedContext) -> ContextRegistry:
        """Give a registry that knows `more` as well; an already known URL keeps its meaning.

        Raises:
            InputError: ``context.digest_mismatch``, a known URL with other bytes.
        """
        by_url = dict(self.by_url)
        for context in more:
            if by_url.setdefault(context.url, context).sha256 != context.sha256:
                raise InputError(f"{context.url} is pinned to other bytes", code="context.digest_mismatch")
        return ContextRegistry(MappingProxyType(by_url))


@cache
def pinned_contexts() -> ContextRegistry:
    """Load the registry of the contexts that ship with this package, each checked against its pinned SHA-256."""
    folder = files("credroot.credential.rdf").joinpath(_FOLDER)
    manifest = json.loads(folder.joinpath("manifest.json").read_bytes())
    contexts = (
        PinnedContext(entry["url"], entry["sha256"], folder.joinpath(entry["file"]).read_bytes())
        for entry in manifest["contexts"]
    )
    return ContextRegistry(MappingProxyType({context.url: context for context in contexts}))
