"""What of a credential people are shown, and as what: as verified, as mere claims, or not at all.

Nothing of a file is shown that its anchor does not cover. A picture that carried a credential is not covered, so it is
never shown; the badge is the one inside the anchored document, or one drawn anew from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from credroot.app.page.words.content_standing import Standing, standing_of
from credroot.core.text.plain_text import CONTROLS
from credroot.credential.badge.endorsement_form import is_endorsement, subject_of_endorsement

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.core.report import Report

MAX_TEXT = 2_000
MAX_NAME = 200
MAX_LINK = 500
MAX_ITEMS = 24
MAX_PICTURE = 400_000
"""Characters of a picture inside the document, as a ``data:`` URI; larger ones are drawn anew."""
_PICTURE = re.compile(r"data:image/(?:png|jpeg|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]+")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: a result, a piece of evidence, an alignment."""

    name: str
    text: str = ""
    link: str = ""
    """An ``http`` or ``https`` address, or nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The content of one credential, as plain texts of bounded length."""

    standing: Standing
    holder: str = ""
    skill: str = ""
    description: str = ""
    kind: str = ""
    issuer: str = ""
    """As the file claims; who it is says the issuer check."""
    issuer_id: str = ""
    issued: str = ""
    expires: str = ""
    credits: str = ""
    criteria: str = ""
    criteria_link: str = ""
    results: tuple[Item, ...] = ()
    evidence: tuple[Item, ...] = ()
    alignment: tuple[Item, ...] = ()
    tags: tuple[str, ...] = ()
    picture: str = ""
    """A ``data:`` URI of the anchored document itself, or nothing."""
    id: str = ""
    endorses: str = ""
    """What an endorsement endorses, by its id; such a credential has no holder and no skill."""
    comment: str = ""


def show(document: JsonObject, report: Report) -> Shown:
    """Take from a document what people want to know, as far as `report` lets it be shown."""
    standing = standing_of(report)
    if standing is Standing.HIDDEN:
        return Shown(standing)
    if is_endorsement(document):
        return _endorsement(document, standing)
    about = _object(document.get("credentialSubject"))
    achievement = _object(about.get("achievement"))
    criteria = _object(achievement.get("criteria"))
    issuer = document.get("issuer")
    profile = _object(issuer)
    return Shown(
        standing=standing,
        holder=_holder(about),
        skill=_name(achievement.get("name")) or _name(document.get("name")),
        description=_text(achievement.get("description")),
        kind=_name(achievement.get("achievementType")),
        issuer=_name(profile.get("name")),
        issuer_id=_name(profile.get("id")) or _name(issuer),
        issued=_name(document.get("awardedDate"))
        or _name(document.get("validFrom"))
        or _name(document.get("issuanceDate")),
        expires=_name(document.get("validUntil")) or _name(document.get("expirationDate")),
        credits=_number(about.get("creditsEarned")) or _number(achievement.get("creditsAvailable")),
        criteria=_text(criteria.get("narrative")),
        criteria_link=safe_link(criteria.get("id")),
        results=_results(about, achievement),
        evidence=tuple(_evidence(entry) for entry in _objects(document.get("evidence"))),
        alignment=tuple(_alignment(entry) for entry in _objects(achievement.get("alignment"))),
        tags=tuple(tag for tag in map(_name, _array(achievement.get("tag"))[:MAX_ITEMS]) if tag),
        picture=_picture(achievement.get("image")) if standing is Standing.VERIFIED else "",
        id=_name(document.get("id")),
    )


def _endorsement(document: JsonObject, standing: Standing) -> Shown:
    about, profile = subject_of_endorsement(document), _object(document.get("issuer"))
    return Shown(
        standing=standing,
        skill=_name(document.get("name")),
        issuer=_name(profile.get("name")),
        issuer_id=_name(profile.get("id")) or _name(document.get("issuer")),
        issued=_name(document.get("validFrom")) or _name(document.get("issuanceDate")),
        expires=_name(document.get("validUntil")) or _name(document.get("expirationDate")),
        id=_name(document.get("id")),
        endorses=_name(about.get("id")),
        comment=_text(about.get("endorsementComment")),
    )


def safe_link(value: JsonValue) -> str:
    """Give `value` where it is a plain ``http`` or ``https`` address with a host and no user in it; else nothing."""
    if not isinstance(value, str) or len(value) > MAX_LINK or not value.isascii() or not value.isprintable():
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or _HOST.fullmatch(parts.netloc) is None or " " in value:
        return ""
    return "" if any(char in value for char in "\\<>\"'`") else value


def _holder(about: JsonObject) -> str:
    for identity in _objects(about.get("identifier")):
        if identity.get("identityType") == "name" and identity.get("hashed") is False:
            return _name(identity.get("identityHash"))
    return _name(about.get("name"))


def _results(about: JsonObject, achievement: JsonObject) -> tuple[Item, ...]:
    described = {_name(entry.get("id")): entry for entry in _objects(achievement.get("resultDescription"))}
    found = []
    for entry in _objects(about.get("result")):
        description = described.get(_name(entry.get("resultDescription")), {})
        value = _name(entry.get("value")) or _name(entry.get("achievedLevel")) or _name(entry.get("status"))
        most = _name(description.get("valueMax"))
        found.append(Item(_name(description.get("name")), f"{value} / {most}" if value and most else value))
    return tuple(found)


def _evidence(entry: JsonObject) -> Item:
    return Item(
        _name(entry.get("name")),
        _text(entry.get("narrative")) or _text(entry.get("description")),
        safe_link(entry.get("id")),
    )


def _alignment(entry: JsonObject) -> Item:
    code = " ".join(part for part in (_name(entry.get("targetFramework")), _name(entry.get("targetCode"))) if part)
    return Item(_name(entry.get("targetName")), code, safe_link(entry.get("targetUrl")))


def _picture(image: JsonValue) -> str:
    value = image if isinstance(image, str) else _object(image).get("id")
    is_ours = isinstance(value, str) and len(value) <= MAX_PICTURE and _PICTURE.fullmatch(value) is not None
    return str(value) if is_ours else ""


def _object(value: JsonValue) -> JsonObject:
    candidate = value[0] if isinstance(value, list) and value else value
    return candidate if isinstance(candidate, dict) else {}


def _array(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: JsonValue) -> list[JsonObject]:
    return [entry for entry in _array(value)[:MAX_ITEMS] if isinstance(entry, dict)]


def _name(value: JsonValue) -> str:
    return _clean(value, MAX_NAME).replace("\n", " ")


def _text(value: JsonValue) -> str:
    return _clean(value, MAX_TEXT)


def _clean(value: JsonValue, most: int) -> str:
    if not isinstance(value, str):
        return ""
    text = CONTROLS.sub("", value).strip()
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def _number(value: JsonValue) -> str:
    return "" if isinstance(value, bool) or not isinstance(value, (int, float)) else f"{value:g}"
