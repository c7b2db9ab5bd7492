"""`dynclient bulk`: one answer for each line, also where the run is killed, and what failed apart."""

import json
import os
import re
import signal
import subprocess
import sys

import pexpect
import pytest
from support.counting_server import open_counting_server
from support.documents import answer, content, document, operation
from support.processes import MAX_RUN_S

KEY = {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "pattern": "^[0-9a-f]+$"}}  # fmt: skip
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}


def build_document():
    create = {"requestBody": content(SCHEMA), "responses": answer({})}
    upload = content({"type": "string", "format": "binary"}, "application/octet-stream")
    return document(
        {
            "/items": {"post": operation(operationId="create", **create)},
            "/keyed": {"post": operation(KEY, operationId="keyed", **create)},
            "/files": {
                "post": operation(operationId="upload", requestBody=upload, responses=answer({}))
            },
        }
    )


@pytest.fixture
def spec(tmp_path):
    (tmp_path / "api.json").write_text(json.dumps(build_document()))
    return "api.json"


@pytest.fixture
def calls(tmp_path):
    """Write a file of calls: one of each value, or the very text of a line."""

    def write(values, name="calls.jsonl"):
        lines = [
            value if isinstance(value, str) else json.dumps({"body": {"n": value}})
            for value in values
        ]
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        return name

    return write


@pytest.fixture
def api():
    with open_counting_server() as server:
        server.conflicts = {b'{"n":13}'}
        yield server


def read_answers(tmp_path, name="out.jsonl"):
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    answers = [json.loads(line) for line in lines]
    assert len({each["line"] for each in answers}) == len(answers)
    return {each.pop("line"): each for each in answers}


def test_each_line_has_one_answer_and_what_failed_is_in_a_file_of_its_own(
    cli, spec, calls, api, tmp_path
):
    name = calls([1, '{"body": {"n": "x"}}', "", "{", 13, '{"bdy": 1}'])
    result = cli("bulk", spec, "create", name, "--out", "out.jsonl", "--server", api.url)
    assert (result.exit_code, result.stdout) == (1, "")
    answers = read_answers(tmp_path)
    assert answers[1] == {"status": 200, "data": {"n": 1}}
    assert answers[2]["error"]["code"] == "invalid-call"
    assert answers[2]["error"]["violations"] == ["body.n: got 'x', want integer"]
    assert 3 not in answers
    assert "the line is no JSON" in answers[4]["error"]["message"]
    assert (answers[5]["error"]["status"], answers[5]["error"]["data"]) == (409, {"n": 13})
    assert "has the key 'bdy'" in answers[6]["error"]["message"]
    failed = (tmp_path / "out.failed.jsonl").read_text().splitlines()
    assert failed == ['{"body": {"n": "x"}}', "{", '{"body": {"n": 13}}', '{"bdy": 1}']
    summary = result.stderr.splitlines()
    assert summary[:5] == [
        "4 lines failed → out.failed.jsonl",
        "5 lines answered, 4 errors",
        "  200                          1",
        "  409                          1",
        "  invalid-call                 1",
    ]
    (place,) = [n for n, line in enumerate(summary) if line.startswith("  latency: median ")]
    assert re.fullmatch(r"  up to [\d.]+ m?s +\d  █+", summary[place + 1])


def test_the_same_command_again_sends_nothing(cli, spec, calls, api):
    words = ("bulk", spec, "create", calls([1, 2]), "--out", "out.jsonl", "--server", api.url)
    assert cli(*words).exit_code == 0
    result = cli(*words)
    assert result.exit_code == 0
    assert "2 lines are answered by an earlier run" in result.stderr
    assert sum(api.seen.values()) == 2
    assert cli(*words, "--restart").exit_code == 0
    assert sum(api.seen.values()) == 4


@pytest.mark.parametrize("name", ["create", "keyed"])
def test_a_run_that_is_killed_goes_on_and_answers_each_line_once(
    cli, spec, calls, api, tmp_path, name
):
    words = ["bulk", spec, name, calls(range(100, 160)), "--out", "out.jsonl", "--server", api.url, "--concurrency", "5"]  # fmt: skip
    api.hold_at = 20
    with subprocess.Popen([sys.executable, "-m", "dynclient", *words], cwd=tmp_path) as process:
        assert api.reached.wait(MAX_RUN_S)
        process.send_signal(signal.SIGKILL)
    api.hold_at = 10**9
    api.go_on.set()
    result = cli(*words)
    answers = read_answers(tmp_path)
    assert set(answers) == set(range(1, 61))
    unknown = [n for n, each in answers.items() if each.get("error", {}).get("code") == "outcome-unknown"]  # fmt: skip
    if name == "create":
        assert max(api.seen.values()) == 1
        assert 1 <= len(unknown) <= 5
        assert result.exit_code == 1
    else:
        assert unknown == []
        assert set(api.seen) == {json.dumps({"n": n}, separators=(",", ":")).encode() for n in range(100, 160)}  # fmt: skip
        assert len(set(api.keys)) == 60  # a line that was sent again has the same key
        assert result.exit_code == 0


