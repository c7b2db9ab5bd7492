"""A small document of our own through both type checkers: what is right passes, each mistake is found."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import MAX_RUN_S

import dynclient
from dynclient.stubs import build_stubs

HERE = Path(__file__).parent
ROOT = Path(dynclient.__file__).parents[1]

RIGHT = """
import datetime
import pathlib
from typing import assert_type

import dynclient
from dynclient.stubs.typed_client import Page
from library import AsyncClient, Book, BookInput, Circle, Client, FindBooksResult200, Genre, Tree
from library import WatchBooksEvent


def take(client: dynclient.Client) -> None: ...


with Client(server="https://library.example.com", timeout=3) as client:
    take(client)
    books = client.list(genre="novel", since=datetime.date(2026, 1, 1), offset=3, from_=["a"], self=1)
    assert_type(books, list[Book] | None)
    book = client.create_book(title="Emma", mood="new", author={"name": "Austen"}, sequel={"title": "x"})
    assert_type(book, Book)
    assert_type(book["title"], str)
    whole: BookInput = {"title": "Emma", "genre": "novel", "subtitle": None, "prices": {"eur": 3}}
    client.create_book(body=whole)
    client.create_book(client.create_book.example())
    client.create_book.validate(title="Emma")
    client.create_book.validate(body={"title": "Emma"})
    request = client.create_book.request(title="Emma")
    assert_type(client.create_book.send(request).data, Book)
    assert_type(client.create_book.send(title="Emma").data["id"], str)
    client.create_book.stream(title="Emma").save("book")
    assert_type(client.create_book.wait_until(lambda book: book["id"], title="Emma")["id"], str)
    client.get_book(client.get_book.example())
    client.get_book(book_id=book["id"])
    client.get_page("b-1", 3)
    client.get_page(dynclient.Call(path={"bookId": "b-1", "number": 3}))
    client.change_book("b-1", title="in the header", query={"x": "1"}, class_="c")
    client.change_book("b-1", title="in the header", body={"a-b": 1, "class": "c", "title": 2})
    client.upload_cover(image=b"...", others=[pathlib.Path("a.png")], note="n")
    client.upload_cover(image=("a.png", open("a.png", "rb"), "image/png"))
    tree: Tree = client.str(body=pathlib.Path("a.bin"))
    circle: Circle = {"kind": "circle", "radius": 1.5}
    shapes = client.draw_shape(body=circle)
    client.draw_shape(body={"kind": "square", "side": 1, "open": {"kind": "k", "other": 2}})
    shape = shapes["a"]
    if shape["kind"] == "circle":
        assert_type(shape["radius"], float)
    assert_type(client["GET /a"](), Genre)
    client["getBook"]("b-1")
    client.with_options(timeout=1).get_book("b-1")
    for found in client.find_books.items(text="a", limit=3, max_pages=2):
        assert_type(found, Book)
    for page in client.find_books.pages(client.find_books.example(), resume={"query": {"skip": 2}}):
        assert_type(page, Page[FindBooksResult200, Book])
        assert_type(page.items, list[Book])
        assert_type(page.data["more"], bool)
    assert_type(next(client.list_loans.items(state="open", limit=1)), str)
    assert_type(next(client.list_loans.items(body={"state": "open"}, max_items=1)), str)
    assert_type(next(client.list_loans.items(client.list_loans.example(), max_items=1)), str)
    client.list_loans(state="open", page=2)
    for outcome in client.create_book.map([client.create_book.example()], concurrency=5):
        if not isinstance(outcome, dynclient.errors.DynclientError):
            assert_type(outcome.data, Book)
    with client.watch_books.stream() as events:
        for event in events:
            assert_type(event, WatchBooksEvent)
            assert_type(event["data"], Book)
        assert_type(next(events.lines()), str)
    with client.follow_loan.stream(loan="a") as states:
        assert_type(next(states), str)
    with client.get_book.stream("b-1") as whole_book:
        assert_type(next(whole_book), Book)


async def main() -> None:
    async with AsyncClient() as client:
        assert_type(await client.create_book(title="Emma"), Book)
        assert_type((await client.create_book.send(body={"title": "Emma"})).data, Book)
        assert_type((await client.get_book.send("b-1")).data["title"], str)
        assert_type(await client.get_book.wait_until(lambda book: book["title"], "b-1"), Book)
        async with client.get_book.stream("b-1") as items:
            async for item in items:
                assert_type(item, Book)
        async for found in client.find_books.items(text="a", limit=3):
            assert_type(found, Book)
        async for page in client.list_loans.pages(state="open"):
            assert_type(page.items, list[str])
        async for outcome in client.create_book.map([client.create_book.example()]):
            if not isinstance(outcome, dynclient.errors.DynclientError):
                assert_type(outcome.data, Book)
        async with client.watch_books.stream() as events:
            async for event in events:
                assert_type(event["data"]["title"], str)
