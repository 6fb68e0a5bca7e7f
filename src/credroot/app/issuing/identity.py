"""Publishing who the issuer is, from settings: what `init`, the demonstration and ``credroot issuer`` share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.app.issuing.workbench import now
from credroot.chain.registry.facts import Query
from credroot.core.values import Digest, Root
from credroot.issuer.identity.publication import (
    Identity,
    document_place,
    method_of,
    profile_intent,
    read_removed_keys,
    write_did_document,
    write_profile,
)

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import Settings
    from credroot.credential.keys.multikey import Multikey
    from credroot.issuer.sending.intent import Guards
    from credroot.issuer.sending.workbench import Workbench
    from credroot.store.journal_records import Operation

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class PublishedProfile:
    """A profile that was written and set on chain."""

    path: Path
    digest: Digest
    operation: Operation | None
    """The transaction that set it; `None` where the account pointed to it already."""


def identity_of(settings: Settings, key: Multikey) -> Identity:
    """Put together who issues from this workspace; `key` is its present signing key."""
    issuer = settings.required_issuer()
    accounts = [issuer.account]
    accounts += [
        entry.account
        for entry in settings.trusted.issuers
        if entry.did == issuer.did and entry.account is not None and entry.account != issuer.account
    ]
    return Identity(
        did=issuer.did,
        name=issuer.name,
        accounts=tuple(dict.fromkeys(accounts)),
        key=key,
        method=method_of(issuer.did, key, issuer.signing_key),
        removed=tuple(old for old in read_removed_keys(settings.workspace / "keys") if old.key != key),
        url=issuer.url,
        image=issuer.image,
    )


def publish_did(settings: Settings, keys: Keys) -> Path | None:
    """Write the DID document of a did:web below ``public/``; `None` for a DID that has no document."""
    identity = identity_of(settings, keys.signing_key().multikey)
    if document_place(identity.did) is None:
        return None
    return write_did_document(settings.workspace / PUBLIC, identity)


def publish_profile(settings: Settings, bench: Workbench, keys: Keys, guards: Guards) -> PublishedProfile:
    """Sign the profile, write it below ``public/``, and let the account point to it; errors as `carry_out`.

    Where the transaction fails, the new file is there and the account still points to the old one: run it again.
    """
    issuer = settings.required_issuer()
    key = keys.signing_key()
    public = settings.workspace / PUBLIC
    digest = write_profile(public, identity_of(settings, key.multikey), key, created=now())
    path = public / "profile.json"
    known = bench.reader.read([Query(bench.issuer, Root(Digest(bytes(Digest.SIZE))), 0)])[0]
    if known.profile == digest:
        return PublishedProfile(path, digest, None)
    intent = profile_intent(bench.deployment, issuer.account, digest, issuer.publish_url)
    return PublishedProfile(path, digest, bench.carry_out(keys.signer(), intent, guards))
