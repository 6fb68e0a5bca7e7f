"""Badges made at random: every optional part there or not, values that repeat, hurt and lie."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.credential.sample_badge import sample_badge

HARD_TEXTS = (
    "",
    " ",
    '"',
    "\\",
    "\\n",
    'a"b\\c\nd\re\tf',
    "%s",
    "%",
    "_:a",
    "_:c14n0",
    "c14n1",
    "urn:credroot:value:000001",
    "7310000000000001",
    "<http://x/>",
    '" .\n_:z <p> "',
    "\u2028\u0085\xa0",
    "𝄞",
    "\uffff\ue000",
    "\ufffd\uffe0\ufdd0",
    "日本語 العربية עברית",
    "a\x00b",
    "\x7f",
    "true",
    "5",
    "en",
    "type",
    "name",
)
HARD_IRIS = (
    "urn:x:1",
    "urn:x:2",
    "https://example.org/a",
    "https://example.org/a?b=c#d",
    "did:web:registrar.example.edu",
    "mailto:jane@example.org",
    "tag:example.org,2026:x",
    "data:text/plain,x",
    "xsd:string",
    "id:x",
    "name:x",
    "cred:x",
    "http:x",
    "https://example.org/ü",
    "relative",
    "",
    "https://example.org/a b",
    "_:b0",
    "@id",
    "a:b",
)

texts = st.sampled_from(HARD_TEXTS) | st.sampled_from(("a", "b", "c")) | st.text(max_size=12)
iris = st.sampled_from(HARD_IRIS[:8]) | st.sampled_from(HARD_IRIS) | st.builds("urn:uuid:{}".format, st.uuids())
numbers = st.integers(-3, 3) | st.integers() | st.sampled_from((1.5, 0.25, 1.0, 2**53)) | st.booleans()
language_texts = texts | st.builds(
    lambda value, language: {"@value": value, "@language": language}, texts, st.sampled_from(("en", "de", "ar-eg"))
)


def one_or_more(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One value by itself, or a list of some."""
    return values | st.lists(values, max_size=3)


def thing(type_: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object of one type, any of its members left out."""
    return st.fixed_dictionaries({"type": st.just([type_])}, optional=members)


alignments = thing("Alignment", targetName=texts, targetUrl=iris, targetCode=texts, targetFramework=texts)
evidence = thing("Evidence", id=iris, name=texts, narrative=texts, genre=texts)
results = thing("Result", value=texts, resultDescription=iris, achievedLevel=iris)
profiles = thing("Profile", id=iris, name=texts, url=iris, email=texts)
achievements = st.fixed_dictionaries(
    {"id": iris, "type": st.just(["Achievement"])},
    optional={
        "name": texts,
        "tag": one_or_more(texts),
        "creator": profiles | iris,
        "alignment": one_or_more(alignments),
        "creditsAvailable": numbers,
        "criteria": st.fixed_dictionaries({}, optional={"id": iris, "narrative": texts}),
        "image": st.fixed_dictionaries({"type": st.just("Image")}, optional={"id": iris, "caption": texts}),
    },
)
subjects = thing(
    "AchievementSubject",
    id=iris,
    achievement=achievements,
    creditsEarned=one_or_more(numbers),
    result=one_or_more(results),
    narrative=texts,
)


@st.composite
def badges(draw: st.DrawFn) -> dict[str, Any]:
    """A badge, most often one that can be canonicalised."""
    badge = sample_badge()
    parts: dict[str, st.SearchStrategy[Any]] = {
        "id": iris,
        "issuer": profiles | iris,
        "name": one_or_more(language_texts),
        "description": language_texts | st.none(),
        "validFrom": texts,
        "credentialSubject": subjects,
        "evidence": one_or_more(evidence),
    }
    for name in draw(st.sets(st.sampled_from(sorted(parts)))):
        badge[name] = draw(parts[name])
    for name in draw(st.sets(st.sampled_from(("credentialStatus", "validUntil", "evidence", "awardedDate")))):
        badge.pop(name, None)
    return badge
