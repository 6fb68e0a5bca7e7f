"""From a signer's URI to a signer: a keystore, a key in the environment, or a service that signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.terminal import say
from credroot.chain.writing.external_signer import KMS_SCHEME, KmsKey, kms_signer
from credroot.chain.writing.keystore import (
    ENVIRONMENT_SCHEME,
    KEYSTORE_SCHEME,
    find_keystore,
    open_keystore,
    read_keystore,
    signer_from_key,
)
from credroot.core.errors import CredrootError, InputError
from credroot.core.values import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from credroot.app.settings.settings import Settings
    from credroot.chain.writing.keystore import Signer


def open_signer(
    uri: str, folders: Sequence[Path], passphrase: Callable[[], str], environment: Mapping[str, str]
) -> Signer:
    """Open the signer that `uri` names: ``keystore://NAME``, ``env://VARIABLE`` (with a warning), ``awskms://REGION/KEY``.

    Raises:
        InputError: ``key.scheme`` for another scheme; else as `find_keystore`, `open_keystore` and `kms_signer`.
    """
    if uri.startswith(KEYSTORE_SCHEME):
        return open_keystore(find_keystore(uri.removeprefix(KEYSTORE_SCHEME), folders), passphrase)
    if uri.startswith(ENVIRONMENT_SCHEME):
        return _from_environment(uri.removeprefix(ENVIRONMENT_SCHEME), environment)
    if uri.startswith(KMS_SCHEME):
        return kms_signer(KmsKey.from_uri(uri))
    raise InputError(f"signer {uri!r}: use keystore://NAME, env://VARIABLE or awskms://REGION/KEY", code="key.scheme")


def payer_of(settings: Settings, uri: str | None = None) -> Address:
    """Give the account that pays: the signer's, which its keystore names without being opened, else the issuer's."""
    issuer = settings.required_issuer()
    chosen = uri or issuer.signer
    if chosen.startswith(KEYSTORE_SCHEME):
        try:
            path = find_keystore(chosen.removeprefix(KEYSTORE_SCHEME), settings.keystore_folders)
            return Address.from_hex("0x" + str(read_keystore(path).get("address")).removeprefix("0x"))
        except CredrootError:
            pass  # whoever opens the key says what is wrong with it
    return issuer.account.address


def _from_environment(variable: str, environment: Mapping[str, str]) -> Signer:
    say(f"warning: the key in ${variable} can be read by every program of this user", err=True)
    try:
        return signer_from_key(bytes.fromhex(environment.get(variable, "").removeprefix("0x")))
    except (ValueError, InputError) as error:
        # The foreign error's text may show the key.
        raise InputError(f"${variable} holds no private key", code="key.malformed") from ValueError(
            type(error).__name__
        )
