"""What a badge is awarded for: an Open Badges Achievement, read from the file that an issuer keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from credroot.core.errors import InputError
from credroot.core.json import strict as strict_json
from credroot.core.json.types import JsonObject
from credroot.credential.badge.model import RESULT_STATUSES
from credroot.credential.badge.strict_form import FieldProblem, FormError, is_iri, strict_form

_ACHIEVED_LEVEL = "achievedLevel"


@dataclass(frozen=True, slots=True)
class ResultRule:
    """How a roster's result is written for an achievement: as a plain value, a level of a rubric, or a status."""

    description_id: str
    """The ResultDescription that the result belongs to; empty where the achievement has none."""
    levels: dict[str, str]
    """A rubric level's IRI by its IRI, name and level, in lower case."""
    allowed: tuple[str, ...]
    """The values that are allowed, the names of the levels where there are any; empty for any value."""
    minimum: float | None
    maximum: float | None
    is_status: bool
    """Whether the result is one of the standard's words for a state."""

    def members(self, value: str) -> JsonObject:
        """Give the members of a Result for `value`.

        Raises:
            InputError: ``roster.result``, the achievement does not allow it; the message says what it allows.
        """
        linked: JsonObject = {"resultDescription": self.description_id} if self.description_id else {}
        if self.is_status:
            status = {word.casefold(): word for word in RESULT_STATUSES}.get(value.replace(" ", "").casefold())
            return {**linked, "status": status or _refuse(value, RESULT_STATUSES)}
        if self.levels:
            level = self.levels.get(value.casefold())
            return {**linked, "value": value, _ACHIEVED_LEVEL: level or _refuse(value, self.allowed)}
        if self.allowed and value not in self.allowed:
            _refuse(value, self.allowed)
        self._require_in_range(value)
        return {**linked, "value": value}

    def _require_in_range(self, value: str) -> None:
        number = _as_number(value.removesuffix("%"))
        below = number is not None and self.minimum is not None and number < self.minimum
        above = number is not None and self.maximum is not None and number > self.maximum
        if below or above:
            raise InputError(
                f"the result {value!r} does not lie between {self.minimum} and {self.maximum}", code="roster.result"
            )


@dataclass(frozen=True, slots=True)
class Achievement:
    """An achievement in the strict form, ready to stand in a credential."""

    document: JsonObject
    """As it stands in every credential of a batch: shared, not to be changed."""
    result_rule: ResultRule

    @property
    def id(self) -> str:
        """Its IRI."""
        return str(self.document["id"])

    @property
    def name(self) -> str:
        """Its name for people."""
        return str(self.document["name"])


def load_achievement(source: bytes | str | JsonObject) -> Achievement:
    """Read an Achievement as JSON text or object and give its strict form.

    Beyond what `strict_form` forgives, ``criteria`` may be a bare text or URL, and results and rubric levels may lack
    an ``id``. Criteria without one get ``<id>#criteria``: what has no id may be hashed in more than one way.

    Raises:
        FormError: ``achievement.invalid``, with all problems by field.
        InputError: a code of `json.strict.loads`.
    """
    value = strict_json.loads(source) if isinstance(source, bytes | str) else source
    given = _with_ids(value) if isinstance(value, dict) else value
    document, problems = strict_form(given, "Achievement")
    if not problems:
        problems = tuple(_contradictions(document))
    if problems:
        raise FormError("the achievement can't be used", problems, code="achievement.invalid")
    return Achievement(document, _result_rule(document))


def load_profile(source: bytes | str | JsonObject) -> JsonObject:
    """Read an issuer's Profile as JSON text or object and give its strict form; ``id`` and ``name`` must be there.

    Raises:
        FormError: ``profile.invalid``, with all problems by field.
        InputError: a code of `json.strict.loads`.
    """
    value = strict_json.loads(source) if isinstance(source, bytes | str) else source
    document, problems = strict_form(value, "Profile")
    if "name" not in document and not any(problem.path == "name" for problem in problems):
        problems += (FieldProblem("name", "is missing"),)
    if problems:
        raise FormError("the issuer's profile can't be used", problems, code="profile.invalid")
    return document


