"""The index of events over HTTP: the same data as the command, as of a named block, or a problem that says why."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from credroot.auditor.index.exports import event_json
from credroot.store.event_index import EventIndex, Position
from tests.app.api.audited import fill, index_url
from tests.app.api.conftest import write_workspace
from tests.app.api.live_server import LiveServer
from tests.app.api.material import ISSUER
from tests.app.api.registry_model import BLOCK_S, HEAD, NETWORK, RegistryModel
from tests.auditor.scribe import OTHER
from tests.workspaces import run_credroot

FACT_AGE_0 = {"fact_age_s": 0.0}


def all_events(server, query=""):
    """Follow the pages to their end."""
    found, after = [], ""
    while True:
        page = server.get(f"/v1/events?limit=2{query}{after}").json
        found += page["events"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


@contextmanager
def served(tmp_path, *settings, model=None, fill_to=HEAD, url=None):
    """A server of its own over a model of its own, with an index that goes to a block, or none."""
    model = model or RegistryModel()
    with model.node() as node:
        folder = write_workspace(tmp_path, node.url)
        path = folder / "credroot.toml"
        path.write_text(path.read_text() + "\n".join(settings) + "\n")
        if fill_to is not None:
            fill(url or index_url(folder), to=fill_to)
        with LiveServer(folder, limits=FACT_AGE_0) as live:
            yield live


def test_the_pages_hold_every_event_once_in_order_as_the_command_writes_it(server, workspace) -> None:
    with EventIndex(index_url(workspace)) as index:
        kept = [event_json(stored) for stored in index.events(1)]
    assert all_events(server) == json.loads(json.dumps(kept))
    assert len(kept) == 6


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"&issuer=0x{ISSUER.address.hex()}", 5),
        (f"&issuer={ISSUER.caip10}", 5),
        (f"&issuer=0x{OTHER.hex()}", 1),
        ("&kind=BatchAnchored", 2),
        (f"&kind=BatchAnchored&from_block={HEAD - 38}", 1),
        (f"&to_block={HEAD - 38}", 2),
        (f"&network={NETWORK}&from_block={HEAD}", 0),
    ],
)
def test_filters_let_through_what_they_name(server, query, count) -> None:
    assert len(all_events(server, query)) == count


@pytest.mark.parametrize(
    "query",
    [
        "isuer=0x" + "11" * 20,
        "limit=1&limit=2",
        "limit=0",
        "limit=1001",
        "limit=ten",
        "after=120-3",
        "after=" + "A" * 65,
        "kind=Anchored",
        "issuer=0x11",
        "issuer=eip155:1:0x" + "11" * 20,
        "from_block=-1",
        "from_block=9&to_block=8",
        "to_block=9223372036854775808",
    ],
)
def test_a_parameter_of_another_form_is_refused_and_not_passed_over(server, query) -> None:
    assert server.get(f"/v1/events?{query}").problem == "unprocessable"


def test_an_issuer_is_told_with_what_it_did_and_who_accredited_it(server) -> None:
    told = server.get(f"/v1/issuers/0x{ISSUER.address.hex()}?limit=1").json
    assert (told["account"], told["counts"]["batches"], told["next"]) == (ISSUER.caip10, 2, 1)
    assert told["accreditations"][0]["accreditor"] == str(OTHER)
    rest = server.get(f"/v1/issuers/{ISSUER.caip10}?after=1").json
    assert ([batch["sequence"] for batch in rest["batches"]], rest["next"]) == ([2], None)


def test_an_account_without_an_event_is_not_found_as_of_a_block(server) -> None:
    response = server.get("/v1/issuers/0x" + "55" * 20)
    assert (response.status, response.problem) == (404, "no-events")
    assert response.json["network"]["block"] == HEAD
    assert server.get("/v1/issuers/nobody").problem == "unprocessable"
    assert server.get("/v1/events?network=polygon").problem == "unknown-network"


def test_without_an_index_the_answer_is_503_until_there_is_one(tmp_path) -> None:
    with served(tmp_path, fill_to=None) as live:
        response = live.get("/v1/events")
        assert (response.status, response.problem, response.json["code"]) == (503, "no-index", "index.missing")
        assert response.headers["retry-after"] == "60"
        fill(index_url(tmp_path))
        assert len(all_events(live)) == 6
        for file in (tmp_path / "audit").iterdir():
            file.unlink()
        assert live.get("/v1/events").json["code"] == "index.missing"
        fill(index_url(tmp_path))
        assert len(all_events(live)) == 6


def test_an_index_that_fell_behind_is_not_served(tmp_path) -> None:
    behind = HEAD - 10
    with served(tmp_path, "[api]", f"max_index_lag_s = {10 * BLOCK_S - 1}", fill_to=behind) as live:
        response = live.get("/v1/events")
        assert (response.status, response.problem) == (503, "index-behind")
        assert response.headers["retry-after"] == "60"
        assert (response.json["network"]["block"], response.json["finalBlock"]) == (behind, HEAD)
        assert response.json["secondsBehind"] == 10 * BLOCK_S


def test_an_index_that_is_a_little_behind_says_how_much(tmp_path) -> None:
    with served(tmp_path, "[api]", f"max_index_lag_s = {10 * BLOCK_S}", fill_to=HEAD - 10) as live:
        assert live.get("/v1/events").json["secondsBehind"] == 10 * BLOCK_S


def test_while_the_chain_is_silent_the_index_is_served_and_nobody_claims_that_it_is_new(tmp_path) -> None:
    model = RegistryModel(is_down=True)
    with served(tmp_path, model=model) as live:
        page = live.get("/v1/events").json
        assert (page["secondsBehind"], page["network"]["block"], len(page["events"])) == (None, HEAD, 6)
        model.is_down = False
        assert live.get("/v1/events").json["secondsBehind"] == 0


def test_a_cursor_whose_block_was_reorganised_away_is_gone(tmp_path) -> None:
    with served(tmp_path) as live:
        end = live.get("/v1/events").json["end"]
        assert live.get(f"/v1/events?after={end}").json["events"] == []
        with EventIndex(index_url(tmp_path)) as index:
            index.rewind(1, before=index.position(1), to=Position(HEAD - 38, bytes(32)))
            row = (HEAD, b"n" * 32, bytes(32), 1_790_000_600)
            index.append(1, [], [row], before=index.position(1), after=Position(HEAD, b"n" * 32))
        response = live.get(f"/v1/events?after={end}")
        assert (response.status, response.problem) == (410, "stale-cursor")


def test_the_index_of_the_settings_is_served_from_either_database(tmp_path, new_index_url) -> None:
    url = new_index_url()
    with served(tmp_path, "[audit]", f'index = "{url}"', url=url) as live:
        assert len(all_events(live)) == 6
        assert live.get(f"/v1/issuers/{ISSUER.caip10}").json["counts"]["credentials"] == 600
    assert not (tmp_path / "audit").exists()


def test_an_empty_database_is_no_index_and_stays_empty(tmp_path, new_index_url) -> None:
    url = new_index_url()
    with served(tmp_path, "[audit]", f'index = "{url}"', fill_to=None) as live:
        assert live.get("/v1/events").json["code"] == "index.missing"
        EventIndex(url).close()
        assert live.get("/v1/events").json["code"] == "index.empty"


def test_what_a_database_says_of_itself_is_told_to_the_operator_alone(tmp_path) -> None:
    with served(tmp_path, "[audit]", 'index = "postgresql://secret-host.invalid/x"', fill_to=None) as live:
        response = live.get("/v1/events")
        assert (response.problem, response.json["code"]) == ("no-index", "index.unreachable")
        assert b"secret-host" not in response.body
        assert '"event":"index"' in live.log()


def test_a_served_workspace_gives_what_its_command_writes(demonstrated) -> None:
    done = run_credroot(demonstrated.folder, "audit", "events")
    assert done.returncode == 0, done.stderr
    with LiveServer(demonstrated.folder, "--rate", "0") as live:
        page = live.get("/v1/events").json
        assert page["events"] == [json.loads(line) for line in done.stdout.splitlines()]
        assert page["notices"]
        issuer = page["events"][0]["arguments"]["issuer"]
        shown = json.loads(run_credroot(demonstrated.folder, "audit", "ledger", "--issuer", issuer).stdout)
        told = live.get(f"/v1/issuers/{issuer}").json
        batches = [entry for entry in shown["entries"] if entry["entry"] == "batch"]
        assert (told["batches"], told["network"]["block"]) == (batches, shown["block"])
