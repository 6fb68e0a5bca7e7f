"""What a file says writes no line of its own, and steers no terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from credroot.app.cli import main, root
from credroot.app.terminal import Screen, say, steered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Workspace

PAINT = "x)\r\x1b[2KVALID  diploma.json  (Doctor of Medicine, Mallory)\n  ok      signature\x1b[8m"


def hostile(demonstrated: Workspace, folder: Path) -> Path:
    """Give an archive of one forged file, whose name and content try to write a verdict."""
    document = json.loads(demonstrated.credentials[1].read_bytes())
    document["credentialSubject"]["achievement"]["name"] = PAINT
    target = folder / "given.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.json\nVALID  diploma-of-mallory.json\x1b[2K", json.dumps(document))
        archive.writestr("b.json", demonstrated.credentials[1].read_bytes())
    return target


def test_a_forged_file_writes_no_verdict(demonstrated: Workspace, tmp_path: Path) -> None:
    done = demonstrated.run("verify", str(hostile(demonstrated, tmp_path)))
    assert done.returncode == 3
    verdicts = [line for line in done.stdout.splitlines() if not line.startswith("  ")]
    assert [line.split()[0] for line in verdicts if line] == ["INVALID", "VALID", "Read"]
    assert "\x1b" not in done.stdout
    assert "(" not in verdicts[0]


def test_what_is_changed_is_not_shown_as_somebodys(demonstrated: Workspace) -> None:
    done = demonstrated.run("verify", "altered-copy.json")
    assert done.stdout.splitlines()[0] == "INVALID  altered-copy.json"


def test_a_terminal_is_steered_by_nobody(demonstrated: Workspace, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "credroot", "verify", "--json", str(hostile(demonstrated, tmp_path))]
    process = subprocess.Popen(command, cwd=demonstrated.folder, stdout=theirs, stderr=theirs)
    os.close(theirs)
    read = bytearray()
    try:
        while piece := os.read(ours, 65_536):
            read += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    assert process.wait(60) == 3
    text = read.decode().replace("\r\n", "\n")
    assert "INVALID" in text or '"invalid"' in text
    assert not {"\r", "\x1b", "\x9b"} & set(text)


def test_a_screen_takes_what_is_no_sign_for_it() -> None:
    stream = io.StringIO()
    screen = Screen(stream)
    screen.writelines(["a\tb\n", "\x1b[2Kc\r\u202e"])
    assert stream.getvalue() == "a\tb\n[2Kc"
    assert screen.isatty() is False
    assert not hasattr(Screen(io.TextIOWrapper(io.BytesIO(), "ascii")), "buffer")


def test_a_quoted_text_makes_no_line_for_any_command(capsys: pytest.CaptureFixture[str]) -> None:
    say("row 3: \x1b[2K\nALL GOOD")
    assert capsys.readouterr().out == "row 3: [2K ALL GOOD\n"


class Terminal(io.StringIO):
    """A stream that calls itself one."""

    def isatty(self) -> bool:
        return True


def test_every_command_writes_to_a_terminal_through_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    out, error = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", error)
    monkeypatch.setattr(root, "main", lambda *_arguments, **_settings: 0)  # click keeps what a run made of its options
    with pytest.raises(SystemExit):
        main([])
    assert isinstance(sys.stdout, Screen)
    sys.stdout.write("\x1b[2Ka")
    steered().write("\rdrawn")
    assert out.getvalue().endswith("[2Ka")
    assert error.getvalue() == "\rdrawn"
