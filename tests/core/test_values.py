from __future__ import annotations

import pickle

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.keccak import keccak256
from credroot.core.values import LOCAL_CHAIN_ID, AccountId, Address, ChainId, Digest

# Source: EIP-55, test cases.
CHECKSUMMED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
# Source: the Keccak team's known answers for r=1088, c=512, and the hash of nothing that every Ethereum client knows.
KECCAK = {
    "": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    "cc": "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a",
    "616263": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
}


@pytest.mark.parametrize(("message", "digest"), KECCAK.items())
def test_keccak_gives_the_published_answers(message: str, digest: str) -> None:
    assert keccak256(bytes.fromhex(message)).hex() == digest


@given(st.binary(max_size=300) | st.integers(130, 140).map(bytes))
def test_keccak_equals_a_compiled_one(data: bytes) -> None:
    assert keccak256(data) == keccak.new(data=data, digest_bits=256).digest()


def test_a_digest_is_32_bytes_and_is_written_as_lowercase_hex() -> None:
    digest = Digest(bytes(range(32)))
    assert str(digest) == "0x" + bytes(range(32)).hex()
    assert repr(digest) == f"Digest({digest})"
    assert Digest.from_hex(str(digest)) == Digest.from_hex("0x" + digest.hex().upper()) == digest
    assert pickle.loads(pickle.dumps(digest)) == digest


def test_a_digest_hashes() -> None:
    assert str(Digest.sha256(b"abc")) == "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_digest_of_another_size_cannot_be_built(size: int) -> None:
    with pytest.raises(InputError):
        Digest(bytes(size))


@pytest.mark.parametrize(
    "text", ["", "00" * 32, "0x" + "00" * 31, "0x" + "00" * 33, "0X" + "00" * 32, "0x" + "0g" * 32, "0x" + "٠" * 64]
)
def test_only_0x_and_64_digits_are_a_digest(text: str) -> None:
    with pytest.raises(InputError):
        Digest.from_hex(text)


@pytest.mark.parametrize("text", CHECKSUMMED)
def test_an_address_is_written_with_the_checksum_of_eip_55(text: str) -> None:
    assert str(Address.from_hex(text.lower())) == str(Address.from_hex("0x" + text[2:].upper())) == text
    assert Address.from_hex(text).hex() == text[2:].lower()


def test_one_letter_of_the_wrong_case_is_a_wrong_checksum() -> None:
    with pytest.raises(InputError) as caught:
        Address.from_hex("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    assert caught.value.code == "address.checksum"


@pytest.mark.parametrize(
    "text", ["", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x" + "0" * 39, "0x" + "0" * 41]
)
def test_only_0x_and_40_digits_are_an_address(text: str) -> None:
    with pytest.raises(InputError):
        Address.from_hex(text)


def test_an_address_of_another_size_cannot_be_built() -> None:
    assert repr(Address(bytes(20))) == f"Address(0x{'00' * 20})"
    for size in (0, 19, 21, 32):
        with pytest.raises(InputError):
            Address(bytes(size))


def test_a_chain_id_is_positive_and_exact_in_json() -> None:
    assert ChainId(1).caip2 == "eip155:1"
    assert ChainId.from_caip2("eip155:9007199254740991") == ChainId.MAX == 2**53 - 1
    for number in (0, -1, 2**53):
        with pytest.raises(InputError):
            ChainId(number)


@pytest.mark.parametrize(
    "text",
    ["", "1", "eip155:", "eip155:0", "eip155:01", "eip155:+1", "eip155:1 ", "EIP155:1", "eip155:9007199254740992"],
)
def test_a_chain_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError):
        ChainId.from_caip2(text)


def test_the_local_chain_spells_cred() -> None:
    assert int(LOCAL_CHAIN_ID).to_bytes(4, "big") == b"CRED"


def test_an_account_reads_and_writes_caip_10_and_did_pkh() -> None:
    account = AccountId(ChainId(137), Address.from_hex(CHECKSUMMED[4]))
    assert str(account) == account.caip10 == f"eip155:137:{CHECKSUMMED[4]}"
    assert account.did_pkh == f"did:pkh:eip155:137:{CHECKSUMMED[4]}"
    assert AccountId.from_caip10(account.caip10.lower()) == AccountId.from_did_pkh(account.did_pkh) == account


@pytest.mark.parametrize(
    "text", ["eip155:1", "eip155:1:", f"eip155:01:{CHECKSUMMED[0]}", f"did:key:eip155:1:{CHECKSUMMED[0]}"]
)
def test_what_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        AccountId.from_caip10(text)
    with pytest.raises(InputError):
        AccountId.from_did_pkh(text)
