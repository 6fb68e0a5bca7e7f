"""A contract with our very code that did not begin empty: neither its address nor its first transaction shows ours."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

import credroot
from credroot.app.verifying.saved_evidence import offline_sources
from credroot.chain.embedded.node.server import serving
from credroot.chain.reading.creation_check import ask_creation, create_address
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.creation import (
    FACTORY,
    SALT,
    USUAL_ADDRESS,
    Creation,
    CreationProof,
    create2_address,
    creation_by_address,
)
from credroot.chain.registry.deployment import Deployment
from credroot.chain.registry.storage_layout import batch_slot, batch_word, slot_bytes
from credroot.chain.rpc.client import Rpc
from credroot.chain.rpc.hex_codec import parse_address, parse_digest, parse_quantity
from credroot.core.anchor.proof import AnchorClaim, anchor_options, attach, encode_proof_value, leaf_of
from credroot.core.errors import ChainMismatch, ChainUnavailable, InputError
from credroot.core.report import Verdict
from credroot.core.tree.merkle import InclusionProof, MerkleTree
from credroot.core.values import LOCAL_CHAIN_ID, AccountId, Address, Digest
from tests.app.api.live_server import LiveServer
from tests.auditor.lying_proxy import LyingProxy, honest
from tests.chain.registry_chain import RegistryChain
from tests.verifier.stage import DEPLOYMENT, DID, NOW, Registry, anchored, as_bytes, badge, codes, report_on, signed
from tests.workspaces import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VICTIM = AccountId(LOCAL_CHAIN_ID, Address(b"\x77" * 20))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OUR_CODE = Digest(load("CredentialRegistry").runtime_code_hash)


def seeding(words: dict[int, int]) -> bytes:
    """Give init code that writes words into storage and then returns the runtime code of our registry."""
    runtime = load("CredentialRegistry").runtime_code
    writing = b"".join(
        b"\x7f" + slot_bytes(word) + b"\x7f" + slot_bytes(slot) + b"\x55" for slot, word in words.items()
    )
    size = len(runtime).to_bytes(2, "big")
    # PUSH2 size, PUSH2 where the code begins, PUSH0, CODECOPY; PUSH2 size, PUSH0, RETURN
    begin = (len(writing) + 13).to_bytes(2, "big")
    return writing + b"\x61" + size + b"\x61" + begin + b"\x5f\x39\x61" + size + b"\x5f\xf3" + runtime


def credential_in(registry: Address, issuer: Address) -> tuple[Any, bytes]:
    """Give a root and a credential below it that nobody signed, said to be anchored in `registry`."""
    account = AccountId(LOCAL_CHAIN_ID, issuer)
    options = anchor_options(
        verification_method=f"{account.did_pkh}#blockchainAccountId", created=LONG_AGO, nonce=bytes(32)
    )
    document = badge(validFrom="2020-01-01T00:00:00Z")
    document.pop("proof", None)
    tree = MerkleTree([leaf_of(options, document)])
    claim = AnchorClaim(LOCAL_CHAIN_ID, registry, issuer, tree.root, InclusionProof(0, 1, tree.path(0)))
    return tree.root, as_bytes(attach(document, options, encode_proof_value(claim)))


@dataclass
class Forgery:
    """A chain with an honest registry and one that was filled before it began."""

    chain: RegistryChain
    url: str
    seeded: Deployment
    forged: bytes
    genuine: bytes

    def workspace(self, folder: Path, deployment: Deployment, *urls: str, quorum: int = 1) -> Workspace:
        """Write a verifier's workspace that pins a registry."""
        (folder / "deployments").mkdir(parents=True)
        (folder / "deployments" / "local.json").write_text(json.dumps(deployment.to_json()))
        issuers = (VICTIM.caip10, AccountId(LOCAL_CHAIN_ID, self.chain.issuer).caip10)
        listed = "".join(
            f'[[trust.issuers]]\nid = "{DID}"\nname = "Example University"\naccount = "{account}"\n'
            for account in issuers
        )
        network = f"[networks.local]\nendpoints = {list(urls or (self.url,))}\nquorum = {quorum}\n"
        (folder / "credroot.toml").write_text(f'format = "credroot/settings/v1"\n{network}{listed}')
        return Workspace(folder, "")