"""

WRONG = """
from library import AsyncClient, Client

client = Client()
client.get_bok("b-1")  # operation
client.create_book(titel="Emma")  # name
client.create_book()  # missing argument
client.get_book()  # missing path parameter
client.get_page("b-1")  # missing path parameter
client.get_page("b-1", "3")  # type
client.create_book(title=3)  # type
client.list(offset="3")  # type of a member
client.list(from_="novel")  # type of items
client.create_book(title="Emma", genre="novell")  # enum
client.create_book(title="Emma", author={"nam": "Austen"})  # nested key
client.create_book(title="Emma", sequel={"title": "x", "author": {"name": 3}})  # nested type
client.create_book(title="Emma", id="b-1")  # read-only
client.create_book(body={"titel": "Emma"})  # key of the whole body
client.create_book.validate(titel="Emma")  # name
client.create_book.request(title=3)  # type
client.create_book(title="Emma")["titel"]  # key of the result
client.create_book.send(title="Emma").data["titel"]  # key of the result
client.get_book("b-1")["secret"]  # write-only
client.draw_shape(body={"kind": "circle", "side": 3})  # alternative
client.upload_cover(image="a.png")  # text for a file
Client(tiemout=3)  # option
client.find_books.items(txet="a")  # name
client.find_books.items(text="a", limit="3")  # type of a keyword of pages
client.find_books.pages(resume="next")  # type of a cursor
next(client.find_books.items())["titel"]  # key of an item
next(client.find_books.pages()).data["mor"]  # key of a page
client.list_loans.items(state="opne")  # enum
client.list_loans.items(max_pages=3)  # missing argument
client.create_book.map({"body": {}})  # one call
client.create_book.map([], concurrency="many")  # type
next(client.watch_books.stream())["dta"]  # key of an event
next(client.watch_books.stream())["data"]["titel"]  # key of the data of an event
client.follow_loan.stream(lone="a")  # name
client.create_book.wait_until(lambda book: book["titel"], title="a")  # key in a condition
client.create_book.wait_until(lambda book: True, titel="a")  # name


async def main() -> None:
    async with AsyncClient() as client:
        await client.create_book(titel="Emma")  # name
        client.get_book("b-1")["title"]  # not awaited
        client.find_books.items(limit="3")  # type of a keyword of pages
        client.create_book.map([], concurrency=None)  # type
"""


def run_checker(folder: Path, *words: str) -> str:
    """Return what a type checker says."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MAX_RUN_S,
        check=False,
    )
    return done.stdout + done.stderr


def run_mypy(folder: Path) -> str:
    cache = os.environ.get("MYPY_CACHE_DIR") or str(ROOT / ".mypy_cache")
    options = ("--strict", "--cache-dir", cache, "--python-version", "3.11")
    return run_checker(folder, "mypy", *options, "library.pyi", "right.py", "wrong.py")


def run_pyright(folder: Path) -> str:
    (folder / "pyrightconfig.json").write_text(
        f'{{"typeCheckingMode": "standard", "extraPaths": ["{ROOT}"], "pythonVersion": "3.11"}}'
    )
    return run_checker(folder, "basedpyright", "--pythonpath", sys.executable, str(folder))


@pytest.mark.parametrize("checker", ["mypy", "basedpyright"])
def test_what_is_right_passes_and_each_mistake_is_found(checker, tmp_path):
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    module = build_stubs(dynclient.load(HERE / "library.yaml"), "library.yaml")
    files = {"library.py": module.source, "library.pyi": module.types}
    for name, text in {**files, "right.py": RIGHT, "wrong.py": WRONG}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    output = {"mypy": run_mypy, "basedpyright": run_pyright}[checker](tmp_path)
    found = re.findall(r"(\w+\.pyi?):(\d+)(?::\d+)?(?: -|:) error", output)
    expected = [
        ("wrong.py", str(number))
        for number, line in enumerate(WRONG.splitlines(), 1)
        if "  # " in line
    ]
    # mypy says of some calls that a keyword is unknown, and then that no overload fits.
    assert sorted(set(found)) == sorted(expected), output
