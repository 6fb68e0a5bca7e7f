"""Making a workspace: keys, settings, and on the local network a funded account and a registry of its own."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from credroot.app.settings.networks import LOCAL_NETWORK
from credroot.app.settings.table import SETTINGS_FILE, SETTINGS_FORMAT
from credroot.chain.writing.keystore import LIGHT_SCRYPT_WORK, SCRYPT_WORK, create_keystore
from credroot.core.errors import InputError
from credroot.core.values import AccountId
from credroot.issuer.identity.signing_key_file import create_signing_key
from credroot.store.durable import write_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from credroot.app.settings.networks import Network

SIGNER_NAME = "registrar"
SIGNING_KEY_FILE = "signing-key.json"
PASSPHRASE_FILE = "keys/passphrase"  # noqa: S105
PASSPHRASE_BYTES = 24
_OUTPUTS_HINT = """\
# What learners get beside the JSON, made by `credroot batch outputs NAME`.
# [outputs]
# make = ["png", "svg", "pdf", "mail"]
# page = "https://verify.example.org/"   # the verify page that links and QR codes lead to
# theme = "theme.toml"                   # colours, logo and words
"""


def create_workspace(
    folder: Path,
    *,
    name: str,
    network: Network,
    passphrase: Callable[[], str] | None,
    did: str | None = None,
    url: str | None = None,
    publish_url: str | None = None,
    outputs: str = _OUTPUTS_HINT,
) -> AccountId:
    """Write keys and settings into `folder`; give the issuer's account. Nothing is sent to any chain.

    `outputs` is the table of that name, as text.

    `passphrase` `None` makes one up and keeps it in a file beside the keys, which only the local network allows.

    Raises:
        InputError: there is a workspace already, or a real network would get a key without a passphrase of its own.
    """
    if (folder / SETTINGS_FILE).exists():
        raise InputError(f"{folder / SETTINGS_FILE}: there is a workspace already", code="workspace.exists")
    if passphrase is None and not network.is_local:
        raise InputError("a key for a real network needs a passphrase of yours", code="workspace.passphrase")
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    secret, work = _passphrase(folder, passphrase)
    address = create_keystore(keys / f"{SIGNER_NAME}.json", secret, work=work)
    signing = create_signing_key(keys / SIGNING_KEY_FILE, secret, work=work, random_bytes=os.urandom)
    account = AccountId(network.chain_id, address)
    settings = _settings_text(
        name=name,
        did=did or f"did:key:{signing.multikey.text}",
        account=account,
        url=url,
        publish_url=publish_url,
        network=network.name,
        own_passphrase=passphrase is None,
        outputs=outputs,
    )
    (folder / "deployments").mkdir(exist_ok=True)
    write_file(folder / SETTINGS_FILE, settings.encode())
    return account


def _passphrase(folder: Path, passphrase: Callable[[], str] | None) -> tuple[str, int]:
    if passphrase is not None:
        return passphrase(), SCRYPT_WORK
    secret = secrets.token_urlsafe(PASSPHRASE_BYTES)
    write_file(folder / PASSPHRASE_FILE, secret.encode() + b"\n", mode=0o600)
    return secret, LIGHT_SCRYPT_WORK


def _settings_text(
    *,
    name: str,
    did: str,
    account: AccountId,
    url: str | None,
    publish_url: str | None,
    network: str,
    own_passphrase: bool,
    outputs: str,
) -> str:
    lines = [
        "# A workspace of Credroot. `credroot --help` lists what can be done here.",
        f'format = "{SETTINGS_FORMAT}"',
        f"network = {_toml(network)}",
    ]
    if own_passphrase:
        lines += [
            "# Made up for the local chain, which guards nothing. A real network gets a passphrase of yours.",
            f'passphrase_file = "{PASSPHRASE_FILE}"',
        ]
    lines += [
        "",
        "[issuer]",
        f"id = {_toml(did)}",
        f"name = {_toml(name)}",
        *([f"url = {_toml(url)}"] if url else []),
        *([f"publish_url = {_toml(publish_url)}"] if publish_url else []),
        f'account = "{account.caip10}"',
        f'signer = "keystore://{SIGNER_NAME}"',
        f'signing_key = "{SIGNING_KEY_FILE}"',
        "",
        "# Whom a verdict of this workspace may call known. Everybody else is reported as unknown, never as valid.",
        "[[trust.issuers]]",
        f"id = {_toml(did)}",
        f"name = {_toml(name)}",
        f'account = "{account.caip10}"',
        f'source = "the settings of this {"local " if network == LOCAL_NETWORK else ""}workspace"',
        "",
        outputs,
    ]
    return "\n".join(lines)


def _toml(text: str) -> str:
    """Write a basic string of TOML, every control character escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char >= " " and char != "\x7f" else f"\\u{ord(char):04X}" for char in escaped) + '"'