@pytest.fixture(scope="module")
def forgery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgery]:
    chain = RegistryChain(tmp_path_factory.mktemp("chain"))
    nonce = parse_quantity(chain.chain.call("eth_getTransactionCount", ["0x" + chain.issuer.hex(), "latest"]))
    address = create_address(chain.issuer, nonce)
    root, forged = credential_in(address, VICTIM.address)
    word = batch_word(VICTIM.address, int(LONG_AGO.timestamp()), 1, revoked=False, suspended=False, ratified=False)
    receipt = chain.send(seeding({batch_slot(VICTIM.address, root): word}), to=None)
    seeded = Deployment(
        network="local",
        chain_id=LOCAL_CHAIN_ID,
        address=parse_address(receipt["contractAddress"]),
        code_hash=OUR_CODE,
        deploy_block=parse_quantity(receipt["blockNumber"]),
        transaction=parse_digest(receipt["transactionHash"]),
        deployer=chain.issuer,
    )
    assert seeded.address == address
    root, genuine = credential_in(chain.deployment.address, chain.issuer)
    chain.send(registry_calls.anchor(chain.issuer, root, 1))
    with serving(chain.chain) as url:
        yield Forgery(chain, url, seeded, forged, genuine)
    chain.chain.close()


def recorded(deployment: Deployment, at: int = 0) -> Deployment:
    return replace(deployment, creation=Creation(CreationProof.TRANSACTION, at))


@pytest.mark.parametrize("with_record", [False, True])
def test_a_registry_that_was_filled_before_it_began_makes_nothing_valid(
    forgery: Forgery, tmp_path: Path, with_record: bool
) -> None:
    pinned = recorded(forgery.seeded) if with_record else forgery.seeded
    workspace = forgery.workspace(tmp_path / "verifier", pinned)
    (workspace.folder / "forged.json").write_bytes(forgery.forged)
    report = workspace.reports("forged.json")[0]
    found = {check["id"]: check["code"] for check in report["checks"]}
    assert (report["verdict"], found["anchor"]) == ("indeterminate", "anchor.wrong_creation")
    by_library = credroot.verify(forgery.forged, workspace=workspace.folder)
    assert (by_library.verdict, codes(by_library)["anchor"]) == (Verdict.INDETERMINATE, "anchor.wrong_creation")
    with LiveServer(workspace.folder, "--rate", "0") as server:
        over_http = server.verify(forgery.forged).json
        found = {check["id"]: check["code"] for check in over_http["checks"]}
        assert (over_http["verdict"], found["anchor"]) == ("indeterminate", "anchor.wrong_creation")
        assert server.get("/readyz").json["registries"][0]["code"] == "chain.wrong_creation"
    doctor = workspace.run("doctor", "--network", "local", "--json")
    assert "chain.wrong_creation" in [finding["code"] for finding in json.loads(doctor.stdout)["findings"]]
    assert doctor.returncode == 7
    assert not list(workspace.folder.rglob("cache/registries/*")), "nothing is remembered of it"


@pytest.mark.parametrize(
    ("member", "code"),
    [("transaction", "anchor.wrong_creation"), ("nowhere", "anchor.registry_unproven"), ("block", None)],
)
def test_a_transaction_that_created_something_else_or_nothing_shows_nothing(
    forgery: Forgery, tmp_path: Path, member: str, code: str | None
) -> None:
    ours = forgery.chain.deployment
    changed = {
        "transaction": replace(forgery.seeded, transaction=ours.transaction, deploy_block=ours.deploy_block),
        "nowhere": replace(forgery.seeded, transaction=Digest(b"\x01" * 32)),
        "block": replace(forgery.seeded, deploy_block=ours.deploy_block),
    }[member]
    workspace = forgery.workspace(tmp_path / "verifier", changed)
    report = credroot.verify(forgery.forged, workspace=workspace.folder)
    assert report.verdict is Verdict.INDETERMINATE
    assert codes(report)["anchor"] == (code or "anchor.wrong_creation")


def test_a_registry_of_ours_is_asked_for_its_creation_once_in_a_workspace(forgery: Forgery, tmp_path: Path) -> None:
    with closing(LyingProxy(forgery.url, honest)) as proxy:
        workspace = forgery.workspace(tmp_path / "verifier", forgery.chain.deployment, proxy.url)
        for asked in (1, 0):
            proxy.calls.clear()
            report = credroot.verify(forgery.genuine, workspace=workspace.folder)
            assert report.verdict is Verdict.VALID
            assert report.check("anchor").details["registryProof"] == "creation transaction"
            methods = [method for method, _ in proxy.calls]
            assert methods.count("eth_getTransactionByHash") == asked
            assert methods.count("eth_call") == 1
        (kept,) = (workspace.folder / "cache" / "registries").iterdir()
        kept.write_text(kept.read_text().replace('"agreeing": 1', '"agreeing": true'))
        proxy.calls.clear()
        assert credroot.verify(forgery.genuine, workspace=workspace.folder).verdict is Verdict.VALID
        assert [method for method, _ in proxy.calls].count("eth_getTransactionByHash") == 1, "it was damaged"


