from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.badge.achievement import load_achievement, load_profile
from credroot.credential.badge.strict_form import FormError
from tests.credential.document.badges import FULL, PROFILE, SMALL


def paths(change: dict[str, Any], base: dict[str, Any] = SMALL) -> list[str]:
    """Give the fields that are wrong in `base` with `change`."""
    with pytest.raises(FormError) as caught:
        load_achievement(base | change)
    assert caught.value.code == "achievement.invalid"
    return [problem.path for problem in caught.value.problems]


def test_a_bare_text_or_url_will_do_for_criteria():
    assert load_achievement(SMALL).document["criteria"] == {
        "id": SMALL["id"] + "#criteria",
        "narrative": "Pass the project.",
    }
    page = load_achievement(SMALL | {"criteria": "https://example.edu/criteria"})
    assert page.document["criteria"] == {"id": "https://example.edu/criteria"}


def test_single_entries_and_left_out_types_come_out_in_the_strict_form():
    document: Any = load_achievement(FULL).document
    assert document["type"] == ["Achievement"]
    assert document["image"] == {"id": "https://badges.example.edu/python.png", "type": "Image"}
    assert document["related"] == [
        {"id": "https://badges.example.edu/achievements/python-2", "type": ["Related"], "version": "3"}
    ]
    assert document["creator"]["address"]["geo"]["type"] == "GeoCoordinates"
    assert document["alignment"][0]["type"] == ["Alignment"]


def test_the_strict_form_is_its_own_strict_form():
    once = load_achievement(FULL)
    assert load_achievement(once.document).document == once.document
    assert json.dumps(load_achievement(json.dumps(FULL)).document) == json.dumps(once.document)


def test_results_and_levels_without_an_id_get_one():
    document: Any = load_achievement(FULL).document
    result = document["resultDescription"][0]
    assert result["id"] == SMALL["id"] + "#result-1"
    assert [level["id"] for level in result["rubricCriterionLevel"]] == [
        SMALL["id"] + "#result-1-level-1",
        SMALL["id"] + "#result-1-level-2",
    ]


def test_an_id_with_a_fragment_is_not_given_a_second_one():
    document: Any = load_achievement(SMALL | {"id": "https://example.edu/all#python"}).document
    assert document["criteria"]["id"] == "https://example.edu/all#python-criteria"


def test_whole_numbers_are_integers():
    assert repr(load_achievement(SMALL | {"creditsAvailable": 3.0}).document["creditsAvailable"]) == "3"
    assert load_achievement(SMALL | {"creditsAvailable": 2.5}).document["creditsAvailable"] == 2.5


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "python"}, "id"),
        ({"id": "https://a b"}, "id"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 70_000}, "name"),
        ({"description": ["a"]}, "description"),
        ({"type": ["BadgeClass"]}, "type"),
        ({"criteria": {}}, "criteria"),
        ({"criteria": 5}, "criteria"),
        ({"achievementType": "Microcredential"}, "achievementType"),
        ({"image": "python.png"}, "image.id"),
        ({"image": {"id": "https://a.org/x.png", "alt": "x"}}, "image.alt"),
        ({"tags": ["x"]}, "tags"),
        ({"tag": ["x", "x"]}, "tag[1]"),
        ({"tag": ["x"] * 1001}, "tag"),
        ({"creditsAvailable": "3"}, "creditsAvailable"),
        ({"creditsAvailable": True}, "creditsAvailable"),
        ({"creditsAvailable": 1e300}, "creditsAvailable"),
        ({"inLanguage": "english"}, "inLanguage"),
        ({"alignment": [{"targetUrl": "https://a.org/"}]}, "alignment[0].targetName"),
        ({"alignment": [{"targetName": "a", "targetUrl": "x"}]}, "alignment[0].targetUrl"),
        ({"alignment": [{"targetName": "a", "targetUrl": "https://a.org/"}] * 2}, "alignment[1]"),
        ({"endorsement": [{"type": ["EndorsementCredential"]}]}, "endorsement[0]"),
        ({"endorsementJwt": ["x.y"]}, "endorsementJwt[0]"),
        ({"related": [{"version": "1"}]}, "related[0].id"),
        ({"@context": "https://evil.example/context"}, "@context"),
        ({"resultDescription": [{"name": "r", "resultType": "Mark"}]}, "resultDescription[0].resultType"),
        (
            {"resultDescription": [{"name": "r", "resultType": "Result", "requiredLevel": "https://a.org/l"}]},
            "resultDescription[0].requiredLevel",
        ),
        (
            {"resultDescription": [{"name": "r", "resultType": "Result", "allowedValue": ["A"], "requiredValue": "B"}]},
            "resultDescription[0].requiredValue",
        ),
        (
            {"resultDescription": [{"name": n, "resultType": "Result", "allowedValue": ["A", "B"]} for n in "rs"]},
            "resultDescription[1].allowedValue",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_field(change, path):
    assert paths(change) == [path]


def test_all_that_is_wrong_is_named_at_once():
    assert paths({"id": "x", "tag": [""], "colour": "red"}, base={}) == [
        "id",
        "name",
        "description",
        "criteria",
        "tag[0]",
        "colour",
    ]


def test_a_word_that_is_nearly_right_gets_a_hint():
    with pytest.raises(FormError, match="did you mean alignment"):
        load_achievement(SMALL | {"alignments": []})


def test_the_contexts_of_the_standard_may_stand_in_the_file():
    contexts = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
    assert "@context" not in load_achievement(SMALL | {"@context": contexts}).document


@pytest.mark.parametrize(
    ("source", "code"),
    [(b"{", "json.syntax"), (b'{"a":1,"a":2}', "json.duplicate_key"), (b"[]", "achievement.invalid")],
)
def test_a_file_that_is_no_object_is_refused(source, code):
    with pytest.raises(InputError) as caught:
        load_achievement(source)
    assert caught.value.code == code


def test_a_profile_needs_an_id_and_a_name():
    assert load_profile(PROFILE)["type"] == ["Profile"]
    with pytest.raises(FormError) as caught:
        load_profile({"id": "example"})
    assert [problem.path for problem in caught.value.problems] == ["id", "name"]
    assert caught.value.code == "profile.invalid"


def test_a_result_finds_its_rubric_level_by_name_level_or_id():
    rule = load_achievement(FULL).result_rule
    for word in ("Merit", "merit", "2", SMALL["id"] + "#result-1-level-2"):
        assert rule.members(word)["achievedLevel"] == SMALL["id"] + "#result-1-level-2"


@pytest.mark.parametrize(
    ("description", "good", "bad"),
    [
        ({"resultType": "LetterGrade", "allowedValue": ["A", "B"]}, "A", "C"),
        ({"resultType": "Percent", "valueMin": "0", "valueMax": "100"}, "99.5%", "101"),
        ({"resultType": "Status"}, "in progress", "done"),
    ],
)
def test_a_result_that_the_achievement_does_not_allow_is_refused(description, good, bad):
    rule = load_achievement(SMALL | {"resultDescription": {"name": "r", **description}}).result_rule
    assert rule.members(good)["resultDescription"] == SMALL["id"] + "#result-1"
    with pytest.raises(InputError) as caught:
        rule.members(bad)
    assert caught.value.code == "roster.result"


def test_a_result_without_a_description_is_a_plain_value():
    assert load_achievement(SMALL).result_rule.members("10 of 10") == {"value": "10 of 10"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FULL, "x", "targetUrl"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FULL, "x", "@context"]), json_values, max_size=6))
def test_no_value_crashes_the_loader(change):
    with contextlib.suppress(FormError):
        load_achievement(FULL | change)
