"""What may stand at the cursor, as the call and result schemas know it.

Pure functions: IPython and the standard console both ask here.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, get_args, get_type_hints

from dynclient import model
from dynclient.client.callable_operations import Operation
from dynclient.client.client import BaseClient
from dynclient.client.client_options import ClientOptions
from dynclient.client.operation import BoundOperation
from dynclient.client.operation_mappings import OperationMapping
from dynclient.display_text import escape_unprintable, format_count
from dynclient.errors import DynclientError
from dynclient.repl.argument_place import ArgumentPlace, find_argument_place
from dynclient.repl.expression_resolver import NAMING_METHODS, PAGING_METHODS, resolve_expression
from dynclient.repl.half_typed_code import (
    HalfTypedCode,
    find_last_expression,
    parse_half_typed_code,
)
from dynclient.repl.seen_values import SeenValues
from dynclient.repl.tag_operations import TagOperations
from dynclient.repl.value_candidates import Candidate, list_value_candidates, write_text

#: How many candidates an answer has at most.
MAX_CANDIDATES = 1_000


@dataclass(frozen=True)
class CompletionAnswer:
    """What the document knows of the place at the cursor.

    Attributes:
        fragment: the end of the text that each candidate replaces.
        candidates: the best first.

    """

    fragment: str
    candidates: list[Candidate]


def complete_code(
    text: str, names: Mapping[str, Any], seen: SeenValues | None = None
) -> CompletionAnswer | None:
    """Return what may stand at the end of a text; None where the document does not know.

    Args:
        text: the code up to the cursor.
        names: the namespace of the console.
        seen: the values of earlier results.

    """
    code = parse_half_typed_code(text)
    fragment = code.word if code.string is None else code.string
    try:
        candidates = _list_candidates(code, names, seen or SeenValues())
    except DynclientError:
        return None
    matching = [each for each in candidates if _begins_with(each.text, fragment)]
    unique = {each.text: each for each in reversed(matching)}
    ordered = [unique.pop(each.text) for each in matching if each.text in unique]
    return CompletionAnswer(fragment, ordered[:MAX_CANDIDATES]) if ordered else None


def _begins_with(text: str, fragment: str) -> bool:
    return text.lower().startswith(fragment.lower())


def _list_candidates(
    code: HalfTypedCode, names: Mapping[str, Any], seen: SeenValues
) -> Iterable[Candidate]:
    innermost = code.brackets[-1]
    tokens = innermost.current
    if tokens and tokens[-1].text == "." and code.string is None:
        owner = resolve_expression(find_last_expression(tokens[:-1]), names)
        return _list_attributes(owner)
    if innermost.character == "[" and innermost.callee and not tokens:
        return _list_keys(resolve_expression(innermost.callee, names), code)
    if innermost.character == "(":
        named = _list_arguments_of_names(code, names)
        if named:
            return named
    place = find_argument_place(code, names)
    if place is not None:
        return _list_at_place(place, code, seen)
    return _list_called_names(code, names)


# --- attributes and keys


def _list_attributes(owner: Any) -> Iterator[Candidate]:
    if isinstance(owner, BaseClient):
        yield from _name_operations(owner.document.operations.values())
        for name in dir(type(owner)):
            if not name.startswith("_"):
                yield Candidate(name, "client")
    elif isinstance(owner, TagOperations):
        yield from _name_operations(owner[key].operation for key in owner)
    elif isinstance(owner, BoundOperation):
        yield from _list_members(owner)


def _list_members(operation: BoundOperation[Any]) -> Iterator[Candidate]:
    """Yield what an operation has: methods first; of pages only where it is known how it pages."""
    pagination = operation.pagination
    is_paged = pagination is not None and pagination.is_usable
    names = [name for name in dir(Operation) if not name.startswith("_")]
    names.sort(key=lambda name: not callable(getattr(Operation, name)))
    for name in names:
        if is_paged or name not in PAGING_METHODS:
            member = getattr(type(operation), name)
            yield Candidate(name, str(member.__doc__ or "").partition("\n")[0])


def _name_operations(operations: Iterable[model.Operation]) -> Iterator[Candidate]:
    """Yield the Python names of declared operations; those that are deprecated come last."""
    deprecated: list[Candidate] = []
    for operation in operations:
        name = operation.python_name
        if not name.isidentifier() or keyword.iskeyword(name):
            continue
        meaning = escape_unprintable(f"{operation.method} {operation.path}")
        if operation.deprecated:
            deprecated.append(Candidate(name, f"deprecated  {meaning}"))
        else:
            yield Candidate(name, meaning)
    yield from deprecated


def _list_keys(owner: Any, code: HalfTypedCode) -> Iterator[Candidate]:
    """Yield the keys of a client, of a tag, or of data."""
    keys: Iterable[tuple[str, str]] = ()
    if isinstance(owner, BaseClient):
        # What is only listed is not bound: that would take most of the time.
        operations = owner.document.operations
        keys = [(key, operation.request) for key, operation in operations.items()]
        keys += [(operation.request, operation.id) for operation in operations.values()]
    elif isinstance(owner, OperationMapping):
        keys = [(operation.key, operation.request) for operation in owner.list_declared()]
    elif isinstance(owner, TagOperations):
        keys = [(key, owner[key].path) for key in owner]
    elif isinstance(owner, Mapping):
        shown = islice(owner.items(), MAX_CANDIDATES)
        keys = [(key, _describe_value(value)) for key, value in shown if isinstance(key, str)]
    for key, meaning in keys:
        yield Candidate(write_text(key, code.quote), escape_unprintable(meaning))


def _describe_value(value: Any) -> str:
    if isinstance(value, list | Mapping):
        return format_count(len(value), "item" if isinstance(value, list) else "key")
    return type(value).__name__


# --- arguments


def _list_at_place(
    place: ArgumentPlace, code: HalfTypedCode, seen: SeenValues
) -> Iterator[Candidate]:
    """Yield what may stand at a place of an operation's arguments."""
    if place.types is not None:
        values = seen.find_values(place.operation, place.wire_name)
        yield from list_value_candidates(place.types, code.quote, values)
    is_in_string = code.string is not None
    for member in place.members or ():
        if not place.is_keyword:
            yield Candidate(write_text(member.name, code.quote), member.meaning)
        elif not is_in_string:
            yield Candidate(f"{member.name}=", member.meaning)


