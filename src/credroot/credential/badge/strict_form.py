"""From a badge description as people write it to the strict form, or a list of all that is wrong with it by field.

The strict form has arrays where the standard wants arrays, a ``type`` everywhere, no null, and members in one order.
People may leave out what has one meaning: a ``type``, the brackets of a single entry, the object around a picture's
URL.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from credroot.core.errors import InputError
from credroot.core.text.clock import parse_time
from credroot.credential.badge.endorsement_form import is_endorsement
from credroot.credential.badge.model import CLASSES, BadgeClass, Kind, Member

MAX_TEXT = 65_536
"""Characters of one text; criteria of real badges have some thousand."""
MAX_ENTRIES = 1_000
"""Entries of one array."""

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_JWS = re.compile(r"[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+")
_EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_MAX_NUMBER = 1e15  # beyond, programs write one number in several ways
# The contexts that every document of ours has; a file may repeat them, and no other.
_KNOWN_CONTEXT = re.compile(
    r"https://(www\.w3\.org/ns/credentials/v2|purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)?\.json)"
)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with a description."""

    path: str
    """Where, as ``alignment[1].targetUrl``; empty for the whole."""
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class FormError(InputError):
    """A description can't be brought into the strict form; `problems` has every reason."""

    def __init__(self, what: str, problems: tuple[FieldProblem, ...], *, code: str) -> None:
        super().__init__(f"{what}: " + "; ".join(map(str, problems)), code=code)
        self.problems = problems


def strict_form(value: object, class_name: str) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
    """Give the strict form of an object of `class_name`, with every problem; with any the form is not to be used."""
    reader = _Reader()
    found = reader.read(value, class_name, "")
    return found if isinstance(found, dict) else {}, tuple(reader.problems)


