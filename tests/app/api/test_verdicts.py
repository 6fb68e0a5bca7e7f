from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from credroot.core.status import Status
from credroot.core.values import Digest
from tests.app.api.live_server import LiveServer
from tests.app.api.material import FILE, anchored, claim_of, document, encoded, receipt, signed
from tests.app.api.registry_model import HEAD, HEAD_TIME, RegistryModel
from tests.waiting import wait_until

PNG = (
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><circle cx="45" cy="45" r="40"/></svg>'


@pytest.fixture
def fresh(model: RegistryModel) -> Callable[..., list[dict[str, Any]]]:
    """Anchor credentials that no test has asked about."""

    def anchor(count: int = 1, make: Callable[[int], dict[str, Any]] = document) -> list[dict[str, Any]]:
        salt = time.monotonic_ns()
        return anchored(model, [make(salt + number) for number in range(count)], salt)

    return anchor


def codes(report: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["code"] for check in report["checks"]}


def test_a_genuine_credential_is_valid_as_of_the_block_that_is_named(server, fresh) -> None:
    response = server.verify(encoded(fresh()[0]))
    assert (response.status, response.json["verdict"]) == (200, "valid")
    assert response.json["format"] == "credroot/report/v1"
    assert (response.json["network"]["block"], response.json["network"]["blockTime"]) == (HEAD, HEAD_TIME)


def test_a_signature_is_checked_too(server, fresh) -> None:
    one = fresh(make=signed)[0]
    assert codes(server.verify(encoded(one)).json)["signature"] == "signature.ok"


def test_a_changed_credential_is_no_http_error(server, fresh) -> None:
    one = fresh()[0]
    one["credentialSubject"]["achievement"]["name"] = "Rocket Science"
    response = server.verify(encoded(one))
    assert (response.status, response.json["verdict"]) == (200, "invalid")
    assert codes(response.json)["inclusion"] == "inclusion.changed"


@pytest.mark.parametrize(("status", "word"), [(Status.REVOKED, "revoked"), (Status.SUSPENDED, "suspended")])
def test_a_withdrawn_credential_is_invalid(server, model, fresh, status, word) -> None:
    one, other = fresh(2)
    claim = claim_of(one)
    model.statuses[claim.issuer, claim.root, claim.proof.index] = status
    assert codes(server.verify(encoded(one)).json)["status"] == f"status.{word}"
    assert server.verify(encoded(other)).json["verdict"] == "valid"


def test_a_credential_of_a_batch_that_was_never_anchored_is_invalid(server, fresh) -> None:
    one = anchored(RegistryModel(), [document(1)], time.monotonic_ns())[0]
    assert codes(server.verify(encoded(one)).json)["anchor"] == "anchor.not_found"


def test_json_that_is_no_credential_is_answered_with_a_report(server) -> None:
    response = server.verify(b'{"hello": "world"}')
    assert (response.status, response.json["verdict"]) == (200, "invalid")
    assert codes(response.json)["format"] == "format.not_a_credential"


@pytest.mark.parametrize("prefix", ["", "0x"])
def test_a_receipt_is_judged_beside_its_files_digest(server, model, prefix) -> None:
    body = {"receipt": receipt(model), "sha256": prefix + Digest.sha256(FILE).hex()}
    assert codes(server.verify(encoded(body)).json)["format"] == "format.receipt"
    body["sha256"] = "00" * 32
    assert codes(server.verify(encoded(body)).json)["format"] == "format.other_file"


def test_a_receipt_without_its_file_leaves_the_verdict_open(server, model) -> None:
    for body in ({"receipt": receipt(model)}, receipt(model)):
        response = server.verify(encoded(body))
        assert (response.status, response.json["verdict"]) == (200, "indeterminate")


@pytest.mark.parametrize("digest", ["", "0x", "12", 12, "g" * 64, "ab" * 33])
def test_a_receipt_beside_no_digest_at_all_is_a_wrong_request(server, model, digest) -> None:
    response = server.verify(encoded({"receipt": receipt(model), "sha256": digest}))
    assert (response.status, response.problem, response.json["code"]) == (422, "unprocessable", "receipt.digest")


def test_a_badge_picture_is_looked_into(server, fresh) -> None:
    from credroot.credential.baking.png import bake_png
    from credroot.credential.baking.svg import bake_svg

    payload = encoded(fresh()[0])
    for picture, content_type in (
        (bake_png(bytes.fromhex(PNG), payload), "image/png"),
        (bake_svg(SVG, payload), "image/svg+xml"),
        (bake_svg(SVG, payload), "application/octet-stream"),
        (payload, "application/octet-stream"),
    ):
        assert server.post("/v1/verify", picture, content_type).json["verdict"] == "valid"


def test_a_picture_without_a_credential_is_a_wrong_request(server) -> None:
    assert server.post("/v1/verify", SVG, "image/svg+xml").problem == "unprocessable"
    assert server.post("/v1/verify", b"%PDF-1.7", "application/octet-stream").status in (415, 422)
    assert server.post("/v1/verify", b"\xff\xd8\xff", "image/png").problem == "unsupported-media-type"


def test_a_jwt_is_read_as_one(server) -> None:
    for content_type in ("application/vc+jwt", "application/octet-stream"):
        response = server.post("/v1/verify", b"eyJhbGciOiJFZERTQSJ9.e30.AAAA", content_type)
        assert (response.status, response.json["verdict"]) == (200, "invalid")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "application/vc",
        "application/vc+ld+json",
        "application/ld+json",
        "Application/JSON",
    ],
)
def test_a_credential_is_taken_by_any_of_its_names(server, fresh, content_type) -> None:
    assert server.post("/v1/verify", encoded(fresh()[0]), content_type).json["verdict"] == "valid"