def as_ours(method: str, _params: list[Any], result: Any) -> Any:
    """Say of every transaction that it has our init code."""
    if method == "eth_getTransactionByHash":
        return {**result, "input": "0x" + load("CredentialRegistry").creation_code.hex()}
    return result


def test_one_endpoint_that_lies_about_the_creation_is_not_enough_where_two_must_agree(
    forgery: Forgery, tmp_path: Path
) -> None:
    with closing(LyingProxy(forgery.url, as_ours)) as liar:
        believed = forgery.workspace(tmp_path / "one", forgery.seeded, liar.url)
        report = credroot.verify(forgery.forged, workspace=believed.folder)
        assert codes(report)["anchor"] == "anchor.before_deployment", "it is believed, and its date is not"
        careful = forgery.workspace(tmp_path / "two", forgery.seeded, liar.url, forgery.url, quorum=2)
        shutil.copytree(believed.folder / "cache", careful.folder / "cache")
        report = credroot.verify(forgery.forged, workspace=careful.folder)
        assert (report.verdict, codes(report)["anchor"]) == (Verdict.INDETERMINATE, "anchor.wrong_creation")


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("eth_getTransactionByHash", {"to": "0x" + "11" * 20}),
        ("eth_getTransactionByHash", {"nonce": "0x77"}),
        ("eth_getTransactionByHash", {"from": "0x" + "11" * 20}),
        ("eth_getTransactionByHash", {"input": "0x" + load("CredentialRegistry").creation_code.hex() + "00"}),
        ("eth_getTransactionByHash", {"hash": "0x" + "11" * 32}),
        ("eth_getTransactionReceipt", {"status": "0x0"}),
        ("eth_getTransactionReceipt", {"contractAddress": None}),
        ("eth_getTransactionReceipt", {"contractAddress": "0x" + "11" * 20}),
        ("eth_getTransactionReceipt", {"transactionHash": "0x" + "11" * 32}),
        ("eth_getTransactionReceipt", {"blockHash": "0x" + "11" * 32}),
    ],
)
def test_every_member_of_the_creation_must_be_right(forgery: Forgery, method: str, change: dict[str, Any]) -> None:
    deployment = forgery.chain.deployment
    with closing(LyingProxy(forgery.url, honest)) as proxy, Rpc(proxy.url) as rpc:
        shown = ask_creation([rpc], 1, deployment)
        assert (shown.proof, shown.created_at is not None) == (CreationProof.TRANSACTION, True)
        proxy.lie = lambda asked, _params, result: {**result, **change} if asked == method else result
        with pytest.raises(ChainMismatch) as error:
            ask_creation([rpc], 1, deployment)
        assert error.value.code == "chain.wrong_creation"


def test_what_is_not_known_of_the_creation_stays_open(forgery: Forgery) -> None:
    deployment = forgery.chain.deployment
    with closing(LyingProxy(forgery.url, lambda *_: None)) as proxy, Rpc(proxy.url) as rpc, Rpc(forgery.url) as other:
        proxy.lie = lambda method, _params, result: None if method == "eth_getTransactionReceipt" else result
        with pytest.raises(ChainUnavailable) as error:
            ask_creation([rpc], 1, deployment)
        assert error.value.code == "chain.registry_unproven"
        assert "credroot deploy --prove --network local" in str(error.value)
        assert ask_creation([rpc, other], 1, deployment).proof is CreationProof.TRANSACTION
        with pytest.raises(ChainUnavailable):
            ask_creation([rpc, other], 2, deployment)
        with pytest.raises(ChainUnavailable):
            ask_creation([other], 1, replace(deployment, code_hash=Digest(bytes(32))))


# -- by the address --


def test_the_usual_address_is_the_one_that_the_factory_gives() -> None:
    assert create2_address(FACTORY, SALT) == USUAL_ADDRESS
    # Vectors of EIP-1014 and of a contract that everybody knows, whose sender and nonce are public.
    sender = Address.from_hex("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0")
    assert str(create_address(sender, 0)).lower() == "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"


def test_the_factory_s_address_proves_itself_also_in_files_of_before(tmp_path: Path) -> None:
    old = replace(DEPLOYMENT, address=USUAL_ADDRESS, code_hash=OUR_CODE)
    assert old.to_json()["format"] == "credroot/deployment/v1"
    found = Deployment.from_json(json.dumps(old.to_json()).encode(), source="old")
    assert creation_by_address(found) == Creation(CreationProof.CREATE2)
    one_bit = Address(bytes([USUAL_ADDRESS[0] ^ 1]) + USUAL_ADDRESS[1:])
    assert creation_by_address(replace(old, address=one_bit)) is None
    assert creation_by_address(replace(old, code_hash=Digest(bytes(32)))) is None


