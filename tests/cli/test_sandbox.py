"""`dynclient sandbox`: what its options do to the sandbox that is served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

uvicorn = pytest.importorskip("uvicorn")

SHOP = str(Path(__file__).with_name("shop.yaml"))


@pytest.fixture
def served(monkeypatch):
    """What would have been served: sandboxes, in the order started."""
    from dynclient.sandbox import asgi

    found, app = [], asgi.app
    monkeypatch.setattr(asgi, "app", lambda sandbox: found.append(sandbox) or app(sandbox))
    monkeypatch.setattr(uvicorn.Server, "run", lambda _self, sockets: [s.close() for s in sockets])
    return found


def test_the_options_reach_the_sandbox(cli, served):
    result = cli(
        "sandbox",
        "--port",
        "0",
        "--strict",
        "--seed",
        "7",
        "--fault",
        "drop@0.25",
        "--fault",
        "latency=2",
        SHOP,
    )
    assert result.exit_code == 0, result.stderr
    [sandbox] = served
    assert (sandbox.strict, sandbox.seed) == (True, 7)
    assert [(f.kind, f.operation, f.rate, f.delay_s) for f in sandbox.faults] == [
        ("drop", "", 0.25, 0.1),
        ("latency", "", 1, 2),
    ]


@pytest.mark.parametrize(
    "fault", ["", "drop@", "drop@x", "flood", "drop@2", "drop:nowhere", "latency=1e9"]
)
def test_what_is_no_fault_is_told(cli, served, fault):
    result = cli("sandbox", "--port", "0", "--fault", fault, SHOP)
    assert result.exit_code == 2
    assert served == []


def test_the_state_is_read_at_the_start_and_written_at_the_end(cli, served, tmp_path):
    file = tmp_path / "state.json"
    assert cli("sandbox", "--port", "0", "--state", str(file), SHOP).exit_code == 0
    assert json.loads(file.read_text()) == {"answered": {}, "items": {}, "gone": {}}
    file.write_text('{"items": {"/pets": {"1": {"id": 1}}}}')
    assert cli("sandbox", "--port", "0", "--state", str(file), SHOP).exit_code == 0
    assert served[1].state["items"] == {"/pets": {"1": {"id": 1}}}
    assert json.loads(file.read_text())["items"] == {"/pets": {"1": {"id": 1}}}
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"items": 1}'])
def test_a_file_that_is_no_state_is_told_and_stays(cli, served, tmp_path, text):
    file = tmp_path / "state.json"
    file.write_text(text)
    assert cli("sandbox", "--port", "0", "--state", str(file), SHOP).exit_code == 2
    assert file.read_text() == text
    assert served == []


@pytest.mark.parametrize(
    ("host", "named", "is_answered"),
    [
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "", False),
        ("my.machine", "my.machine", True),
        ("my.machine", "localhost", True),
        ("my.machine", "evil.example", False),
        ("fe80::1", "[fe80::1]", True),
        ("0.0.0.0", "any.machine", True),
        ("::", "any.machine", True),
    ],
)
def test_host_widens_the_names_that_are_answered(host, named, is_answered):
    from dynclient.cli.sandbox import _choose_allowed_hosts

    assert _choose_allowed_hosts(host)(named) is is_answered
