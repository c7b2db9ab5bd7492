"""Python's own console: completion, messages instead of tracebacks, printing, `await`."""

from __future__ import annotations

import gc

import pytest

from dynclient.repl.error_printing import show_traceback
from dynclient.repl.standard_console import (
    ConsoleCompleter,
    StandardConsole,
    build_display_hook,
    run_standard_console,
)


@pytest.fixture
def console(names):
    opened = StandardConsole(names)
    yield opened
    opened.close()


class Readline:
    """What readline tells a completer of the line."""

    def __init__(self, line):
        self.line = line

    def get_line_buffer(self):
        return self.line

    def get_endidx(self):
        return len(self.line)


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        ("client.creat", "client.creat", ["client.create_order"]),
        ("client.list_orders(wi", "wi", ["with_lines="]),
        ('client["PUT /ord', "ord", ["orders/{orderId}"]),
        ('client.list_orders(state="cl', "cl", ["closed"]),
        ("show", "show", ["show(", "show_traceback()"]),
        ("nothing_like_that", "nothing_like_that", []),
    ],
)
def test_the_word_at_the_cursor_completes(names, line, word, expected):
    names["show_traceback"] = show_traceback
    completer = ConsoleCompleter(names, Readline(line))
    found = []
    while (answer := completer.complete(word, len(found))) is not None:
        found.append(answer)
    assert found == expected


def test_an_error_of_dynclient_is_its_message_and_its_traceback_is_one_command_away(
    console, capsys
):
    console.runsource("client.create_order(custmer=1)")
    message = capsys.readouterr().err
    assert message.startswith("InvalidCall: createOrder")
    assert "Traceback" not in message
    show_traceback()
    assert "Traceback" in capsys.readouterr().err


def test_another_error_keeps_its_traceback(console, capsys):
    console.runsource("1 / 0")
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_cancels_a_call_and_keeps_the_session(console, capsys, names):
    def interrupt():
        raise KeyboardInterrupt

    names["interrupt"] = interrupt
    console.runsource("interrupt()")
    console.runsource("print(1)")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("1\n", "\ncancelled\n")


def test_await_works_at_the_top_level(console, capsys):
    console.runsource(
        "print((await AsyncClient(client.document, transport=sandbox,"
        " credentials={'key': 'x'}).list_orders()))"
    )
    assert capsys.readouterr().out.startswith("[")


def test_each_exchange_prints_a_line(console, capsys):
    console.runsource("order = client.create_order(customer={'name': 'x'})")
    assert capsys.readouterr().err.startswith("201 Created  ")
    console.runsource("client.delete_order(order['id'])")
    console.runsource("client.get_order(order['id'])")
    assert capsys.readouterr().err.splitlines()[-1].startswith("404 Not Found  ")
    console.runsource("1")
    assert capsys.readouterr().err == ""


def test_code_prints_as_it_is(names, capsys):
    names["client"].list_orders(state="open")
    display = build_display_hook(names)
    for text in (names["history"].to_python(), names["history"][0].request.curl()):
        display(text)
        assert capsys.readouterr().out == f"{text}\n"
        assert "\n" in text
        assert type(str(text)) is str


def test_data_print_folded_and_stay_whole_as_underscore(names, capsys):
    display = build_display_hook(names)
    data = {"data": list(range(1000))}
    display(data)
    assert "990 more of 1000" in capsys.readouterr().out
    assert names["_"] is data


def test_the_garbage_collector_leaves_out_what_the_console_keeps(names, monkeypatch):
    frozen = []
    monkeypatch.setattr(
        StandardConsole, "interact", lambda *_, **__: frozen.append(gc.get_freeze_count())
    )
    before = gc.get_freeze_count()
    try:
        assert run_standard_console(names, "") == 0
    finally:
        gc.unfreeze()
    assert frozen[0] > before + 10_000
