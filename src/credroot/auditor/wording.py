"""Numbers with their noun, as a sentence needs them."""

from __future__ import annotations

_IRREGULAR = {"batch": "batches", "entry": "entries", "address": "addresses"}


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: ``1 batch``, ``2,000 batches``. The noun's last word is put into the plural."""
    if number == 1:
        return f"1 {noun}"
    head, space, last = noun.rpartition(" ")
    return f"{number:,} {head}{space}{_IRREGULAR.get(last, last + 's')}"
