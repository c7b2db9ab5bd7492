"""The pytest plugin: `dynclient_cassette` replays what a test called, or records it when told to.

It is loaded by each run of pytest, so it imports the rest of dynclient only when a test asks.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dynclient.recording.recorder import Recorder
    from dynclient.recording.replayer import Replay

_OPTION = "--dynclient-record"
_UNSAFE = re.compile(r"[^\w.-]+")
_MAX_NAME_CHARS = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says whether cassettes are recorded."""
    parser.getgroup("dynclient").addoption(
        _OPTION,
        choices=("none", "missing", "all"),
        default="none",
        help="Cassettes of dynclient that are recorded: none (the default), those that are missing,"
        " or all.",
    )


@pytest.fixture
def dynclient_cassette_transport() -> Any:
    """What cassettes are recorded from: None for the network; override it for a sandbox."""
    return None


@pytest.fixture
def dynclient_cassette(
    request: pytest.FixtureRequest, dynclient_cassette_transport: Any
) -> Recorder | Replay:
    """Return the `transport=` of a test: its cassette, `cassettes/MODULE/TEST.har` beside it.

    The cassette is replayed, and nothing is sent. `--dynclient-record=missing` records those that
    are not there, `--dynclient-record=all` each anew.
    """
    import dynclient

    path = build_cassette_path(request.path, request.node.nodeid)
    mode = request.config.getoption(_OPTION)
    if mode == "all" or (mode == "missing" and not path.exists()):
        return dynclient.record(path, transport=dynclient_cassette_transport)
    if not path.exists():
        pytest.fail(f"there is no cassette {path}; {_OPTION}=missing records it", pytrace=False)
    return dynclient.replay(path)


def build_cassette_path(test_file: Path, node_id: str) -> Path:
    """Return the path of a test's cassette; each test of a file has one of its own."""
    name = node_id.partition("::")[2].replace("::", ".")
    safe = _UNSAFE.sub("-", name)[:_MAX_NAME_CHARS]
    if safe != name:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        safe = f"{safe}.{digest}"
    return test_file.parent / "cassettes" / test_file.stem / f"{safe}.har"
