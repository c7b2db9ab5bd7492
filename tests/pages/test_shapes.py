"""Every shape of pages: the items of all pages are the whole list, each once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share_each
from support.paged_shapes import SHAPE_NAMES, SHAPES

import dynclient

IDENTITIES = st.text(min_size=1, max_size=6)


def make(shape, items):
    server = shape.server(items)
    return server, dynclient.Client(shape.document(), transport=server)


def name_things(count):
    return [{"id": f"t{n}"} for n in range(count)]


def build_call(shape, size):
    values = {} if size is None else {shape.size: size}
    if shape.method == "post":
        return dynclient.Call(body=values)
    return dynclient.Call(query=values)


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_the_items_of_all_pages_are_the_whole_list(shape):
    for count, size in ((0, None), (1, 1), (3, None), (7, None), (8, 2)):
        things = name_things(count)
        server, client = make(shape, things)
        assert list(client.list.items(build_call(shape, size))) == things
        assert len(server.seen) <= count // (size or 3) + 2


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_an_asynchronous_client_gets_the_same(shape):
    things = name_things(7)

    async def collect():
        server = shape.server(things)
        async with dynclient.AsyncClient(shape.document(), transport=server) as client:
            items = [item async for item in client.items("list", build_call(shape, 2))]
            pages = [page async for page in client.pages("list", build_call(shape, 2))]
        return items, pages

    items, pages = asyncio.run(collect())
    assert items == things
    assert [item for page in pages for item in page.items] == things


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_a_list_goes_on_from_the_cursor_of_any_page(shape):
    things = name_things(7)
    _, client = make(shape, things)
    call = build_call(shape, 2)
    before = []
    for page in client.list.pages(call):
        before += page.items
        if page.cursor is not None:
            rest = list(client.list.items(call, resume=page.cursor))
            assert before + rest == things
    assert page.cursor is None


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
@share_each(0.5)
@given(data=st.data())
def test_any_list_comes_whole_and_nothing_twice(shape, data):
    identities = data.draw(st.lists(IDENTITIES, unique=True, max_size=9))
    size = data.draw(st.integers(1, 4))
    things = [{"id": identity} for identity in identities]
    _, client = make(shape, things)
    assert list(client.list.items(build_call(shape, size))) == things


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
def test_what_was_found_can_be_written_by_a_user(shape):
    _, client = make(shape, [])
    pagination = client.list.pagination
    assert pagination.is_usable
    assert pagination.source
    tables = {"list": pagination.to_table()}
    server = shape.server(name_things(5))
    again = dynclient.Client(shape.document(), transport=server, pagination=tables)
    assert again.list.pagination.to_table() == pagination.to_table()
    assert list(again.list.items(build_call(shape, 2))) == name_things(5)
