"""Keys in files: keystore V3, as geth and foundry write them, and the signer that one of them makes.

A key is known by a URI (``keystore://registrar``); it never stands in a command line, a log or an error.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.core.errors import InputError
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

KEYSTORE_SCHEME = "keystore://"
ENVIRONMENT_SCHEME = "env://"
MAX_KEYSTORE_BYTES = 65_536
SCRYPT_WORK = 2**18
"""The cost that geth uses: about a second and 256 MiB to open a file, once a command."""
LIGHT_SCRYPT_WORK = 2**12
"""geth's `--lightkdf`: for keys of the local chain, which guard nothing."""
KEYSTORE_MODE = 0o600


class Signer(Protocol):
    """Something that signs for one account, wherever its key is kept."""

    @property
    def address(self) -> Address:
        """The account that it signs for."""
        ...

    def sign_transaction(self, transaction: dict[str, Any]) -> tuple[bytes, Digest]:
        """Give the signed bytes of a transaction (web3 field names, all of them present) and its hash."""
        ...

    def sign_digest(self, digest: Digest) -> bytes:
        """Sign 32 bytes of an EIP-712 message: r, s and v (27 or 28), 65 bytes, s in the lower half."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class LocalSigner:
    """A signer whose key is in this process's memory."""

    _key: bytes
    address: Address

    def __repr__(self) -> str:
        return f"LocalSigner({self.address})"

    def sign_transaction(self, transaction: dict[str, Any]) -> tuple[bytes, Digest]:
        """See `Signer.sign_transaction`."""
        signed = _eth_account().sign_transaction(transaction, self._key)
        return bytes(signed.raw_transaction), Digest(bytes(signed.hash))

    def sign_digest(self, digest: Digest) -> bytes:
        """See `Signer.sign_digest`."""
        signature = _eth_account().unsafe_sign_hash(bytes(digest), self._key)
        return bytes(signature.signature)


def signer_from_key(key: bytes) -> LocalSigner:
    """Make a signer of a raw key of 32 bytes."""
    try:
        account = _eth_account().from_key(key)
    except Exception as error:  # the key library raises several kinds, some of which show the key
        raise InputError("not a private key of 32 bytes", code="key.malformed") from _without_text(error)
    return LocalSigner(key, Address.from_hex(account.address))


def create_keystore(path: Path, passphrase: str, *, key: bytes | None = None, work: int = SCRYPT_WORK) -> Address:
    """Write a new key (or `key`) to `path`, mode 0600, encrypted.

    Raises:
        InputError: ``key.exists``, the file is there already.
    """
    from credroot.store.durable import write_file

    if path.exists():
        raise InputError(f"{path}: there is a key already; it is not overwritten", code="key.exists")
    account = _eth_account()
    private = key if key is not None else bytes(account.create().key)
    content = account.encrypt(private, passphrase, kdf="scrypt", iterations=work)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(content, indent=2).encode(), mode=KEYSTORE_MODE)
    return Address.from_hex(account.from_key(private).address)


def find_keystore(name: str, folders: Sequence[Path]) -> Path:
    """Find the keystore `name` (a file name, with or without ``.json``, or an address) in the first folder that has it.

    Raises:
        InputError: none has it, or the name has a path in it.
    """
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise InputError(f"{name!r} is not the name of a keystore", code="key.name")
    for folder in folders:
        for candidate in (folder / name, folder / f"{name}.json"):
            if candidate.is_file():
                return candidate
        if name.lower().startswith("0x"):
            for candidate in sorted(folder.glob("UTC--*")):
                if candidate.name.lower().endswith(name.lower().removeprefix("0x")):
                    return candidate
    places = ", ".join(str(folder) for folder in folders)
    raise InputError(f"no keystore named {name!r} in {places}", code="key.not_found")


def open_keystore(path: Path, passphrase: Callable[[], str]) -> LocalSigner:
    """Decrypt the keystore at `path`. `passphrase` is asked for once.

    Raises:
        InputError: others may read the file, it is no keystore, or the passphrase is wrong.
    """
    content = read_keystore(path)
    try:
        key = bytes(_eth_account().decrypt(content, passphrase()))
    except ValueError as error:
        raise InputError(f"{path}: wrong passphrase", code="key.passphrase") from _without_text(error)
    except Exception as error:  # a damaged file makes the decoder raise whatever it meets
        raise InputError(f"{path}: not a keystore of version 3", code="key.malformed") from _without_text(error)
    return signer_from_key(key)


def read_keystore(path: Path) -> dict[str, Any]:
    """Read the JSON of a keystore and check its mode: 0600, or the file's owner could not keep it to himself."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name != "nt" and mode & 0o077:
            raise InputError(f"{path}: mode {mode:o} lets others read the key; run: chmod 600 {path}", code="key.mode")
        with path.open("rb") as file:
            content = json.loads(file.read(MAX_KEYSTORE_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a readable keystore", code="key.malformed") from error
    if not isinstance(content, dict) or content.get("version") != 3:
        raise InputError(f"{path}: not a keystore of version 3", code="key.malformed")
    return content


def _eth_account() -> Any:
    """Import eth-account late: it costs half a second, which who only reads need not pay."""
    with keep_recursion_limit():
        from eth_account import Account
    return Account


def _without_text(error: Exception) -> Exception:
    """Keep the kind of a foreign error and drop its text, which may carry secrets."""
    return ValueError(type(error).__name__)
