"""The errors that a node's caller sees, with geth's numbers and, where programs look at them, geth's words."""

from __future__ import annotations

from credroot.chain.rpc.hex_codec import data as hex_data

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
REVERTED = 3

_ERROR_STRING = bytes.fromhex("08c379a0")
"""Selector of ``Error(string)``, which ``require(condition, "reason")`` reverts with."""


class CallFailure(Exception):
    """One JSON-RPC error object. Never leaves the embedded chain as an exception."""

    def __init__(self, rpc_code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.rpc_code = rpc_code
        self.message = message
        self.data = data


def invalid_params(what: str) -> CallFailure:
    """Return the failure of a parameter that is not what the method takes."""
    return CallFailure(INVALID_PARAMS, f"invalid argument: {what}")


def refused(why: str) -> CallFailure:
    """Return the failure of a request that is well-formed and cannot be granted."""
    return CallFailure(SERVER_ERROR, why)


def reverted(returned: bytes) -> CallFailure:
    """Return the failure of an execution that reverted with these bytes."""
    reason = _reason(returned)
    return CallFailure(
        REVERTED, f"execution reverted: {reason}" if reason else "execution reverted", hex_data(returned)
    )


def _reason(returned: bytes) -> str | None:
    """Return the text of ``Error(string)``, or None when the bytes are anything else."""
    if returned[:4] != _ERROR_STRING or len(returned) < 68:
        return None
    size = int.from_bytes(returned[36:68], "big")
    try:
        return returned[68 : 68 + size].decode() if int.from_bytes(returned[4:36], "big") == 32 else None
    except UnicodeDecodeError:
        return None
