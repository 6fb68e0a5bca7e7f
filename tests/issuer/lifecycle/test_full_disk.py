"""A disk that fills up: nothing is sent that was not written down, and the next run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credroot.store.journal import JournalError
from credroot.store.journal_records import BatchState
from tests.campaigns.trouble import no_file_grows_beyond

if TYPE_CHECKING:
    from pathlib import Path

    from tests.issuer.lifecycle.conftest import Issuer


def test_a_signed_transaction_that_the_journal_could_not_keep_is_not_sent(issuer: Issuer, tmp_path: Path) -> None:
    sent: list[bytes] = []
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.chain, "send", lambda raw: sent.append(raw))
        real = desk.submission.sign

        def sign_on_a_full_disk(*arguments: object, **options: object) -> object:
            with no_file_grows_beyond((issuer.folder / "journal.db-wal").stat().st_size):
                return real(*arguments, **options)  # type: ignore[arg-type]

        patch.setattr(desk.submission, "sign", sign_on_a_full_disk)
        with pytest.raises(JournalError):
            desk.anchor()
        assert sent == []
        assert desk.journal.batch("one").state is BatchState.PREPARED
        assert desk.chain.nonce(issuer.address) == 0
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert desk.chain.nonce(issuer.address) == 1


def test_a_replacement_that_the_journal_could_not_keep_is_not_sent(issuer: Issuer) -> None:
    sent: list[bytes] = []
    with issuer.desk(world=lambda: None, bump_after_s=0.0) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.chain, "send", lambda raw: sent.append(raw))
        real = desk.journal.add_attempt

        def full(*arguments: object) -> None:
            with no_file_grows_beyond((issuer.folder / "journal.db-wal").stat().st_size):
                real(*arguments)  # type: ignore[arg-type]

        patch.setattr(desk.journal, "add_attempt", full)
        with pytest.raises(JournalError):
            desk.anchor()
        known = {attempt.raw for attempt in desk.journal.attempts(desk.operation().id)}
        assert set(sent) == known
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED


def test_files_that_do_not_fit_are_made_anew_by_the_next_run(issuer: Issuer) -> None:
    with issuer.desk() as desk:
        with no_file_grows_beyond(200), pytest.raises((OSError, JournalError)):
            desk.anchor()
        assert desk.journal.operations() == ()
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
