"""Two thin runners over pages, one that waits and one that is awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from dynclient.errors import DynclientError
from dynclient.pages.page import Page
from dynclient.pages.page_walk import PageWalk

if TYPE_CHECKING:
    from dynclient.client.callable_operations import AsyncOperation, Operation


def iterate_pages(operation: Operation, walk: PageWalk) -> Iterator[Page]:
    """Yield the pages of a list, each when it is asked for."""
    while not walk.is_over:
        try:
            page = walk.read_page(operation.send(walk.request))
        except DynclientError as error:
            error.add_note(walk.describe_place())
            raise
        yield page
        walk.advance(page)


def iterate_items(operation: Operation, walk: PageWalk) -> Iterator[Any]:
    """Yield the items of all pages."""
    items = (item for page in iterate_pages(operation, walk) for item in page.items)
    yield from islice(items, walk.max_items)


async def iterate_pages_async(operation: AsyncOperation, walk: PageWalk) -> AsyncIterator[Page]:
    """Yield the pages of a list, each when it is asked for."""
    while not walk.is_over:
        try:
            page = walk.read_page(await operation.send(walk.request))
        except DynclientError as error:
            error.add_note(walk.describe_place())
            raise
        yield page
        walk.advance(page)


async def iterate_items_async(operation: AsyncOperation, walk: PageWalk) -> AsyncIterator[Any]:
    """Yield the items of all pages."""
    count = 0
    async for page in iterate_pages_async(operation, walk):
        for item in page.items:
            if walk.max_items is not None and count >= walk.max_items:
                return
            yield item
            count += 1
