"""Credentials before their anchor is final: only when asked for, only marked, and gone when they must be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from credroot.issuer.provisional import NOTICE, provisional_folder
from tests.issuer.lifecycle.conftest import Steps

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
