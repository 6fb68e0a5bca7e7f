"""The table ``[outputs]`` of the settings: what learners of this issuer get beside the JSON, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.settings.table import SettingsTable

OUTPUT_KINDS = ("png", "svg", "pdf", "mail")
OUTPUT_LANGUAGES = ("en", "es", "fr", "de")


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """What is made where the command line says nothing else."""

    make: frozenset[str] = frozenset()
    """Of `OUTPUT_KINDS`."""
    page: str | None = None
    """The verify page that links and QR codes lead to."""
    language: str = "en"
    theme: Path | None = None
    linkedin_link: bool = False
    """Whether LinkedIn's form is to get the private link."""
    fonts: tuple[Path, ...] = ()
    """Folders with fonts for the certificate, besides those of the system."""


def read_output_settings(folder: Path, table: SettingsTable) -> OutputSettings:
    """Read ``[outputs]``, its paths relative to the workspace.

    Raises:
        InputError: ``settings.outputs``, a kind or a language that there is not; ``settings.unknown``.
    """
    theme = table.optional_text("theme")
    settings = OutputSettings(
        make=frozenset(table.texts("make")),
        page=table.optional_text("page"),
        language=table.optional_text("language") or "en",
        linkedin_link=table.flag("linkedin_link", default=False),
        theme=None if theme is None else folder / theme,
        fonts=tuple(folder / name for name in table.texts("fonts")),
    )
    table.finish()
    unknown = sorted(settings.make - set(OUTPUT_KINDS))
    if unknown:
        kinds = ", ".join(OUTPUT_KINDS)
        raise InputError(
            f"{table.source}: make: no such output: {unknown[0]!r}; there are {kinds}", code="settings.outputs"
        )
    if settings.language not in OUTPUT_LANGUAGES:
        known = ", ".join(OUTPUT_LANGUAGES)
        raise InputError(f"{table.source}: language is one of {known}", code="settings.outputs")
    return settings
