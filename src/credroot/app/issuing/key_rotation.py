"""A new signing key for an issuer whose DID is not its key: the old one stays known, with the moment of its end.

What the old key signed and was anchored before that moment stays good for ever, because the anchor dates it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from credroot.app.issuing.identity import identity_of
from credroot.app.issuing.workbench import now
from credroot.app.settings.settings import load_settings
from credroot.app.settings.table import SETTINGS_FILE
from credroot.chain.writing.keystore import LIGHT_SCRYPT_WORK, SCRYPT_WORK
from credroot.core.errors import GuardRefused, InputError
from credroot.core.values import LOCAL_CHAIN_ID
from credroot.issuer.identity.publication import RemovedKey, document_place, write_removed_keys
from credroot.issuer.identity.signing_key_file import create_signing_key
from credroot.store.durable import write_file
from credroot.store.journal_records import BatchState

if TYPE_CHECKING:
    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import Settings
    from credroot.issuer.sending.workbench import Workbench

_SETTING = re.compile(r'^signing_key = "[^"\n]*"$', re.MULTILINE)
_AT_REST = (
    BatchState.PREPARING,
    BatchState.PUBLISHED,
    BatchState.REPLACING,
    BatchState.REVERTED,
    BatchState.REPLACED_EXTERNALLY,
)
"""States in which no batch waits that the old key signed."""
MAX_KEYS = 1_000


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a change of keys left behind."""

    settings: Settings
    """The settings, read again: they name the new key."""
    old_method: str
    removed_at: datetime


def rotate_signing_key(settings: Settings, bench: Workbench, keys: Keys) -> Rotated:
    """Make a new signing key and let the settings name it; the caller publishes the documents that say so.

    The settings are changed last and at once. Whatever happens before leaves the old key in use, and only an unused
    key file behind.

    Raises:
        InputError: ``key.is_the_did``, a did:key has no other key; ``settings.syntax``, the settings file writes the
            key's name in a way that can't be replaced.
        GuardRefused: ``key.batch_under_way``, a batch that the old key signed is not anchored yet.
    """
    issuer = settings.required_issuer()
    if document_place(issuer.did) is None:
        raise InputError(f"{issuer.did[:40]} is its own key: another key is another issuer", code="key.is_the_did")
    waiting = [record.name for record in bench.journal.batches() if record.state not in _AT_REST]
    if waiting:
        raise GuardRefused(
            f"batch {waiting[0]!r} is signed and not anchored yet: finish it with credroot batch resume {waiting[0]}",
            code="key.batch_under_way",
        )
    path = settings.workspace / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    if len(_SETTING.findall(text)) != 1:
        raise InputError(f'{path}: no line signing_key = "..." to change', code="settings.syntax")
    identity = identity_of(settings, keys.signing_key().multikey)
    # A second later than anything that is anchored by now, whichever clock runs ahead.
    head = datetime.fromtimestamp(bench.reader.check().timestamp, UTC)
    removed_at = max(now(), head).replace(microsecond=0) + timedelta(seconds=1)
    name = _next_file(settings)
    work = LIGHT_SCRYPT_WORK if bench.deployment.chain_id == LOCAL_CHAIN_ID else SCRYPT_WORK
    folder = settings.workspace / "keys"
    create_signing_key(folder / name, keys.passphrase(), work=work, random_bytes=os.urandom)
    old = RemovedKey(identity.method, identity.key, removed_at)
    write_removed_keys(folder, (*identity.removed, old))
    write_file(path, _SETTING.sub(f'signing_key = "{name}"', text).encode())
    return Rotated(load_settings(settings.workspace), old.method, removed_at)


def _next_file(settings: Settings) -> str:
    folder = settings.workspace / "keys"
    names = (f"signing-key-{number}.json" for number in range(2, MAX_KEYS))
    return next(name for name in names if not (folder / name).exists())
