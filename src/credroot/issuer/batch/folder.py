"""The folder of one batch: what was asked for, what was made of it, and the one rename that publishes it.

``batches/<name>/``
    ``request.json``, ``roster.csv``, ``achievement.json``   the request, as it was taken in
    ``staged/``        credentials that are complete but may not be anchored yet
    ``manifest.json``  the batch, leaf by leaf; holds no personal data
    ``credentials/``   the same files, once the anchor is final
"""

from __future__ import annotations

import errno
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import orjson

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.store.durable import PRIVATE, copy_new, rename_folder, sync_folder, write_file, write_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from credroot.core.json.types import JsonObject

REQUEST_FORMAT = "credroot/batch-request/v1"
MANIFEST_FORMAT = "credroot/manifest/v1"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
MAX_MANIFEST_BYTES = 2**30
PRIVATE_FOLDER = 0o700
_THERE_ALREADY = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
"""How systems say that a folder can't get a name, because another process gave it away just now."""


def check_name(name: str) -> str:
    """Give `name` back. Raise `InputError` unless it can name a folder on every system: ``a-z 0-9 . _ -``."""
    if NAME.fullmatch(name) is None or name.endswith("."):
        raise InputError(f"{name!r} can't name a batch: use a to z, 0 to 9, '.', '_' and '-'", code="batch.name")
    return name


@dataclass(frozen=True, slots=True)
class BatchFolder:
    """One batch's folder, whatever stage it has reached."""

    path: Path

    @property
    def name(self) -> str:
        """The batch's name."""
        return self.path.name

    @property
    def roster(self) -> Path:
        """The roster, byte for byte as it was given."""
        return self.path / "roster.csv"

    @property
    def achievement(self) -> Path:
        """The achievement, byte for byte as it was given."""
        return self.path / "achievement.json"

    @property
    def staged(self) -> Path:
        """Where credentials wait for their anchor."""
        return self.path / "staged"

    @property
    def published(self) -> Path:
        """Where people find the credentials."""
        return self.path / "credentials"

    @property
    def manifest(self) -> Path:
        """The manifest's file."""
        return self.path / "manifest.json"

    def exists(self) -> bool:
        """Whether a request of this name was taken in."""
        return (self.path / "request.json").is_file()

    def create(self, contents: Mapping[str, Path | bytes], request: JsonObject) -> None:
        """Take a request in, with its files by name, each copied or written: whole or not at all.

        Raises:
            InputError: ``batch.name_taken``, there is such a batch.
        """
        parent = self.path.parent
        parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            raise self._taken()
        # A name of its own: two machines on one disk may have the same process number.
        temporary = Path(mkdtemp(prefix=f".{self.name}.", suffix=".tmp", dir=parent))
        described = orjson.dumps({"format": REQUEST_FORMAT, **request}, option=orjson.OPT_INDENT_2)
        try:
            for name, content in {**contents, "request.json": described}.items():
                if isinstance(content, bytes):
                    write_new(temporary / name, content, mode=PRIVATE)
                else:
                    copy_new(content, temporary / name, mode=PRIVATE)
            sync_folder(temporary)
            rename_folder(temporary, self.path)
        except BaseException as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in _THERE_ALREADY:
                raise self._taken() from error
            raise

    def _taken(self) -> InputError:
        return InputError(f"there is a batch named {self.name!r} already", code="batch.name_taken")

    def request(self) -> JsonObject:
        """Read the request. Raise `InputError` where there is none, or one of another release."""
        path = self.path / "request.json"
        try:
            value = loads(path.read_bytes())
        except FileNotFoundError as error:
            raise InputError(f"no batch named {self.name!r}", code="batch.unknown") from error
        if not isinstance(value, dict) or value.get("format") != REQUEST_FORMAT:
            raise InputError(f"{path}: not a {REQUEST_FORMAT} file", code="batch.request")
        return value

    def clear_staged(self) -> None:
        """Remove what an interrupted preparation left; nothing of it was anchored."""
        shutil.rmtree(self.staged, ignore_errors=True)
        self.manifest.unlink(missing_ok=True)
        self.staged.mkdir(mode=PRIVATE_FOLDER)

    def publish(self) -> None:
        """Let people find the credentials: one rename. Does nothing where that was done."""
        if self.staged.exists():
            rename_folder(self.staged, self.published)

    def files(self) -> Path:
        """Give the folder that holds the credentials now."""
        return self.published if self.published.exists() else self.staged

    def file_of(self, entry: Mapping[str, Any]) -> Path:
        """Give the file of one of the manifest's entries, wherever it lies now."""
        name = entry["file"] if "file" in entry else f"{entry['id'].removeprefix('urn:uuid:')}.json"
        return self.files() / name

    def write_manifest(self, header: JsonObject, entries: Iterator[dict[str, object]]) -> None:
        """Write the manifest: `header`, and one entry a leaf in leaf order."""
        content = {"format": MANIFEST_FORMAT, **header, "credentials": list(entries)}
        write_file(self.manifest, orjson.dumps(content, option=orjson.OPT_INDENT_2), mode=PRIVATE)

    def read_manifest(self) -> dict[str, Any]:
        """Read the manifest. Raise `InputError` where there is none, or it is not one."""
        try:
            value = orjson.loads(self.manifest.read_bytes())
        except FileNotFoundError as error:
            raise InputError(
                f"batch {self.name!r} has no manifest yet: run credroot batch resume", code="batch.unprepared"
            ) from error
        except orjson.JSONDecodeError as error:
            raise InputError(f"{self.manifest}: not JSON", code="batch.manifest") from error
        if not isinstance(value, dict) or value.get("format") != MANIFEST_FORMAT:
            raise InputError(f"{self.manifest}: not a {MANIFEST_FORMAT} file", code="batch.manifest")
        return value
