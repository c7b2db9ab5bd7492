"""The types of an operation: its arguments, its whole body, its result."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dynclient.description.operation_docstring import build_short_docstring
from dynclient.description.operation_signature import find_required_places, has_members
from dynclient.description.value_outline import CallTypes
from dynclient.model import MediaType, Response
from dynclient.names import to_snake_case
from dynclient.pagination.paging_keywords import list_paging_keywords
from dynclient.plan.binder import LOCATION_GROUPS
from dynclient.plan.plan import Plan
from dynclient.plan.streamed_items import find_stream_format
from dynclient.schema.dialect import Schema
from dynclient.stubs.listed_items import (
    PagedItems,
    build_event_schema,
    expand_type,
    read_paged_list,
)
from dynclient.stubs.type_expressions import (
    ANY,
    BINARY,
    NONE,
    OCTETS,
    TEXT,
    ArrayType,
    MapType,
    ModelKey,
    ModelReference,
    NamedType,
    ObjectModel,
    TypeExpression,
    UnionType,
    build_union,
)
from dynclient.stubs.type_reader import TypeReader
from dynclient.wire import media_types
from dynclient.wire.schema_types import SchemaTypes

CALL = NamedType("Call")

#: What a client takes for a text of a format, or for a number, besides.
_CONVERTED_FORMATS = {
    "date-time": NamedType("_datetime.datetime"),
    "date": NamedType("_datetime.date"),
    "time": NamedType("_datetime.time"),
    "uuid": NamedType("UUID"),
}
_FLOAT, _DECIMAL = NamedType("float"), NamedType("Decimal")

#: What a body is read as whose stream has other items than its data.
_ITEM_FORMATS = frozenset({"json lines", "json sequence", "event stream", "parts"})

_COUNT = build_union([NamedType("int"), NONE])
#: What `pages` and `items` take beside the arguments of the operation.
_PAGE_OPTION_TYPES = {
    "limit": _COUNT,
    "max_items": _COUNT,
    "max_pages": _COUNT,
    "resume": build_union([MapType(ANY), NONE]),
}

#: Statuses whose responses have no body.
_BODILESS = frozenset({"204", "205"})


@dataclass(frozen=True)
class ArgumentType:
    """An argument of an operation.

    Attributes:
        name: the keyword.
        type: what it may be.
        is_required: whether a call must give it.
        is_of_body: whether it is a property of the body.

    """

    name: str
    type: TypeExpression
    is_required: bool
    is_of_body: bool = False


@dataclass(frozen=True)
class OperationTypes:
    """An operation as a type checker sees it.

    Attributes:
        key: of the operation.
        python_name: the attribute of the client; "" where it is only `client["…"]`.
        positional: the path parameters.
        can_be_named: whether each path parameter may be given by keyword too.
        keywords: all other arguments, the required ones first; without the whole body.
        whole_body: `body=`, where the properties of the body are arguments too.
        result: the data of a success.
        docstring: what `help()` shows.
        page_item: an item of the list that comes in pages; None where it is not known how.
        page_keywords: the keywords of `pages` and `items`, without the whole body.
        stream_item: an item of a stream; None where it is the data.

    """

    key: str
    python_name: str
    positional: tuple[ArgumentType, ...]
    can_be_named: bool
    keywords: tuple[ArgumentType, ...]
    whole_body: ArgumentType | None
    result: TypeExpression
    docstring: str
    page_item: TypeExpression | None = None
    page_keywords: tuple[ArgumentType, ...] = ()
    stream_item: TypeExpression | None = None

    @property
    def is_overloaded(self) -> bool:
        """Whether one signature cannot say both what is required and what may stand for it."""
        has_required = any(argument.is_required for argument in self.keywords)
        return has_required or len(self.positional) > 1

    def list_types(self) -> Iterator[TypeExpression]:
        """Yield the types that the operation names."""
        arguments = [*self.positional, *self.keywords]
        if self.whole_body is not None:
            arguments.append(self.whole_body)
        yield from (argument.type for argument in arguments)
        yield self.result
        yield from (item for item in (self.page_item, self.stream_item) if item is not None)


class OperationReader:
    """Reads the types of an operation.

    Args:
        plan: of the operation.
        calls: reads the types of calls.
        results: reads the types of results.

    """

    def __init__(self, plan: Plan, calls: TypeReader, results: TypeReader) -> None:
        self._plan = plan
        self._operation = plan.operation
        self._calls = calls
        self._results = results
        self._binder = plan.binder
        self._call_schema: Schema = plan.schemas.build_call_schema(
            plan.operation, plan.find_media_type(None), "consumer"
        )
        self._call_types = CallTypes(self._call_schema)
        self._required_places = find_required_places(plan, self._call_schema)

    def read(self, python_name: str) -> OperationTypes:
        """Return the types of the operation.

        Args:
            python_name: the attribute of the client; "" where it has none.

        """
        positional = self._list_path_parameters()
        body = self._read_body()
        body_arguments = [] if body is None else self._list_body_arguments(body)
        is_taken_apart = body_arguments is not None and bool(self._plan.list_body_properties())
        arguments = [*self._list_parameters(), *(body_arguments or [])]
        whole_body = None
        if body is not None and self._binder.targets.get("body", ("body", ""))[0] == "body":
            is_required = ("body", "") in self._required_places
            whole_body = ArgumentType("body", body, is_required)
        if whole_body is not None and not is_taken_apart:
            arguments.append(whole_body)
            whole_body = None
        arguments.sort(key=lambda argument: not argument.is_required)
        keywords = _remove_repeated(arguments, {argument.name for argument in positional})
        result = self._read_result()
        paged = read_paged_list(self._plan, result, self._results.models)
        return OperationTypes(
            key=self._operation.key,
            python_name=python_name,
            positional=positional,
            can_be_named=self._can_be_named(positional),
            keywords=keywords,
            whole_body=whole_body,
            result=result,
            docstring=build_short_docstring(self._plan),
            page_item=paged.item if paged else None,
            page_keywords=self._list_page_keywords(paged, keywords) if paged else (),
            stream_item=None if paged else self._read_stream_item(),
        )

    # --- arguments

    def _list_path_parameters(self) -> tuple[ArgumentType, ...]:
        arguments: dict[str, ArgumentType] = {}
        for wire_name in self._binder.positional:
            name = to_snake_case(wire_name)
            while name in arguments:
                name += "_"
            expression = self._read_parameter("path", wire_name)
            arguments[name] = ArgumentType(name, expression, is_required=True)
        return tuple(arguments.values())

    def _can_be_named(self, positional: tuple[ArgumentType, ...]) -> bool:
        """Tell whether each path parameter may be given by keyword too."""
        places = zip(positional, self._binder.positional, strict=True)
        targets = self._binder.targets
        return all(targets.get(argument.name) == ("path", name) for argument, name in places)

    def _list_parameters(self) -> list[ArgumentType]:
        """Return the parameters outside the path, their members, and groups for the rest."""
        arguments = []
        groups: dict[str, bool] = {}
        places: list[tuple[str, str]] = [
            place for place in self._plan.parameters if place[0] != "path"
        ]
        querystring = self._operation.querystring
        if querystring is not None:
            places.append((querystring.location, querystring.name))
        for location, wire_name in places:
            name = self._find_keyword(location, wire_name)
            is_required = (location, wire_name) in self._required_places
            if name is None:
                groups[location] = groups.get(location, False) or is_required
                continue
            expression = self._read_parameter(location, wire_name)
            is_whole = is_required and not has_members(self._binder, name)
            arguments.append(ArgumentType(name, expression, is_whole))
        arguments += self._list_members()
        for location, is_required in groups.items():
            if location in LOCATION_GROUPS and location not in self._binder.targets:
                arguments.append(ArgumentType(location, MapType(ANY), is_required))
        return arguments

    def _list_members(self) -> Iterator[ArgumentType]:
        """Yield the members of parameters that may be given by themselves."""
        for wire_name in self._binder.names:
            target = self._binder.get_member(wire_name)
            if target is None:
                continue
            python_name = to_snake_case(wire_name)
            name = python_name if self._binder.get_member(python_name) == target else wire_name
            if _is_keyword(name):
                types = self._call_types.get_argument(target.location, target.parameter)
                path = (self._path_root, target.parameter, wire_name)
                schema = types.find_member_types(wire_name).schema
                yield ArgumentType(name, self._calls.read(schema, path), is_required=False)

    def _read_parameter(self, location: str, wire_name: str) -> TypeExpression:
        types = self._call_types.get_argument(location, wire_name)
        expression = self._calls.read(types.schema, (self._path_root, wire_name))
        return _widen(expression, types)

    @property
    def _path_root(self) -> str:
        return self._operation.python_name

    def _find_keyword(self, location: str, wire_name: str) -> str | None:
        """Return the keyword that means a place, None where Python can write none."""
        for name in (to_snake_case(wire_name), wire_name):
            if self._binder.targets.get(name) == (location, wire_name):
                return name if _is_keyword(name) else None
        return None

    def _list_page_keywords(
        self, paged: PagedItems, keywords: Iterable[ArgumentType]
    ) -> tuple[ArgumentType, ...]:
        """Return the keywords of `pages`: what it fills itself need not be given."""
        free = {self._find_keyword(*place) for place in paged.free_places}
        own = [
            replace(argument, is_required=argument.is_required and argument.name not in free)
            for argument in keywords
        ]
        options = [
            ArgumentType(name, _PAGE_OPTION_TYPES[name], is_required=False)
            for name in list_paging_keywords(self._plan, None)
        ]
        return (*own, *options)

    # --- the body

    def _read_body(self) -> TypeExpression | None:
        if self._operation.request_body is None:
            return None
        entry = self._plan.find_media_type(None)
        if entry is None:
            return ANY
        schema = self._call_schema["properties"].get("body", True)
        expression = self._calls.read(schema, (self._path_root, "Body"))
        kind = media_types.find_body_kind(entry)
        places = self._plan.find_file_places(entry)
        if kind == "octets":
            is_file = places is not None and places.is_whole
            return BINARY if is_file else build_union([expression, BINARY])
        if kind == "multipart":
            return self._add_files(expression, places.property_names if places else frozenset())
        return expression

    def _add_files(self, body: TypeExpression, file_names: frozenset[str]) -> TypeExpression:
        """Return the type of a multipart body, in whose parts files may stand."""
        model = self._find_object(body)
        if model is None:
            return ANY
        fields = []
        for field in model.fields:
            part = field.type
            is_list = isinstance(part, ArrayType)
            if field.name in file_names:
                part = ArrayType(BINARY) if is_list else BINARY
            elif part == TEXT:
                part = build_union([part, BINARY])
            fields.append(replace(field, type=part))
        key = ModelKey("request", (self._path_root, "Body", "multipart"))
        self._calls.models[key] = ObjectModel(tuple(fields), model.description)
        return ModelReference(key)

    def _find_object(self, expression: TypeExpression) -> ObjectModel | None:
        """Return the object that a type is, if it is just one."""
        objects = list(self._find_objects(expression))
        return objects[0] if len(objects) == 1 else None

    def _find_objects(self, expression: TypeExpression) -> Iterator[ObjectModel]:
        """Yield the objects that a type may be."""
        for member in expand_type(expression, self._calls.models):
            model = (
                self._calls.models.get(member.key) if isinstance(member, ModelReference) else None
            )
            if isinstance(model, ObjectModel):
                yield model

    def _list_body_arguments(self, body: TypeExpression) -> list[ArgumentType] | None:
        """Return the properties of the body as arguments.

        None where a call needs `body=`, as a required property has no keyword.
        """
        types_by_name: dict[str, list[TypeExpression]] = {}
        for model in self._find_objects(body):
            for field in model.fields:
                types_by_name.setdefault(field.name, []).append(field.type)
        body_types = self._call_types.get_location("body")
        arguments = []
        for wire_name in self._plan.list_body_properties():
            if wire_name not in types_by_name:
                continue
            name = self._find_keyword("body", wire_name)
            is_required = ("body", wire_name) in self._required_places
            if name is not None:
                expression = build_union(types_by_name[wire_name])
                expression = _widen(expression, body_types.find_member_types(wire_name))
                arguments.append(ArgumentType(name, expression, is_required, is_of_body=True))
            elif is_required:
                return None
        return arguments

    # --- the result

    def _read_result(self) -> TypeExpression:
        """Return the type of the data that a success returns; Any where nothing is declared."""
        if self._operation.method == "HEAD":
            return NONE
        types: list[TypeExpression] = []
        for status, response in self._list_successes():
            types += self._read_response(status, response)
        return build_union(types) if types else ANY

    def _list_successes(self) -> list[tuple[str, Response]]:
        """Return the statuses and responses of successes; `default` where it is the only one."""
        responses = self._operation.responses
        statuses = [status for status in responses if status.startswith("2")]
        if not statuses and "default" in responses:
            statuses = ["default"]
        return [(status, responses[status]) for status in statuses]

    def _read_stream_item(self) -> TypeExpression | None:
        """Return the type of an item of a stream; None where no success has items."""
        types = [
            self._read_item(status, entry)
            for status, response in self._list_successes()
            for entry in response.content.values()
            if find_stream_format(entry.name) in _ITEM_FORMATS
        ]
        return build_union(types) if types else None

    def _read_item(self, status: str, entry: MediaType) -> TypeExpression:
        stream_format = find_stream_format(entry.name)
        schema = self._plan.item_table.find_item_schema(entry, stream_format)
        if schema is None or stream_format == "parts":
            return ANY
        if stream_format != "event stream":
            return self._results.read(schema, (self._path_root, f"Result{status}Item"))
        return self._results.read(build_event_schema(schema), (self._path_root, "Event"))

    def _read_response(self, status: str, response: Response) -> Iterator[TypeExpression]:
        if status in _BODILESS:
            yield NONE
        elif not response.content:
            # A body that comes all the same is returned.
            yield ANY
        else:
            for entry in response.content.values():
                yield self._read_content(status, entry)

    def _read_content(self, status: str, entry: MediaType) -> TypeExpression:
        kind = media_types.find_body_kind(entry)
        if kind == "octets":
            return OCTETS
        if kind in ("text", "html"):
            return TEXT
        schema = self._plan.schemas.translate_body(entry, "response")
        expression = self._results.read(schema, (self._path_root, f"Result{status}"))
        is_open = media_types.is_range(entry.name) and expression == TEXT
        return build_union([expression, OCTETS]) if is_open else expression


def _is_keyword(name: str) -> bool:
    """Tell whether a name can be a keyword; two underscores would make it positional."""
    is_name = name.isidentifier() and not keyword.iskeyword(name)
    return is_name and not name.startswith("__")


def _remove_repeated(arguments: list[ArgumentType], taken: set[str]) -> tuple[ArgumentType, ...]:
    """Return the arguments without those whose name is taken."""
    kept: dict[str, ArgumentType] = {}
    for argument in arguments:
        if argument.name not in taken:
            kept.setdefault(argument.name, argument)
    return tuple(kept.values())


def _widen(expression: TypeExpression, types: SchemaTypes) -> TypeExpression:
    """Return the type of an argument, with what the client converts to it."""
    members = expression.members if isinstance(expression, UnionType) else (expression,)
    added: list[TypeExpression] = []
    if TEXT in members:
        formats = dict.fromkeys(str(part.get("format")) for part in types.subschemas)
        added += [_CONVERTED_FORMATS[name] for name in formats if name in _CONVERTED_FORMATS]
    if _FLOAT in members:
        added.append(_DECIMAL)
    return build_union([*members, *added])