def _with_ids(value: JsonObject) -> JsonObject:
    """Give a copy in which criteria, results and rubric levels have ids made of the achievement's own."""
    given: dict[str, Any] = dict(value)
    base = given.get("id")
    if not isinstance(base, str) or not is_iri(base):
        return given
    own = base if "#" in base else base + "#"
    join = "-" if "#" in base else ""
    criteria = given.get("criteria")
    if isinstance(criteria, str) and not criteria.startswith(("https://", "http://")):
        criteria = {"narrative": criteria}
    if isinstance(criteria, dict) and "id" not in criteria and "narrative" in criteria:
        given["criteria"] = {"id": f"{own}{join}criteria", **criteria}
    given_results = given.get("resultDescription")
    results = given_results if isinstance(given_results, list) else [given_results]
    if isinstance(results[0] if results else None, dict):
        given["resultDescription"] = [
            _result_with_ids(result, f"{own}{join}result-{number}") for number, result in enumerate(results, start=1)
        ]
    return given


def _result_with_ids(result: Any, name: str) -> Any:
    if not isinstance(result, dict):
        return result
    levels = result.get("rubricCriterionLevel")
    named = {"id": name, **result}
    if isinstance(levels, list):
        named["rubricCriterionLevel"] = [
            {"id": f"{name}-level-{number}", **level} if isinstance(level, dict) else level
            for number, level in enumerate(levels, start=1)
        ]
    return named


def _contradictions(document: JsonObject) -> list[FieldProblem]:
    """Find what each member allows by itself but not beside the others."""
    given: dict[str, Any] = document
    problems = []
    if not given["criteria"]:
        problems.append(FieldProblem("criteria", "needs a narrative, or the id of a page"))
    listed: set[str] = set()
    for number, result in enumerate(given.get("resultDescription", [])):
        path = f"resultDescription[{number}]"
        levels = {level["id"] for level in result.get("rubricCriterionLevel", [])}
        if "requiredLevel" in result and result["requiredLevel"] not in levels:
            problems.append(FieldProblem(f"{path}.requiredLevel", "is the id of none of its levels"))
        values = result.get("allowedValue", [])
        if "requiredValue" in result and values and result["requiredValue"] not in values:
            problems.append(FieldProblem(f"{path}.requiredValue", "is none of its allowed values"))
        # The entries of a list are nodes without ids; equal ones in two lists are hashed in more than one way.
        if listed & set(values):
            problems.append(FieldProblem(f"{path}.allowedValue", "repeats another result's value: use rubric levels"))
        listed |= set(values)
    return problems


def _result_rule(document: JsonObject) -> ResultRule:
    """Take the first ResultDescription: a roster has one column for results."""
    given: dict[str, Any] = document
    results = given.get("resultDescription", [])
    if not results:
        return ResultRule("", {}, (), None, None, is_status=False)
    result = results[0]
    levels: dict[str, str] = {}
    rubric = result.get("rubricCriterionLevel", [])
    for level in rubric:
        for word in (level["id"], level["name"], level.get("level", "")):
            if word:
                levels.setdefault(word.casefold(), level["id"])
    return ResultRule(
        description_id=result["id"],
        levels=levels,
        allowed=tuple(level["name"] for level in rubric) or tuple(result.get("allowedValue", ())),
        minimum=_as_number(result.get("valueMin", "")),
        maximum=_as_number(result.get("valueMax", "")),
        is_status=result["resultType"] == "Status",
    )


def _as_number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _refuse(value: str, allowed: tuple[str, ...]) -> str:
    shown = ", ".join(allowed[:20])
    raise InputError(f"the result {value[:60]!r} is none of: {shown}", code="roster.result")
