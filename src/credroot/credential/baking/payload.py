"""What is baked: one credential as bytes, JSON or a compact JWT.

Source: Open Badges 3.0, section 5.3 (Baked Badge): a picture carries the JSON of a credential with an embedded proof,
or the compact JWS of one that is signed as a VC-JWT.
"""

from __future__ import annotations

import re
from enum import StrEnum

from credroot.core.errors import InputError

MAX_PAYLOAD_BYTES = 1024 * 1024
"""Bytes of one credential at most, the bound of every JSON document here."""
MAX_PICTURE_BYTES = 20 * 1024 * 1024
"""Bytes of a picture at most; a badge is 10 kB to 2 MB."""

_JWT = re.compile(rb"ey[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_SPACE = b" \t\r\n"


class PayloadKind(StrEnum):
    """How a credential is written."""

    JSON = "json"
    JWT = "jwt"


def payload_kind(data: bytes) -> PayloadKind | None:
    """Tell JSON from a compact JWT by the first characters and the alphabet; None for anything else.

    White space around is allowed. Whether the JSON parses is the reader's part.
    """
    bare = data.strip(_SPACE)
    if bare[:1] == b"{":
        return PayloadKind.JSON
    return PayloadKind.JWT if _JWT.fullmatch(bare) else None


def check_payload(data: bytes) -> PayloadKind:
    """Say what kind of credential `data` is.

    Raises:
        InputError: ``baking.payload_too_large``; ``baking.not_a_credential``, neither a JSON object nor a compact JWT;
            ``baking.not_utf8``.
    """
    if len(data) > MAX_PAYLOAD_BYTES:
        raise payload_too_large(len(data))
    kind = payload_kind(data)
    if kind is None:
        raise InputError("neither a JSON object nor a compact JWT", code="baking.not_a_credential")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise InputError("the credential is not UTF-8", code="baking.not_utf8") from error
    return kind


def without_space(data: bytes, kind: PayloadKind) -> bytes:
    """Drop the white space around a JWT; JSON stays as it is, to the byte."""
    return data.strip(_SPACE) if kind is PayloadKind.JWT else data


def check_picture_size(data: bytes) -> None:
    """Refuse a picture over `MAX_PICTURE_BYTES`.

    Raises:
        InputError: ``baking.picture_too_large``.
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise InputError(
            f"a picture has at most {MAX_PICTURE_BYTES} bytes, got {len(data)}", code="baking.picture_too_large"
        )


def payload_too_large(size: int | None = None) -> InputError:
    """Build the error for a credential over `MAX_PAYLOAD_BYTES`; `size` is in bytes, where it is known."""
    got = "" if size is None else f", got {size}"
    return InputError(
        f"a credential has at most {MAX_PAYLOAD_BYTES} bytes{got}",
        code="baking.payload_too_large",
    )


def no_credential() -> InputError:
    """Build the error for a picture that carries nothing."""
    return InputError("the picture carries no credential", code="baking.no_credential")


def two_credentials() -> InputError:
    """Build the error for a picture that carries more than one: none of them is taken."""
    return InputError("the picture carries more than one credential", code="baking.two_credentials")


def open_badges_2() -> InputError:
    """Build the error for an assertion of Open Badges 2.0, which is no verifiable credential."""
    return InputError("the picture carries an assertion of Open Badges 1 or 2, not of 3.0", code="baking.open_badges_2")


def already_baked() -> InputError:
    """Build the error for a picture that is to be baked and carries a badge already."""
    return InputError("the picture carries a badge already; bake a clean one", code="baking.already_baked")
