"""The files of a run: whole lines only, one writer, and the same run or a clear refusal."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.bulk.run_files import LineSet, RunFiles, RunIdentity, digest_file
from dynclient.errors import UsageError

IDENTITY = RunIdentity("create", "digest")


def open_run(path, identity=IDENTITY, *, is_restarted=False):
    return RunFiles(path, identity, is_restarted=is_restarted)


@given(st.lists(st.integers(1, 500)))
def test_a_set_of_lines_is_a_set(numbers):
    lines = LineSet()
    for number in numbers:
        lines.add(number)
    assert [number for number in range(502) if number in lines] == sorted(set(numbers))
    assert lines.count == len(set(numbers))


@given(st.binary(max_size=30).filter(lambda data: b"\n" not in data), st.integers(0, 3))
def test_what_a_killed_process_left_of_a_line_is_cut_off(tmp_path_factory, rest, count):
    path = tmp_path_factory.mktemp("run") / "out.jsonl"
    files = open_run(path)
    for number in range(1, count + 1):
        files.note_begin(number)
        files.write_answer(number, {"status": 200, "data": "é\ud800"})
    files.close()
    for each in (path, path.with_name("out.jsonl.journal")):
        with each.open("ab") as file:
            file.write(rest)
    files = open_run(path)
    assert files.answered.count == files.begun.count == count
    files.write_answer(count + 1, {"error": {}})
    assert list(files.read_failed_numbers()) == [count + 1]
    files.close()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["line"] for line in lines] == list(range(1, count + 2))


@pytest.mark.skipif(os.name == "nt", reason="its modes say nothing")
def test_only_the_user_reads_the_files_of_a_run(tmp_path):
    open_run(tmp_path / "out.jsonl").close()
    modes = [file.stat().st_mode & 0o077 for file in tmp_path.iterdir()]
    assert modes == [0, 0]


def test_a_line_that_the_system_takes_in_pieces_is_written_whole(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:5]))
    path = tmp_path / "out.jsonl"
    files = open_run(path)
    files.write_answer(1, {"status": 200, "data": "x" * 50})
    files.close()
    assert json.loads(path.read_text()) == {"line": 1, "status": 200, "data": "x" * 50}
    assert open_run(path).answered.count == 1


def test_a_run_has_one_id_however_often_it_is_gone_on_with(tmp_path):
    path = tmp_path / "out.jsonl"
    ids = []
    for is_restarted in (False, False, True):
        files = open_run(path, is_restarted=is_restarted)
        ids.append(files.run_id)
        files.close()
    assert ids[0] == ids[1] != ids[2]


def test_two_runs_do_not_write_one_output(tmp_path):
    files = open_run(tmp_path / "out.jsonl")
    with pytest.raises(UsageError, match="is being written by another run"):
        open_run(tmp_path / "out.jsonl")
    files.close()
    open_run(tmp_path / "out.jsonl").close()


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        (RunIdentity("other", "digest"), "has answers of create"),
        (RunIdentity("create", "other"), "the calls are others than those whose answers are in"),
    ],
)
def test_another_run_does_not_go_on(tmp_path, identity, message):
    open_run(tmp_path / "out.jsonl").close()
    with pytest.raises(UsageError, match=message) as caught:
        open_run(tmp_path / "out.jsonl", identity)
    assert caught.value.hint == "--restart begins anew, and replaces it; or give another --out"


@pytest.mark.parametrize(
    ("out", "journal", "message"),
    [
        ("something\n", None, "is no output of a run"),
        ("", "[]\n", "is no journal of a run"),
        ("", "{}\n", "is no journal of a run"),
    ],
)
def test_a_file_that_is_something_else_is_not_touched(tmp_path, out, journal, message):
    path = tmp_path / "out.jsonl"
    path.write_text(out)
    if journal is not None:
        (tmp_path / "out.jsonl.journal").write_text(journal)
    with pytest.raises(UsageError, match=message):
        open_run(path)
    assert path.read_text() == out


@pytest.mark.parametrize(("out", "journal"), [("{}\n", ""), ("x\n", ""), ("[]\n", ""), ("", "x\n")])  # fmt: skip
def test_a_line_that_no_run_wrote_is_refused(tmp_path, out, journal):
    path = tmp_path / "out.jsonl"
    open_run(path).close()
    path.write_text(out)
    with (tmp_path / "out.jsonl.journal").open("a") as file:
        file.write(journal)
    with pytest.raises(UsageError, match="holds a line that no run wrote"):
        open_run(path)


@pytest.mark.parametrize(("text", "count"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2)])
def test_the_lines_of_a_file_are_counted(tmp_path, text, count):
    path = tmp_path / "calls.jsonl"
    path.write_text(text)
    assert digest_file(path)[1] == count
