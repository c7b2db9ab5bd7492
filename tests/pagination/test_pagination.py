from __future__ import annotations

import pytest

from dynclient.pagination.pagination import Pagination


@pytest.mark.parametrize(
    ("pagination", "line"),
    [
        (Pagination("offset", "/data", "/query/skip", source="x"), "by offset, /query/skip; items in /data; certain, x"),
        (Pagination("page", "", "/query/page", size="/query/rows", source="x"), "by page, /query/page; size of a page in /query/rows; the body is the items; certain, x"),
        (Pagination("link", next="/next", source="x"), "by link, /next; the body is the items; certain, x"),
        (Pagination("link", next_header="Link", source="x", certainty="likely"), "by link, the header Link; the body is the items; likely, x"),
        (Pagination("single", "/a", source="x"), "single; items in /a; certain, x"),
    ],
)  # fmt: skip
def test_a_pagination_is_described_in_a_line(pagination, line):
    assert pagination.describe() == line


def test_a_table_says_what_differs_from_the_defaults():
    pagination = Pagination("page", "/data", "/query/page", size="/query/size", first=1, source="x")
    assert pagination.to_table() == {
        "style": "page",
        "items": "/data",
        "parameter": "/query/page",
        "size": "/query/size",
        "first": 1,
    }
    assert repr(pagination) == (
        "Pagination(style='page', items='/data', parameter='/query/page', size='/query/size',"
        " first=1, source='x', certainty='certain')"
    )
