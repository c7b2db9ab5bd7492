"""Streams in the history of a console: what was read of them stands in scripts, tests and shell lines."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import sys

import pytest
from support.consoles import open_names
from support.processes import MAX_RUN_S

import dynclient
from dynclient.errors import NotFound

STREAMS = """
openapi: 3.2.0
info: {title: Jobs, version: "1"}
servers: [{url: https://jobs.example}]
paths:
  /jobs:
    post:
      operationId: addJob
      responses: {'201': {description: added, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}}}
  /jobs/{jobId}/events:
    get:
      operationId: watchJob
      parameters: [{name: jobId, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: what happens
          content:
            text/event-stream: {itemSchema: {type: object, required: [data], properties: {data: {type: string}}}}
            application/json: {schema: {type: object}}
        '404': {description: none}
  /jobs/{jobId}/log:
    get:
      operationId: readLog
      parameters: [{name: jobId, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: the log, content: {application/octet-stream: {}}}}
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "jobs.yaml"
    path.write_text(STREAMS)
    return str(path)


@pytest.fixture
def names(source):
    names = open_names(source)
    items = [{"data": "a"}, {"data": "b"}, {"data": "c"}]
    names["sandbox"].answer("watchJob", data=items, media_type="text/event-stream")
    return names


def read_some(client, job_id, count=2):
    with client.watch_job.stream(job_id) as events:
        return [next(events) for _ in range(count)]


def test_a_stream_is_an_exchange_that_says_how_many_items_were_read(names):
    with names["client"].watch_job.stream("j-1") as events:
        assert len(names["history"]) == 1
        next(events)
        next(events)
    (exchange,) = names["history"]
    assert exchange.call == {"path": {"jobId": "j-1"}}
    assert exchange.result.status == 200
    assert exchange.read_items.count == 2
    assert repr(exchange).endswith("/jobs/j-1/events  stream, 2 items>")


def test_a_stream_that_is_not_opened_is_no_exchange(names):
    names["client"].watch_job.stream("j-1")
    assert not names["history"]


def test_a_script_reads_as_many_items_as_the_session_did(names):
    client = names["client"]
    job = client.add_job()
    read_some(client, job["id"])
    with client.watch_job.stream("j-1") as events:
        assert len(list(events)) == 3
    script = names["history"].to_python()
    assert "import itertools\n" in script
    assert 'with client.watch_job.stream(job["id"]) as watch_job:\n' in script
    assert (
        "    for streamed_item in itertools.islice(watch_job, 2):\n        print(streamed_item)\n"
        in script
    )
    assert "    for streamed_item in watch_job_2:\n        print(streamed_item)\n" in script


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (lambda events: list(events.lines()), 'watch_job.items("lines")'),
        (lambda events: next(events.chunks()), 'itertools.islice(watch_job.items("chunks"), 1)'),
        (lambda events: None, "itertools.islice(watch_job, 0)"),
    ],
)
def test_a_script_reads_a_stream_as_what_the_session_read_it(names, use, expected):
    with names["client"].watch_job.stream("j-1") as events:
        use(events)
    assert f"for streamed_item in {expected}:" in names["history"].to_python()


def test_a_script_and_a_test_of_streams_run_as_written(source, tmp_path):
    names = open_names(source)
    client = names["client"]
    job = client.add_job()
    read_some(client, job["id"])
    with client.watch_job.stream(job["id"]) as events:
        list(events)
    client.read_log.stream(job["id"]).save(tmp_path / "log.bin")
    names["sandbox"].answer("watchJob", status=404)
    with pytest.raises(NotFound), client.watch_job.stream("none"):
        pass
    history = names["history"]
    script, test = tmp_path / "script.py", tmp_path / "test_session.py"
    script.write_text(history.to_python())
    # A new sandbox answers the call that was refused.
    test.write_text(history.to_pytest().partition("\n\n    with pytest.raises")[0])
    assert (
        "with contextlib.suppress(dynclient.errors.NotFound):\n    with client.watch_job.stream"
        in script.read_text()
    )
    for words in ([str(script)], ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]):
        done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, timeout=MAX_RUN_S, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_test_asserts_the_status_the_kind_of_items_and_the_error(names):
    read_some(names["client"], "j-1")
    names["sandbox"].answer("watchJob", status=404)
    with pytest.raises(NotFound), names["client"].watch_job.stream("j-2"):
        pass
    test = names["history"].to_pytest()
    assert "        assert watch_job.status == 200\n" in test
    assert "            assert isinstance(streamed_item, dict)\n" in test
    assert (
        'with pytest.raises(dynclient.errors.NotFound):\n        with client.watch_job.stream("j-2"):\n            pass'
        in test
    )


def test_shell_lines_of_a_stream_show_items_at_once_or_save_them(names, tmp_path):
    client = names["client"]
    job = client.add_job()
    read_some(client, job["id"])
    client.read_log.stream("j-1").save(tmp_path / "a log")
    lines = names["history"].to_curl().replace("\\\n", "").splitlines()
    watch = next(line for line in lines if "/events" in line)
    assert watch.startswith("curl --no-buffer --globoff ")
    assert "$ADD_JOB_ID" in watch or "$JOB_ID" in watch
    assert "Accept: text/event-stream" in watch
    save = next(line for line in lines if "/log" in line)
    assert shlex.split(save)[1:3] == ["--output", str(tmp_path / "a log")]


def test_a_stream_that_is_saved_after_it_was_opened_is_one_exchange(names, tmp_path):
    stream = names["client"].read_log.stream("j-1")
    with stream:
        stream.save(tmp_path / "log")
    (exchange,) = names["history"]
    assert exchange.read_items.file == str(tmp_path / "log")
    assert f'.stream("j-1").save("{tmp_path / "log"}")' in names["history"].to_python()


def test_streams_of_an_async_client_are_in_the_history(names, tmp_path):
    async def use():
        document = names["client"].document
        async with names["AsyncClient"](document, transport=names["sandbox"]) as client:
            async with client.watch_job.stream("j-1") as events:
                assert [event["data"] async for event in events] == ["a", "b", "c"]
            await client.read_log.stream("j-1").save(tmp_path / "log")

    asyncio.run(use())
    watched, saved = names["history"]
    assert (watched.read_items.count, watched.read_items.is_whole) == (3, True)
    assert saved.read_items.file == str(tmp_path / "log")


def test_each_call_of_a_wait_is_in_the_history(names):
    client = names["client"].with_options(polling=dynclient.Polling(sleep=lambda _delay: None))
    results = iter([False, False, True])
    client.add_job.wait_until(lambda _job: next(results))
    assert [each.operation.id for each in names["history"]] == ["addJob"] * 3
