"""Two machines with one key and one roster, each with a journal of its own: nobody is issued the same twice unasked."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from credroot.core.errors import AnchorRejected, CredrootError, GuardRefused
from credroot.store.journal_records import BatchState
from tests.campaigns.desk import Desk, root_of
from tests.issuer.lifecycle.college import College
from tests.issuer.lifecycle.conftest import Issuer, Paused, Steps, stop
from tests.issuer.lifecycle.test_states import anchors_of

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil

SEED = 20_260_611
RACES = 40
MOST_TURNS = 200


def refused(desk: Desk, name: str = "one", **options: Any) -> str:
    with pytest.raises(GuardRefused) as refusal:
        desk.anchor(name, **options)
    return refusal.value.code


def accept_all(desk: Desk) -> None:
    for event in anchors_of(desk):
        desk.journal.accept(desk.bench.deployment.chain_id, event.transaction, "I know of it", desk.bench.clock())


def lose_the_race(issuer: Issuer, anvil: Anvil, other: Path) -> None:
    """Let this machine sign its anchor, and the one in `other` take the number with the same people before that."""
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.submission, "_broadcast", lambda *_arguments, **_options: stop())
        with pytest.raises(Paused):
            desk.anchor()
    with issuer.desk(folder=other) as second:
        assert second.anchor().state is BatchState.PUBLISHED
    with issuer.desk() as desk:
        with pytest.raises(AnchorRejected) as ended:
            desk.anchor()
        assert ended.value.code == "anchor.replaced"


def test_what_took_the_number_is_looked_at_before_the_batch_is_sent_anew(
    issuer: Issuer, anvil: Anvil, tmp_path: Path
) -> None:
    lose_the_race(issuer, anvil, tmp_path / "other")
    with issuer.desk() as desk:
        for _again in range(2):
            assert refused(desk) == "batch.already_anchored"
        assert len(anchors_of(desk)) == 1
        assert desk.anchor(again=True).state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 2


def test_a_batch_of_others_that_took_the_number_has_to_be_known_first(
    issuer: Issuer, anvil: Anvil, tmp_path: Path
) -> None:
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.submission, "_broadcast", lambda *_arguments, **_options: stop())
        with pytest.raises(Paused):
            desk.anchor()
    with issuer.desk(folder=tmp_path / "other") as second:
        second.anchor("two")
    with issuer.desk() as desk:
        with pytest.raises(AnchorRejected):
            desk.anchor()
        assert refused(desk) == "guard.journal_behind"
        accept_all(desk)
        assert desk.anchor().state is BatchState.PUBLISHED


def test_to_know_of_a_transaction_is_not_to_ask_for_its_people_again(
    issuer: Issuer, anvil: Anvil, tmp_path: Path
) -> None:
    with issuer.desk(folder=tmp_path / "other") as second:
        second.anchor()
    with issuer.desk() as desk:
        assert refused(desk) == "guard.journal_behind"
        accept_all(desk)
        assert refused(desk) == "batch.already_anchored"
        assert desk.anchor("two").state is BatchState.PUBLISHED
        assert desk.anchor(again=True).state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 3


def test_another_key_of_the_issuer_finds_the_same_people_too(issuer: Issuer, anvil: Anvil, tmp_path: Path) -> None:
    with issuer.desk(folder=tmp_path / "other") as second:
        second.anchor()
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        # As if the anchor on the chain were by another key, of which this journal has to know nothing.
        patch.setattr("credroot.issuer.sending.walk.require_known_anchors", lambda *_arguments: None)
        assert refused(desk) == "batch.already_anchored"


def test_what_is_anchored_while_a_machine_prepares_its_files_is_seen(
    issuer: Issuer, anvil: Anvil, tmp_path: Path
) -> None:
    with issuer.desk() as desk:
        prepare = desk._prepare

        def slowly(folder: Any) -> Any:
            with issuer.desk(folder=tmp_path / "other") as second:
                second.anchor()
            return prepare(folder)

        desk._prepare = slowly  # type: ignore[method-assign]
        assert refused(desk) == "batch.already_anchored"
        assert len(anchors_of(desk)) == 1


def test_what_is_mined_between_the_choice_of_a_number_and_the_look_at_the_chain_is_seen(
    issuer: Issuer, anvil: Anvil, tmp_path: Path
) -> None:
    with issuer.desk() as desk:
        chosen = desk.submission._next_nonce

        def then_somebody_anchors(sender: Any) -> int:
            nonce = chosen(sender)
            with issuer.desk(folder=tmp_path / "other") as second:
                second.anchor()
            return nonce

        desk.submission._next_nonce = then_somebody_anchors  # type: ignore[method-assign]
        assert refused(desk) == "guard.unknown_pending"
        assert len(anchors_of(desk)) == 1


def test_a_count_that_fits_by_chance_hides_nothing(issuer: Issuer, anvil: Anvil, tmp_path: Path) -> None:
    with issuer.desk(world=Steps(anvil, anvil.mine, stop)) as desk, pytest.raises(Paused):
        desk.anchor("lost")
    anvil.reorganise(1)  # what this journal takes for mined is gone
    with issuer.desk(folder=tmp_path / "other") as second:
        second.anchor("one")
    with issuer.desk() as desk:
        assert desk.journal.batch("lost").state is BatchState.MINED
        assert refused(desk, "one") == "guard.journal_behind"


def test_the_folder_of_another_machine_is_taken_over_as_it_is(issuer: Issuer, anvil: Anvil, tmp_path: Path) -> None:
    lose_the_race(issuer, anvil, tmp_path / "other")
    with issuer.desk(folder=tmp_path / "other") as second:
        root, files = root_of(second), [path.read_bytes() for path in second.published()]
    third = tmp_path / "third"
    shutil.copytree(tmp_path / "other" / "batches" / "one", third / "batches" / "one")
    with issuer.desk(folder=third) as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert root_of(desk) == root
        assert [path.read_bytes() for path in desk.published()] == files
        assert desk.anchor("two").state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 2


def test_a_folder_that_was_changed_or_that_the_registry_does_not_know_is_not_taken_over(
    issuer: Issuer, anvil: Anvil, deployment: Deployment, tmp_path: Path
) -> None:
    with issuer.desk(folder=tmp_path / "other") as second:
        second.anchor()
    third, stranger = tmp_path / "third", Issuer(anvil, deployment, tmp_path / "stranger")
    for folder in (third, stranger.folder):
        shutil.copytree(tmp_path / "other" / "batches" / "one", folder / "batches" / "one")
    with stranger.desk() as desk:
        assert refused(desk) == "batch.not_on_chain"
    with issuer.desk(folder=third) as desk:
        changed = desk.published()[0]
        changed.write_bytes(changed.read_bytes().replace(b"person", b"Person"))
        with pytest.raises(CredrootError) as ended:
            desk.anchor()
        assert ended.value.code == "batch.second_opinion"
        assert len(anchors_of(desk)) == 1


def test_machines_that_race_and_die_at_any_moment_anchor_a_roster_once(
    issuer: Issuer, anvil: Anvil, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    moves = random.Random(SEED)
    for race in range(RACES):
        name = f"race-{race}"
        folders = [tmp_path / "a", tmp_path / "b"]
        open_ends = set(folders)
        for _turn in range(MOST_TURNS):
            if not open_ends:
                break
            folder = moves.choice(sorted(open_ends))
            if turn(issuer, anvil, folder, name, moves):
                open_ends.discard(folder)
        assert not open_ends
        with issuer.desk(folder=folders[0]) as desk:
            assert len(anchors_of(desk)) == race + 1, f"race {race} of seed {SEED}"
        for folder in folders:
            with issuer.desk(folder=folder) as desk:
                accept_all(desk)


def turn(issuer: Issuer, anvil: Anvil, folder: Path, name: str, moves: random.Random) -> bool:
    """Let one machine work until it dies; answer whether it has come to an end, published or refused for good."""
    steps = [moves.choice([lambda: None, anvil.mine, anvil.mine]) for _ in range(moves.randrange(5))]
    with issuer.desk(folder=folder, world=Steps(anvil, *steps, stop)) as desk:
        if moves.random() < 0.3:
            desk.submission._broadcast = lambda *_arguments, **_options: stop()  # type: ignore[method-assign]
        try:
            return desk.anchor(name).state is BatchState.PUBLISHED
        except Paused:
            return False
        except (AnchorRejected, GuardRefused) as ended:
            if ended.code == "guard.unknown_pending":
                anvil.mine()
            return ended.code in ("batch.already_anchored", "guard.journal_behind")


@pytest.fixture
def twins(tmp_path: Path, mining_chain: tuple[Anvil, Deployment]) -> tuple[College, College]:
    """A workspace and its copy on another machine, whose owners upload the same class list."""
    college = College(tmp_path, *mining_chain, f"twins {tmp_path.name}")
    account = str(college.hot.address)
    college.board("issuer", "keys", "add", account, "--role", "anchor", "--role", "suspend")
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    return college, college.copy(tmp_path / "copy")


def write_class(college: College) -> None:
    rows = "".join(f"Person {row},person.{row}@example.org,2026-05-04\n" for row in range(3))
    (college.folder / "class.csv").write_text("name,email,issued_on\n" + rows)
    college.write_achievement()


def begin(college: College) -> subprocess.Popen[str]:
    write_class(college)
    command = ["batch", "anchor", "class", "--roster", "class.csv", "--achievement", "achievement.json", "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "credroot", *command],
        cwd=college.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **college.environment},
    )


def test_two_workspaces_with_one_key_race_on_the_command_line_and_the_class_is_issued_once(
    twins: tuple[College, College],
) -> None:
    done = [(process.communicate(timeout=120), process.returncode) for process in map(begin, twins)]
    codes = [code for _, code in done]
    assert codes.count(0) == 1, done
    loser = twins[1 - codes.index(0)]
    assert codes[1 - codes.index(0)] in (7, 8), done
    again = loser.run("batch", "resume", "class")
    assert again.returncode == 7
    assert "guard.journal_behind" in again.stderr or "batch.already_anchored" in again.stderr
    loser.run("issuer", "watch", "--accept", transaction_of(twins[codes.index(0)]))
    again = loser.run("batch", "resume", "class")
    assert (again.returncode, "[batch.already_anchored]" in again.stderr) == (7, True), again.stderr
    assert anchors(loser) == 1
    assert loser.done("batch", "resume", "class", "--again")["state"] == "published"
    assert anchors(loser) == 2


def transaction_of(college: College) -> str:
    return str(college.done("batch", "status", "class")["transaction"])


def anchors(college: College) -> int:
    lines = college.run("audit", "events").stdout.splitlines()
    return sum('"BatchAnchored"' in line and str(college.cold.address) in line for line in lines)


def test_a_class_is_taken_over_from_the_other_machine_by_its_folder(twins: tuple[College, College]) -> None:
    first, second = twins
    begin(first).communicate(timeout=120)
    shutil.copytree(first.folder / "batches" / "class", second.folder / "batches" / "class")
    root = first.done("batch", "status", "class")["root"]
    assert second.done("batch", "resume", "class")["root"] == root
    assert anchors(first) == 1
    assert second.anchor("another")["state"] == "published"


def test_an_order_that_was_signed_offline_is_not_relayed_for_people_whom_the_other_machine_issued_meanwhile(
    twins: tuple[College, College],
) -> None:
    first, second = twins
    write_class(second)
    plan = ("batch", "plan", "class.csv", "--achievement", "achievement.json", "--name", "class")
    assert second.run(*plan).returncode == 0
    sign = ("batch", "sign", "class", "--until", "2099-01-01T00:00:00Z", "--out", "order.json")
    assert second.run(*sign).returncode == 0
    begin(first).communicate(timeout=120)
    refused = second.run("batch", "relay", "order.json")
    assert (refused.returncode, "[batch.already_anchored]" in refused.stderr) == (7, True), refused.stderr
    assert anchors(first) == 1
    assert second.run("batch", "relay", "order.json", "--again").returncode == 0
    assert anchors(first) == 2
