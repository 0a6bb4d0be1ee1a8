"""Files that are kept are kept whole, once, and read back the same."""

from pathlib import Path

import pytest

from kit import storage as storages
from kit.errors import Invalid, NotFound
from kit.settings import settings
from kit.storage import FolderStorage


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    """An empty storage."""
    return FolderStorage(tmp_path / "storage")


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_is_kept_comes_back(folder: FolderStorage, tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    folder.keep("register/abc.json.gz", written(tmp_path / "source", content))
    with folder.open("register/abc.json.gz") as file:
        assert file.read() == content


def test_what_is_kept_never_changes(folder: FolderStorage, tmp_path: Path) -> None:
    folder.keep("a", written(tmp_path / "first", b"first"))
    folder.keep("a", written(tmp_path / "second", b"second"))
    with folder.open("a") as file:
        assert file.read() == b"first"


def test_a_copy_that_fails_leaves_nothing(folder: FolderStorage, tmp_path: Path) -> None:
    """Neither a half file under the name nor a draft beside it."""
    with pytest.raises(IsADirectoryError):
        folder.keep("a", tmp_path)
    assert list(folder.root.iterdir()) == []
    with pytest.raises(NotFound), folder.open("a"):
        pass


@pytest.mark.parametrize("url", ["s3://bucket/folder", "file://elsewhere/folder", "/folder", ""])
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
