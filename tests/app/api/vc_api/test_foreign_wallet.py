"""What another implementation issues and presents holds here, and what is issued here holds there."""

from __future__ import annotations

import copy
from hashlib import sha256

import pytest

from credroot.credential.keys.signatures import SigningKey
from tests.app.api.vc_api.conftest import codes
from tests.app.api.vc_api.plain_credentials import did, plain
from tests.interop.judges import ask

pytestmark = pytest.mark.node

SEED = sha256(b"TEST KEY of a wallet").hexdigest()
CHALLENGE, DOMAIN = "u-a-challenge", "verifier.example"


@pytest.fixture(scope="module")
def presented():
    holder = f"did:key:{SigningKey(bytes.fromhex(SEED)).multikey.text}"
    document = plain(issuer=holder)
    requests = [{"judge": "digitalbazaar-issue", "credential": document, "seed": SEED, "controller": holder}]
    credential = ask(requests)[0]["credential"]
    terms = {"seed": SEED, "controller": holder, "challenge": CHALLENGE, "domain": DOMAIN}
    presentation = ask([{"judge": "digitalbazaar-present", "credential": credential, **terms}])[0]
    return credential, presentation["credential"]


def test_a_credential_of_another_implementation_is_verified(api, presented) -> None:
    credential, _ = presented
    assert api.verify(credential).status == 200
    changed = {**credential, "issuer": did("somebody else")}
    assert codes(api.verify(changed)) == ["proof.signature_wrong"]


def test_a_presentation_of_another_wallet_is_verified_for_its_challenge_alone(api, presented) -> None:
    _, presentation = presented
    assert api.present(presentation, challenge=CHALLENGE, domain=DOMAIN).status == 200
    assert api.present(presentation, checks=[]).status == 200
    assert codes(api.present(presentation, challenge="u-another")) == ["proof.challenge"]
    changed = copy.deepcopy(presentation)
    changed["verifiableCredential"][0]["name"] = "x"
    assert set(codes(api.present(changed))) == {"proof.signature_wrong"}
    cut = copy.deepcopy(presentation)
    cut["proof"]["proofValue"] = "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"
    assert codes(api.present(cut, checks=[])) == ["proof.signature_wrong"]