def _list_arguments_of_names(code: HalfTypedCode, names: Mapping[str, Any]) -> list[Candidate]:
    """Return what `show` and `with_options` take."""
    bracket = code.brackets[-1]
    owner_text, _, method = bracket.callee.rpartition(".")
    owner = resolve_expression(owner_text, names)
    if method == "with_options" and isinstance(owner, BaseClient):
        return _list_options(code)
    shown = resolve_expression(bracket.callee, names)
    list_topics = getattr(type(shown), "list_topics", None)
    if list_topics is not None and code.string is not None and not bracket.current:
        topics = list_topics(shown, code.string)
        return [Candidate(write_text(topic, code.quote), "") for topic in topics]
    return []


def _list_options(code: HalfTypedCode) -> list[Candidate]:
    """Return the options that are not given yet, or the values of the one that is being given."""
    bracket = code.brackets[-1]
    kinds = get_type_hints(ClientOptions)
    if bracket.current:
        values = get_args(kinds.get(bracket.current[0].text))
        texts = [value for value in values if isinstance(value, str)]
        return [Candidate(write_text(text, code.quote), "option") for text in texts]
    if code.string is not None:
        return []
    given = {item[0].text for item in bracket.items if item}
    described = ClientOptions.__annotations__.items()
    return [
        Candidate(f"{name}=", str(getattr(kind, "__forward_arg__", kind)))
        for name, kind in described
        if name not in given
    ]


def _list_called_names(code: HalfTypedCode, names: Mapping[str, Any]) -> list[Candidate]:
    """Return the operations that `client.call("…")` may name."""
    bracket = code.brackets[-1]
    owner_text, _, method = bracket.callee.rpartition(".")
    is_name = bracket.character == "(" and not bracket.items and not bracket.current
    if method not in NAMING_METHODS or not is_name or code.string is None:
        return []
    owner = resolve_expression(owner_text, names)
    if not isinstance(owner, BaseClient):
        return []
    return list(_list_keys(owner, code))
