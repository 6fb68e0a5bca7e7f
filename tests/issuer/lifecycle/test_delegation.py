"""Signed by one, sent and paid for by another: anchors and status changes, by keys and by wallet contracts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.registry.calls import Action, Role, StatusWord, set_key
from credroot.chain.registry.facts import Query
from credroot.chain.writing.keystore import signer_from_key
from credroot.chain.writing.typed_data import typed_data_digest
from credroot.core.errors import AnchorRejected, GuardRefused, InputError
from credroot.core.report import Verdict
from credroot.core.status import Status
from credroot.core.values import AccountId, Address, Digest, Root
from credroot.issuer.sending.delegation import (
    AnchorOrder,
    Signed,
    StatusOrder,
    anchor_order,
    intent_to_relay,
    is_anchored,
    sign_order,
)
from credroot.issuer.sending.intent import Guards, Intent
from tests.campaigns.anvil import CHAIN_ID, test_key
from tests.campaigns.moments import present
from tests.issuer.lifecycle.college import College

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil
    from tests.issuer.lifecycle.conftest import Issuer

ROOT = Root(Digest(b"\xab" * 32))
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)


def order_of(issuer: Issuer, key: Address | None = None) -> AnchorOrder:
    return anchor_order(issuer.deployment, issuer.address, key or issuer.address, [(ROOT, 300)], LATER)


def status_order(issuer: Issuer, *, nonce: int = 0) -> StatusOrder:
    registry = AccountId(issuer.deployment.chain_id, issuer.deployment.address)
    words = (StatusWord(0, 1 << 255 | 1), StatusWord(1, 2))
    deadline = int(LATER.timestamp())
    return StatusOrder(registry, issuer.address, issuer.address, ROOT, Action.SUSPEND, 7, words, nonce, deadline)


def test_what_is_signed_is_what_eth_account_makes_of_the_typed_data(issuer: Issuer) -> None:
    for order in (order_of(issuer), status_order(issuer)):
        typed = json.loads(json.dumps(order.typed_data()))
        expected = Account.sign_message(encode_typed_data(full_message=typed), issuer.key).signature
        assert sign_order(order, signer_from_key(issuer.key)).signature == expected


def test_a_signed_file_is_read_back_equal_and_any_change_of_it_is_refused(issuer: Issuer) -> None:
    for order in (order_of(issuer), status_order(issuer)):
        signed = sign_order(order, signer_from_key(issuer.key))
        data = json.dumps(signed.to_json())
        assert Signed.from_json(data.encode(), source="a file") == signed
        for altered in (data.replace("abab", "abac", 1), data.replace('"deadline"', '"deadlin"', 1), "{}", "[]"):
            with pytest.raises(InputError):
                Signed.from_json(altered.encode(), source="a file")


def test_an_anchor_is_relayed_by_an_account_that_has_no_role(issuer: Issuer, tmp_path: Path) -> None:
    signed = sign_order(order_of(issuer), signer_from_key(issuer.key))
    payer = another(issuer, tmp_path, "payer")
    with payer.desk() as desk:
        assert not is_anchored(signed, desk.bench.reader)
        desk.bench.carry_out(desk.signer, intent_to_relay(signed, issuer.deployment, present()), Guards())
        assert is_anchored(signed, desk.bench.reader)
        facts = desk.bench.reader.read([Query(issuer.address, ROOT, 0)])[0]
        assert facts.batch is not None
        assert (facts.batch.key, facts.batch.leaf_count) == (issuer.address, 300)


def test_a_status_change_is_relayed_once(issuer: Issuer, tmp_path: Path) -> None:
    own = signer_from_key(issuer.key)
    payer = another(issuer, tmp_path, "payer of a status")
    with payer.desk() as desk:
        for signed in (sign_order(order_of(issuer), own), sign_order(status_order(issuer), own)):
            desk.bench.carry_out(desk.signer, intent_to_relay(signed, issuer.deployment, present()), Guards())
        queries = [Query(issuer.address, ROOT, index) for index in (0, 1, 255, 257)]
        seen = [fact.status for fact in desk.bench.reader.read(queries)]
        assert seen == [Status.SUSPENDED, Status.ACTIVE, Status.SUSPENDED, Status.SUSPENDED]
        again = intent_to_relay(sign_order(status_order(issuer), own), issuer.deployment, present())
        with pytest.raises(AnchorRejected) as refused:
            desk.bench.carry_out(desk.signer, again, Guards())
        assert "NonceDiffers" in str(refused.value)


def test_a_late_order_and_one_for_another_registry_are_not_sent(issuer: Issuer, deployment: Deployment) -> None:
    signed = sign_order(order_of(issuer), signer_from_key(issuer.key))
    with pytest.raises(GuardRefused) as refused:
        intent_to_relay(signed, deployment, LATER + timedelta(seconds=1))
    assert refused.value.code == "order.expired"
    elsewhere = AccountId(CHAIN_ID, Address(b"\1" * 20))
    other = AnchorOrder(elsewhere, issuer.address, issuer.address, ((ROOT, 300),), int(LATER.timestamp()))
    with pytest.raises(GuardRefused) as refused:
        intent_to_relay(sign_order(other, signer_from_key(issuer.key)), deployment, present())
    assert refused.value.code == "order.other_registry"


def test_an_order_of_another_key_is_refused_by_the_signer_and_by_the_chain(issuer: Issuer, tmp_path: Path) -> None:
    stranger = signer_from_key(test_key("a stranger"))
    with pytest.raises(InputError) as refused:
        sign_order(order_of(issuer), stranger)
    assert refused.value.code == "order.key"
    forged = Signed(order_of(issuer), stranger.sign_digest(typed_data_digest(order_of(issuer).typed_data())))
    with another(issuer, tmp_path, "payer of a forgery").desk() as desk, pytest.raises(AnchorRejected) as rejected:
        desk.bench.carry_out(desk.signer, intent_to_relay(forged, issuer.deployment, present()), Guards())
    assert "SignatureInvalid" in str(rejected.value)


def test_a_wallet_contract_may_hold_the_key(issuer: Issuer, anvil: Anvil) -> None:
    from tests.contracts.solc import creation_codes

    owner = signer_from_key(test_key("owner of a wallet"))
    with issuer.desk(finality=Confirmations(1)) as desk:
        code = creation_codes("Wallets.sol")["OwnedWallet"] + bytes(12) + owner.address
        made = desk.bench.carry_out(desk.signer, Intent("deploy", "a wallet", None, code), Guards())
        receipt = desk.chain.receipt(made.transaction or Digest(bytes(32)))
        assert receipt is not None
        wallet = receipt.contract
        assert wallet is not None
        give = set_key(issuer.address, wallet, Role.ANCHOR, 0)
        desk.bench.carry_out(desk.signer, Intent("key", "a wallet", issuer.deployment.address, give), Guards())
        order = order_of(issuer, wallet)
        ecdsa = owner.sign_digest(typed_data_digest(order.typed_data()))
        # This wallet wants r, s and v as three words.
        signed = Signed(order, ecdsa[:64] + bytes(31) + ecdsa[64:])
        desk.bench.carry_out(desk.signer, intent_to_relay(signed, issuer.deployment, present()), Guards())
        facts = desk.bench.reader.read([Query(issuer.address, ROOT, 0)])[0]
        assert facts.batch is not None
        assert facts.batch.key == wallet


def test_a_college_signs_without_coins_or_network_and_publishes_what_another_relayed(
    tmp_path: Path, mining_chain: tuple[Anvil, Deployment]
) -> None:
    college = College(tmp_path / "poor", *mining_chain, "poor")
    payer = College(tmp_path / "rich", *mining_chain, "rich")
    college.board("issuer", "keys", "add", str(college.hot.address), "--role", "anchor")
    college.anvil.fund(college.hot.address, 0)
    (college.folder / "roster.csv").write_text("name,email,issued_on\nJane,jane@example.org,2026-05-04\n")
    college.write_achievement()
    college.run("batch", "plan", "roster.csv", "--achievement", "achievement.json", "--name", "spring")
    until = LATER.strftime("%Y-%m-%dT%H:%M:%SZ")
    nowhere = {"CREDROOT_RPC_URL": "http://127.0.0.1:9"}
    signed = college.run("batch", "sign", "spring", "--until", until, "--out", "order.json", **nowhere)
    assert signed.returncode == 0, signed.stderr
    order = college.folder / "order.json"
    assert json.loads(order.read_text())["typedData"]["primaryType"] == "Anchor"
    assert payer.done("batch", "relay", str(order))["gasUsed"] > 0
    payer.done("batch", "relay", str(order), code=7)
    published = college.done("batch", "resume", "spring")
    assert published["published"] is True
    report = college.report(college.credentials("spring")[0].read_bytes())
    assert report.verdict is Verdict.VALID


def another(issuer: Issuer, folder: Path, name: str) -> Any:
    from tests.issuer.lifecycle.conftest import Issuer as Made

    return Made(issuer.anvil, issuer.deployment, folder / name)
