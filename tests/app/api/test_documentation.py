"""The examples are the truth: what is sent as they say is answered as they say."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI

from credroot.app.api.events.documentation import EventsWire, IssuerWire
from credroot.app.api.wire import ReportsWire, ReportWire
from tests.app.api.asgi import Api
from tests.app.api.conftest import write_workspace
from tests.app.api.examples_maker import EXAMPLES, PATHS, QUERIES, requests_of
from tests.app.api.material import encoded


@pytest.fixture(scope="module")
def openapi(server):
    return server.get("/openapi.json").json


@pytest.mark.parametrize("name", PATHS)
def test_each_example_is_answered_as_documented(server, model, openapi, name) -> None:
    requests_of(model)
    operation = openapi["paths"][PATHS[name]]["post"]
    body = operation["requestBody"]["content"]["application/json"]["examples"][name]["value"]
    answer = operation["responses"]["200"]["content"]["application/json"]["examples"][name]["value"]
    assert server.post(PATHS[name], encoded(body)).json == answer


def test_the_description_is_written_once(tmp_path, monkeypatch) -> None:
    written = []
    described = FastAPI.openapi
    monkeypatch.setattr(FastAPI, "openapi", lambda inner: [written.append(1), described(inner)][1])
    api = Api(write_workspace(tmp_path, "http://127.0.0.1:9"))
    try:
        answers = {api.get("/openapi.json") for _ in range(3)}
    finally:
        api.close()
    (answer,) = answers
    assert (answer[0], json.loads(answer[1])["openapi"][:2], len(written)) == (200, "3.", 1)


@pytest.mark.parametrize("name", QUERIES)
def test_each_example_without_a_body_is_answered_as_documented(server, openapi, name) -> None:
    route, url = QUERIES[name]
    example = openapi["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]["examples"][name]
    assert example == {"summary": url, "value": server.get(url).json}


def test_the_examples_are_what_their_maker_makes(model) -> None:
    assert json.loads(EXAMPLES.read_text())["requests"] == requests_of(model)


@pytest.mark.parametrize("name", PATHS)
def test_each_answer_has_the_documented_shape(name) -> None:
    answer = json.loads(EXAMPLES.read_text())["answers"][name]
    (ReportsWire if name == "batch" else ReportWire).model_validate(answer)


@pytest.mark.parametrize("name", QUERIES)
def test_each_answer_of_the_index_has_the_documented_shape(name) -> None:
    answer = json.loads(EXAMPLES.read_text())["answers"][name]
    (IssuerWire if name == "issuer" else EventsWire).model_validate(answer)


def test_every_route_is_documented(openapi) -> None:
    assert openapi["openapi"].startswith("3.1")
    assert {
        "/v1/verify",
        "/v1/verify/batch",
        "/v1/batches/{issuer}/{root}",
        "/v1/status/{issuer}/{root}/{index}",
        "/v1/events",
        "/v1/issuers/{account}",
        "/healthz",
        "/readyz",
        "/metrics",
    } <= openapi["paths"].keys()


def test_every_refusal_is_documented_as_a_problem(openapi) -> None:
    responses = openapi["paths"]["/v1/verify"]["post"]["responses"]
    assert {"400", "408", "413", "415", "422", "429", "503"} <= responses.keys()
    assert all(
        "application/problem+json" in response["content"] for status, response in responses.items() if status != "200"
    )