def test_one_question_to_the_chain_when_cold_and_none_when_warm(server, model, fresh) -> None:
    body = encoded(fresh()[0])
    before = model.asked
    server.verify(body)
    assert model.asked == before + 1
    for _ in range(5):
        assert server.verify(body).json["verdict"] == "valid"
    assert model.asked == before + 1


def test_a_batch_is_one_question_however_many_credentials_it_has(server, model, fresh) -> None:
    credentials = fresh(300)
    before = model.asked
    response = server.post("/v1/verify/batch", encoded({"credentials": credentials}))
    assert model.asked == before + 1
    assert response.json["format"] == "credroot/verify/v1"
    assert [report["index"] for report in response.json["reports"]] == list(range(300))
    assert {report["verdict"] for report in response.json["reports"]} == {"valid"}


def test_one_bad_credential_spoils_no_other(server, model, fresh) -> None:
    good, changed = fresh(2)
    changed["id"] = "urn:uuid:00000000-0000-4000-8000-000000000000"
    with_digest = {"receipt": receipt(model), "sha256": Digest.sha256(FILE).hex()}
    items = [good, changed, encoded(good).decode(), "{", 7, {}, with_digest, {"receipt": 1}]
    response = server.post("/v1/verify/batch", encoded({"credentials": items}))
    verdicts = [report["verdict"] for report in response.json["reports"]]
    assert verdicts == ["valid", "invalid", "valid", "invalid", "invalid", "invalid", "valid", "invalid"]
    assert codes(response.json["reports"][3])["format"] == "json.syntax"


@pytest.mark.parametrize("body", [{}, {"credentials": []}, {"credentials": {}}, [], {"credentials": [{}], "more": 1}])
def test_what_is_no_batch_is_a_wrong_request(server, body) -> None:
    assert server.post("/v1/verify/batch", encoded(body)).problem == "unprocessable"


def test_a_batch_has_at_most_a_thousand(server) -> None:
    assert server.post("/v1/verify/batch", encoded({"credentials": [{}] * 1_000})).status == 200
    response = server.post("/v1/verify/batch", encoded({"credentials": [{}] * 1_001}))
    assert (response.problem, response.json["code"]) == ("too-large", "batch.too_many")


@pytest.fixture(scope="class")
def outage(model: RegistryModel, server: LiveServer) -> Iterator[None]:
    """Take the endpoint down, and afterwards wait until the server has noticed that it is back."""
    model.is_down = True
    yield
    model.is_down = False
    fresh = lambda: encoded(anchored(model, [document(0)], time.monotonic_ns())[0])  # noqa: E731
    wait_until(lambda: server.verify(fresh()).status == 200)


@pytest.mark.usefixtures("outage")
class TestDuringAnOutage:
    def test_the_answer_is_503_with_the_report_of_what_needs_no_chain(self, server, fresh) -> None:
        response = server.verify(encoded(fresh()[0]))
        assert (response.status, response.problem) == (503, "chain-unavailable")
        assert int(response.headers["retry-after"]) >= 1
        report = response.json["report"]
        assert (report["verdict"], codes(report)["inclusion"]) == ("indeterminate", "inclusion.ok")

    def test_no_forgery_is_hidden(self, server, fresh) -> None:
        one = fresh()[0]
        one["validFrom"] = "2020-01-01T00:00:00Z"
        response = server.verify(encoded(one))
        assert (response.status, response.json["verdict"]) == (200, "invalid")

    def test_where_asking_again_would_not_help_the_answer_is_200(self, server, model) -> None:
        with_receipt = {"receipt": receipt(model)}  # without its file's digest, no chain could close the verdict
        response = server.verify(encoded(with_receipt))
        assert (response.status, response.json["verdict"]) == (200, "indeterminate")

    def test_the_endpoints_address_is_told_to_nobody(self, server, fresh) -> None:
        for response in (server.verify(encoded(fresh()[0])), server.get("/readyz")):
            assert response.status == 503
            assert b"127.0.0.1" not in response.body

    def test_a_batch_is_503_only_where_nothing_of_it_could_be_checked(self, server, fresh) -> None:
        good, changed = fresh(2)
        assert server.post("/v1/verify/batch", encoded({"credentials": [good]})).problem == "chain-unavailable"
        changed["validFrom"] = "2020-01-01T00:00:00Z"
        mixed = server.post("/v1/verify/batch", encoded({"credentials": [good, changed]}))
        assert [report["verdict"] for report in mixed.json["reports"]] == ["indeterminate", "invalid"]


def test_what_was_kept_is_answered_during_an_outage(server, model, fresh) -> None:
    body = encoded(fresh()[0])
    server.verify(body)
    model.is_down = True
    try:
        assert server.verify(body).json["verdict"] == "valid"
    finally:
        model.is_down = False


def test_an_endpoint_of_another_chain_is_neither_forgery_nor_success(workspace: Path, model, fresh) -> None:
    with LiveServer(workspace, "--quiet") as server:
        model.chain_id = 1
        try:
            response = server.verify(encoded(fresh()[0]))
            assert (response.status, response.json["verdict"]) == (200, "indeterminate")
            assert codes(response.json)["anchor"] == "anchor.wrong_chain"
            claim = claim_of(fresh()[0])
            facts = server.get(f"/v1/batches/{claim.issuer}/{claim.root}")
            assert (facts.status, facts.problem) == (503, "chain-mismatch")
            assert server.get("/readyz").json["registries"][0]["code"] == "chain.wrong_id"
        finally:
            model.chain_id = 31_337
