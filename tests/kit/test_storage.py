"""Files that are kept are kept whole, once, and read back the same: in a folder, and on a real S3 server."""

import os
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from kit import storage as storages
from kit.errors import Invalid, NotFound
from kit.folder_storage import FolderStorage
from kit.object_storage import ONE_PIECE, ObjectStorage
from kit.settings import settings
from kit.storage import Storage, StorageAway, keep_bytes, open_storage
from tests.kit.bucket import KEYS, Bucket, bucket
from tests.kit.far import far, says


@pytest.fixture(scope="module")
def s3() -> Iterator[Bucket]:
    """The server, and who we are for it."""
    with bucket() as made, pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield made
    settings.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    """An empty storage."""
    return FolderStorage(tmp_path / "storage")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """An empty storage of each kind."""
    if request.param == "folder":
        return FolderStorage(tmp_path / "storage")
    return open_storage(request.getfixturevalue("s3").url(f"{tmp_path.name}/d%C3%A9p%C3%B4t"))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_is_kept_comes_back(place: Storage, tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    place.keep("register/abc.json.gz", written(tmp_path / "source", content))
    with place.open("register/abc.json.gz") as file:
        assert file.read() == content


def test_what_is_kept_never_changes(place: Storage, tmp_path: Path) -> None:
    place.keep("a", written(tmp_path / "first", b"first"))
    place.keep("a", written(tmp_path / "second", b"second"))
    with place.open("a") as file:
        assert file.read() == b"first"


def test_the_largest_too(place: Storage, tmp_path: Path) -> None:
    """In pieces, and empty."""
    content = os.urandom(ONE_PIECE + 5)
    place.keep("a/large", written(tmp_path / "source", content))
    place.keep("a/large", written(tmp_path / "other", b"x" * (ONE_PIECE + 5)))
    place.keep("a/empty", written(tmp_path / "source", b""))
    with place.open("a/large") as file:
        assert file.read() == content
        assert file.seek(2) == 2
        assert file.read(3) == content[2:5]
    with place.open("a/empty") as file:
        assert file.read() == b""


def test_two_at_once_keep_one(place: Storage, tmp_path: Path) -> None:
    """Whoever is first; never a mixture."""
    contents = [bytes([65 + number]) * 200_000 for number in range(8)]
    sources = [written(tmp_path / f"{number}", content) for number, content in enumerate(contents)]
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(lambda source: place.keep("a/b/c", source), sources))
    with place.open("a/b/c") as file:
        assert file.read() in contents


def test_a_tenants_files_are_named_and_forgotten(place: Storage, tmp_path: Path) -> None:
    """Those of the tenant, of every kind, and nobody else's."""
    ours, theirs = UUID(int=1), UUID(int=2)
    source = written(tmp_path / "source", b"x")
    names = [f"bank/{ours}/ab", f"deliverables/{ours}/ab/abc", f"deliverables/{ours}/cd/é à"]
    for name in [*names, f"deliverables/{theirs}/ab/abc", f"register/{ours}-no", "register/abc"]:
        place.keep(name, source)
    assert place.names(ours) == sorted(names)
    for _ in range(2):
        place.forget(names[0])
    assert place.names(ours) == sorted(names[1:])
    assert len(place.names(theirs)) == 1
    assert place.names(UUID(int=3)) == []
    with pytest.raises(NotFound), place.open(names[0]):
        pass


def test_an_object_says_what_it_is(s3: Bucket, tmp_path: Path) -> None:
    """Encrypted where it lies, with its digest; an encryption that the server has not is left out by the address."""
    source = written(tmp_path / "source", b"abc")
    open_storage(s3.url("dit")).keep("one", source)
    open_storage(s3.url("dit", encryption="none")).keep("two", source)
    found = s3.client().head_object(Bucket="fichiers", Key="dit/one")
    assert found["ServerSideEncryption"] == "AES256"
    assert found["Metadata"]["sha256"].startswith("ba7816bf8f01cfea")
    assert "ServerSideEncryption" not in s3.client().head_object(Bucket="fichiers", Key="dit/two")


def test_what_was_damaged_is_not_given(s3: Bucket, tmp_path: Path) -> None:
    place = open_storage(s3.url("abime"))
    place.keep("one", written(tmp_path / "source", b"abc"))
    described = s3.client().head_object(Bucket="fichiers", Key="abime/one")["Metadata"]
    s3.client().put_object(Bucket="fichiers", Key="abime/one", Body=b"abd", Metadata=described)
    with pytest.raises(StorageAway, match="not what was kept"), place.open("one"):
        pass


