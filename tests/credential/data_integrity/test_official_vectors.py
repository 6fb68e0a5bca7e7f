from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from credroot.core.json.jcs import canonical_bytes
from credroot.core.text.multibase import encode_base58btc
from credroot.credential.keys.did import key_of_did_key
from credroot.credential.keys.multikey import KeyType
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import ProofOutcome, proofs_of, sign, verify_proofs, without_proofs
from credroot.credential.proof.suites.suite import hash_data
from tests.credential.standards import official, official_canonicalizer, standards_folder

CREATED = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUITES = {
    "eddsa-rdfc-2022": "DataInt",
    "eddsa-rdfc-2022/employ": "DataInt",
    "eddsa-jcs-2022": "JCS",
    "Ed25519Signature2020": "EdSig",
}
SIGNED = [f"{suite}/signed{suffix}" for suite, suffix in SUITES.items()]
SETS_AND_CHAINS = {"signedProofSet1": 1, "signedProofSet2": 2, "signedProofChain1": 3, "signedProofChain2": 4}


def _text(path: str) -> str:
    return standards_folder().joinpath(f"vectors/eddsa/{path}").read_text().strip()


def _verify(document):
    return verify_proofs(document, key_of_did_key, now=NOW, canonicalize=official_canonicalizer().canonical_form)


@pytest.mark.parametrize(("suite", "suffix"), SUITES.items())
def test_every_intermediate_value_is_the_official_one(suite, suffix):
    signed = official(f"vectors/eddsa/{suite}/signed{suffix}.json")
    options = official(f"vectors/eddsa/{suite}/proofConfig{suffix}.json")
    if "jcs" in suite:
        transform = canonical_bytes
    else:

        def transform(value):
            return official_canonicalizer().canonical_form(value).nquads

    document = transform(without_proofs(signed))
    assert document.decode().strip() == _text(f"{suite}/canonDoc{suffix}.txt")
    assert transform(options).decode().strip() == _text(f"{suite}/proofCanon{suffix}.txt")
    assert sha256(document).hexdigest() == _text(f"{suite}/docHash{suffix}.txt")
    assert sha256(transform(options)).hexdigest() == _text(f"{suite}/proofHash{suffix}.txt")
    message = hash_data(KeyType.ED25519, options=transform(options), document=document)
    assert message.hex() == _text(f"{suite}/combinedHash{suffix}.txt")
    secret = "keyPair.json"
    key = SigningKey.from_secret_multibase(official(f"vectors/eddsa/{secret}")["privateKeyMultibase"])
    if suite != "eddsa-rdfc-2022/employ":  # signed with a key that the vectors don't give
        assert key.sign(message).hex() == _text(f"{suite}/sigHex{suffix}.txt")
        assert encode_base58btc(key.sign(message)) == _text(f"{suite}/sigBTC58{suffix}.txt")


@pytest.mark.parametrize("name", SIGNED)
def test_every_official_signature_is_verified(name):
    assert [result.code for result in _verify(official(f"vectors/eddsa/{name}.json"))] == ["proof.verified"]


@pytest.mark.parametrize(("name", "proofs"), SETS_AND_CHAINS.items())
def test_every_official_proof_set_and_chain_is_verified(name, proofs):
    results = _verify(official(f"vectors/eddsa/proof-set-chain/{name}.json"))
    assert [result.outcome for result in results] == [ProofOutcome.VERIFIED] * proofs


@pytest.mark.parametrize("name", [*SIGNED, *(f"proof-set-chain/{name}" for name in SETS_AND_CHAINS)])
def test_no_official_signature_survives_a_change(name):
    document = official(f"vectors/eddsa/{name}.json")
    document["validFrom"] = "2023-01-01T00:00:01Z"
    assert {result.outcome for result in _verify(document)} == {ProofOutcome.FAILED}


def test_our_own_signature_is_the_official_one():
    pair = official("vectors/eddsa/keyPair.json")
    key = SigningKey.from_secret_multibase(pair["privateKeyMultibase"])
    assert key.multikey.text == pair["publicKeyMultibase"]
    assert key.secret_multibase == pair["privateKeyMultibase"]
    signed = sign(
        official("vectors/eddsa/unsigned.json"),
        key,
        verification_method=f"did:key:{key.multikey}#{key.multikey}",
        created=CREATED,
        canonicalize=official_canonicalizer().canonical_form,
    )
    assert proofs_of(signed) == proofs_of(official("vectors/eddsa/eddsa-rdfc-2022/signedDataInt.json"))


def test_a_chain_does_not_hold_without_its_first_link():
    document = official("vectors/eddsa/proof-set-chain/signedProofChain2.json")
    document["proof"][0]["proofValue"] = document["proof"][1]["proofValue"]
    codes = [result.code for result in _verify(document)]
    assert codes == ["proof.signature_wrong", "proof.verified", "proof.previous_failed", "proof.previous_failed"]
    del document["proof"][0]
    codes = [result.code for result in _verify(document)]
    assert codes == ["proof.verified", "proof.previous_missing", "proof.previous_failed"]
