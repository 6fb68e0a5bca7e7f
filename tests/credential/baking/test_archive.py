"""Zip archives under caps."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from credroot.core.errors import InputError
from credroot.credential.baking import archive as module
from credroot.credential.baking.archive import MAX_DIRECTORY_BYTES, MAX_ENTRIES, MAX_MEMBERS, Archive, Member


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def nameless(data: bytes, name: bytes) -> bytes:
    """Take a name out of an archive's directory; `zipfile` writes none without."""
    entry = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    directory = data[entry : entry + 28] + struct.pack("<H", 0) + data[entry + 30 : end].removesuffix(name)
    size = struct.unpack_from("<I", data, end + 12)[0] - len(name)
    return data[:entry] + directory + data[end : end + 12] + struct.pack("<I", size) + data[end + 16 :]


def read_archive(data: bytes) -> tuple[Member, ...]:
    return tuple(Archive(data))


def code_of(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_archive(data)
    return caught.value.code


def test_files_are_read_in_order_and_folders_and_clutter_are_left_out() -> None:
    data = zipped(("a/", b""), ("a/b.json", b"1"), ("__MACOSX/a/._b.json", b"2"), (".DS_Store", b"3"), ("c.png", b"4"))
    assert read_archive(data) == (Member("a/b.json", b"1"), Member("c.png", b"4"))


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:/a", "..\\a", "a" * 300])
def test_a_name_that_leads_elsewhere_spoils_the_archive(name: str) -> None:
    assert code_of(zipped(("ok", b"1"), (name, b"2"))) == "archive.unsafe_name"


def test_a_file_without_a_name_spoils_the_archive() -> None:
    named = zipped(("ok", b"1"), ("~", b"2"))
    assert code_of(named.replace(b"~", b"\0")) == "archive.unsafe_name"
    assert code_of(nameless(named, b"~")) == "archive.malformed"


def test_a_link_spoils_the_archive() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("a")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert code_of(file.getvalue()) == "archive.unsafe_name"


def test_an_archive_in_an_archive_is_not_opened() -> None:
    inner = zipped(("a", b"1"))
    assert read_archive(zipped(("i.zip", inner), ("b", b"2"))) == (
        Member("i.zip", b"", "archive.nested"),
        Member("b", b"2"),
    )


def test_a_bomb_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(*[(f"{number}", bytes(3_000_000)) for number in range(4)])
    assert len(bomb) < 20_000
    monkeypatch.setattr(module, "MAX_UNPACKED_BYTES", 4_000_000)
    assert code_of(bomb) == "archive.too_large"


def test_one_member_over_its_cap_is_named_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMBER_BYTES", 1_000)
    read = read_archive(zipped(("big", bytes(2_000)), ("small", b"1")))
    assert read == (Member("big", b"", "archive.too_large"), Member("small", b"1"))


def test_a_header_that_lies_about_the_size_is_found_out() -> None:
    data = bytearray(zipped(("a", bytes(100_000)), ("b", b"2")))
    for place in (data.find(b"PK\x01\x02") + 24, 22):
        data[place : place + 4] = struct.pack("<I", 10)
    first = read_archive(bytes(data))[0]
    assert first.problem == "archive.damaged_member"


def test_a_changed_byte_is_found_by_its_checksum() -> None:
    data = bytearray(zipped(("a", b"0123456789"), ("b", b"2"), compression=zipfile.ZIP_STORED))
    data[data.find(b"0123")] ^= 1
    assert [member.problem for member in read_archive(bytes(data))] == ["archive.damaged_member", None]


def test_a_locked_member_is_named() -> None:
    data = bytearray(zipped(("a", b"1")))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    assert read_archive(bytes(data))[0].problem == "archive.encrypted"


def test_too_many_members_are_refused() -> None:
    assert code_of(zipped(*[(str(number), b"") for number in range(MAX_MEMBERS + 1)])) == "archive.too_many"


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + bytes(100), b""])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    assert code_of(data) == "archive.malformed"


def test_an_archive_of_nothing_is_refused() -> None:
    assert code_of(zipped(("a/", b""))) == "archive.empty"


def test_every_cut_of_an_archive_ends_in_a_refusal_or_a_named_member() -> None:
    data = zipped(("a", b"1" * 50), ("b", b"2" * 50))
    for end in range(len(data)):
        try:
            members = read_archive(data[:end])
        except InputError:
            continue
        assert all(member.problem or member.data for member in members)


def with_end(data: bytes, *, entries: int | None = None, size: int | None = None) -> bytes:
    """Rewrite what the record at the end says of the directory."""
    end = bytearray(data)
    place = data.rfind(b"PK\x05\x06")
    if entries is not None:
        end[place + 8 : place + 12] = struct.pack("<2H", entries, entries)
    if size is not None:
        end[place + 12 : place + 16] = struct.pack("<L", size)
    return bytes(end)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the standard library's reader is let at a directory."""

    def read(*_: object) -> None:
        raise AssertionError("the directory was read")

    monkeypatch.setattr(module.zipfile, "ZipFile", read)


@pytest.mark.usefixtures("unread")
def test_a_directory_is_counted_before_it_is_read() -> None:
    data = zip_of_folders(1)
    assert code_of(with_end(data, entries=MAX_ENTRIES + 1)) == "archive.too_many"
    assert code_of(with_end(data, size=MAX_DIRECTORY_BYTES + 1)) == "archive.too_many"
    assert code_of(with_end(data + b"a comment", entries=MAX_ENTRIES + 1)) == "archive.too_many"
    assert code_of(data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:]) == "archive.too_many"


def zip_of_folders(count: int) -> bytes:
    """Write an archive by hand of `count` folders that share one local header."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 2, 0) + b"a/"
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0) + b"a/"
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entry) * count, len(local), 0
    )
    return local + entry * count + end


def test_a_record_that_lies_about_the_number_of_entries_is_found_out() -> None:
    many = zip_of_folders(MAX_ENTRIES + 1)
    assert code_of(many) == "archive.too_many"
    assert code_of(with_end(many, entries=1)) == "archive.too_many"
    assert code_of(zip_of_folders(MAX_ENTRIES)) == "archive.empty"


def test_a_member_is_unpacked_when_it_is_asked_for_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(zipped(("a", b"1"), ("b", b"22"), ("c", b"333")))
    unpacked: list[str] = []
    unpack = Archive._unpack

    def counted(self: Archive, info: zipfile.ZipInfo) -> bytes:
        unpacked.append(info.filename)
        return unpack(self, info)

    monkeypatch.setattr(Archive, "_unpack", counted)
    assert ([archive.name(place) for place in range(len(archive))], archive.size(2)) == (["a", "b", "c"], 3)
    assert unpacked == []
    assert next(iter(archive)) == Member("a", b"1")
    assert unpacked == ["a"]
    assert archive.member(2) == Member("c", b"333")


def test_members_of_one_place_are_no_way_around_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED_BYTES", 4_000_000)
    assert code_of(zipped(("a", bytes(2_000_000)), ("b", bytes(2_000_001)))) == "archive.too_large"
    assert len(Archive(zipped(("a", bytes(2_000_000)), ("b", bytes(2_000_000))))) == 2
