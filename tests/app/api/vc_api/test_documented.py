"""What ``/openapi.json`` says of the VC-API."""

from __future__ import annotations

import pytest

from credroot.credential.w3c.problems import VcProblemType


@pytest.fixture(scope="module")
def openapi(quiet_server):
    return quiet_server.get("/openapi.json").json


def test_every_route_is_documented(openapi) -> None:
    paths = openapi["paths"]
    assert {"200", "400", "413", "415", "429"} <= paths["/credentials/verify"]["post"]["responses"].keys()
    assert {"200", "400", "429"} <= paths["/presentations/verify"]["post"]["responses"].keys()
    assert {"201", "400", "401", "404"} <= paths["/credentials/issue"]["post"]["responses"].keys()
    assert {"/credentials/status/{number}", "/status/{number}.json"} <= paths.keys()


def test_the_difference_to_a_verdict_is_said_where_it_is_read(openapi) -> None:
    for path in ("/credentials/verify", "/presentations/verify"):
        assert "It does **not** say who that issuer is" in openapi["paths"][path]["post"]["description"]
    assert "**not anchored**" in openapi["paths"]["/credentials/issue"]["post"]["description"]


def test_issuing_wants_a_bearer_key(openapi) -> None:
    (needed,) = openapi["paths"]["/credentials/issue"]["post"]["security"]
    (scheme,) = needed
    assert openapi["components"]["securitySchemes"][scheme]["scheme"] == "bearer"
    assert "security" not in openapi["paths"]["/credentials/verify"]["post"]


def test_every_problem_type_is_documented(openapi) -> None:
    schema = openapi["paths"]["/credentials/verify"]["post"]["responses"]["400"]
    errors = schema["content"]["application/json"]["schema"]["properties"]["errors"]
    assert set(errors["items"]["properties"]["type"]["enum"]) == {kind.value for kind in VcProblemType}


@pytest.mark.parametrize("kind", VcProblemType)
def test_a_type_is_a_url_that_one_of_the_specifications_begins(kind) -> None:
    begins = ("https://www.w3.org/TR/vc-data-model#", "https://w3id.org/security#")
    assert kind.value.startswith((*begins, "https://www.w3.org/ns/credentials/status-list#"))
    assert kind.value.endswith("_ERROR")