def test_a_server_that_is_away_or_cuts(s3: Bucket, tmp_path: Path) -> None:
    """Said in one way, without our keys, and soon."""
    source = written(tmp_path / "source", b"abc")
    half = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nLast-Modified: Sun, 22 Nov 2026 13:22:16 GMT\r\nETag: x\r\n\r\nabc"
    )
    with far(says(half)) as port:
        address = f"s3://fichiers?endpoint=http://127.0.0.1:{port}"
        with pytest.raises(StorageAway), open_storage(address).open("one"):
            pass
    for act in (lambda: open_storage(address).keep("one", source), lambda: open_storage(address).names(UUID(int=1))):
        with pytest.raises(StorageAway) as caught:
            act()
        assert not any(key in str(caught.value) for key in KEYS.values())


def test_a_server_without_conditions(s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked first whether the file is there."""
    place = open_storage(s3.url("ancien"))
    monkeypatch.setattr(ObjectStorage, "_make", lambda *_: False)
    for content in (b"first", b"second"):
        place.keep("a", written(tmp_path / "source", content))
    with place.open("a") as file:
        assert file.read() == b"first"


@pytest.mark.parametrize(
    "url",
    [
        "s3:///dossier",
        "s3://Fichiers/dossier",
        "s3://fichiers?endpoint=http://s3.example.com",
        "s3://fichiers?endpoint=s3.example.com",
        "s3://fichiers?encryption=rot13",
        "s3://fichiers?secret=x",
    ],
)
def test_an_address_that_is_none_is_said(s3: Bucket, url: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(Invalid, match="CRRC_STORAGE_URL"):
        open_storage(url)


def test_a_copy_that_fails_leaves_nothing(folder: FolderStorage, tmp_path: Path) -> None:
    """Neither a half file under the name nor a draft beside it."""
    with pytest.raises(StorageAway):
        folder.keep("a", tmp_path)
    assert list(folder.root.iterdir()) == []
    with pytest.raises(NotFound), folder.open("a"):
        pass


def test_a_disk_that_takes_nothing_is_away(tmp_path: Path) -> None:
    """Full, gone, read-only: pages say « later », as for any other server that is away."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageAway):
        FolderStorage(tmp_path / "file").keep("a", tmp_path / "file")


def test_so_is_a_disk_without_room_for_what_is_on_its_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of one server, temporary files are on the disk that is full."""
    monkeypatch.setenv("CRRC_STORAGE_URL", (tmp_path / "storage").as_uri())
    settings.cache_clear()
    storages.storage.cache_clear()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(StorageAway):
            keep_bytes("a", b"x" * 2000)
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        keep_bytes("a", b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        monkeypatch.undo()
        settings.cache_clear()
        storages.storage.cache_clear()


@pytest.mark.parametrize("url", ["ftp://server/folder", "file://elsewhere/folder", "/folder", ""])
def test_an_unknown_kind_of_storage_is_said(monkeypatch: pytest.MonkeyPatch, url: str, tmp_path: Path) -> None:
    """Before anything is lost in a place that does not exist. An empty setting is the folder of CRRC_HOME."""
    monkeypatch.setenv("CRRC_STORAGE_URL", url)
    settings.cache_clear()
    storages.storage.cache_clear()
    try:
        if url:
            with pytest.raises(Invalid, match="file:///"):
                storages.storage()
        else:
            found = storages.storage()
            assert isinstance(found, FolderStorage)
            assert found.root == settings().home / "storage"
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        storages.storage.cache_clear()


def test_without_keys_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    with pytest.raises(Invalid, match="CRRC_S3_ACCESS_KEY"):
        open_storage("s3://fichiers")
    settings.cache_clear()


def test_a_folder_with_spaces_and_accents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "pièces jointes"
    monkeypatch.setenv("CRRC_STORAGE_URL", place.as_uri())
    settings.cache_clear()
    storages.storage.cache_clear()
    try:
        storages.storage().keep("a", written(tmp_path / "source", b"x"))
        assert (place / "a").read_bytes() == b"x"
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        storages.storage.cache_clear()
