from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.badge.achievement import load_achievement, load_profile
from credroot.credential.badge.document import BadgeTemplate
from credroot.credential.badge.schema import (
    OFFICIAL_SHA256,
    official_validator,
    schema_of,
    schema_problems,
    validator_of,
)
from credroot.credential.rdf.rdfc import default_canonicalizer
from tests.credential.document.badges import CREDENTIAL_ID, FULL, PROFILE, SALT, SMALL, STATUS, Person, built
from tests.credential.standards import official, standards_folder

SCHEMAS = "schemas/ob/v3p0/ob_v3p0_achievementcredential_schema.json"
PROOF = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-01-31T00:00:00Z"}

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).filter(
    str.strip
)
awards = st.builds(
    Person,
    name=words,
    email=st.sampled_from(["jose@example.org", ""]),
    did=st.sampled_from(["did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "did:web:jose.example"]),
    issued_on=st.dates(date(1970, 1, 1), date(2100, 1, 1)),
    expires_on=st.none() | st.dates(date(2100, 1, 1), date(2200, 1, 1)),
    result=st.sampled_from(["", "Pass", "merit", "2"]),
    evidence=st.sampled_from([(), ("https://example.org/1",), ("https://example.org/1", "https://例子.广告/2")]),
    narrative=st.just("") | words,
)


def full(**award: Any) -> dict[str, Any]:
    return built(load_achievement(FULL), STATUS, **award)


def test_a_credential_looks_like_this():
    assert built(
        status=STATUS, expires_on=date(2027, 1, 31), result="A", evidence=("https://a.org/x",), narrative="Well"
    ) == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": CREDENTIAL_ID,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Python Foundations",
        "issuer": {
            "id": "did:web:badges.example.edu",
            "type": ["Profile"],
            "name": "Example University",
            "url": "https://example.edu",
        },
        "validFrom": "2026-01-31T00:00:00Z",
        "validUntil": "2027-01-31T23:59:59Z",
        "awardedDate": "2026-01-31T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$f3febee4e1b8261a7f6b7c5ae4ea0cd8d512e812f106e1dead747add57521d41",
                    "identityType": "emailAddress",
                    "salt": SALT,
                },
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "José Álvarez",
                    "identityType": "name",
                },
            ],
            "achievement": {
                "id": SMALL["id"],
                "type": ["Achievement"],
                "name": "Python Foundations",
                "description": "Writes small programs.",
                "criteria": {"id": SMALL["id"] + "#criteria", "narrative": "Pass the project."},
            },
            "narrative": "Well",
            "result": [{"id": CREDENTIAL_ID + "#result", "type": ["Result"], "value": "A"}],
        },
        "evidence": [{"id": "https://a.org/x", "type": ["Evidence"]}],
        "credentialStatus": STATUS,
    }


def test_members_have_one_order_whatever_is_there():
    order = list(full(expires_on=date(2027, 1, 1), evidence=("https://a.org/",)))
    assert [name for name in order if name in built()] == list(built())


def test_a_recipient_with_a_did_is_named_by_it():
    subject = built(did="did:key:z6Mk", email="")["credentialSubject"]
    assert next(iter(subject)) == "id"
    assert subject["id"] == "did:key:z6Mk"
    assert [identity["identityType"] for identity in subject["identifier"]] == ["name"]


def test_a_credential_for_nobody_is_refused():
    with pytest.raises(InputError) as caught:
        built(email="")
    assert caught.value.code == "roster.recipient"


def test_a_template_says_beforehand_what_it_can_not_build():
    template = BadgeTemplate(load_profile(PROFILE), load_achievement(FULL))
    assert template.check(Person(result="Merit")) == ""
    assert "Pass" in template.check(Person(result="Excellent"))
    assert template.check(Person(email=""))


@settings(deadline=None)
@given(awards)
def test_every_credential_is_valid_in_the_strict_and_the_lenient_form(award):
    template = BadgeTemplate(load_profile(PROFILE), load_achievement(FULL))
    document = template.build(award, CREDENTIAL_ID, SALT, STATUS)
    assert schema_problems(document) == ()
    assert schema_problems(document, lenient=True) == ()
    assert "null" not in json.dumps(document)


@settings(deadline=None)
@given(awards)
def test_every_credential_is_valid_under_the_official_schema(award):
    validator = official_validator("AchievementCredential", standards_folder().joinpath(SCHEMAS).read_bytes())
    template = BadgeTemplate(load_profile(PROFILE), load_achievement(FULL))
    assert validator.problems(template.build(award, CREDENTIAL_ID, SALT, STATUS)) == ()


@settings(deadline=None, max_examples=10)
@given(awards)
def test_every_credential_keeps_all_its_terms_and_has_no_twins(award):
    template = BadgeTemplate(load_profile(PROFILE), load_achievement(FULL))
    form = default_canonicalizer().canonical_form(template.build(award, CREDENTIAL_ID, SALT, STATUS))
    assert not form.has_twins


