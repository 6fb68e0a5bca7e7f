from __future__ import annotations

import time

import pytest

from credroot.core.status import Status
from tests.app.api.conftest import write_workspace
from tests.app.api.live_server import LiveServer
from tests.app.api.material import anchored, claim_of, document
from tests.app.api.registry_model import CODE_HASH, HEAD, KEY, NETWORK, REGISTRY


def fresh_claim(model, count=1):
    return claim_of(anchored(model, [document(number) for number in range(count)], time.monotonic_ns())[0])


def test_a_batch_is_told_as_of_the_block_that_is_named(server, model) -> None:
    claim = fresh_claim(model, 3)
    told = server.get(f"/v1/batches/{claim.issuer}/{claim.root}").json
    assert told["network"] == {
        "name": NETWORK,
        "chain": "eip155:31337",
        "registry": f"0x{REGISTRY.hex()}",
        "block": HEAD,
        "blockTime": 1_790_000_600,
    }
    assert told["batch"]["leafCount"] == 3
    assert told["batch"]["key"] == f"0x{KEY.hex()}"
    assert told["batch"]["anchoredAt"] == "2026-09-21T14:13:20Z"
    assert told["batch"]["final"] is True


def test_the_status_of_one_credential_is_told(server, model) -> None:
    claim = fresh_claim(model, 300)
    model.statuses[claim.issuer, claim.root, 299] = Status.REVOKED
    at = f"/v1/status/{claim.issuer}/{claim.root}"
    assert server.get(f"{at}/0").json["status"] == "active"
    assert server.get(f"{at}/299?network={NETWORK}").json["status"] == "revoked"
    assert server.get(f"{at}/300").problem == "no-such-leaf"


def test_a_batch_that_is_not_there_is_not_found_as_of_a_block(server, model) -> None:
    claim = fresh_claim(model)
    response = server.get(f"/v1/batches/{claim.registry}/{claim.root}")
    assert (response.status, response.problem) == (404, "not-anchored")
    assert response.json["network"]["block"] == HEAD


def test_a_network_without_a_pinned_registry_is_unknown(server, model) -> None:
    claim = fresh_claim(model)
    response = server.get(f"/v1/batches/{claim.issuer}/{claim.root}?network=polygon")
    assert (response.problem, response.json["networks"]) == ("unknown-network", [NETWORK])


def test_an_outage_is_503_and_never_an_answer_about_the_batch(server, model) -> None:
    claim = fresh_claim(model)
    model.is_down = True
    try:
        response = server.get(f"/v1/batches/{claim.issuer}/{claim.root}")
    finally:
        model.is_down = False
    assert (response.status, response.problem) == (503, "chain-unavailable")
    assert response.headers["retry-after"] == "2"


def test_a_server_is_ready_when_every_pinned_registry_answers(server, model) -> None:
    assert server.get("/readyz").json["registries"][0]["ready"] is True
    model.code_hash = bytes(32)
    try:
        time.sleep(2.1)
        response = server.get("/readyz")
        assert (response.problem, response.json["registries"][0]["code"]) == ("not-ready", "chain.wrong_code")
        assert server.get("/healthz").status == 200
    finally:
        model.code_hash = CODE_HASH


def test_the_metrics_count_what_was_done(server, model) -> None:
    text = server.get("/metrics").body.decode()
    assert 'credroot_requests_total{method="GET",route="/v1/batches/{issuer}/{root}",status="200"}' in text
    assert "credroot_rpc_requests_total" in text
    assert 'credroot_fact_queries_total{result="asked"}' in text


@pytest.fixture
def strict(model, tmp_path):
    """A server that wants a head of this hour, before a node whose head has a time of its own."""
    with model.node() as node:
        folder = write_workspace(tmp_path, node.url)
        settings = folder / "credroot.toml"
        settings.write_text(settings.read_text().replace("finality = 1\n", "finality = 1\nmax_head_age_s = 3600\n"))
        with LiveServer(folder, "--rate", "0") as live:
            yield live


def test_nothing_is_told_of_an_old_state_as_if_it_were_now(strict, model) -> None:
    claim = fresh_claim(model)
    for path in (f"/v1/batches/{claim.issuer}/{claim.root}", f"/v1/status/{claim.issuer}/{claim.root}/0"):
        response = strict.get(path)
        assert (response.status, response.problem) == (503, "chain-unavailable")
        assert response.json["code"] in ("chain.stale_head", "chain.future_head")
        assert response.json["network"]["block"] == HEAD
    missing = strict.get(f"/v1/batches/{claim.registry}/{claim.root}")
    assert (missing.status, missing.json["code"]) == (503, response.json["code"])
    ready = strict.get("/readyz")
    assert (ready.problem, ready.json["registries"][0]["code"]) == ("not-ready", response.json["code"])
