"""What a request takes is bounded by the system: every file has its report, and what was judged before keeps it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import Any

import pytest

from credroot.app.api.http.request_budget import LightBudget
from credroot.app.api.limits import Limits
from credroot.app.api.verdicts.jobs import BatchJob
from credroot.app.api.verdicts.reading import read_document
from credroot.app.api.verdicts.routes import INLINE_PARTS, VerdictRoutes
from credroot.app.lane.desk import Desk, Plan
from credroot.app.lane.job import Job, perform
from credroot.app.lane.lanes import ThreadLane
from credroot.app.page.jobs import PageJob
from credroot.app.settings.settings import load_settings
from credroot.core.budget import Budget, BudgetExceeded, Work
from credroot.core.time_is_up import TimeIsUp
from credroot.credential.rdf.rdfc import _BoundedCanonicalization
from credroot.verifier.evidence import Evidence
from credroot.verifier.subject import TOO_COSTLY, Malformed
from credroot.verifier.trust import Trust
from tests.app.api.asgi import Api
from tests.app.api.conftest import write_workspace
from tests.app.api.live_server import LiveServer
from tests.app.api.material import anchored, document, encoded
from tests.app.api.registry_model import RegistryModel
from tests.app.api.test_type_confusion import FORM
from tests.browser.photographs import LINK, photograph
from tests.verifier.costly import many_forms, other_shape, wrong_proof

WAIT_S = 30
"""Patience with what comes at once, or never."""
FILES = 40
CUT_AT = 25


class CutDesk:
    """A desk at whose `CUT_AT`th file the time is up, or the memory."""

    def __init__(self, desk: Desk, error: BaseException) -> None:
        self._desk = desk
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def evidence(self, subjects: Any, *, budget: Budget) -> Iterator[Evidence]:
        return self._until_cut(self._desk.evidence(subjects, budget=budget))

    def verify_in_turn(self, files: Any, *, budget: Budget) -> Iterator[Any]:
        return self._until_cut(self._desk.verify_in_turn(files, budget=budget))

    def _until_cut(self, found: Iterator[Any]) -> Generator[Any, None, None]:
        for number, one in enumerate(found):
            if number == CUT_AT:
                raise self._error
            yield one


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    limits = replace(Limits(), processes=0)
    return Plan(load_settings(tmp_path_factory.mktemp("desk"), {}), limits, b"k" * 32).desk()


def form(files: list[bytes]) -> bytes:
    boundary = FORM.partition("boundary=")[2].encode()
    head = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n' % boundary
    return b"".join(head + file + b"\r\n" for file in files) + b"--%b--\r\n" % boundary


def cut(job: Job[Any], desk: Desk, error: BaseException) -> tuple[list[Any], Any]:
    sent: list[Any] = []
    stand_in: Any = CutDesk(desk, error)
    value, reason = perform(job, stand_in, sent.extend, lambda _files: True)
    assert reason is not None
    return sent, value


@pytest.mark.parametrize(
    ("error", "code"), [(TimeIsUp(), "budget.time"), (MemoryError(), "budget.memory")], ids=["time", "memory"]
)
def test_a_batch_that_is_cut_keeps_its_reports_and_has_one_for_every_other_credential(
    desk: Desk, error: BaseException, code: str
) -> None:
    batch = BatchJob(encoded({"credentials": [document(number) for number in range(FILES)]}))
    sent, value = cut(batch, desk, error)
    reports = [json.loads(one.body) for one in [*sent[1:], *value]]
    assert [report["index"] for report in reports] == list(range(FILES))
    told = [report["checks"][0] for report in reports]
    assert [check["code"] for check in told] == ["format.no_proof"] * CUT_AT + ["format.too_costly"] * (FILES - CUT_AT)
    assert {check["details"]["reason"] for check in told[CUT_AT:]} == {code}
    assert {report["verdict"] for report in reports[CUT_AT:]} == {"indeterminate"}


def test_a_form_that_is_cut_keeps_its_results_and_has_one_for_every_other_file(desk: Desk) -> None:
    files = [encoded(document(number)) for number in range(FILES)]
    _, written = cut(PageJob(form(files), FORM, "en", False), desk, TimeIsUp())
    assert written.verdicts == ("invalid",) * CUT_AT + ("indeterminate",) * (FILES - CUT_AT)


def test_a_live_server_gives_every_credential_of_a_costly_batch_its_report(workspace: Path) -> None:
    costly = [other_shape(number) for number in range(400)]
    with LiveServer(workspace, "--rate", "0", "--quiet") as server:
        answer = server.post("/v1/verify/batch", encoded({"credentials": [document(1), *costly]}))
        assert [report["index"] for report in answer.json["reports"]] == list(range(401))
        assert answer.json["reports"][0]["checks"][0]["code"] == "format.no_proof"
        assert answer.json["reports"][-1]["verdict"] == "indeterminate"
        page = server.post("/v1/page", form([encoded(one) for one in costly]), FORM)
        assert len(page.json["verdicts"]) == 400


def test_a_small_document_that_takes_more_than_a_little_is_judged_with_the_whole_budget(tmp_path: Path) -> None:
    small = encoded(many_forms(things=60, proofs=4))
    assert len(small) <= Limits().inline_bytes
    budget = LightBudget()
    api = Api(write_workspace(tmp_path, "http://127.0.0.1:9"))
    try:
        status, body = api.post("/v1/verify", small)
    finally:
        api.close()
    told = {check["id"]: check["code"] for check in json.loads(body)["checks"]}
    assert (status, told["signature"]) == (200, "signature.failed")
    with pytest.raises(BudgetExceeded):
        budget.spend(Work.VALUES, 1_200)
    assert budget.has_refused


def with_results(number: int, values: str) -> dict[str, Any]:
    """Give a badge with a thing for each letter, which nothing else tells apart, and a wrong proof."""
    made = document(number)
    made["credentialSubject"]["result"] = [{"type": ["Result"], "value": value} for value in values]
    return {**made, "proof": [wrong_proof(0)]}


def test_a_known_shape_with_twins_in_it_is_not_told_apart_while_nobody_else_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    told_apart = _BoundedCanonicalization.main

    def told(*arguments: Any) -> Any:
        asked.append(current_thread() is main_thread())
        return told_apart(*arguments)

    monkeypatch.setattr(_BoundedCanonicalization, "main", told)
    api = Api(write_workspace(tmp_path, "http://127.0.0.1:9"))
    try:
        for number in range(2):
            api.ask("/v1/verify", with_results(number, "abcd"))
        learnt = len(asked)
        api.ask("/v1/verify", with_results(3, "efgh"))
        assert len(asked) == learnt
        _, report = api.ask("/v1/verify", with_results(4, "aaaa"))
    finally:
        api.close()
    assert len(asked) > learnt
    assert not any(asked)
    assert {check["id"]: check["code"] for check in report["checks"]}["signature"] == "signature.failed"


def test_what_takes_milliseconds_to_read_is_not_read_while_nobody_else_is_served() -> None:
    numbers = [number * 1.1e-300 for number in range(300)]
    small = encoded(anchored(RegistryModel(), [{**document(1), "x": numbers}])[0])
    assert len(small) <= Limits().inline_bytes
    subject = read_document(small, Trust(), Limits(), Budget({Work.PARTS: INLINE_PARTS}))
    assert isinstance(subject, Malformed)
    assert subject.code == TOO_COSTLY


def test_no_two_threads_compute_at_once_beside_the_one_that_serves_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged, run = VerdictRoutes._judged, ThreadLane.run
    others_in_lane, in_threads = Event(), []

    def wait_for_the_others(*arguments: Any, **options: Any) -> Any:
        in_threads.append(others_in_lane.wait(WAIT_S))
        return judged(*arguments, **options)

    async def told(*arguments: Any, **options: Any) -> Any:
        others_in_lane.set()
        return await run(*arguments, **options)

    monkeypatch.setattr(VerdictRoutes, "_judged", wait_for_the_others)
    monkeypatch.setattr(ThreadLane, "run", told)
    api = Api(write_workspace(tmp_path, "http://127.0.0.1:9"))
    try:
        answers = api.together("/v1/verify", [other_shape(number) for number in range(4)])
    finally:
        api.close()
    assert [status for status, _ in answers] == [200] * 4
    assert in_threads == [True] * Limits().computing_threads


def test_what_a_file_may_not_cost_anywhere_is_refused_at_once() -> None:
    budget = LightBudget()
    with pytest.raises(BudgetExceeded):
        budget.for_file().spend(Work.FORMS, 25)
    assert not budget.has_refused


def test_one_address_that_sends_pictures_leaves_room_for_those_of_others(workspace: Path) -> None:
    pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: the extra credroot[qr]")
    picture = photograph()
    with LiveServer(workspace, "--rate", "0", "--quiet") as server, ThreadPoolExecutor(6) as pool:
        greedy = [pool.submit(server.post, "/v1/code", picture, "image/jpeg") for _ in range(6)]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60, source_address=("127.0.0.2", 0))
        connection.request("POST", "/v1/code", picture, {"content-type": "image/jpeg"})
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["link"]) == (200, LINK)
        connection.close()
        assert [one.result().status for one in greedy] == [200] * 6
