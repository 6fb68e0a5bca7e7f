"""The file of settings, read table by table so that a misspelt key is noticed and never passed over."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS_FILE = "credroot.toml"
SETTINGS_FORMAT = "credroot/settings/v1"
MAX_SETTINGS_BYTES = 262_144


@dataclass(slots=True)
class SettingsTable:
    """A table of the file that notices which of its keys were read."""

    values: dict[str, Any]
    source: str
    seen: set[str] = field(default_factory=set)

    def get(self, key: str, kind: type, default: Any = None, *, required: bool = False) -> Any:
        """Give a value of a kind, `default` where there is none; `InputError` (``settings.kind``) for another kind."""
        self.seen.add(key)
        value = self.values.get(key, default)
        if value is None and not required:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise InputError(f"{self.source}: {key} must be a {kind.__name__}", code="settings.kind")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Give a text."""
        return str(self.get(key, str, default, required=True))

    def optional_text(self, key: str) -> str | None:
        """Give a text, `None` where there is none."""
        return self.get(key, str)  # type: ignore[no-any-return]

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        values = self.get(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise InputError(f"{self.source}: {key} must be texts", code="settings.kind")
        return tuple(values)

    def flag(self, key: str, *, default: bool) -> bool:
        """Give a truth value."""
        return bool(self.get(key, bool, default))

    def count(self, key: str, *, default: int) -> int:
        """Give a number that is not negative."""
        value = int(self.get(key, int, default, required=True))
        if value < 0:
            raise InputError(f"{self.source}: {key} must not be negative", code="settings.kind")
        return value

    def sub(self, key: str) -> SettingsTable:
        """Give a table in this one, empty where there is none."""
        return SettingsTable(self.get(key, dict, {}), f"{self.source} [{key}]")

    def tables(self) -> list[tuple[str, SettingsTable]]:
        """Give every table in this one, by its name."""
        return [(key, self.sub(key)) for key in self.values]

    def list_of_tables(self, key: str) -> list[SettingsTable]:
        """Give a list of tables."""
        entries = self.get(key, list, [])
        if not all(isinstance(entry, dict) for entry in entries):
            raise InputError(f"{self.source}: {key} must be tables", code="settings.kind")
        return [SettingsTable(entry, f"{self.source} {key}[{place}]") for place, entry in enumerate(entries)]

    def finish(self) -> None:
        """Raise `InputError` (``settings.unknown``) for keys that nobody read."""
        unknown = sorted(self.values.keys() - self.seen)
        if unknown:
            raise InputError(f"{self.source}: unknown setting: {', '.join(unknown)}", code="settings.unknown")


def read_table(path: Path) -> SettingsTable:
    """Read the file of settings; no file is an empty table.

    Raises:
        InputError: ``settings.unreadable``, ``settings.syntax`` or ``settings.format``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SETTINGS_BYTES + 1)
    except FileNotFoundError:
        return SettingsTable({}, path.name)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", code="settings.unreadable") from error
    if len(content) > MAX_SETTINGS_BYTES:
        raise InputError(f"{path}: larger than {MAX_SETTINGS_BYTES} bytes", code="settings.unreadable")
    try:
        values = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not TOML: {error}", code="settings.syntax") from error
    if values.get("format") != SETTINGS_FORMAT:
        raise InputError(f'{path}: the first line must be format = "{SETTINGS_FORMAT}"', code="settings.format")
    return SettingsTable(values, path.name)
