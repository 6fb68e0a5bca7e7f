"""The workspace's own status lists, given to whoever asks."""

from __future__ import annotations

import pytest

from tests.app.api.vc_api.plain_credentials import status_list


@pytest.mark.parametrize("path", ["/status/1.json", "/credentials/status/1"])
def test_a_status_list_is_given_as_it_was_signed(api, path) -> None:
    response = api.server.get(path)
    assert (response.status, response.json) == (200, status_list(url="https://issuer.example/status/1.json"))
    assert response.headers["content-type"] == "application/json"
    assert "max-age" in response.headers["cache-control"]
    assert api.server.ask("HEAD", path).status == 200


def test_it_is_a_credential_for_who_asks_for_that_and_is_verified_as_one(api) -> None:
    response = api.server.get("/status/1.json", accept="application/vc, application/json")
    assert response.headers["content-type"] == "application/vc"
    assert api.verify(response.json).status == 200


@pytest.mark.parametrize(
    "number", ["0", "2", "01", "x", "..", "%2e%2e%2f1", "1.receipt", "9" * 30, "-1", "1%00", "../../credroot"]
)
def test_nothing_else_is_given(api, number) -> None:
    for path in (f"/status/{number}.json", f"/credentials/status/{number}"):
        assert api.server.get(path).problem == "not-found"
