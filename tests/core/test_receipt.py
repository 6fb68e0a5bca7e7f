from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from credroot.core.anchor.receipt import MAX_RECEIPT_BYTES, FileFacts, Receipt, leaf_of_file
from credroot.core.anchor.storage_witness import SlotProof, StorageWitness
from credroot.core.errors import InputError
from credroot.core.tree.merkle import root_from_proof
from credroot.core.values import Digest
from tests.core.vectors import vectors
from tests.core.vectors_of_receipts import FILE, WITNESS


@pytest.mark.parametrize("vector", vectors("receipt"))
def test_a_receipt_is_read_or_refused_as_its_vector_says(vector: dict[str, Any]) -> None:
    if vector["valid"]:
        receipt = Receipt.loads(json.dumps(vector["receipt"]))
        assert receipt.to_json() == vector["receipt"]
        assert receipt.facts.digest == Digest.sha256(FILE)
        assert root_from_proof(receipt.leaf, receipt.claim.proof) == receipt.claim.root
    else:
        with pytest.raises(InputError) as caught:
            Receipt.from_json(vector["receipt"])
        assert caught.value.code == vector["code"]


@pytest.mark.parametrize("value", [None, [], "credroot/receipt/v1", {}])
def test_what_is_no_receipt_is_refused_as_another_format(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        Receipt.from_json(value)
    assert caught.value.code == "receipt.format"


def test_a_receipt_is_read_strictly_and_up_to_a_size() -> None:
    for text, code in [
        ("{" + " " * MAX_RECEIPT_BYTES, "json.too_large"),
        ('{"format":1,"format":1}', "json.duplicate_key"),
    ]:
        with pytest.raises(InputError) as caught:
            Receipt.loads(text)
        assert caught.value.code == code


def test_every_fact_about_the_file_changes_the_leaf() -> None:
    facts = FileFacts(digest=Digest.sha256(FILE), nonce=bytes(32), media_type="text/plain", name="a.txt")
    others = [
        replace(facts, digest=Digest.sha256(b"")),
        replace(facts, nonce=bytes(31) + b"\1"),
        replace(facts, media_type=None),
        replace(facts, media_type="text/html"),
        replace(facts, name=None),
        replace(facts, name="b.txt"),
    ]
    assert len({leaf_of_file(item) for item in [facts, *others]}) == 7


def test_a_witness_is_added_later_and_leaves_the_leaf_as_it_is() -> None:
    (named,) = (item.values[0] for item in vectors("receipt") if item.id == "valid-named")
    receipt = Receipt.from_json(named["receipt"])
    witnessed = receipt.with_witness(StorageWitness.from_json(WITNESS))
    assert witnessed.to_json() == named["receipt"] | {"witness": WITNESS}
    assert (witnessed.leaf, Receipt.from_json(witnessed.to_json())) == (receipt.leaf, witnessed)


def test_the_largest_witness_still_fits_into_a_receipt() -> None:
    (named,) = (item.values[0] for item in vectors("receipt") if item.id == "valid-named")
    slots = tuple(SlotProof(bytes((number,)) * 32, (b"\1" * 95,) * 62) for number in range(15))
    witness = StorageWitness(header=b"\1" * 8192, account_nodes=(b"\1" * 28,) * 61, slots=slots)
    receipt = Receipt.from_json(named["receipt"]).with_witness(witness)
    assert Receipt.loads(json.dumps(receipt.to_json())) == receipt


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_slot_has_32_bytes(size: int) -> None:
    with pytest.raises(InputError) as caught:
        SlotProof(bytes(size), ())
    assert caught.value.code == "receipt.witness"