def test_any_factory_and_salt_prove_the_address_that_follows_from_them_and_no_other() -> None:
    factory, salt = Address(b"\xfa" * 20), b"\x5a" * 32
    creation = Creation(CreationProof.CREATE2, 1_700_000_000, factory, salt)
    made = replace(DEPLOYMENT, address=create2_address(factory, salt), code_hash=OUR_CODE, creation=creation)
    text = json.dumps(made.to_json())
    assert Deployment.from_json(text.encode(), source="new") == made
    assert creation_by_address(made) == creation
    for old, new in ((salt.hex(), "5b" * 32), (str(factory), str(FACTORY))):
        with pytest.raises(InputError) as error:
            Deployment.from_json(text.replace(old, new).encode(), source="new")
        assert error.value.code == "deployment.wrong_proof"


@pytest.mark.parametrize(
    "creation",
    [
        None,
        {},
        {"proof": "a friend's word"},
        {"proof": "creation transaction"},
        {"proof": "creation transaction", "blockTime": "yesterday"},
        {"proof": "creation transaction", "blockTime": 1_700_000_000},
        {"proof": "creation transaction", "blockTime": "2026-01-01T00:00:00Z", "salt": "0x" + "00" * 32},
        {"proof": "create2", "factory": "0x12", "salt": "0x" + "00" * 32},
        {"proof": "create2", "factory": str(FACTORY)},
    ],
)
def test_a_record_of_another_shape_is_refused(creation: Any) -> None:
    wire = {**recorded(DEPLOYMENT).to_json(), "creation": creation}
    with pytest.raises(InputError) as error:
        Deployment.from_json(json.dumps(wire).encode(), source="new")
    assert error.value.code == "deployment.malformed"
    assert Deployment.from_json(json.dumps(recorded(DEPLOYMENT).to_json()).encode(), source="new").creation is not None


# -- what rests on it --


@dataclass
class Created(Registry):
    """A registry in memory that was created at a moment."""

    created_at: int | None = None

    def read(self, queries: Any) -> Any:
        creation = Creation(CreationProof.TRANSACTION, self.created_at)
        return tuple(replace(facts, creation=creation) for facts in super().read(queries))


@pytest.mark.parametrize(("later", "code"), [(-1, "anchor.ok"), (0, "anchor.ok"), (1, "anchor.before_deployment")])
def test_what_claims_to_be_older_than_its_registry_is_invalid(later: int, code: str) -> None:
    moment = int(Registry().anchored_at.timestamp())
    report = report_on(anchored(signed(badge())), registry=Created(created_at=moment + later))
    assert (codes(report)["anchor"], report.verdict is Verdict.INVALID) == (code, code != "anchor.ok")
    assert NOW.timestamp() > moment


def test_offline_only_what_the_pinned_file_says_of_the_creation_counts() -> None:
    ours = replace(DEPLOYMENT, code_hash=OUR_CODE)
    source_of = offline_sources([], [])
    for pinned in (ours, replace(ours, creation=recorded(ours).creation, code_hash=Digest(bytes(32)))):
        with pytest.raises(ChainUnavailable) as error:
            source_of(pinned)
        assert error.value.code == "chain.registry_unproven"
    assert source_of(recorded(ours)).read([]) == ()
    assert source_of(replace(ours, address=USUAL_ADDRESS)).read([]) == ()


def test_one_command_adds_the_proof_to_a_file_of_before(forgery: Forgery, tmp_path: Path) -> None:
    workspace = forgery.workspace(tmp_path / "verifier", forgery.chain.deployment)
    file = workspace.folder / "deployments" / "local.json"
    assert json.loads(file.read_text())["format"] == "credroot/deployment/v1"
    done = workspace.run("deploy", "--prove", "--network", "local")
    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text())
    assert (written["format"], written["creation"]["proof"]) == ("credroot/deployment/v2", "creation transaction")
    refused = forgery.workspace(tmp_path / "other", forgery.seeded).run("deploy", "--prove", "--network", "local")
    assert (refused.returncode, "chain.wrong_creation" in refused.stderr) == (7, True)


def test_a_workspace_of_the_local_chain_knows_its_registry_from_the_start(demonstrated: Workspace) -> None:
    written = json.loads((demonstrated.folder / "deployments" / "local.json").read_text())
    assert written["creation"]["proof"] == "creation transaction"
    assert len(list((demonstrated.folder / "cache" / "registries").iterdir())) == 1
