"""An issuer whose account is a wallet contract, such as a Safe: its owner signs, anybody relays, verifiers agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from credroot.chain.rpc.client import Rpc
from credroot.chain.writing.keystore import signer_from_key
from credroot.chain.writing.typed_data import typed_data_digest
from credroot.chain.writing.writer import ChainWriter
from credroot.core.report import Verdict
from credroot.core.values import Address
from tests.campaigns.anvil import test_key
from tests.contracts.solc import creation_codes
from tests.issuer.lifecycle.college import College
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil

UNTIL = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
OWNER = signer_from_key(test_key("owner of a college's wallet"))


def wallet_on(anvil: Anvil) -> Address:
    """Put a wallet of `OWNER` on the chain."""
    anvil.fund(OWNER.address)
    with Rpc(anvil.url) as rpc:
        chain = ChainWriter(rpc)
        fees = chain.fees()
        raw, digest = OWNER.sign_transaction(
            {
                "chainId": int(anvil.ask("eth_chainId"), 16),
                "nonce": chain.nonce(OWNER.address),
                "gas": 3_000_000,
                "gasPrice": 2 * fees.most,
                "value": 0,
                "data": creation_codes("Wallets.sol")["OwnedWallet"] + bytes(12) + OWNER.address,
                "to": b"",
            }
        )
        assert chain.send(raw) is None
        wait_until(lambda: chain.receipt(digest) is not None, "a block of a chain that mines by itself")
        receipt = chain.receipt(digest)
    assert receipt is not None
    assert receipt.contract is not None
    return receipt.contract


def signed_by_owner(college: College, *command: str, out: str) -> str:
    """Have `command` print what is to be signed, sign it as the wallet wants it, and give the order's file."""
    shown = college.run(*command, "--typed-data")
    assert shown.returncode == 0, shown.stderr
    ecdsa = OWNER.sign_digest(typed_data_digest(json.loads(shown.stdout)))
    # This wallet wants r, s and v as three words.
    signature = "0x" + (ecdsa[:64] + bytes(31) + ecdsa[64:]).hex()
    done = college.run(*command, "--signature", signature, "--out", out)
    assert done.returncode == 0, done.stderr
    return str(college.folder / out)


def test_a_wallet_anchors_and_revokes_by_what_its_owner_signs_and_another_pays(
    tmp_path: Path, mining_chain: tuple[Anvil, Deployment]
) -> None:
    wallet = wallet_on(mining_chain[0])
    college = College(tmp_path / "wallet", *mining_chain, "wallet")
    payer = College(tmp_path / "payer", *mining_chain, "payer of a wallet")
    settings = college.folder / "credroot.toml"
    settings.write_text(settings.read_text().replace(str(college.cold.address), str(wallet)))
    (college.folder / "spring.csv").write_text(
        "name,email,issued_on\nJane,jane@example.org,2026-05-04\nMax,max@example.org,2026-05-04\n"
    )
    college.write_achievement()
    college.run("batch", "plan", "spring.csv", "--achievement", "achievement.json")

    by_wallet = ("--key", str(wallet))
    anchor = signed_by_owner(college, "batch", "sign", "spring", "--until", UNTIL, *by_wallet, out="anchor.json")
    payer.done("batch", "relay", anchor)
    college.done("batch", "resume", "spring")
    verdicts = [college.report(path.read_bytes()).verdict for path in college.credentials("spring")]
    assert verdicts == [Verdict.VALID, Verdict.VALID]

    revoke = ("revoke", "--where", "email=jane@example.org", "--reason", "misconduct", "--sign-until", UNTIL)
    order = signed_by_owner(college, *revoke, *by_wallet, out="revoke.json")
    payer.done("batch", "relay", order)
    codes = sorted(college.report(path.read_bytes()).check("status").code for path in college.credentials("spring"))
    assert codes == ["status.active", "status.revoked"]
    # A signature is good once, and what others sent in the issuer's name is told until a person has looked.
    payer.done("batch", "relay", order, code=7)
    alarms = college.done("issuer", "watch", code=3)["alarms"]
    assert {(alarm["event"], alarm["key"]) for alarm in alarms} == {
        ("NonceUsed", str(wallet)),
        ("StatusChanged", str(wallet)),
    }
    assert college.done("issuer", "watch", "--accept", alarms[0]["transaction"])["alarms"] == []