def test_ctrl_c_answers_what_is_under_way_and_the_rest_later(cli, spec, calls, api, tmp_path):
    words = ["bulk", spec, "create", calls(range(100, 130)), "--out", "out.jsonl", "--server", api.url, "--concurrency", "3"]  # fmt: skip
    api.hold_at = 10
    command = [sys.executable, "-m", "dynclient", *words]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert api.reached.wait(MAX_RUN_S)
        process.send_signal(signal.SIGINT)
        line = process.stderr.readline()
        assert line == "ending: the calls that are under way are answered still\n"
        api.hold_at = 10**9
        api.go_on.set()
        rest = process.stderr.read()
    assert process.returncode == 130
    assert "interrupted; the same command goes on with the rest" in rest
    assert sum(api.seen.values()) < 30
    assert cli(*words).exit_code == 0
    answers = read_answers(tmp_path)
    assert len(answers) == 30
    assert all(each["status"] == 200 for each in answers.values())
    assert set(api.seen.values()) == {1}


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_a_terminal_shows_how_many_lines_are_answered_and_how_many_failed(spec, calls, api, tmp_path):  # fmt: skip
    words = ["bulk", spec, "create", calls([13, *range(20, 30)]), "--out", "out.jsonl", "--server", api.url, "--concurrency", "1"]  # fmt: skip
    api.hold_at = 6
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    terminal = pexpect.spawn(sys.executable, ["-m", "dynclient", *words], cwd=str(tmp_path), env=environment, timeout=MAX_RUN_S, encoding="utf-8")  # fmt: skip
    terminal.expect(r"5/11\D.*1 error\b")
    api.hold_at = 10**9
    api.go_on.set()
    terminal.expect("11 lines answered, 1 error")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1


def test_a_missing_credential_ends_the_run_and_the_lines_are_answered_when_it_is_there(
    cli, calls, api, tmp_path, monkeypatch
):
    scheme = {"type": "http", "scheme": "bearer"}
    secured = {**build_document(), "components": {"securitySchemes": {"token": scheme}}, "security": [{"token": []}]}  # fmt: skip
    (tmp_path / "secured.json").write_text(json.dumps(secured))
    name = calls(['{"body": {"n": "x"}}', *range(30)])
    words = ["bulk", "secured.json", "create", name, "--out", "out.jsonl", "--server", api.url]
    result = cli(*words)
    assert result.exit_code == 2
    assert "CredentialsMissing: this operation needs token; nothing was sent" in result.stderr
    assert set(read_answers(tmp_path)) <= {1}
    assert not api.seen
    monkeypatch.setenv("DYNCLIENT_CREDENTIAL_TOKEN", "t")
    cli(*words)
    answers = read_answers(tmp_path)
    assert [answers[line]["status"] for line in range(2, 15)] == [200] * 13
    assert len(answers) == 31


def test_binary_values_stand_in_lines_as_on_the_command_line(cli, spec, calls, api, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"1")
    name = calls(['{"body": {"$file": "a.bin"}}', '{"body": {"$base64": "Mg=="}}'])
    result = cli("bulk", spec, "upload", name, "--out", "out.jsonl", "--server", api.url)
    assert result.exit_code == 0
    assert set(api.seen) == {b"1", b"2"}


def test_calls_may_come_from_standard_input(cli, spec, api, tmp_path):
    result = cli(
        "bulk", spec, "create", "-", "--out", "out.jsonl", "--server", api.url,
        stdin='{"body": {"n": 1}}\n',
    )  # fmt: skip
    assert result.exit_code == 0
    assert read_answers(tmp_path) == {1: {"status": 200, "data": {"n": 1}}}


def test_a_local_cluster_sends_from_its_workers(cli, spec, calls, api, tmp_path):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    words = [spec, "create", calls(range(20, 40)), "--out", "out.jsonl", "--server", api.url]
    command = [sys.executable, "-m", "dynclient", "bulk", *words, "--cluster", "local", "--workers", "1"]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=MAX_RUN_S, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(read_answers(tmp_path)) == 20
    assert set(api.seen.values()) == {1}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["create"], "Missing argument 'OPERATION'"),
        (["create", "x", "calls.jsonl"], "a bulk run takes an operation and a file of calls"),
        (["create", "none.jsonl"], "none.jsonl cannot be read: No such file or directory"),
        (["creat", "calls.jsonl"], "did you mean create?"),
        (["create", "calls.jsonl", "--out", "calls.jsonl"], "--out would replace the calls"),
        (["create", "calls.jsonl", "--failures", "calls.jsonl"], "would replace the calls"),
        (["create", "calls.jsonl", "--workers", "2"], "--workers is of a local cluster"),
        (["create", "calls.jsonl", "--rate", "fast"], "rate"),
        (["create", "calls.jsonl", "--out", "."], "--out . is a folder"),
        (["create", "calls.jsonl", "--cluster", "tcp://127.0.0.1:1"], "cannot be reached"),
    ],
)
def test_a_wrong_command_line_is_refused(cli, spec, calls, api, words, message, monkeypatch):
    monkeypatch.setattr("dynclient.bulk.clusters.CONNECT_TIMEOUT_S", 1)
    calls([1])
    result = cli("bulk", spec, "--out", "o.jsonl", "--server", api.url, *words)
    assert result.exit_code == 2, result.stderr
    assert message in result.stderr
    assert not api.seen
