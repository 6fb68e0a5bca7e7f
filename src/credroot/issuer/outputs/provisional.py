"""Credentials that are handed out before their anchor is final: in a folder of their own that says so.

``batches/<name>/provisional/`` holds copies of the credentials, and ``PROVISIONAL.json``, which says in which block the
anchor is and what it waits for. A verifier's verdict on them is "not final yet". The folder goes away when the batch is
published, because the same bytes are then in ``credentials/``; and when the anchor's block vanishes.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import orjson

from credroot.store.durable import rename_folder, write_file

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.issuer.batch.folder import BatchFolder
    from credroot.store.journal_records import Operation

PROVISIONAL_FORMAT = "credroot/provisional/v1"
NOTICE = "PROVISIONAL.json"


def provisional_folder(folder: BatchFolder) -> Path:
    """Give where the copies lie while there are any."""
    return folder.path / "provisional"


def hand_out(folder: BatchFolder, operation: Operation) -> Path:
    """Copy the staged credentials to where they can be handed out, marked; the whole folder appears at once.

    Raises:
        OSError: a full disk, say; nothing is handed out then.
    """
    place = provisional_folder(folder)
    if not place.exists():
        temporary = place.with_name(f".provisional.{os.getpid()}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.copytree(folder.staged, temporary)
        write_file(temporary / NOTICE, _notice(folder, operation))
        rename_folder(temporary, place)
    elif (place / NOTICE).read_bytes() != _notice(folder, operation):
        write_file(place / NOTICE, _notice(folder, operation))
    return place


def take_back(folder: BatchFolder) -> None:
    """Remove the copies: they are published now, or their anchor is in no block at the moment."""
    for left in folder.path.glob(".provisional*"):
        shutil.rmtree(left, ignore_errors=True)
    place = provisional_folder(folder)
    if place.exists():
        away = place.with_name(f".provisional.{os.getpid()}.away")
        place.rename(away)
        shutil.rmtree(away, ignore_errors=True)


def _notice(folder: BatchFolder, operation: Operation) -> bytes:
    content = {
        "format": PROVISIONAL_FORMAT,
        "provisional": True,
        "batch": folder.name,
        "transaction": str(operation.transaction),
        "block": operation.block_number,
        "blockHash": str(operation.block_hash),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
