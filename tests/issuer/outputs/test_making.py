"""Making a batch's outputs: again, after a stop, with other settings, and in a bounded memory."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from credroot.core.errors import InputError
from credroot.credential.picture.colour import Colour
from credroot.issuer.batch.folder import MANIFEST_FORMAT, BatchFolder
from credroot.issuer.outputs.making import FOLDER, MAIL_TABLE, Wanted, make_outputs
from credroot.issuer.outputs.theme import Theme
from credroot.store.lock import LockHeld, exclusive
from tests.issuer.outputs.conftest import issued

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "https://verify.example/"
PICTURES = Wanted(frozenset({"png", "svg", "mail"}), PAGE)


class Stopped(Exception):
    """Ctrl-C."""


def published(folder: Path, count: int) -> BatchFolder:
    """Give a batch with `count` credentials as publishing leaves it."""
    batch = BatchFolder(folder / "batch")
    batch.published.mkdir(parents=True)
    entries = []
    for number in range(count):
        document = json.loads(issued(f"Learner {number}"))
        uuid = f"6f0f0d3e-0c5b-4a58-9a55-{number:012x}"
        document["id"] = f"urn:uuid:{uuid}"
        (batch.published / f"{uuid}.json").write_text(json.dumps(document), encoding="utf-8")
        entries.append({"row": number + 2, "id": document["id"]})
    batch.manifest.write_text(json.dumps({"format": MANIFEST_FORMAT, "credentials": entries}), encoding="utf-8")
    return batch


def addresses(count: int) -> dict[int, str]:
    return {number + 2: f"learner{number}@students.example" for number in range(count)}


def contents(batch: BatchFolder) -> dict[str, bytes]:
    folder = batch.path / FOLDER
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_making_again_keeps_every_file_as_it_is(tmp_path: Path) -> None:
    batch = published(tmp_path, 4)
    first = make_outputs(batch, addresses(4), PICTURES)
    before = contents(batch)
    again = make_outputs(batch, addresses(4), PICTURES)
    assert (first.kept, again.kept) == (0, 12)
    assert again.lines == first.lines
    assert contents(batch) == before


def test_what_was_stopped_goes_on_and_ends_with_the_same_files(tmp_path: Path) -> None:
    whole, stopped = published(tmp_path / "a", 5), published(tmp_path / "b", 5)
    make_outputs(whole, addresses(5), PICTURES)

    def stop(done: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        make_outputs(stopped, addresses(5), PICTURES, stop)
    assert MAIL_TABLE not in contents(stopped)
    (stopped.path / FOLDER / "png" / ".half.png.1.tmp").write_bytes(b"half")
    assert make_outputs(stopped, addresses(5), PICTURES).kept == 6
    left, right = contents(whole), contents(stopped)
    assert {name: data for name, data in left.items() if name != ".lock"} == {
        name: data for name, data in right.items() if name != ".lock"
    }


def linkedin_urls(batch: BatchFolder) -> list[str]:
    table = csv.DictReader(io.StringIO((batch.path / FOLDER / MAIL_TABLE).read_text(encoding="utf-8-sig")))
    return [parse_qs(urlsplit(row["linkedin"]).query)["certUrl"][0] for row in table]


def test_linkedin_does_not_get_the_credential_itself_unless_that_is_asked_for(tmp_path: Path) -> None:
    batch = published(tmp_path, 2)
    make_outputs(batch, addresses(2), PICTURES)
    assert linkedin_urls(batch) == [PAGE, PAGE]
    drafts = [data.decode() for name, data in contents(batch).items() if name.endswith(".eml")]
    assert all("certUrl=3Dhttps%3A%2F%2Fverify.example%2F&" in "".join(draft.split("=\r\n")) for draft in drafts)
    make_outputs(batch, addresses(2), replace(PICTURES, linkedin_link=True))
    assert all(url.startswith(f"{PAGE}#c1=") for url in linkedin_urls(batch))
    assert drafts != [data.decode() for name, data in contents(batch).items() if name.endswith(".eml")]


def test_another_theme_makes_every_file_anew(tmp_path: Path) -> None:
    batch = published(tmp_path, 2)
    make_outputs(batch, addresses(2), PICTURES)
    before = contents(batch)
    other = Wanted(PICTURES.kinds, PAGE, theme=Theme(colour=Colour(0x66, 0, 0x33)))
    assert make_outputs(batch, addresses(2), other).kept == 0
    changed = {name for name, data in contents(batch).items() if before.get(name) != data}
    assert {name for name in before if name.endswith((".png", ".svg", ".eml"))} <= changed


def test_one_more_kind_leaves_the_others_and_remakes_the_messages(tmp_path: Path) -> None:
    batch = published(tmp_path, 2)
    make_outputs(batch, addresses(2), Wanted(frozenset({"png", "mail"}), PAGE))
    assert make_outputs(batch, addresses(2), PICTURES).kept == 2
    message = next((batch.path / FOLDER / "mail").iterdir()).read_bytes()
    assert b".svg" in message


def test_an_address_that_can_not_be_written_to_stops_no_other(tmp_path: Path) -> None:
    batch = published(tmp_path, 3)
    made = make_outputs(batch, addresses(3) | {3: "no address"}, PICTURES)
    assert [bool(line.problem) for line in made.lines] == [False, True, False]
    assert (made.count("png"), made.count("mail")) == (3, 2)


def test_two_processes_do_not_make_the_same_files(tmp_path: Path) -> None:
    batch = published(tmp_path, 1)
    with exclusive(batch.path / FOLDER / ".lock"), pytest.raises(LockHeld):
        make_outputs(batch, addresses(1), PICTURES)


def test_a_batch_that_is_not_published_has_no_outputs(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        make_outputs(BatchFolder(tmp_path / "none"), {}, PICTURES)
    assert caught.value.code == "output.unpublished"


def test_memory_holds_a_line_of_each_learner_and_no_file(tmp_path: Path) -> None:
    batch = published(tmp_path, 40)
    make_outputs(batch, addresses(40), PICTURES)  # what is loaded once is loaded
    kept = sum(path.stat().st_size for path in (batch.path / FOLDER).rglob("*.*"))
    other = Wanted(PICTURES.kinds, PAGE, theme=Theme(colour=Colour(0x66, 0, 0x33)))
    tracemalloc.start()
    make_outputs(batch, addresses(40), other)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < kept / 2


@pytest.mark.usefixtures("typesetter")
def test_a_name_that_no_font_has_is_a_line_of_the_report_and_the_rest_is_made(tmp_path: Path) -> None:
    batch = published(tmp_path, 2)
    path = sorted(batch.published.iterdir())[0]
    path.write_text(path.read_text(encoding="utf-8").replace("Learner 0", "\ue123"), encoding="utf-8")
    made = make_outputs(batch, addresses(2), Wanted(frozenset({"pdf", "mail"}), PAGE))
    assert [bool(line.problem) for line in made.lines] == [True, False]
    assert (made.count("pdf"), made.count("mail")) == (1, 2)
