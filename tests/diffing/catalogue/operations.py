"""Changes of operations: which there are, what they are called, where they are, and their tags."""

from __future__ import annotations

import re
from collections.abc import Sequence

from support.revisions import Steps, Tree, operations, put, said, value, without

from catalogue.case import BREAKS, CODE_ONLY, NOTES, Case, Expected, Kind, Levels
from dynclient.names import to_snake_case

#: Deployed programs reach nothing; callers by name follow.
WIRE_ONLY: Levels = ("breaking", "none")


def _told(rule: str, at: Steps, levels: Levels) -> tuple[Expected, ...]:
    return (Expected(rule, at, {"": levels}, "fact"),)


def _named(whole: Tree) -> Sequence[Steps]:
    """Return the operations that have an id of their own."""
    ids = [value(whole, (*at, "operationId")) for at in operations(whole)]
    return [
        at for at, name in zip(operations(whole), ids, strict=True) if name and ids.count(name) == 1
    ]


def _removed(whole: Tree, place: Steps) -> Case:
    return Case(whole, without(whole, place), _told("operation-removed", place, BREAKS))


def _added(whole: Tree, place: Steps) -> Case:
    return Case(without(whole, place), whole, _told("operation-added", place, NOTES))


def _renamed(whole: Tree, place: Steps) -> Case:
    return Case(
        whole,
        said(whole, place, operationId="dynPlanted"),
        _told("operation-renamed", place, CODE_ONLY),
    )


def _unnamed(whole: Tree, place: Steps) -> Case:
    return Case(
        whole, without(whole, (*place, "operationId")), _told("operation-renamed", place, CODE_ONLY)
    )


def _christened(whole: Tree, place: Steps) -> Case:
    return Case(
        without(whole, (*place, "operationId")),
        whole,
        _told("operation-renamed", place, ("none", "info")),
    )


def _moved(whole: Tree, place: Steps, path: str, method: str) -> Tree | None:
    """Return a document in which an operation stands at another place, with the parameters of its path."""
    item = value(whole, place[:2])
    if method in value(whole, ("paths", path), {}) or "$ref" in item:
        return None
    kept = {k: item[k] for k in ("parameters", "servers") if k in item}
    left = without(whole, place)
    return put(
        left, ("paths", path), {**value(left, ("paths", path), kept), method: value(whole, place)}
    )


def _elsewhere(whole: Tree, place: Steps) -> Case | None:
    at = ("paths", f"/dyn-planted{place[1]}", place[2])
    new = _moved(whole, place, at[1], at[2])
    return new and Case(whole, new, _told("operation-moved", at, WIRE_ONLY))


def _by_another_method(whole: Tree, place: Steps) -> Case | None:
    method = "patch" if place[2] in ("put", "post") else "put"
    new = _moved(whole, place, place[1], method) if place[2] in ("put", "post", "delete") else None
    return new and Case(whole, new, _told("operation-moved", (*place[:2], method), WIRE_ONLY))


def _moved_and_renamed(whole: Tree, place: Steps) -> Case | None:
    at = ("paths", f"/dyn-planted{place[1]}", place[2])
    new = _moved(whole, place, at[1], at[2])
    if new is None:
        return None
    expected = (*_told("operation-removed", place, BREAKS), *_told("operation-added", at, NOTES))
    return Case(whole, said(new, at, operationId="dynPlanted"), expected)


def _reordered(whole: Tree, place: Steps) -> Case | None:
    """Move an operation to a path that has the same variables in another order."""
    names = re.findall(r"\{([^{}]+)\}", place[1])
    if len(names) != 2:
        return None
    path = "/dyn-planted/" + "/".join(f"{{{name}}}" for name in reversed(names))
    new = _moved(whole, place, path, place[2])
    at = ("paths", path, place[2])
    reordered = Expected("parameter-reordered", at, {"call": ("none", "breaking")}, "fact")
    return new and Case(whole, new, (*_told("operation-moved", at, WIRE_ONLY), reordered))


def _deprecated(whole: Tree, place: Steps) -> Case:
    old, new = (said(whole, place, deprecated=flag) for flag in (False, True))
    return Case(old, new, _told("operation-deprecated", place, NOTES))


def _reinstated(whole: Tree, place: Steps) -> Case:
    found = _deprecated(whole, place)
    return Case(found.new, found.old, _told("operation-undeprecated", place, NOTES))


def _respelt(whole: Tree, place: Steps) -> Case | None:
    """Write the operationId of an operation as Python does."""
    old_id = value(whole, (*place, "operationId"))
    new_id = to_snake_case(old_id)
    ids = [value(whole, (*at, "operationId"), "") for at in operations(whole)]
    if new_id == old_id or [to_snake_case(each) for each in ids].count(new_id) > 1:
        return None
    new = said(whole, place, operationId=new_id)
    return Case(whole, new, _told("operation-renamed", place, NOTES))


def _prefix_moved(whole: Tree, _: Steps) -> Case:
    """Move a prefix from the server's URL to all paths."""
    url = "https://planted.example.com"
    old = {**whole, "servers": [{"url": f"{url}/dyn"}]}
    paths = {f"/dyn{path}": item for path, item in whole["paths"].items()}
    new = {**whole, "servers": [{"url": url}], "paths": paths}
    expected = Expected("server-changed", ("servers",), {"call": NOTES}, "fact")
    return Case(old, new, (expected,))


def _without_own_servers(whole: Tree) -> Sequence[Steps]:
    """Return one place where no operation has servers of its own, and no path is referred to."""
    owners = [*operations(whole), *(at[:2] for at in operations(whole))]
    has_own = any("servers" in value(whole, at) for at in owners)
    return [] if has_own or "#/paths/" in repr(whole) else [()]


def _untagged(whole: Tree, place: Steps) -> Case:
    """Take an operation out of a tag that others hold on to."""
    tags = value(whole, (*place, "tags"), [])
    other = next(at for at in operations(whole) if at != place)
    shared = said(whole, other, tags=[*value(whole, (*other, "tags"), []), "dynPlanted"])
    old, new = (said(shared, place, tags=each) for each in ([*tags, "dynPlanted"], tags))
    at = (*place, "tags") if tags else place
    return Case(old, new, _told("tag-removed", at, ("none", "warning")))


def _tag_gone(whole: Tree, place: Steps) -> Case:
    """Rename the tag that no other operation has."""
    tags = value(whole, (*place, "tags"), [])
    old, new = (said(whole, place, tags=[*tags, each]) for each in ("dynPlanted", "other planted"))
    return Case(old, new, _told("tag-removed", (*place, "tags"), ("none", "breaking")))


KINDS = (
    Kind("an operation removed", operations, _removed),
    Kind("an operation added", operations, _added),
    Kind("an operation renamed", _named, _renamed),
    Kind("an operation's id in another spelling", _named, _respelt),
    Kind("a prefix of all paths that was the server's", _without_own_servers, _prefix_moved),
    Kind("an operation without its id", _named, _unnamed),
    Kind("an operation with an id", _named, _christened),
    Kind("an operation at another path", _named, _elsewhere),
    Kind("an operation by another method", _named, _by_another_method),
    Kind("an operation elsewhere by another name", _named, _moved_and_renamed),
    Kind("an operation elsewhere with its variables in another order", _named, _reordered),
    Kind("an operation deprecated", operations, _deprecated),
    Kind("an operation no longer deprecated", operations, _reinstated),
    Kind("a tag left", operations, _untagged),
    Kind("a tag gone", operations, _tag_gone),
)
