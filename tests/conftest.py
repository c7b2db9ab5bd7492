"""What every test stands on: a cache of its own, no credentials of the machine, and how long hypothesis may search."""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # so that tests can say `from support.documents import …`

from support.effort import load_profile

load_profile()


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    """Keep parsed documents apart from those of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNCLIENT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch):
    """Keep credentials of the machine out of the tests."""
    for name in [
        name for name in os.environ if name.startswith("DYNCLIENT_") and name != "DYNCLIENT_CACHE"
    ]:
        if name != "DYNCLIENT_CORPUS":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def real_documents(tmp_path_factory):
    """The folder of the real documents that DYNCLIENT_CORPUS names, unpacked where it holds an archive of them."""
    if "DYNCLIENT_CORPUS" not in os.environ:
        pytest.skip("DYNCLIENT_CORPUS names no folder of real documents")
    folder = Path(os.environ["DYNCLIENT_CORPUS"])
    if (folder / "documents").is_dir():
        return folder / "documents"
    unpacked = tmp_path_factory.mktemp("corpus")
    with tarfile.open(folder / "dev.tar.xz") as archive:
        archive.extractall(unpacked, filter="data")
    (unpacked / "documents" / "talon-one-full.yaml").write_bytes(
        (folder / "talon-one-full.yaml").read_bytes()
    )
    return unpacked / "documents"


@pytest.fixture(scope="session")
def revision_pairs(tmp_path_factory):
    """The folder of the pairs of real revisions, `NAME.old.*` and `NAME.new.*`, that DYNCLIENT_CORPUS names."""
    if "DYNCLIENT_CORPUS" not in os.environ:
        pytest.skip("DYNCLIENT_CORPUS names no folder of real documents")
    folder = Path(os.environ["DYNCLIENT_CORPUS"])
    if (folder / "revision-pairs").is_dir():
        return folder / "revision-pairs"
    unpacked = tmp_path_factory.mktemp("pairs")
    with tarfile.open(folder / "revision-pairs.tar.xz") as archive:
        archive.extractall(unpacked, filter="data")
    return unpacked / "revision-pairs"
