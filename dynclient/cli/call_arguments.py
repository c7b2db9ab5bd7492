"""Words of a command line → the arguments of an operation: `name=text`, `name:=json`, files."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.cli.input_values import (
    STDIN,
    convert_body_text,
    is_binary_part,
    open_file_value,
    parse_json,
    read_json_file,
    read_text_file,
    resolve_binary,
    resolve_part_binaries,
)
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Operation
    from dynclient.errors import InvalidCall
    from dynclient.plan.binder import MemberTarget
    from dynclient.plan.call_document import Call
    from dynclient.violations import Violation
    from dynclient.wire.schema_types import SchemaTypes

_WORD = re.compile(r"(?s)([^=]+?)(:?=)(.*)")

#: Where a value may be put by `--param`.
LOCATIONS = ("path", "query", "header", "cookie", "body")

#: A place: (location, name on the wire).
ArgumentPlace = tuple[str, str]

#: The place of the body as a whole.
WHOLE_BODY: ArgumentPlace = ("body", "")

#: The place of a value that is the whole query.
WHOLE_QUERY: ArgumentPlace = ("querystring", "")

#: Positional and keyword arguments.
CallArguments = tuple[tuple[Any, ...], dict[str, Any]]


def parse_arguments(
    operation: Operation, words: Iterable[str], body: str | None = None, params: Iterable[str] = ()
) -> CallArguments:
    """Return the positional and keyword arguments that a command line makes.

    Args:
        operation: what is called; its schemas say what a text stands for.
        words: `name=text`, `name:=json`, `name:=@file`, or `-` for the body on standard input.
        body: `@FILE`, `@-` or `-` for standard input, else the body itself.
        params: the same as words, with the place before the name: `query.name=text`.

    Raises:
        UsageError: a word is none of these, a name is given twice, or JSON cannot be read.
        InvalidCall: something that stands at a place of its own is given by its name too.

    """
    typed = ArgumentCollector(operation)
    for word in words:
        if word == STDIN and body is None:
            body = word
        else:
            typed.add_word(word)
    for param in params:
        typed.add_param(param)
    if body is not None:
        typed.set_body(body)
    return typed.build_arguments()


class ArgumentCollector:
    """Collects what somebody typed: values by argument names, and values by their places."""

    def __init__(self, operation: Operation) -> None:
        from dynclient.wire import media, media_types

        plan = operation._plan  # noqa: SLF001 (the plan knows the arguments)
        self._operation = operation
        self._plan = plan
        self._chosen_media_type = operation._options.media_type  # noqa: SLF001 (of this view)
        self._binder = plan.get_binder(self._chosen_media_type)
        media_type = self._chosen_media_type or plan.preferred_media_type or media_types.JSON
        # A range that takes JSON is JSON here.
        self._media_type = media_types.resolve_range(media_type, {}) or media_type
        self._is_multipart = media.is_multipart(self._media_type)
        self._values_by_name: dict[str, Any] = {}
        self._values_by_place: dict[ArgumentPlace, Any] = {}

    def add_word(self, word: str) -> None:
        """Add `name=text` or `name:=json`."""
        name, sign, text = _split_word(word, "write name=text or name:=json")
        place = self._binder.targets.get(name)
        if place is None and name == "body":
            place = WHOLE_BODY
        if place is None and name == "querystring" and self._binder.has_querystring:
            place = WHOLE_QUERY
        member = self._binder.get_member(name)
        if place is None and member is not None:
            value = self._parse_member(member, name, sign, text)
        else:
            value = self._parse_value(place, name, sign, text)
        _add_value(self._values_by_name, name, name, value)

    def add_param(self, word: str) -> None:
        """Add `place.name=text` or `place.name:=json`."""
        hint = f"write query.name=text or query.name:=json; places are {', '.join(LOCATIONS)}"
        path, sign, text = _split_word(word, hint)
        location, _, name = path.partition(".")
        if location not in LOCATIONS or not name:
            raise UsageError(f"{path!r} names no place", hint=hint)
        place = (location, self._find_wire_name(location, name))
        _add_value(self._values_by_place, place, path, self._parse_value(place, path, sign, text))

    def set_body(self, text: str) -> None:
        """Set the whole body."""
        if "body" in self._values_by_name:
            hint = "give it once: --body, or an argument `body`"
            raise UsageError("the body is given twice", hint=hint)
        self._values_by_name["body"] = self._parse_body(text)

    def build_arguments(self) -> CallArguments:
        """Return the arguments of the operation.

        Raises:
            InvalidCall: they make no call; the error holds every problem.

        """
        if not self._values_by_place:
            return (), self._values_by_name
        bound = self._binder.bind((), self._values_by_name)
        for (location, name), value in self._values_by_place.items():
            bound.put(location, name, value, f"{location}.{name}")
        if bound.violations:
            raise self._build_invalid_call(bound.call, bound.violations)
        return (bound.call,), {}

    def _build_invalid_call(self, call: Call, violations: list[Violation]) -> InvalidCall:
        """Return the error of arguments that make no call, with what is wrong in the rest."""
        from dynclient.violations import sort_violations

        reported_names = {violation.path[-1] for violation in violations}
        all_violations = list(violations)
        for violation in self._operation.validate(call):
            is_reported = violation.kind == "missing" and violation.path[-1] in reported_names
            if not is_reported:
                all_violations.append(violation)
        return self._plan.build_invalid_call(sort_violations(all_violations))

    # --- what a text stands for

    def _get_types(self, location: str, name: str = "") -> SchemaTypes:
        """Return what may stand at a place, or in a location as a whole."""
        from dynclient.description.value_outline import get_argument_types, get_location_types

        call_schema = self._operation.call_schema
        if not name:
            return get_location_types(call_schema, location)
        return get_argument_types(call_schema, location, name)

    def _find_wire_name(self, location: str, name: str) -> str:
        """Return a name as the document spells it; validation reports one that it lacks."""
        from dynclient.names import to_snake_case

        wire_names = self._list_names(location)
        if name in wire_names:
            return name
        for wire_name in wire_names:
            if to_snake_case(wire_name) == name:
                return wire_name
        return name

    def _list_names(self, location: str) -> list[str]:
        names: list[str] = []
        for subschema in self._get_types(location).subschemas:
            names += subschema.get("properties", {})
        return names

    def _parse_member(self, member: MemberTarget, name: str, sign: str, text: str) -> Any:
        """Return the value that somebody typed for a member of a parameter."""
        if sign != "=":
            return self._parse_value(None, name, sign, text)
        parameter = self._get_types(member.location, member.parameter)
        return _parse_text(parameter.find_member_types(member.member), text)

    def _parse_value(self, place: ArgumentPlace | None, name: str, sign: str, text: str) -> Any:
        """Return the value that somebody typed for a place.

        Args:
            place: the place; None if the name means none.
            name: the name, as typed.
            sign: `=` for a text, `:=` for JSON or a file.
            text: what follows the sign.

        """
        types = self._get_types(*place) if place else None
        if sign == "=":
            return _parse_text(types, text)
        is_file = text.startswith("@")
        if place == WHOLE_BODY:
            if is_file:
                return self._parse_body(text)
            return self._resolve_binaries(parse_json(text, name))
        is_in_body = place is not None and place[0] == "body"
        part_types = types if is_in_body and self._is_multipart else None
        if is_file:
            return _read_file(text[1:], name, part_types, is_in_body=is_in_body)
        value = parse_json(text, name)
        return value if part_types is None else resolve_part_binaries(value, part_types)

    def _resolve_binaries(self, body: Any) -> Any:
        """Return a body that is given as JSON, with the binary values that its marks stand for."""
        from dynclient.wire import media

        if self._is_multipart and isinstance(body, dict):
            return {
                name: resolve_part_binaries(value, self._get_types("body", name))
                for name, value in body.items()
            }
        return resolve_binary(body) if media.is_binary(self._media_type) else body

    def _parse_body(self, text: str) -> Any:
        """Return the body that a text gives: JSON or YAML, text, or bytes as they are.

        Args:
            text: `@FILE`, `@-` or `-` for standard input, else the body itself.

        """
        from dynclient.wire import media

        is_file = text.startswith("@") or text == STDIN
        file = text.removeprefix("@")
        media_type = self._choose_media_type(file) if is_file else self._media_type
        if media.is_json(media_type) or media.is_composed(media_type):
            body = read_json_file(file) if is_file else parse_json(text, "the body")
            return self._resolve_binaries(body)
        if self._has_items(media_type):
            return self._parse_items(media_type, read_text_file(file) if is_file else text)
        is_text = media.is_text(media_type)
        if not is_file:
            return convert_body_text(text, is_text=is_text)
        return read_text_file(file) if is_text else open_file_value(file)

    def _has_items(self, media_type: str) -> bool:
        """Tell whether a body of a media type is made of items, one after another."""
        entry = self._plan.find_media_type(media_type)
        return entry is not None and entry.sequence_format is not None

    def _parse_items(self, media_type: str, body: Any) -> Any:
        """Return the list of items that a text is: JSON with all of them, or one after another.

        Raises:
            UsageError: an item cannot be read.

        """
        from dynclient.wire import media

        if not isinstance(body, str):
            return body  # It is sent as it is.
        if body.lstrip().startswith("["):
            return parse_json(body, "the body")
        try:
            return media.read(media_type, body.encode(), "", self._get_types("body"), {})
        except ValueError as error:
            raise UsageError(f"the body is no {media_type}: {error}") from None

    def _choose_media_type(self, file: str) -> str:
        """Return the media type of a body in a file.

        It is the one that the caller chose, else the one of the file's name if it is declared.
        """
        from dynclient.wire import media, media_types

        guess = mimetypes.guess_type(file)[0]
        if self._chosen_media_type or guess is None or media.is_json(guess):
            return self._media_type
        if media.get_essence(self._media_type) == guess:
            return self._media_type
        declared = dict.fromkeys(self._plan.media_types)
        is_declared = media_types.match_media_type(guess, declared) is not None
        return guess if is_declared else self._media_type


class _ArrayItem:
    """One item of an array that is given item by item."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _read_file(file: str, name: str, part_types: SchemaTypes | None, *, is_in_body: bool) -> Any:
    """Return the value in a file: as it is for a binary part, else JSON or YAML.

    Args:
        file: its path, or `-` for standard input.
        name: the name of the argument.
        part_types: what a part of a multipart body may be; None for any other value.
        is_in_body: whether the value belongs to the body.

    """
    if part_types is not None and is_binary_part(part_types, typed=True):
        value = open_file_value(file, name)
        return _ArrayItem(value) if part_types.is_array else value
    hint = "a file as it is needs a multipart body; see --media-type" if is_in_body else None
    return read_json_file(file, hint)


def _split_word(word: str, hint: str) -> tuple[str, str, str]:
    match = _WORD.fullmatch(word)
    if match is None:
        raise UsageError(f"{word!r} is no argument", hint=hint)
    name, sign, text = match.groups()
    return name, sign, text


def _add_value(values: dict[Any, Any], key: Any, name: str, value: Any) -> None:
    """Add a value under a key; the items of an array may come one by one.

    Raises:
        UsageError: the key has a value already, and is no array.

    """
    if isinstance(value, _ArrayItem) and isinstance(values.setdefault(key, []), list):
        values[key].append(value.value)
    elif key in values:
        raise UsageError(f"{name} is given twice", hint="only arrays take several values")
    else:
        values[key] = value


def _parse_text(types: SchemaTypes | None, text: str) -> _ArrayItem | Any:
    """Return what a text stands for: itself wherever the schema allows a string."""
    if types is None:
        return text
    if types.is_array and "string" not in types.types and text[:1] != "[":
        return _ArrayItem(_convert_text(types.item_types, text))
    return _convert_text(types, text)


def _convert_text(types: SchemaTypes, text: str) -> Any:
    is_string_allowed = not types.types or "string" in types.types
    return text if is_string_allowed else types.parse_text(text)
