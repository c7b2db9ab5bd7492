"""Words of a command line → the arguments of an operation.

They are path values by position, `name=text`, `name:=json`, files, and names of nested values.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.cli.input_values import (
    STDIN,
    convert_body_text,
    has_piped_input,
    has_unread_input,
    is_binary_part,
    open_file_value,
    parse_json,
    read_json_file,
    read_text_file,
    resolve_binary,
    resolve_part_binaries,
)
from dynclient.cli.nested_names import (
    NestedPlace,
    Step,
    find_nested_types,
    has_value,
    open_nested_place,
    put_value,
    split_nested_name,
)
from dynclient.cli.terminal_output import print_note
from dynclient.description.described_operation import get_options, get_plan
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.callable_operations import Operation
    from dynclient.errors import InvalidCall
    from dynclient.plan.call_document import Call
    from dynclient.violations import Violation
    from dynclient.wire.schema_types import SchemaTypes

_WORD = re.compile(r"(?s)([^=]+?)(:?=)(.*)")

_WAY_SIGN = frozenset(".[")
_WAY_START = re.compile(r"[.\[]")

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
    operation: Operation,
    words: Iterable[str],
    body: str | None = None,
    params: Iterable[str] = (),
    found_values: Mapping[str, Any] | None = None,
) -> CallArguments:
    """Return the positional and keyword arguments that a command line makes.

    Args:
        operation: what is called; its schemas say what a text stands for.
        words: path values in the order of the path template; `name=text`, `name:=json`,
            `name:=@file`; `@file` or `-` for the body. A name may lead into a value: `a.b[0].c`.
        body: `@FILE`, `@-` or `-` for standard input, else the body itself. Where it is given in
            no way, what comes from a pipe is the body.
        params: the same as words, with the place before the name: `query.name=text`.
        found_values: what a real path said, by location.

    Raises:
        UsageError: a word is none of these, a name is given twice, or JSON cannot be read.
        InvalidCall: something that stands at a place of its own is given by its name too.

    """
    typed = ArgumentCollector(operation)
    typed.add_found_values(found_values or {})
    for word in words:
        is_body = word == STDIN or (word.startswith("@") and not _WORD.fullmatch(word))
        if is_body and body is None:
            body = word
        else:
            typed.add_word(word)
    for param in params:
        typed.add_param(param)
    if body is None and typed.has_body:
        body = typed.find_piped_body()
    if body is not None:
        typed.set_body(body)
    return typed.build_arguments()


class ArgumentCollector:
    """Collects what somebody typed: values by argument names, and values by their places."""

    def __init__(self, operation: Operation) -> None:
        from dynclient.wire import media, media_types

        plan = get_plan(operation)
        self._operation = operation
        self._plan = plan
        self._chosen_media_type = get_options(operation).media_type
        self._binder = plan.get_binder(self._chosen_media_type)
        media_type = self._chosen_media_type or plan.preferred_media_type or media_types.JSON
        # A range that takes JSON is JSON here.
        self._media_type = media_types.resolve_range(media_type, {}) or media_type
        self._is_multipart = media.is_multipart(self._media_type)
        self._values_by_name: dict[str, Any] = {}
        self._values_by_place: dict[ArgumentPlace, Any] = {}
        self._positional_count = 0

    @property
    def has_body(self) -> bool:
        """Whether the operation takes a body."""
        return self._binder.has_body

    def add_found_values(self, found_values: Mapping[str, Any]) -> None:
        """Add the values of a real path and its query, by location."""
        for location, values in found_values.items():
            if location == WHOLE_QUERY[0]:
                self._values_by_name[location] = values
                continue
            for name, value in values.items():
                self._values_by_place[location, name] = value

    def add_word(self, word: str) -> None:
        """Add a path value, or `name=text`, or `name:=json`."""
        match = _WORD.fullmatch(word)
        if match is None:
            self._add_positional(word)
            return
        typed_name, sign, text = match.groups()
        name, steps = split_nested_name(typed_name, self._is_known)
        if steps and self._is_location(name):
            self.add_param(word)
            return
        if not steps and not self._is_known(name):
            name = typed_name = self._choose_meant_part(name)
        place, lead = self._find_place(name)
        value = self._parse_value(place, (*lead, *steps), typed_name, sign, text)
        self._warn_of_file(word, sign, text)
        owner, key = open_nested_place(self._values_by_name, name, steps, typed_name)
        _add_value(owner, key, typed_name, value)

    def _is_known(self, name: str) -> bool:
        """Tell whether a name is that of an argument, or of a location."""
        binder = self._binder
        is_argument = name in binder.targets or name in binder.members or name in binder.ambiguous
        return is_argument or name in LOCATIONS

    def _choose_meant_part(self, name: str) -> str:
        """Return the part of an unknown name for which a name may be suggested.

        It is what stands before `.` or `[`, unless a name with such signs of its own is near.
        """
        from dynclient.names import suggest

        near = suggest(name, self._binder.names, 1)
        is_whole = bool(near) and not _WAY_SIGN.isdisjoint(near[0])
        return name if is_whole else _WAY_START.split(name, maxsplit=1)[0] or name

    def _is_location(self, name: str) -> bool:
        return name in LOCATIONS and name not in self._binder.targets

    def _find_place(self, name: str) -> tuple[ArgumentPlace | None, tuple[str, ...]]:
        """Return the place of an argument, and the way into its value to what the name means."""
        place = self._binder.targets.get(name)
        if place is not None:
            return place, ()
        if name == "body":
            return WHOLE_BODY, ()
        if name == WHOLE_QUERY[0] and self._binder.has_querystring:
            return WHOLE_QUERY, ()
        member = self._binder.get_member(name)
        if member is None:
            return None, ()
        return (member.location, member.parameter), (member.member,)

    def _add_positional(self, word: str) -> None:
        """Add a path value by its position, as a positional argument in Python."""
        names = self._binder.positional
        if self._positional_count >= len(names):
            hint = "write name=text or name:=json"
            if names:
                hint = f"values of the path are {', '.join(names)}; for all others {hint}"
            raise UsageError(f"{word!r} is no argument", hint=hint)
        name = names[self._positional_count]
        self._positional_count += 1
        place = ("path", name)
        is_given = place in self._values_by_place or name in self._values_by_name
        if is_given:
            raise UsageError(f"{name} is given twice", hint="give it once, or name each value")
        value = _parse_text(self._get_types(*place), word)
        _add_value(self._values_by_place, place, name, value)

    def _warn_of_file(self, word: str, sign: str, text: str) -> None:
        """Say how a file is given where a text looks like one: `name=@file` is a text."""
        if sign == "=" and text.startswith("@") and Path(text[1:]).is_file():
            name = word.partition("=")[0]
            print_note(f"{name} is the text {text!r}; {name}:={text} gives the file")

    def add_param(self, word: str) -> None:
        """Add `place.name=text` or `place.name:=json`."""
        hint = f"write query.name=text or query.name:=json; places are {', '.join(LOCATIONS)}"
        path, sign, text = _split_word(word, hint)
        location, _, typed_name = path.partition(".")
        if location not in LOCATIONS or not typed_name:
            raise UsageError(f"{path!r} names no place", hint=hint)
        wire_names = self._list_names(location)
        name, steps = split_nested_name(
            typed_name, lambda part: self._find_wire_name(wire_names, part) is not None
        )
        place = (location, self._find_wire_name(wire_names, name) or name)
        value = self._parse_value(place, steps, path, sign, text)
        owner, key = open_nested_place(self._values_by_place, place, steps, path)
        _add_value(owner, key, path, value)

    def find_piped_body(self) -> str | None:
        """Return `-` where the body comes from a pipe; None where it is given or nothing comes."""
        is_given = "body" in self._values_by_name or any(map(self._is_in_body, self._list_places()))
        if not is_given:
            return STDIN if has_piped_input() else None
        if has_unread_input():
            print_note("standard input is not read: the body is given by arguments")
        return None

    def _list_places(self) -> list[ArgumentPlace | None]:
        by_name = [self._binder.targets.get(name) for name in self._values_by_name]
        return [*by_name, *self._values_by_place]

    @staticmethod
    def _is_in_body(place: ArgumentPlace | None) -> bool:
        return place is not None and place[0] == "body"

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
        from dynclient.description.value_outline import CallTypes

        call_types = CallTypes(self._operation.call_schema)
        if not name:
            return call_types.get_location(location)
        return call_types.get_argument(location, name)

    @staticmethod
    def _find_wire_name(wire_names: Iterable[str], name: str) -> str | None:
        """Return a name as the document spells it; None where the location lacks it."""
        from dynclient.names import to_snake_case

        if name in wire_names:
            return name
        for wire_name in wire_names:
            if to_snake_case(wire_name) == name:
                return wire_name
        return None

    def _list_names(self, location: str) -> list[str]:
        names: list[str] = []
        for subschema in self._get_types(location).subschemas:
            names += subschema.get("properties", {})
        return names

    def _parse_value(
        self, place: ArgumentPlace | None, steps: tuple[Step, ...], name: str, sign: str, text: str
    ) -> Any:
        """Return the value that somebody typed for a place.

        Args:
            place: the place; None if the name means none.
            steps: the way into the value of the place.
            name: the name, as typed.
            sign: `=` for a text, `:=` for JSON or a file.
            text: what follows the sign.

        """
        types = self._get_types(*place) if place else None
        if sign == "=":
            return _parse_text(None if types is None else find_nested_types(types, steps), text)
        is_file = text.startswith("@")
        if place == WHOLE_BODY and not steps:
            if is_file:
                return self._parse_body(text)
            return self._resolve_binaries(parse_json(text, name))
        is_in_body = self._is_in_body(place)
        is_part = is_in_body and self._is_multipart and not steps
        part_types = types if is_part else None
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


def _add_value(owner: Any, key: Any, name: str, value: Any) -> None:
    """Add a value to an object or array; the items of an array may come one by one.

    Raises:
        UsageError: there is a value already, and it is no array.

    """
    place = NestedPlace(owner, key)
    if isinstance(value, _ArrayItem):
        if not has_value(place):
            put_value(place, [])
        if isinstance(owner[key], list):
            owner[key].append(value.value)
            return
    if has_value(place):
        raise UsageError(f"{name} is given twice", hint="only arrays take several values")
    put_value(place, value)


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
