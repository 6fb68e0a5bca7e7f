"""The classes of Open Badges 3.0 and their members, as one table: what may be written, how often, and what must be.

`strict_form` reads people's files by it, and `schema` makes JSON Schemas of it.

Source: Open Badges 3.0, sections "Data model" and "Extending and profiling the standard".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a member's value is."""

    TEXT = auto()
    """A text, which may be Markdown where the standard says so."""
    IRI = auto()
    """An absolute IRI."""
    TIME = auto()
    """An RFC 3339 time."""
    DATE = auto()
    """A day, ``2026-01-31``."""
    NUMBER = auto()
    BOOLEAN = auto()
    LANGUAGE = auto()
    """A language tag such as ``de`` or ``pt-BR``."""
    JWS = auto()
    """A signed credential in three base64url parts."""
    CHOICE = auto()
    """One of `Member.choices`, or an extension ``ext:...`` where `Member.extensible`."""
    OBJECT = auto()
    """An object of the class `Member.of`."""
    IRI_OR_OBJECT = auto()
    """An object of the class `Member.of`, or only its IRI."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a class."""

    kind: Kind
    of: str = ""
    """The class of an object."""
    many: bool = False
    """Whether it is an array."""
    required: bool = False
    choices: tuple[str, ...] = ()
    extensible: bool = False


@dataclass(frozen=True, slots=True)
class BadgeClass:
    """One class; its members stand in the order in which we write them."""

    members: dict[str, Member]
    types: tuple[frozenset[str], ...] = ()
    """Of each set one word must be in ``type``; empty for a class without ``type``."""
    type_is_text: bool = False
    """Whether ``type`` is one word rather than an array."""
    type_is_free: bool = False
    """Whether any word will do."""
    closed: bool = False
    """Whether other members are refused."""
    is_credential: bool = False
    """Whether it has an ``@context`` of its own."""


def _text(*, many: bool = False, required: bool = False) -> Member:
    return Member(Kind.TEXT, many=many, required=required)


def _iri(*, required: bool = False) -> Member:
    return Member(Kind.IRI, required=required)


def _object(of: str, *, many: bool = False, required: bool = False) -> Member:
    return Member(Kind.OBJECT, of=of, many=many, required=required)


def _types(name: str) -> tuple[frozenset[str], ...]:
    return (frozenset({name}),)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_IDENTIFIER_TYPES = _words(
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn lisSourcedId"
    " oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId identifier"
)
_ACHIEVEMENT_TYPES = _words(
    "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge BachelorDegree Certificate"
    " CertificateOfCompletion Certification CommunityService Competency Course CoCurricular Degree Diploma"
    " DoctoralDegree Fieldwork GeneralEducationDevelopment JourneymanCertificate LearningProgram License Membership"
    " ProfessionalDoctorate QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential"
    " ResearchDoctorate SecondarySchoolDiploma"
)
_TARGET_TYPES = _words(
    "ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL"
)
_RESULT_TYPES = _words(
    "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result RubricCriterion"
    " RubricCriterionLevel RubricScore ScaledScore Status"
)
RESULT_STATUSES = ("Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew")

_CREDENTIAL_END = {
    "proof": _object("Proof", many=True),
    "credentialSchema": _object("CredentialSchema", many=True),
    "credentialStatus": _object("CredentialStatus"),
    "refreshService": _object("RefreshService"),
    "termsOfUse": _object("TermsOfUse", many=True),
}
_CREDENTIAL_TIMES = {
    "validFrom": Member(Kind.TIME, required=True),
    "validUntil": Member(Kind.TIME),
    "awardedDate": Member(Kind.TIME),
}
_ENDORSEMENTS = {
    "endorsement": _object("EndorsementCredential", many=True),
    "endorsementJwt": Member(Kind.JWS, many=True),
}
_ISSUER = Member(Kind.IRI_OR_OBJECT, of="Profile", required=True)

