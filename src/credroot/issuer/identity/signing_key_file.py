"""The issuer's Ed25519 key in a file: encrypted with a passphrase, like a keystore, for a kind of key that V3 has not.

``{"format": "credroot/signing-key/v1", "publicKeyMultibase", "kdf": {"name": "scrypt", "n", "r", "p", "salt"},
"cipher": {"name": "xsalsa20-poly1305", "nonce", "text"}}``, the bytes in hex.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

import orjson
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from credroot.core.errors import InputError
from credroot.credential.keys.signatures import SEED_BYTES, SigningKey
from credroot.store.durable import PRIVATE, write_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIGNING_KEY_FORMAT = "credroot/signing-key/v1"
SCRYPT_R = 8
SALT_BYTES = 16
MAX_FILE_BYTES = 8_192
MAX_SCRYPT_WORK = 2**20
"""A file that asks for more than this (one GiB) is not opened."""


def create_signing_key(path: Path, passphrase: str, *, work: int, random_bytes: Callable[[int], bytes]) -> SigningKey:
    """Write a new key to `path`, mode 0600. Raise `InputError` where the file is there already."""
    if path.exists():
        raise InputError(f"{path}: there is a key already; it is not overwritten", code="key.exists")
    seed = random_bytes(SEED_BYTES)
    key = SigningKey(seed)
    salt, nonce = random_bytes(SALT_BYTES), random_bytes(SecretBox.NONCE_SIZE)
    text = SecretBox(_derive(passphrase, salt, work)).encrypt(seed, nonce).ciphertext
    content = {
        "format": SIGNING_KEY_FORMAT,
        "publicKeyMultibase": key.multikey.text,
        "kdf": {"name": "scrypt", "n": work, "r": SCRYPT_R, "p": 1, "salt": salt.hex()},
        "cipher": {"name": "xsalsa20-poly1305", "nonce": nonce.hex(), "text": text.hex()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, orjson.dumps(content, option=orjson.OPT_INDENT_2), mode=PRIVATE)
    return key


def open_signing_key(path: Path, passphrase: Callable[[], str]) -> SigningKey:
    """Decrypt the key at `path`.

    Raises:
        InputError: others may read the file, it is no such file, or the passphrase is wrong.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with path.open("rb") as file:
            content = orjson.loads(file.read(MAX_FILE_BYTES))
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{path}: not a readable key file", code="key.malformed") from error
    if os.name != "nt" and mode & 0o077:
        raise InputError(f"{path}: mode {mode:o} lets others read the key; run: chmod 600 {path}", code="key.mode")
    try:
        if content["format"] != SIGNING_KEY_FORMAT or content["kdf"]["n"] > MAX_SCRYPT_WORK:
            raise InputError(f"{path}: not a {SIGNING_KEY_FORMAT} file", code="key.malformed")
        box = SecretBox(_derive(passphrase(), bytes.fromhex(content["kdf"]["salt"]), content["kdf"]["n"]))
        seed = box.decrypt(bytes.fromhex(content["cipher"]["text"]), bytes.fromhex(content["cipher"]["nonce"]))
    except CryptoError as error:
        raise InputError(f"{path}: wrong passphrase", code="key.passphrase") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a {SIGNING_KEY_FORMAT} file", code="key.malformed") from error
    return SigningKey(seed)


def _derive(passphrase: str, salt: bytes, work: int) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=work, r=SCRYPT_R, p=1, dklen=SecretBox.KEY_SIZE, maxmem=256 * SCRYPT_R * work
    )
