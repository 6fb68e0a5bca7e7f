"""Which extra of the package brings what a command lacks: ``pip install credroot`` alone verifies."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTRA_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Crypto": "issue",
        "coincurve": "issue",
        "eth_abi": "issue",
        "eth_account": "issue",
        "PIL": "issue",
        "rlp": "issue",
        "sqlalchemy": "audit",
        "fastapi": "serve",
        "pydantic": "serve",
        "starlette": "serve",
        "uvicorn": "serve",
        "eth": "local",
        "eth_keys": "local",
        "eth_tester": "local",
        "eth_typing": "local",
        "eth_utils": "local",
        "trie": "local",
        "boto3": "awskms",
        "botocore": "awskms",
        "pyarrow": "parquet",
        "segno": "pdf",
        "typst": "pdf",
        "psycopg": "postgres",
        "zxingcpp": "qr",
    }
)
"""Name of an imported package -> the extra that a command which needs it asks for, where several bring it."""


def missing_extra(error: Exception) -> str | None:
    """Return the extra that brings the module which was not found; `None` for any other error."""
    return EXTRA_OF.get((error.name or "").partition(".")[0]) if isinstance(error, ModuleNotFoundError) else None