class _Reader:
    """Walks through one description and collects problems."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def read(self, value: object, class_name: str, path: str) -> object:
        """Read one object."""
        model = CLASSES[class_name]
        if class_name == "Image" and isinstance(value, str):
            value = {"id": value}
        elif class_name == "Criteria" and isinstance(value, str):
            value = {"id": value} if value.startswith(("https://", "http://")) else {"narrative": value}
        if not isinstance(value, dict):
            return self._wrong(path, f"must be an object, got {_kind_of(value)}")
        if model.is_credential:
            return self._credential(value, path)
        strict: dict[str, Any] = {}
        if "id" in model.members:
            self._member(value, "id", model.members["id"], path, strict)
        self._type(value, class_name, model, path, strict)
        for name, member in model.members.items():
            if name != "id":
                self._member(value, name, member, path, strict)
        self._refuse_unknown(value, model, path)
        return strict

    def _credential(self, value: dict[str, Any], path: str) -> object:
        """Take a signed credential as it is, since any change would break its signature."""
        if not is_endorsement(value) or "proof" not in value:
            return self._wrong(path, "must be a signed EndorsementCredential")
        return value

    def _member(self, value: dict[str, Any], name: str, member: Member, path: str, strict: dict[str, Any]) -> None:
        """Read one member into `strict`, if it is there."""
        at = f"{path}.{name}" if path else name
        if name not in value:
            if member.required:
                self._wrong(at, "is missing")
            return
        given = value[name]
        if not member.many:
            strict[name] = self._value(given, member, at)
            return
        entries = given if isinstance(given, list) else [given]
        if not entries:
            return
        if len(entries) > MAX_ENTRIES:
            self._wrong(at, f"has more than {MAX_ENTRIES} entries")
            return
        strict[name] = [self._value(entry, member, f"{at}[{index}]") for index, entry in enumerate(entries)]
        for index, entry in enumerate(strict[name]):
            if entry in strict[name][:index]:
                self._wrong(f"{at}[{index}]", "is there twice")

    def _value(self, value: object, member: Member, path: str) -> object:
        """Read one value."""
        if value is None:
            return self._wrong(path, "is null: leave the member out")
        if member.kind is Kind.OBJECT:
            return self.read(value, member.of, path)
        if member.kind is Kind.IRI_OR_OBJECT:
            return self._text(value, path, _iri_fault) if isinstance(value, str) else self.read(value, member.of, path)
        if member.kind is Kind.NUMBER:
            return self._number(value, path)
        if member.kind is Kind.BOOLEAN:
            return value if isinstance(value, bool) else self._wrong(path, "must be true or false")
        if member.kind is Kind.CHOICE:
            return self._choice(value, member, path)
        return self._text(value, path, _TESTS[member.kind])

    def _text(self, value: object, path: str, fault: Callable[[str], str]) -> object:
        if not isinstance(value, str):
            return self._wrong(path, f"must be a text, got {_kind_of(value)}")
        if not value.strip():
            return self._wrong(path, "is empty")
        if len(value) > MAX_TEXT:
            return self._wrong(path, f"has more than {MAX_TEXT} characters")
        if _UNFIT.search(value):
            return self._wrong(path, "has control characters or half characters")
        message = fault(value)
        return self._wrong(path, message) if message else value

    def _number(self, value: object, path: str) -> object:
        """Give a whole number as an integer: some programs hash 3.0 otherwise than 3."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return self._wrong(path, f"must be a number, got {_kind_of(value)}")
        if abs(value) >= _MAX_NUMBER:
            return self._wrong(path, "is too large")
        return int(value) if value == int(value) else value

    def _choice(self, value: object, member: Member, path: str) -> object:
        if isinstance(value, str) and (value in member.choices or (member.extensible and _EXTENSION.fullmatch(value))):
            return value
        near = difflib.get_close_matches(str(value)[:60], member.choices, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        ways = ", ".join(member.choices) + (", or ext: and a word of yours" if member.extensible else "")
        return self._wrong(path, f"must be one of {ways}{hint}")

    def _type(self, value: dict[str, Any], name: str, model: BadgeClass, path: str, strict: dict[str, Any]) -> None:
        if not model.types:
            return
        given = value.get("type", name)
        words = given if isinstance(given, list) else [given]
        if name not in words or not all(isinstance(word, str) for word in words):
            self._wrong(f"{path}.type" if path else "type", f"must have the word {name}")
        strict["type"] = name if model.type_is_text else words

    def _refuse_unknown(self, value: dict[str, Any], model: BadgeClass, path: str) -> None:
        for name, given in value.items():
            if name in model.members or (name == "type" and model.types):
                continue
            at = f"{path}.{name}" if path else name
            if name == "@context" and not path:
                contexts = given if isinstance(given, list) else [given]
                if all(isinstance(context, str) and _KNOWN_CONTEXT.fullmatch(context) for context in contexts):
                    continue
            near = difflib.get_close_matches(name[:60], model.members, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self._wrong(at[:200], f"is not a member that Open Badges 3.0 knows here{hint}")

    def _wrong(self, path: str, message: str) -> object:
        """Note a problem; what is given back stands in for the value."""
        self.problems.append(FieldProblem(path, message))
        return None


def _kind_of(value: object) -> str:
    """Name the JSON type of a value."""
    if value is None:
        return "null"
    names = {bool: "true or false", str: "a text", list: "an array", dict: "an object"}
    return names.get(type(value), "a number")


def is_iri(text: str) -> bool:
    """Answer whether `text` is an absolute IRI that can stand in N-Quads as it is."""
    return _IRI.fullmatch(text) is not None


def _iri_fault(text: str) -> str:
    return "" if is_iri(text) else "must be a URL or another absolute IRI, without spaces"


def _time_fault(text: str) -> str:
    try:
        parse_time(text)
    except InputError as error:
        return str(error)
    return ""


_TESTS: dict[Kind, Callable[[str], str]] = {
    Kind.TEXT: lambda _: "",
    Kind.IRI: _iri_fault,
    Kind.TIME: _time_fault,
    Kind.DATE: lambda text: "" if _DATE.fullmatch(text) else "must be a day such as 2026-01-31",
    Kind.LANGUAGE: lambda text: "" if _LANGUAGE.fullmatch(text) else "must be a language tag such as en or pt-BR",
    Kind.JWS: lambda text: "" if _JWS.fullmatch(text) else "must be a signed credential in compact form",
}
