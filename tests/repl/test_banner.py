"""What the console says first: the API, the server, credentials, problems; each line fits."""

from __future__ import annotations

import pytest
from support.consoles import open_names

from dynclient.repl.namespace import format_banner


def build_document(title="Shop", operations=1, **fields):
    get = {"get": {"responses": {"204": {"description": "x"}}, "tags": ["Things"]}}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "2"},
        "servers": [{"url": "https://shop.example"}],
        "paths": {f"/{number}": get for number in range(operations)},
        **fields,
    }


def test_a_long_title_leaves_room_for_the_server_and_the_operations(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    names = open_names(build_document("A long title " * 20))
    first = format_banner(names, "https://shop.example").splitlines()[0]
    assert first.endswith("…: 1 operation, on https://shop.example")
    assert len(first) == 80


@pytest.mark.parametrize("columns", ["40", "80", "100", "400"])
def test_no_line_is_longer_than_the_screen_or_cut_without_need(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    lines = format_banner(open_names(build_document()), "the sandbox").splitlines()
    assert all(len(line) <= min(max(int(columns), 80), 120) for line in lines)
    assert lines[0] == "Shop 2: 1 operation, on the sandbox"
    assert lines[-1].endswith("show_traceback() after errors")


def test_problems_of_a_large_document_are_not_looked_for_before_the_prompt():
    small = format_banner(open_names(build_document()), "the sandbox")
    assert "The document has 1 problem; client.document.problems lists them" in small
    names = open_names(build_document(operations=301))
    assert "client.document.problems checks the document" in format_banner(names, "the sandbox")
    assert "problems" not in vars(names["client"].document)
