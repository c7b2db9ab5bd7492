from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import document, operation

import dynclient
from dynclient.usages import read_recorded_lines, resolve_recorded_lines


@pytest.fixture
def recorded(tmp_path, shop):
    """Return key → how often, and the lines of no operation, of a list."""

    def look(*lines, source=shop):
        file = tmp_path / "list.txt"
        file.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
        found = resolve_recorded_lines(read_recorded_lines(file), source)
        times = {
            key: sum(line.count for line in several)
            for key, several in found.lines_by_operation.items()
        }
        return times, [(line.line, line.text) for line in found.unmatched]

    return look


LINES = {
    "createOrder": "createOrder",
    "create_order": "createOrder",
    "POST /orders": "createOrder",
    "post  /orders": "createOrder",
    "GET /orders/{orderId}": "getOrder",
    "GET /orders/17": "getOrder",
    "GET /orders/17?expand=a#b": "getOrder",
    "GET /orders/17 HTTP/1.1": "getOrder",
    "GET https://api.example.com/v1/orders/17": "getOrder",
    "GET http://[/orders/17": "getOrder",
    "GET /v1/orders/17": "getOrder",
    "GET /orders/latest": "latestOrder",
    "GET /orders/lat%65st": "latestOrder",
    "GET /orders/a%2Fb": "getOrder",
    "DELETE /orders/latest": "deleteOrder",
    "GET /files/a.txt": "getFile",
    '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /v1/orders/9?x=y HTTP/1.0" 200 2326': "getOrder",
    '1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] "POST /v1/orders HTTP/2.0" 201 5 "https://a/b" "curl/8 \\"GET /orders/1\\""': "createOrder",
}


@pytest.mark.parametrize(("line", "key"), LINES.items(), ids=LINES)
def test_a_line_is_of_an_operation_whatever_its_form(recorded, line, key):
    assert recorded(line) == ({key: 1}, [])


@pytest.mark.parametrize("line", ["zeppelin", "PUT /orders", "GET /orders/1/2", "GET /", "GET", "GET /files/a", "GET /orders/", '"GET /nowhere HTTP/1.1"'])  # fmt: skip
def test_a_line_of_no_operation_is_told_and_is_no_reason_to_fail(recorded, line):
    times, unmatched = recorded("listOrders", line)
    assert times == {"listOrders": 1}
    assert [number for number, _ in unmatched] == [2]


def test_equal_lines_are_counted_and_comments_left_out(recorded):
    lines = (
        "# of last week",
        "",
        "GET /orders/1",
        "GET /orders/1?a",
        "GET /orders/2",
        "  createOrder  ",
    )
    assert recorded(*lines) == ({"createOrder": 1, "getOrder": 3}, [])


def test_operations_come_in_the_order_of_the_document(recorded):
    times, _ = recorded("GET /orders/1", "listOrders", "createOrder")
    assert list(times) == ["createOrder", "listOrders", "getOrder"]


@pytest.mark.parametrize(
    ("url", "path", "fits"),
    [
        ("https://a.example/b/c", "/b/c/x/1", True),
        ("https://a.example/b/c", "/x/1", True),
        ("https://a.example/b/c", "/b/x/1", False),
        ("/b", "/b/x/1", True),
        ("https://{host}.example/{base}", "/v9/x/1", True),
        ("https://{host}.example/{base}", "/v8/x/1", False),
    ],
)
def test_the_base_path_of_a_server_may_stand_before_the_path(recorded, url, path, fits):
    server = {"url": url, "variables": {"base": {"default": "v9"}}}
    source = dynclient.load(
        document({"/x/{id}": {"get": operation(operationId="run")}}, servers=[server])
    )
    times, unmatched = recorded(f"GET {path}", source=source)
    assert (times, len(unmatched)) == (({"run": 1}, 0) if fits else ({}, 1))


def test_of_several_templates_the_one_with_more_literals_from_the_left_wins(recorded):
    paths = ["/{a}/{b}", "/{a}/b", "/a/{b}", "/a/x{b}", "/a/b"]
    source = dynclient.load(
        document({path: {"get": operation(operationId=path)} for path in paths})
    )
    for concrete, wanted in {
        "/a/b": "/a/b",
        "/a/xb": "/a/x{b}",
        "/a/c": "/a/{b}",
        "/c/b": "/{a}/b",
        "/c/c": "/{a}/{b}",
    }.items():
        assert recorded(f"GET {concrete}", source=source) == ({wanted: 1}, [])


def test_a_list_that_is_no_text_is_read_as_far_as_it_goes(tmp_path, shop):
    (tmp_path / "list").write_bytes(b"\xff\xfe\ncreateOrder\n")
    assert list(
        resolve_recorded_lines(read_recorded_lines(tmp_path / "list"), shop).lines_by_operation
    ) == ["createOrder"]


def test_a_list_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_recorded_lines(tmp_path / "list")


@given(line=st.text())
def test_any_line_is_of_an_operation_or_told(tmp_path_factory, shop, line):
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_text(line, encoding="utf-8", errors="replace")
    recorded = read_recorded_lines(file)
    found = resolve_recorded_lines(recorded, shop)
    assert sum(map(len, found.lines_by_operation.values())) + len(found.unmatched) == len(recorded)
