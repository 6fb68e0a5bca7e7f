"""The types of JSON values as `strict` gives them and `jcs` takes them."""

from __future__ import annotations

from typing import TypeAlias

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
"""Any JSON value; integers lie within 2^53 - 1 and floats are finite."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object, its members in the order of the text."""