def test_the_official_schema_is_taken_only_with_the_bytes_that_we_know():
    with pytest.raises(InputError) as caught:
        official_validator("AchievementCredential", b"{}")
    assert caught.value.code == "schema.digest_mismatch"


def changed(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Give copies of a document, each with one member gone, of another type, single, or unknown."""
    found = []

    def walk(value: Any, path: tuple[Any, ...]) -> None:
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, inner in steps:
            walk(inner, (*path, step))
            for name, new in (
                ("gone", ...),
                ("number", 7),
                ("text", "x"),
                ("object", {}),
                ("array", []),
                ("null", None),
            ):
                copy = json.loads(json.dumps(document))
                parent = copy
                for key in path:
                    parent = parent[key]
                if new is ...:
                    del parent[step]
                else:
                    parent[step] = new
                found.append((f"{'/'.join(map(str, (*path, step)))} {name}", copy))

    walk(document, ())
    return found


def test_our_schema_and_the_official_one_agree_on_every_single_change():
    validator = official_validator("AchievementCredential", standards_folder().joinpath(SCHEMAS).read_bytes())
    ours = validator_of("AchievementCredential", lenient=False)
    document = full(expires_on=date(2027, 1, 31), result="Pass", evidence=("https://a.org/x",)) | {"proof": [PROOF]}
    cases = changed(document)
    differing = [name for name, case in cases if ours.is_valid(case) is not validator.is_valid(case)]
    assert len(cases) > 800
    assert differing == []


def test_our_schema_and_the_official_one_agree_on_the_standards_own_examples():
    validator = official_validator("AchievementCredential", standards_folder().joinpath(SCHEMAS).read_bytes())
    ours = validator_of("AchievementCredential", lenient=False)
    verdicts = []
    for path in sorted(standards_folder().joinpath("examples/1edtech-spec").glob("*.json")):
        example = official(f"examples/1edtech-spec/{path.name}")
        assert ours.is_valid(example) == validator.is_valid(example), path.name
        verdicts.append(ours.is_valid(example))
    assert True in verdicts
    assert False in verdicts


def test_the_digest_of_the_official_schema_is_the_published_one():
    entries = official("INDEX.json")
    digests = {entry["file"]: entry["sha256"] for entry in entries}
    assert OFFICIAL_SHA256["AchievementCredential"] == digests[SCHEMAS]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"validFrom": "2026-01-31"}, "/validFrom"),
        ({"type": "OpenBadgeCredential"}, "/type"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "/@context"),
        ({"evidence": {"type": ["Evidence"]}}, "/evidence"),
        ({"issuer": 5}, "/issuer"),
    ],
)
def test_a_schema_problem_names_its_place(change, path):
    assert {problem.path for problem in schema_problems(built() | change)} == {path}


def test_the_lenient_form_takes_what_others_write():
    document = built(evidence=("https://a.org/x",))
    subject = document["credentialSubject"]
    others = document | {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
        "evidence": document["evidence"][0],
        "proof": PROOF,
        "issuanceDate": "2026-01-31T00:00:00Z",
        "issuer": "did:web:example.org",
        "credentialSubject": subject | {"identifier": subject["identifier"][0], "type": "AchievementSubject"},
    }
    del others["validFrom"]
    assert schema_problems(others) != ()
    assert schema_problems(others, lenient=True) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["VerifiableCredential"]},
        {"credentialSubject": {}},
        {"issuer": None},
        {"evidence": "x"},
        {"validFrom": 7},
    ],
)
def test_the_lenient_form_is_still_a_form(change):
    assert schema_problems(built() | change, lenient=True) != ()


def test_an_endorsement_is_held_against_its_own_class():
    endorsement: dict[str, Any] = {
        "@context": built()["@context"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": "did:web:body.example",
        "validFrom": "2026-01-31T00:00:00Z",
        "credentialSubject": {"id": "did:web:badges.example.edu", "type": ["EndorsementSubject"]},
    }
    assert schema_problems(endorsement) == ()
    assert [
        problem.path
        for problem in schema_problems(endorsement | {"credentialSubject": {"type": ["EndorsementSubject"]}})
    ] == ["/credentialSubject"]
    signed = endorsement | {"proof": [PROOF]}
    document = built(load_achievement(SMALL | {"endorsement": signed}))
    assert document["credentialSubject"]["achievement"]["endorsement"] == [signed]
    assert schema_problems(document) == ()


def test_a_schema_can_be_written_out():
    schema = schema_of("AchievementCredential", lenient=False)
    assert json.loads(json.dumps(schema))["$schema"].endswith("2019-09/schema")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=3) | st.integers(0, 9),
        lambda x: st.lists(x, max_size=3),
        max_leaves=5,
    )
)
def test_no_value_crashes_the_schema(value):
    assert schema_problems({"credentialSubject": value, "type": value}) != ()
    assert schema_problems({"credentialSubject": value, "type": value}, lenient=True) != ()
