"""Whether a document has the form of an Open Badges 3.0 credential.

The strict form is what we issue; it is checked by a JSON Schema that is made of `badge.model`. Tests hold it against
1EdTech's own schema, which its licence keeps out of this package. The lenient form is what others issue: single entries
without brackets, types without arrays, older VC members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from credroot.core.errors import InputError
from credroot.core.json.size import json_size
from credroot.core.json.types import JsonObject, JsonValue
from credroot.credential.badge.model import CLASSES, BadgeClass, Kind, Member

MAX_PROBLEMS = 50
"""Problems that are named of one document."""
MAX_NAMED_VALUES = 1_500
"""Values of a document of which the places are named; the validator takes 40 us for each, and much memory."""
_MAX_MESSAGE = 200  # characters; a validator repeats the value in it

OFFICIAL_SHA256: Mapping[str, str] = {
    "AchievementCredential": "5753fb3ecf7d024ed273dd364bd683f483eb47257e718e6618832cf89eb2083a",
}
"""The digests of 1EdTech's schemas for 3.0 that `official_validator` takes, by class."""

_DRAFT = "https://json-schema.org/draft/2019-09/schema"
_CONTEXT_PATTERN = r"^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)?\.json$"


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One place that a schema refuses."""

    path: str
    """A JSON pointer (RFC 6901); empty for the whole document."""
    message: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.message}"


class SchemaValidator:
    """A compiled JSON Schema; one may serve many threads."""

    def __init__(self, schema: JsonObject) -> None:
        # Imported here, because reading a file's form is not part of most commands and the import costs 40 ms.
        from jsonschema_rs import Draft201909Validator

        self._validator: Any = Draft201909Validator(schema, validate_formats=True, offline=True)

    def is_valid(self, document: object) -> bool:
        """Answer without reasons, which is faster."""
        return bool(self._validator.is_valid(document))

    def problems(self, document: JsonValue) -> tuple[SchemaProblem, ...]:
        """Give what the schema refuses, at most `MAX_PROBLEMS`; of a large document only that it does."""
        if self.is_valid(document):
            return ()
        if json_size(document, most=MAX_NAMED_VALUES).values > MAX_NAMED_VALUES:
            return (SchemaProblem("", "it has another form in some place, and is too large to name it"),)
        found = []
        for error in self._validator.iter_errors(document):
            path = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.instance_path)
            found.append(SchemaProblem(path[:_MAX_MESSAGE], str(error.message)[:_MAX_MESSAGE]))
            if len(found) == MAX_PROBLEMS:
                break
        return tuple(found)


def schema_problems(document: JsonObject, *, lenient: bool = False) -> tuple[SchemaProblem, ...]:
    """Give what keeps `document` from being an Open Badge or an endorsement in the strict, or the lenient, form."""
    types = document.get("type")
    words = [word for word in (types if isinstance(types, list) else [types]) if isinstance(word, str)]
    # What says that it is both has to have the form of a badge: the word must not choose the milder rules.
    is_endorsement = "EndorsementCredential" in words and not BADGE_TYPES.intersection(words)
    name = "EndorsementCredential" if is_endorsement else "AchievementCredential"
    return validator_of(name, lenient=lenient).problems(document)


BADGE_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
"""Words by which a credential says that it is a badge."""


@cache
def validator_of(class_name: str, *, lenient: bool) -> SchemaValidator:
    """Give the validator of one class in one form; compiled once."""
    return SchemaValidator(schema_of(class_name, lenient=lenient))


def official_validator(class_name: str, schema: bytes) -> SchemaValidator:
    """Compile 1EdTech's own schema of `class_name`, where the caller has it.

    Raises:
        InputError: ``schema.digest_mismatch``, the bytes are not the ones that we know.
    """
    from credroot.core.json import strict as strict_json

    if sha256(schema).hexdigest() != OFFICIAL_SHA256[class_name]:
        raise InputError(
            f"these are not the bytes of the official schema of {class_name}", code="schema.digest_mismatch"
        )
    value = strict_json.loads(schema)
    if not isinstance(value, dict):
        raise InputError("a schema is an object", code="schema.digest_mismatch")
    # The published file names its draft with an empty fragment, which means the same and is not looked up.
    return SchemaValidator({**value, "$schema": _DRAFT})


def schema_of(class_name: str, *, lenient: bool) -> JsonObject:
    """Make the JSON Schema (draft 2019-09) of one class and of all that it holds."""
    definitions: dict[str, Any] = {name: _class_schema(name, model, lenient) for name, model in CLASSES.items()}
    return {"$schema": _DRAFT, "$ref": f"#/$defs/{class_name}", "$defs": definitions}


def _class_schema(name: str, model: BadgeClass, lenient: bool) -> dict[str, Any]:
    properties = {member_name: _member_schema(member, lenient) for member_name, member in model.members.items()}
    required = [member_name for member_name, member in model.members.items() if member.required]
    if model.types or model.type_is_free:
        properties["type"] = _type_schema(model, lenient)
        required.append("type")
    if model.is_credential:
        properties["@context"] = _context_schema(lenient)
        required.append("@context")
    if lenient:
        properties |= _LENIENT_MEMBERS.get(name, {})
        required = [member_name for member_name in required if member_name not in _OPTIONAL_WHEN_LENIENT.get(name, ())]
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    if model.closed and not lenient:
        schema["additionalProperties"] = False
    return schema


def _member_schema(member: Member, lenient: bool) -> dict[str, Any]:
    one = _value_schema(member, lenient)
    if lenient:
        # JSON-LD takes one entry and an array of one for the same.
        return {"anyOf": [one, {"type": "array", "items": one}]}
    return {"type": "array", "items": one} if member.many else one


def _value_schema(member: Member, lenient: bool) -> dict[str, Any]:
    if member.kind in (Kind.OBJECT, Kind.IRI_OR_OBJECT):
        reference = {"$ref": f"#/$defs/{member.of}"}
        iri_will_do = member.kind is Kind.IRI_OR_OBJECT or (lenient and member.of in ("Image", "Profile", "Criteria"))
        return {"anyOf": [{"type": "string"}, reference]} if iri_will_do else reference
    if member.kind is Kind.CHOICE and lenient:
        return {"type": "string"}
    if member.kind is Kind.CHOICE:
        choices: dict[str, Any] = {"type": "string", "enum": list(member.choices)}
        extension = {"type": "string", "pattern": r"^ext:[A-Za-z0-9._-]+$"}
        return {"anyOf": [choices, extension]} if member.extensible else choices
    return _SIMPLE[member.kind]


def _type_schema(model: BadgeClass, lenient: bool) -> dict[str, Any]:
    if model.type_is_free:
        words: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
        return {"anyOf": [{"type": "string"}, words]} if lenient else {"type": "string"}
    if model.type_is_text and not lenient:
        return {"enum": sorted(model.types[0])}
    one_of_each = [{"contains": {"enum": sorted(words)}} for words in model.types]
    array = {"type": "array", "minItems": 1, "items": {"type": "string"}, "allOf": one_of_each}
    if lenient and len(model.types) == 1:
        return {"anyOf": [{"enum": sorted(model.types[0])}, array]}
    return array


def _context_schema(lenient: bool) -> dict[str, Any]:
    anything = {"type": ["string", "object"]}
    if lenient:
        return {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": anything}]}
    first = [{"const": "https://www.w3.org/ns/credentials/v2"}, {"type": "string", "pattern": _CONTEXT_PATTERN}]
    return {"type": "array", "minItems": 2, "items": first, "additionalItems": anything}


_TIME = {"type": "string", "format": "date-time"}
_SIMPLE: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.IRI: {"type": "string", "minLength": 1},
    Kind.TIME: _TIME,
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.LANGUAGE: {"type": "string", "pattern": r"^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"},
    Kind.JWS: {"type": "string", "pattern": r"^[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+$"},
}
# Open Badges 3.0 was first a profile of VC 1.1, whose names for the times credentials still carry.
_VC_1_MEMBERS: dict[str, Any] = {"issuanceDate": _TIME, "expirationDate": _TIME}
_LENIENT_MEMBERS = {"AchievementCredential": _VC_1_MEMBERS, "EndorsementCredential": _VC_1_MEMBERS}
_OPTIONAL_WHEN_LENIENT = {
    "AchievementCredential": ("id", "validFrom"),
    "EndorsementCredential": ("id", "name", "validFrom"),
    "AchievementSubject": ("type",),
    "Achievement": ("id", "description"),
    "Profile": ("type",),
    "Image": ("type",),
    "Alignment": ("type",),
    "Evidence": ("type",),
    "Related": ("type",),
    "CredentialStatus": ("id",),
    "RefreshService": ("id",),
}
