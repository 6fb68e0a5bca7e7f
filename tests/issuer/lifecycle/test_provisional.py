"""Credentials before their anchor is final: only when asked for, only marked, and gone when they must be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from credroot.core.errors import AnchorRejected
from credroot.issuer.outputs.provisional import NOTICE, provisional_folder
from credroot.store.journal_records import BatchState
from tests.issuer.lifecycle.conftest import Steps, stop

if TYPE_CHECKING:
    from tests.campaigns.anvil import Anvil
    from tests.issuer.lifecycle.conftest import Issuer


def test_copies_are_handed_out_marked_once_mined_and_give_way_to_the_published_files(
    issuer: Issuer, anvil: Anvil
) -> None:
    seen: list[dict[str, bytes]] = []

    def look() -> None:
        folder = provisional_folder(desk.folder("one"))
        seen.append({path.name: path.read_bytes() for path in folder.glob("*")})
        assert desk.published() == []
        anvil.mine()

    with issuer.desk(world=Steps(anvil, anvil.mine, look)) as desk:
        desk.anchor(early=True)
        notice = json.loads(seen[0].pop(NOTICE))
        assert notice["provisional"] is True
        assert notice["block"] == desk.operation().block_number
        assert seen[0] == {path.name: path.read_bytes() for path in desk.published()}
        assert not provisional_folder(desk.folder("one")).exists()


def test_nothing_is_handed_out_early_unless_it_is_asked_for(issuer: Issuer, anvil: Anvil) -> None:
    def look() -> None:
        assert not provisional_folder(desk.folder("one")).exists()
        anvil.mine()

    with issuer.desk(world=Steps(anvil, look, look, look)) as desk:
        desk.anchor()


def test_copies_are_taken_back_while_their_block_is_gone(issuer: Issuer, anvil: Anvil) -> None:
    there: list[bool] = []

    def look() -> None:
        there.append(provisional_folder(desk.folder("one")).exists())

    def reorganise() -> None:
        look()
        anvil.reorganise(1)

    def look_and_mine() -> None:
        look()
        anvil.mine()

    with issuer.desk(world=Steps(anvil, anvil.mine, reorganise, look_and_mine, look_and_mine)) as desk:
        desk.anchor(early=True)
        assert there[:2] == [True, False]
        assert len(desk.published()) == 3


def test_what_is_published_and_loses_its_final_block_is_anchored_again_and_not_handed_out_early(
    issuer: Issuer, anvil: Anvil
) -> None:
    with issuer.desk() as desk:
        desk.anchor(early=True)
    anvil.reorganise(6)
    with issuer.desk(world=Steps(anvil, *[anvil.mine] * 20, stop)) as desk:
        with pytest.raises(AnchorRejected):
            desk.anchor(early=True)
        assert desk.anchor(early=True).state is BatchState.PUBLISHED
        assert not provisional_folder(desk.folder("one")).exists()
        assert len(desk.published()) == 3
