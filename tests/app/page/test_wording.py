"""The catalogues: whatever the verifier can say, the page can say, in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from credroot.app.page.words.catalogue import LANGUAGES, READING, choose_language, wording
from credroot.app.page.words.conclusion import NAMES
from credroot.core.reasons import Reason
from credroot.core.report import Outcome
from credroot.verifier.judge import CHECKS, FURTHER_CHECKS
from credroot.verifier.subject import INTERNAL

SOURCE = Path(__file__).resolve().parents[3] / "src" / "credroot"
CHECK_IDS = {name for name, _ in CHECKS} | {check.__name__.removeprefix("check_") for check in FURTHER_CHECKS}
FURTHER_IDS = {"endorsements": "endorsement"}
READERS = (
    "core",
    "credential/baking",
    "credential/keys/jws.py",
    "credential/proof/jwt.py",
)
"""Where a file is read: any code of theirs may become the format check's."""
NOT_OF_FILES = {
    "chain.",
    "key.",
    "reason.",
    "report.",
    "anchor.",
    "guard.",
    "credroot.",
    "budget.",
    "receipt.file",
    "baking.already_baked",
    "baking.svg_",
}
CODE = re.compile(r"[a-z_]+\.[a-z0-9_]+")
REASONS = re.compile(r"status\.(list_\w+|entries|unsupported)|endorsement\.(not_one|of_another)")
"""Words of details, never a check's code."""


def ids() -> set[str]:
    return {FURTHER_IDS.get(name, name) for name in CHECK_IDS}


def constants(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def codes_of_checks() -> set[str]:
    found: set[str] = set()
    for path in (SOURCE / "verifier").rglob("*.py"):
        for text in constants(path):
            if CODE.fullmatch(text) and text.split(".")[0] in ids() and not REASONS.fullmatch(text):
                found.add(text)
    return found | {f"{name}.skipped" for name in ids()} | {INTERNAL}


def codes_of_readers() -> set[str]:
    found: set[str] = set()
    for place in READERS:
        paths = [SOURCE / place] if place.endswith(".py") else sorted((SOURCE / place).rglob("*.py"))
        for path in paths:
            found |= {text for text in constants(path) if re.fullmatch(r"(archive|pdf|link)\.[a-z_]+", text)}
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                value = None
                if (isinstance(node, ast.keyword) and node.arg == "code") or (
                    isinstance(node, ast.Assign)
                    and any(isinstance(target, ast.Name) and target.id == "code" for target in node.targets)
                ):
                    value = node.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.add(value.value)
    return {code for code in found if not code.startswith(tuple(NOT_OF_FILES))}


def test_the_collectors_find_codes() -> None:
    assert {"inclusion.changed", "status.revoked", "anchor.unavailable", "issuer.unknown"} <= codes_of_checks()
    assert {"json.syntax", "proof.malformed", "archive.nested", "pdf.no_credential"} <= codes_of_readers()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_check_has_its_sentence(language: str) -> None:
    words = wording(language)
    missing = {code for code in codes_of_checks() if words.sentence_key(code) == "code.unknown"}
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_for_not_reading_a_file_has_its_sentence(language: str) -> None:
    words = wording(language)
    missing = {code for code in codes_of_readers() if words.sentence_key(code) == "code.unknown"}
    assert missing == set()
    assert set(READING.values()) <= words.texts.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_outcome_and_conclusion_has_its_words(language: str) -> None:
    texts = wording(language).texts
    for name in ids():
        assert {f"check.{name}.name", f"check.{name}.meaning"} <= texts.keys()
    for name in NAMES:
        assert {f"conclusion.{name}.heading", f"conclusion.{name}.sentence"} <= texts.keys()
    assert all(f"outcome.{outcome}" in texts for outcome in Outcome)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_languages_say_the_same_things(language: str) -> None:
    texts, english = wording(language).texts, wording("en").texts
    assert texts.keys() == english.keys()
    for key, text in texts.items():
        assert text.strip() == text
        assert text
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key
    assert len(texts["date.months"].split(" ")) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_longer_said_is_no_longer_kept(language: str) -> None:
    codes = codes_of_checks() | {"code.unknown", "code.skipped"}
    kept = {key.removeprefix("code.") for key in wording(language).texts if key.startswith("code.")}
    assert kept - codes - {"unknown", "skipped"} == set()
    assert {key for key in wording(language).texts if key.startswith("reading.")} == set(READING.values())


def test_every_key_that_the_page_uses_is_in_the_catalogue() -> None:
    english = wording("en").texts
    groups = {key.split(".")[0] for key in english}
    template = (SOURCE / "app" / "page" / "static" / "index.html").read_text(encoding="utf-8")
    used = set(re.findall(r"\{\{([a-z_]+\.[a-z_]+)\}\}", template))
    for path in (SOURCE / "app" / "page").rglob("*.py"):
        spoken = groups - {"code", "reading"}
        used |= {text for text in constants(path) if CODE.fullmatch(text) and text.split(".")[0] in spoken}
    used -= {"page.too_many", "page.too_costly", "page.nothing", "page.not_one", "page.api"}  # codes of problems
    own_files = {text for text in used if text.endswith((".css", ".js", ".json", ".html", ".svg", ".csv"))}
    assert used - own_files - english.keys() == set()


def test_a_name_can_not_reorder_or_become_part_of_a_sentence() -> None:
    written = wording("en").markup("code.issuer.trusted", issuer="<b>{source}</b>", source="us")
    assert written == "The issuer that it names is <bdi>&lt;b&gt;{source}&lt;/b&gt;</bdi>, according to <bdi>us</bdi>."


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        (None, "", "en"),
        ("fr", "de", "fr"),
        ("xx", "de", "de"),
        (None, "de-CH,de;q=0.9,en;q=0.8", "de"),
        (None, "it, es-MX;q=0.7, fr;q=0.9", "fr"),
        (None, "es;q=0, zz", "en"),
        (None, "de;q=nonsense", "en"),
        ("../../etc/passwd", "\x00" * 500, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_best_accepted(asked: str | None, accepted: str, chosen: str) -> None:
    assert choose_language(asked, accepted) == chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_contract_has_its_words(language: str) -> None:
    words = wording(language)
    assert {f"reason.{int(reason)}" for reason in Reason} <= words.texts.keys()
    assert words.reason(1_234) == words.text("reason.own", number="1234")


def test_days_are_written_as_people_do() -> None:
    day = "2026-03-01T23:30:00-05:00"
    assert [wording(language).day_of(day) for language in LANGUAGES] == [
        "2 March 2026",
        "2 de marzo de 2026",
        "2 mars 2026",
        "2. März 2026",
    ]
    assert wording("en").day_of("soon") == "soon"
