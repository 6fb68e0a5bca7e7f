"""Credentials in envelopes: what is in the JWT is judged, and nothing around it."""

from __future__ import annotations

import pytest

from credroot.core.text.clock import format_time
from tests.app.api.vc_api.conftest import codes
from tests.app.api.vc_api.plain_credentials import (
    EARLIER,
    LATER,
    REVOKED_INDEX,
    claimed,
    did,
    in_envelope,
    presentation,
    presented,
    with_status,
)


def test_a_jwt_in_an_envelope_is_verified(api) -> None:
    response = api.verify(in_envelope(claimed()), returnCredential=True)
    assert (response.status, response.json["verified"], codes(response)) == (200, True, [])
    assert response.json["verifiableCredential"]["type"] == "EnvelopedVerifiableCredential"


def flipped(envelope):
    return {**envelope, "id": envelope["id"][:-3] + ("A" if envelope["id"][-3] != "A" else "B") + envelope["id"][-2:]}


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (flipped(in_envelope(claimed())), "jwt.signature_wrong"),
        (in_envelope(claimed(), by="somebody else"), "proof.other_signer"),
        (in_envelope(claimed(), kid=None, jwk=None), "jwt.key_unknown"),
        (in_envelope(claimed(), kid="did:web:nobody.example#key"), "jwt.key_unknown"),
        (in_envelope({**claimed(), "iss": did("somebody else")}), "jwt.claims_disagree"),
        (in_envelope({**claimed(), "exp": int(EARLIER.timestamp()) + 60}), "jwt.expired"),
        (in_envelope(claimed(validFrom=format_time(LATER))), "validity.not_yet"),
        (in_envelope(claimed(validUntil=format_time(EARLIER))), "validity.expired"),
        (
            in_envelope(claimed(credentialStatus=with_status(REVOKED_INDEX)["credentialStatus"])),
            "status.revoked",
        ),
        ({**in_envelope(claimed()), "credentialSubject": {"skill": "brain surgery"}}, "vc.enveloped"),
        ({**in_envelope(claimed()), "id": "data:application/vc+sd-jwt,eyJ.a.b"}, "vc.enveloped"),
        ({**in_envelope(claimed()), "id": ["data:application/vc+jwt,eyJ.a.b"]}, "vc.enveloped"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_in_an_envelope_is_found(api, envelope, code) -> None:
    response = api.verify(envelope)
    assert (response.status, response.json["verified"], codes(response)) == (400, False, [code])


def test_a_challenge_is_not_answered_by_the_jwt_of_a_credential(api) -> None:
    assert codes(api.verify(in_envelope(claimed()), challenge="abc")) == ["proof.challenge"]


def test_a_presentation_may_hold_envelopes(api) -> None:
    assert api.present(presented(presentation(in_envelope(claimed())))).json["verified"] is True
    response = api.present(presented(presentation(flipped(in_envelope(claimed())))))
    assert codes(response) == ["jwt.signature_wrong"]


def test_who_asserts_something_of_itself_in_an_envelope_is_the_holder(api) -> None:
    own = presentation(in_envelope(claimed()), holder=...)
    assert codes(api.present(presented(own, by="stranger"))) == ["vp.holder"]
    assert codes(api.present(presented({**own, "holder": did()}, by="stranger"))) == []
