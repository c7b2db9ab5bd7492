"""The sandbox pages in each way: what a client collects from it is the whole list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import document, parameter
from support.effort import share_each
from support.paged_shapes import (
    FLAG,
    INTEGER,
    ITEMS,
    SHAPE_NAMES,
    SHAPES,
    STRING,
    envelope,
    integers,
    listing,
)

import dynclient
from dynclient.errors import OperationNotFound, UsageError

BY_NAME = {shape.name: shape for shape in SHAPES}


def fill(source, identities, **options):
    sandbox = dynclient.Sandbox(source, **options)
    items = {identity: {"id": identity} for identity in identities}
    sandbox.state = {"items": {"/things": items}}
    return sandbox, list(items.values())


def build_call(shape, size):
    values = {} if size is None else {shape.size: size}
    location = "body" if shape.method == "post" else "query"
    return dynclient.Call({location: values})


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_the_items_of_all_pages_are_those_that_are_stored(shape):
    sandbox, things = fill(shape.document(), [f"t{n}" for n in range(7)], second_opinion=True)
    client = dynclient.Client(shape.document(), transport=sandbox)
    pages = list(client.list.pages(build_call(shape, 2)))
    assert [item for page in pages for item in page.items] == things
    assert len(pages) in (4, 5)
    assert [d for d in sandbox.disagreements if d.reason is None] == []


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
@share_each(0.5)
@given(data=st.data())
def test_any_list_comes_whole_and_nothing_twice(shape, data):
    identities = data.draw(st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=8))
    size = data.draw(st.integers(1, 4))
    sandbox, things = fill(shape.document(), identities)
    client = dynclient.Client(shape.document(), transport=sandbox)
    items = list(client.list.items(build_call(shape, size)))
    assert items == things if things else len(items) <= 1


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_a_sampled_list_ends(shape):
    client = dynclient.Client(shape.document(), transport=dynclient.Sandbox(shape.document()))
    items = list(client.list.items(build_call(shape, None)))
    assert items == list(client.list.items(build_call(shape, 1)))


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_a_page_has_a_size_where_the_call_gives_none(shape):
    sandbox, things = fill(shape.document(), [f"t{n}" for n in range(5)], page_size=2)
    client = dynclient.Client(shape.document(), transport=sandbox)
    pages = list(client.list.pages(build_call(shape, None)))
    assert [item for page in pages for item in page.items] == things
    assert [len(page.items) for page in pages][:3] == [2, 2, 1]


def test_the_sandbox_pages_as_its_user_says():
    made = listing(*integers("von", "anzahl"), result=envelope(rows=ITEMS, others=ITEMS))
    source = document({"/things": {"get": made}})
    table = {"list": {"style": "offset", "parameter": "von", "size": "anzahl", "items": "rows"}}
    sandbox, things = fill(source, "abcde", pagination=table)
    client = dynclient.Client(source, transport=sandbox, pagination=table)
    assert list(client.list.items(anzahl=2)) == things
    assert client.list(von=3)["rows"] == things[3:]


def test_a_cursor_fits_its_schema():
    cursor = {"type": "string", "format": "uuid"}
    made = listing(
        parameter("cursor", schema=cursor),
        *integers("limit"),
        result=envelope(data=ITEMS, next_cursor=cursor),
    )
    source = document({"/things": {"get": made}})
    sandbox, things = fill(source, "abcde")
    client = dynclient.Client(source, transport=sandbox)
    assert list(client.list.items(dynclient.Call(query={"limit": 2}))) == things


def test_a_link_that_no_schema_allows_ends_the_list():
    never = {"type": "string", "format": "uri", "maxLength": 4}
    made = listing(*integers("limit"), result=envelope(data=ITEMS, next=never))
    source = document({"/things": {"get": made}})
    sandbox, things = fill(source, "abc")
    client = dynclient.Client(source, transport=sandbox)
    assert client.list(limit=2)["data"] == things[:2]


def test_a_list_below_an_item_is_paged_too():
    made = listing(
        parameter("id", "path", STRING),
        *integers("skip"),
        result=envelope(data=ITEMS, hasMore=FLAG, total=INTEGER),
    )
    source = document({"/things/{id}": {"get": made}})
    client = dynclient.Client(source, transport=dynclient.Sandbox(source))
    assert len(list(client.list.items("a"))) <= 2


@pytest.mark.parametrize("size", [0, -1, True, "5", 2.5])
def test_a_page_size_that_cannot_be_is_refused(size):
    with pytest.raises(UsageError, match="page_size cannot be"):
        dynclient.Sandbox(BY_NAME["hasMore"].document(), page_size=size)


def test_a_pagination_of_no_operation_is_refused():
    with pytest.raises(OperationNotFound, match="did you mean list"):
        dynclient.Sandbox(BY_NAME["hasMore"].document(), pagination={"lst": {"style": "single"}})