CLASSES: dict[str, BadgeClass] = {
    "AchievementCredential": BadgeClass(
        {
            "id": _iri(required=True),
            "name": _text(),
            "description": _text(),
            "image": _object("Image"),
            "issuer": _ISSUER,
            **_CREDENTIAL_TIMES,
            "credentialSubject": _object("AchievementSubject", required=True),
            "evidence": _object("Evidence", many=True),
            **_ENDORSEMENTS,
            **_CREDENTIAL_END,
        },
        types=(frozenset({"VerifiableCredential"}), frozenset({"AchievementCredential", "OpenBadgeCredential"})),
        is_credential=True,
    ),
    "EndorsementCredential": BadgeClass(
        {
            "id": _iri(required=True),
            "name": _text(required=True),
            "description": _text(),
            "issuer": _ISSUER,
            **_CREDENTIAL_TIMES,
            "credentialSubject": _object("EndorsementSubject", required=True),
            **_CREDENTIAL_END,
        },
        types=(frozenset({"VerifiableCredential"}), frozenset({"EndorsementCredential"})),
        is_credential=True,
    ),
    "AchievementSubject": BadgeClass(
        {
            "id": _iri(),
            "identifier": _object("IdentityObject", many=True),
            "achievement": _object("Achievement", required=True),
            "narrative": _text(),
            "result": _object("Result", many=True),
            "activityStartDate": Member(Kind.TIME),
            "activityEndDate": Member(Kind.TIME),
            "creditsEarned": Member(Kind.NUMBER),
            "image": _object("Image"),
            "licenseNumber": _text(),
            "role": _text(),
            "source": _object("Profile"),
            "term": _text(),
        },
        types=_types("AchievementSubject"),
    ),
    "EndorsementSubject": BadgeClass(
        {"id": _iri(required=True), "endorsementComment": _text()}, types=_types("EndorsementSubject")
    ),
    "IdentityObject": BadgeClass(
        {
            "hashed": Member(Kind.BOOLEAN, required=True),
            "identityHash": _text(required=True),
            "identityType": Member(Kind.CHOICE, choices=_IDENTIFIER_TYPES, extensible=True, required=True),
            "salt": _text(),
        },
        types=_types("IdentityObject"),
        type_is_text=True,
        closed=True,
    ),
    "Evidence": BadgeClass(
        {
            "id": _iri(),
            "name": _text(),
            "description": _text(),
            "narrative": _text(),
            "genre": _text(),
            "audience": _text(),
        },
        types=_types("Evidence"),
    ),
    "Achievement": BadgeClass(
        {
            "id": _iri(required=True),
            "name": _text(required=True),
            "description": _text(required=True),
            "achievementType": Member(Kind.CHOICE, choices=_ACHIEVEMENT_TYPES, extensible=True),
            "criteria": _object("Criteria", required=True),
            "image": _object("Image"),
            "alignment": _object("Alignment", many=True),
            "tag": _text(many=True),
            "creator": _object("Profile"),
            "creditsAvailable": Member(Kind.NUMBER),
            "fieldOfStudy": _text(),
            "specialization": _text(),
            "humanCode": _text(),
            "inLanguage": Member(Kind.LANGUAGE),
            "version": _text(),
            "resultDescription": _object("ResultDescription", many=True),
            "otherIdentifier": _object("IdentifierEntry", many=True),
            "related": _object("Related", many=True),
            **_ENDORSEMENTS,
        },
        types=_types("Achievement"),
    ),
    "Criteria": BadgeClass({"id": _iri(), "narrative": _text()}),
    "Image": BadgeClass(
        {"id": _iri(required=True), "caption": _text()}, types=_types("Image"), type_is_text=True, closed=True
    ),
    "Alignment": BadgeClass(
        {
            "targetName": _text(required=True),
            "targetUrl": _iri(required=True),
            "targetCode": _text(),
            "targetDescription": _text(),
            "targetFramework": _text(),
            "targetType": Member(Kind.CHOICE, choices=_TARGET_TYPES, extensible=True),
        },
        types=_types("Alignment"),
    ),
    "Related": BadgeClass(
        {"id": _iri(required=True), "inLanguage": Member(Kind.LANGUAGE), "version": _text()}, types=_types("Related")
    ),
    "ResultDescription": BadgeClass(
        {
            "id": _iri(required=True),
            "name": _text(required=True),
            "resultType": Member(Kind.CHOICE, choices=_RESULT_TYPES, extensible=True, required=True),
            "alignment": _object("Alignment", many=True),
            "allowedValue": _text(many=True),
            "rubricCriterionLevel": _object("RubricCriterionLevel", many=True),
            "requiredLevel": _iri(),
            "requiredValue": _text(),
            "valueMax": _text(),
            "valueMin": _text(),
        },
        types=_types("ResultDescription"),
    ),
    "RubricCriterionLevel": BadgeClass(
        {
            "id": _iri(required=True),
            "name": _text(required=True),
            "description": _text(),
            "level": _text(),
            "points": _text(),
            "alignment": _object("Alignment", many=True),
        },
        types=_types("RubricCriterionLevel"),
    ),
    "Result": BadgeClass(
        {
            "resultDescription": _iri(),
            "value": _text(),
            "achievedLevel": _iri(),
            "status": Member(Kind.CHOICE, choices=RESULT_STATUSES),
            "alignment": _object("Alignment", many=True),
        },
        types=_types("Result"),
    ),
    "Profile": BadgeClass(
        {
            "id": _iri(required=True),
            "name": _text(),
            "url": _iri(),
            "description": _text(),
            "image": _object("Image"),
            "email": _text(),
            "phone": _text(),
            "official": _text(),
            "address": _object("Address"),
            "otherIdentifier": _object("IdentifierEntry", many=True),
            "parentOrg": _object("Profile"),
            "familyName": _text(),
            "givenName": _text(),
            "additionalName": _text(),
            "patronymicName": _text(),
            "honorificPrefix": _text(),
            "honorificSuffix": _text(),
            "familyNamePrefix": _text(),
            "dateOfBirth": Member(Kind.DATE),
            **_ENDORSEMENTS,
        },
        types=_types("Profile"),
    ),
    "Address": BadgeClass(
        {
            "addressCountry": _text(),
            "addressCountryCode": _text(),
            "addressRegion": _text(),
            "addressLocality": _text(),
            "streetAddress": _text(),
            "postOfficeBoxNumber": _text(),
            "postalCode": _text(),
            "geo": _object("GeoCoordinates"),
        },
        types=_types("Address"),
    ),
    "GeoCoordinates": BadgeClass(
        {"latitude": Member(Kind.NUMBER, required=True), "longitude": Member(Kind.NUMBER, required=True)},
        types=_types("GeoCoordinates"),
        type_is_text=True,
    ),
    "IdentifierEntry": BadgeClass(
        {
            "identifier": _text(required=True),
            "identifierType": Member(Kind.CHOICE, choices=_IDENTIFIER_TYPES, extensible=True, required=True),
        },
        types=_types("IdentifierEntry"),
        type_is_text=True,
        closed=True,
    ),
    "Proof": BadgeClass(
        {
            "created": Member(Kind.TIME),
            "cryptosuite": _text(),
            "challenge": _text(),
            "domain": _text(),
            "nonce": _text(),
            "proofPurpose": _text(),
            "proofValue": _text(),
            "verificationMethod": _text(),
        },
        type_is_text=True,
        type_is_free=True,
    ),
    "CredentialSchema": BadgeClass({"id": _iri(required=True)}, type_is_text=True, type_is_free=True),
    "CredentialStatus": BadgeClass({"id": _iri(required=True)}, type_is_text=True, type_is_free=True),
    "RefreshService": BadgeClass({"id": _iri(required=True)}, type_is_text=True, type_is_free=True),
    "TermsOfUse": BadgeClass({"id": _iri()}, type_is_text=True, type_is_free=True),
}
