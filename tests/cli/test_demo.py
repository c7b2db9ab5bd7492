"""The demo: a story whose numbers are counted."""

from __future__ import annotations

import re

import pytest

import dynclient
from dynclient.cli import command_clients, document_option
from dynclient.cli.demo import DemoStory, DriftedServer, summarize_data

LINE = r"demo: (\d+) operations called, (\d+) requests validated, (\d+) responses validated, 0 violations"


def story(transport=None):
    return DemoStory(
        command_clients.open_sandbox_client(
            dynclient.load(document_option.find_shipped_document()), transport
        )
    )


def test_the_demo_tells_the_whole_story(cli, snapshot):
    result = cli("demo")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.sub(r"yaml:\d+", "yaml:LINE", result.stdout) == snapshot


def test_the_last_line_counts_the_calls_of_the_story(cli):
    shown = cli("demo").stdout
    calls = re.fullmatch(LINE, shown.splitlines()[-1]).groups()
    right = shown.partition("done wrong")[0].count("\n   client.")
    assert calls == (str(right),) * 3


@pytest.mark.parametrize(
    "name",
    [
        "OperationNotFound",
        "InvalidCall",
        "CredentialsMissing",
        "Unauthorized",
        "InvalidResponse",
        "UndocumentedResponse",
    ],
)
def test_the_wrong_calls_show_each_kind_of_error(cli, name):
    assert f"     {name}: " in cli("demo").stdout.partition("done wrong")[2]


def test_an_invalid_call_is_counted_as_called_and_as_a_violation_only(capsys):
    told = story()
    told.call((), "create_audience_v2", nam="x")
    assert (told.call_count, told.request_count, told.response_count, told.violation_count) == (
        1,
        0,
        0,
        2,
    )
    assert told.failures[0].startswith("create_audience_v2: InvalidCall")


def test_an_invalid_response_is_counted_as_validated_and_its_violations_too(capsys):
    told = story(DriftedServer(201, b'{"id": "x"}'))
    told.call((), "create_audience_v2", name="x")
    assert (told.call_count, told.request_count, told.response_count) == (1, 1, 1)
    assert told.violation_count == len(told.failures) == 4


def test_an_error_of_the_server_fails_the_story(capsys):
    told = story(DriftedServer(500, b"{}"))
    told.call((), "create_audience_v2", name="x")
    assert (told.request_count, told.response_count, len(told.failures)) == (1, 0, 1)


def test_a_wrong_call_that_is_not_refused_fails_the_story(capsys):
    told = story()
    told.show_refused("Fine", "InvalidCall", "client.x()", lambda: None)
    assert told.failures == ["Fine: no InvalidCall was raised"]
    assert told.call_count == 0


def test_a_digest_tells_what_is_there():
    data = {"a": {"b": 1}, "items": [{"n": "x"}, {"n": "y"}], "none": None, "flag": False}
    assert (
        summarize_data(data, ("a.b", "items", "items[].n", "none", "nowhere.b", "flag"))
        == "b 1, items × 2, n x y, flag False"
    )
    assert summarize_data(None, ("a",)) == "no body, as the document says"
