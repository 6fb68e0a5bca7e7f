"""What stands on a certificate: the words of one published credential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.text.clock import parse_time

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Content:
    """One credential in words."""

    id: str
    holder: str
    skill: str
    issuer: str
    issued: datetime
    expires: datetime | None
    description: str
    criteria: str
    results: tuple[tuple[str, str], ...]
    """Name and value of each, the name possibly empty."""
    credits: str
    evidence: tuple[str, ...]
    """http(s) addresses."""
    document: JsonObject

    @property
    def uuid(self) -> str:
        """The credential's id without its scheme, which names its files."""
        return self.id.removeprefix("urn:uuid:")


def read_content(credential: bytes) -> Content:
    """Read one credential that this issuer published.

    Raises:
        InputError: ``output.not_ours``, it has not the form in which credentials are issued here; or not JSON.
    """
    document = loads(credential)
    if not isinstance(document, dict):
        raise _not_ours()
    about = _object(document.get("credentialSubject"))
    achievement = _object(about.get("achievement"))
    name, issued = _text(document.get("id")), _text(document.get("validFrom"))
    if not name.startswith("urn:uuid:") or not issued or not achievement:
        raise _not_ours()
    awarded, expires = _text(document.get("awardedDate")) or issued, _text(document.get("validUntil"))
    return Content(
        id=name,
        holder=_holder(about),
        skill=_text(achievement.get("name")),
        issuer=_text(_object(document.get("issuer")).get("name")),
        issued=parse_time(awarded),
        expires=parse_time(expires) if expires else None,
        description=_text(achievement.get("description")),
        criteria=_text(_object(achievement.get("criteria")).get("narrative")),
        results=tuple(_results(about, achievement)),
        credits=_number(achievement.get("creditsAvailable")),
        evidence=tuple(_text(entry.get("id")) for entry in _objects(document.get("evidence")) if entry.get("id")),
        document=document,
    )


def _holder(about: JsonObject) -> str:
    for identity in _objects(about.get("identifier")):
        if identity.get("identityType") == "name" and identity.get("hashed") is False:
            return _text(identity.get("identityHash"))
    return ""


def _results(about: JsonObject, achievement: JsonObject) -> list[tuple[str, str]]:
    described = {_text(entry.get("id")): entry for entry in _objects(achievement.get("resultDescription"))}
    found = []
    for entry in _objects(about.get("result")):
        description = described.get(_text(entry.get("resultDescription")), {})
        value, most = _text(entry.get("value")), _text(description.get("valueMax"))
        if value:
            found.append((_text(description.get("name")), f"{value} / {most}" if most else value))
    return found


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: JsonValue) -> list[JsonObject]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, dict)]


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _number(value: JsonValue) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _not_ours() -> InputError:
    return InputError("not a credential as it is issued here", code="output.not_ours")
