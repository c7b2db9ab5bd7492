"""Where in the arguments of an operation the cursor is, and what the call schema says of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, NamedTuple

from dynclient.client.client import BaseClient
from dynclient.client.operation import BoundOperation
from dynclient.description.described_operation import get_accepted_media_type, get_plan
from dynclient.description.operation_description import ArgumentDescription, describe_arguments
from dynclient.description.value_outline import (
    describe_type,
    find_default,
    get_location_types,
    list_member_names,
)
from dynclient.description.value_text import mark_required
from dynclient.display_text import escape_unprintable
from dynclient.names import to_snake_case
from dynclient.pagination.paging_keywords import PAGING_KEYWORDS, list_paging_keywords
from dynclient.plan.binder import LOCATION_GROUPS
from dynclient.repl.expression_resolver import (
    MAP,
    NAMING_METHODS,
    PAGING_METHODS,
    OperationCall,
    resolve_expression,
)
from dynclient.repl.half_typed_code import CodeToken, HalfTypedCode, OpenBracket, read_string
from dynclient.wire.schema_types import SchemaTypes

#: How many characters of a default are shown.
MAX_DEFAULT_CHARS = 30


class ArgumentMember(NamedTuple):
    """A name that may be given: an argument, or a key of an object."""

    name: str
    meaning: str


@dataclass(frozen=True)
class ArgumentPlace:
    """A place in the arguments of a call.

    Attributes:
        operation: whose arguments these are.
        types: what a value here may be; None where no value can stand.
        members: the names that may stand here; None where none can.
        wire_name: the parameter or property whose value stands here, "" for none.
        is_keyword: whether the names are arguments.

    """

    operation: BoundOperation[Any]
    types: SchemaTypes | None = None
    members: list[ArgumentMember] | None = None
    wire_name: str = ""
    is_keyword: bool = False


def find_argument_place(code: HalfTypedCode, names: Mapping[str, Any]) -> ArgumentPlace | None:
    """Return the place at the cursor; None where it is in no call of an operation."""
    for index in range(len(code.brackets) - 1, 0, -1):
        bracket = code.brackets[index]
        if bracket.character != "(" or _is_call_document(bracket):
            continue
        call = _resolve_call(bracket, names)
        return None if call is None else _find_in_call(call, _drop_callees(code.brackets[index:]))
    return None


def _resolve_call(bracket: OpenBracket, names: Mapping[str, Any]) -> OperationCall | None:
    called = resolve_expression(bracket.callee, names)
    if isinstance(called, BoundOperation):
        return OperationCall(called)
    if isinstance(called, OperationCall):
        return called
    owner_text, _, method = bracket.callee.rpartition(".")
    if method not in NAMING_METHODS or not bracket.items or not bracket.items[0]:
        return None
    owner = resolve_expression(owner_text, names)
    name = read_string(bracket.items[0][0])
    if isinstance(owner, BaseClient) and name is not None and name in owner:
        return OperationCall(owner[name], 1, method)
    return None


def _is_call_document(bracket: OpenBracket) -> bool:
    """Tell whether a bracket holds a call document: `Call(`."""
    return bracket.character == "(" and bracket.callee in ("Call", "dynclient.Call")


def _drop_callees(brackets: list[OpenBracket]) -> list[OpenBracket]:
    """Return brackets without the name `Call` before each that holds a call document."""
    pairs = zip_longest(brackets, brackets[1:])
    return [
        replace(bracket, current=bracket.current[: -_count_tokens(inner.callee)])
        if inner is not None and _is_call_document(inner)
        else bracket
        for bracket, inner in pairs
    ]


def _count_tokens(name: str) -> int:
    """Return of how many tokens a dotted name is made."""
    return 2 * name.count(".") + 1


def _find_in_call(call: OperationCall, brackets: list[OpenBracket]) -> ArgumentPlace | None:
    """Return the place in a call whose brackets are open from its own on."""
    arguments = OperationArguments(call.operation)
    own = brackets[0]
    items = own.items[call.skipped :]
    given = _find_keyword(own.current)
    is_missing_others = len(own.items) < call.skipped
    if is_missing_others or (given is None and own.current):
        return None
    if call.method == MAP or (len(brackets) > 1 and _is_call_document(brackets[1])):
        return _find_in_documents(call, arguments, brackets)
    if given is None and len(brackets) == 1:
        return _build_method_place(call, arguments, own)
    target = arguments.find(given) if given else arguments.find_positional(len(items))
    if target is None:
        return None
    types, wire_name = target
    if len(brackets) == 1:
        return ArgumentPlace(call.operation, types, wire_name=wire_name)
    return _find_below(call.operation, types, brackets[1:])


def _find_in_documents(
    call: OperationCall, arguments: OperationArguments, brackets: list[OpenBracket]
) -> ArgumentPlace | None:
    """Return the place where call documents stand: one alone, or those of `map`."""
    own = brackets[0]
    if own.items[call.skipped :]:
        return _find_map_keyword(call, brackets) if call.method == MAP else None
    if own.current or len(brackets) == 1:
        return None
    types = arguments.document_list_types if call.method == MAP else arguments.document_types
    return _find_below(call.operation, types, brackets[1:])


def _find_map_keyword(call: OperationCall, brackets: list[OpenBracket]) -> ArgumentPlace | None:
    """Return the place of a keyword of `map`, which comes after the calls."""
    if len(brackets) > 1 or brackets[0].current:
        return None
    given = _list_given_names(brackets[0])
    parameters = inspect.signature(type(call.operation).map).parameters.values()  # type: ignore[attr-defined] # both kinds of operation have it
    members = [
        ArgumentMember(parameter.name, f"{parameter.annotation} = {parameter.default!r}")
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name not in given
    ]
    return ArgumentPlace(call.operation, members=members, is_keyword=True)


def _build_method_place(
    call: OperationCall, arguments: OperationArguments, own: OpenBracket
) -> ArgumentPlace:
    """Return the place of an argument; a `Call` holds all those of the operation."""
    items = own.items[call.skipped :]
    has_call = bool(items) and [token.text for token in items[0][:1]] == ["Call"]
    if has_call:
        place = ArgumentPlace(call.operation, members=[], is_keyword=True)
    else:
        place = _build_argument_place(arguments, items)
    if call.method not in PAGING_METHODS:
        return place
    plan, given = get_plan(call.operation), _list_given_names(own)
    names = list_paging_keywords(plan, get_accepted_media_type(call.operation))
    free = _list_free_paging_keywords(list(PAGING_KEYWORDS) if has_call else names, given)
    return replace(place, members=[*(place.members or []), *free])


def _list_free_paging_keywords(names: list[str], given: set[str]) -> list[ArgumentMember]:
    """Return the keywords of pages that may still be given; the two limits of items are one."""
    taken = set(given)
    if "limit" in names:
        taken |= {"max_items"} | ({"limit"} if "max_items" in given else set())
    return [ArgumentMember(name, PAGING_KEYWORDS[name]) for name in names if name not in taken]


def _list_given_names(bracket: OpenBracket) -> set[str]:
    """Return the keywords that are given in a bracket."""
    return {item[0].text for item in bracket.items if len(item) > 1 and item[1].text == "="}


def _find_below(
    operation: BoundOperation[Any], types: SchemaTypes, brackets: list[OpenBracket]
) -> ArgumentPlace | None:
    """Return the place in literals that are open in a value."""
    name = ""
    for bracket in brackets:
        is_last = bracket is brackets[-1]
        if bracket.character == "[" and not bracket.callee and not bracket.current:
            types = types.item_types
            continue
        is_document = _is_call_document(bracket)
        if bracket.character != "{" and not is_document:
            return None
        key = (_find_keyword if is_document else _find_key)(bracket.current)
        if key is not None:
            name, types = key, types.find_member_types(key)
            continue
        if not is_last or bracket.current:
            return None
        members = _list_free_members(types, bracket)
        return ArgumentPlace(operation, members=members, is_keyword=is_document)
    return ArgumentPlace(operation, types, wire_name=name)


def _find_keyword(tokens: list[CodeToken]) -> str | None:
    """Return the argument whose value comes next: tokens are `name =`, and nothing else."""
    is_keyword = [token.kind for token in tokens] == ["name", "other"] and tokens[1].text == "="
    return tokens[0].text if is_keyword else None


def _find_key(tokens: list[CodeToken]) -> str | None:
    """Return the key whose value comes next: tokens are `"key" :`, and nothing else."""
    is_key = [token.kind for token in tokens] == ["string", "other"] and tokens[1].text == ":"
    return read_string(tokens[0]) if is_key else None


def _list_free_members(types: SchemaTypes, bracket: OpenBracket) -> list[ArgumentMember]:
    """Return the members of an object that are not typed yet, the required ones first."""
    given = {read_string(item[0]) for item in bracket.items if item} | _list_given_names(bracket)
    required = types.required_names
    free = [name for name in list_member_names(types) if name not in given]
    free.sort(key=lambda name: name not in required)
    return [
        ArgumentMember(
            name, describe_place(types.find_member_types(name), is_required=name in required)
        )
        for name in free
    ]


def describe_place(types: SchemaTypes, *, is_required: bool, is_filled: bool = False) -> str:
    """Return what a value has to be, whether it is required, and its default."""
    text = describe_type(types)
    text = mark_required(text, is_required=is_required, is_filled=is_filled)
    default = find_default(types)
    if default is not ...:
        text += f" = {repr(default)[:MAX_DEFAULT_CHARS]}"
    return escape_unprintable(text)


def _build_argument_place(
    arguments: OperationArguments, items: list[list[CodeToken]]
) -> ArgumentPlace:
    """Return the place of an argument of which nothing is typed yet, or a part of its name."""
    keywords = {item[0].text for item in items if len(item) > 1 and item[1].text == "="}
    positional = sum(1 for item in items if len(item) < 2 or item[1].text != "=")  # noqa: PLR2004 (name and sign)
    members = list(arguments.list_free(keywords, positional))
    target = None if keywords else arguments.find_positional(positional)
    if target is None:
        return ArgumentPlace(arguments.operation, members=members, is_keyword=True)
    types, wire_name = target
    return ArgumentPlace(arguments.operation, types, members, wire_name, is_keyword=True)


class OperationArguments:
    """The arguments of an operation: what each may be."""

    def __init__(self, operation: BoundOperation[Any]) -> None:
        self.operation = operation
        plan = get_plan(operation)
        media_type = get_accepted_media_type(operation)
        self._binder = plan.get_binder(media_type)
        self._call_schema = plan.get_call_schema(media_type)
        self._described = describe_arguments(plan, self._call_schema, media_type)

    @property
    def document_types(self) -> SchemaTypes:
        """What a call document may be."""
        return SchemaTypes(self._call_schema, self._call_schema.get("$defs", {}))

    @property
    def document_list_types(self) -> SchemaTypes:
        """What a list of call documents may be."""
        documents = {"type": "array", "items": self._call_schema}
        return SchemaTypes(documents, self._call_schema.get("$defs", {}))

    def find(self, name: str) -> tuple[SchemaTypes, str] | None:
        """Return what an argument may be and its name on the wire; None for an unknown one."""
        for argument in self._described:
            if name in (argument.name, argument.wire_name, to_snake_case(argument.wire_name)):
                return argument.types, argument.wire_name
        if name in (*LOCATION_GROUPS, "body") and name in self._call_schema["properties"]:
            return get_location_types(self._call_schema, name), ""
        return None

    def find_positional(self, index: int) -> tuple[SchemaTypes, str] | None:
        """Return what the positional argument at an index may be; None where there is none."""
        names = self._binder.positional
        if index >= len(names):
            return None
        for argument in self._described:
            if argument.location == "path" and argument.wire_name == names[index]:
                return argument.types, argument.wire_name
        return None

    def list_free(self, keywords: set[str], positional: int) -> Iterator[ArgumentMember]:
        """Yield the arguments that are not given yet, the required ones first."""
        taken = set(self._binder.positional[:positional])
        free: list[ArgumentDescription] = []
        for argument in self._described:
            is_given = not keywords.isdisjoint({argument.name, argument.wire_name})
            is_taken = argument.location == "path" and argument.wire_name in taken
            if argument.name.isidentifier() and not is_given and not is_taken:
                free.append(argument)
        free.sort(key=lambda argument: (not argument.is_required, argument.is_deprecated))
        for argument in free:
            yield ArgumentMember(argument.name, _describe_argument(argument))
        if self._binder.has_body and "body" not in keywords:
            body = get_location_types(self._call_schema, "body")
            yield ArgumentMember("body", f"the whole body: {describe_type(body)}")


def _describe_argument(argument: ArgumentDescription) -> str:
    text = describe_place(
        argument.types, is_required=argument.is_required, is_filled=argument.is_filled
    )
    return f"{text}, deprecated" if argument.is_deprecated else text
