"""Words of a command line → the arguments of an operation: `name=text`, `name:=json`, `part:=@file`, and the body."""

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
    from dynclient.wire.schema_types import SchemaTypes

_WORD = re.compile(r"(?s)([^=]+?)(:?=)(.*)")

#: Where a value may be put by `--param`.
LOCATIONS = ("path", "query", "header", "cookie", "body")

#: A place: (location, name on the wire).
ArgumentPlace = tuple[str, str]

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
    """What somebody typed, as it is collected: values by the names of arguments, and values by their places."""

    def __init__(self, operation: Operation) -> None:
        from dynclient.wire import media

        self._operation = operation
        self._binder = operation._plan.binder  # noqa: SLF001 (the compiled operation knows)
        self._chosen_media_type = operation._options.media_type  # noqa: SLF001 (so does the bound one)
        self._media_type = (
            self._chosen_media_type or operation._plan.preferred_media_type or "application/json"  # noqa: SLF001 (so does the bound one)
        )
        self._is_multipart = media.is_multipart(self._media_type)
        self._values_by_name: dict[str, Any] = {}
        self._values_by_place: dict[ArgumentPlace, Any] = {}

    def add_word(self, word: str) -> None:
        """Take `name=text` or `name:=json`."""
        name, sign, text = _split_word(word, "write name=text or name:=json")
        place = self._binder.targets.get(name)
        if (
            place is None
            and name not in ("body", *self._binder.ambiguous)
            and name in self._list_names("body")
        ):
            # A property of a media type that is not the operation's first.
            _add_value(
                self._values_by_place,
                ("body", name),
                name,
                self._parse_value(("body", name), name, sign, text),
            )
        else:
            whole = ("body", "") if name == "body" else None
            _add_value(
                self._values_by_name,
                name,
                name,
                self._parse_value(place or whole, name, sign, text),
            )

    def add_param(self, word: str) -> None:
        """Take `place.name=text` or `place.name:=json`."""
        hint = f"write query.name=text or query.name:=json; places are {', '.join(LOCATIONS)}"
        given, sign, text = _split_word(word, hint)
        location, _, name = given.partition(".")
        if location not in LOCATIONS or not name:
            raise UsageError(f"{given!r} names no place", hint=hint)
        place = (location, self._find_wire_name(location, name))
        _add_value(self._values_by_place, place, given, self._parse_value(place, given, sign, text))

    def set_body(self, given: str) -> None:
        """Take the whole body."""
        if "body" in self._values_by_name:
            raise UsageError(
                "the body is given twice", hint="give it once: --body, or an argument `body`"
            )
        self._values_by_name["body"] = self._parse_body(given)

    def build_arguments(self) -> CallArguments:
        """Return what was collected, ready for the operation.

        Raises:
            InvalidCall: it cannot be put together; every problem is told at once.

        """
        if not self._values_by_place:
            return (), self._values_by_name
        from dynclient.violations import sort_violations

        bound = self._binder.bind((), self._values_by_name)
        for (location, name), value in self._values_by_place.items():
            bound.put(location, name, value, f"{location}.{name}")
        if bound.violations:
            told = {violation.path[-1] for violation in bound.violations}
            others = [
                v
                for v in self._operation.validate(bound.call)
                if v.kind != "missing" or v.path[-1] not in told
            ]
            raise self._operation._plan.build_invalid_call(  # noqa: SLF001 (so does the bound one)
                sort_violations([*bound.violations, *others])
            )
        return (bound.call,), {}

    # --- what a text stands for

    def _get_shape(self, location: str, name: str = "") -> SchemaTypes:
        """Return the shape of a place, or of a location as a whole."""
        from dynclient.wire.schema_types import SchemaTypes

        schema = self._operation.call_schema
        group = SchemaTypes(schema["properties"].get(location, {}), schema.get("$defs", {}))
        return group.find_member_types(name) if name else group

    def _find_wire_name(self, location: str, name: str) -> str:
        """Return a name of a location as the document spells it; one that it does not know is left to validation."""
        from dynclient.names import to_snake_case

        known = self._list_names(location)
        return (
            name
            if name in known
            else next((key for key in known if to_snake_case(key) == name), name)
        )

    def _list_names(self, location: str) -> list[str]:
        return [
            name
            for part in self._get_shape(location).subschemas
            for name in part.get("properties", {})
        ]

    def _parse_value(self, place: ArgumentPlace | None, name: str, sign: str, text: str) -> Any:
        shape = self._get_shape(*place) if place else None
        if sign == "=":
            return _parse_text(shape, text)
        if place == ("body", ""):
            return (
                self._parse_body(text)
                if text.startswith("@")
                else self._resolve_binaries(parse_json(text, name))
            )
        is_part = place is not None and place[0] == "body" and self._is_multipart
        if text.startswith("@"):
            if is_part and shape is not None and is_binary_part(shape, typed=True):
                file = open_file_value(text[1:], name)
                return _ArrayItem(file) if shape.is_array else file
            hint = (
                "a file as it is needs a multipart body; see --media-type"
                if place and place[0] == "body"
                else None
            )
            return read_json_file(text[1:], hint)
        value = parse_json(text, name)
        return resolve_part_binaries(value, shape) if is_part and shape is not None else value

    def _resolve_binaries(self, body: Any) -> Any:
        """Return a body that is given as JSON, what is binary in it as the values that this stands for."""
        from dynclient.wire import media

        if self._is_multipart and isinstance(body, dict):
            return {
                name: resolve_part_binaries(value, self._get_shape("body", name))
                for name, value in body.items()
            }
        return resolve_binary(body) if media.is_binary(self._media_type) else body

    def _parse_body(self, given: str) -> Any:
        """Return the body that `--body` gives: JSON (or YAML from a .yaml file), text, or bytes as they are."""
        from dynclient.wire import media

        is_file = given.startswith("@") or given == STDIN
        name = given.removeprefix("@")
        media_type = self._choose_media_type(name) if is_file else self._media_type
        if media.is_json(media_type) or media.is_composed(media_type):
            return self._resolve_binaries(
                read_json_file(name) if is_file else parse_json(given, "the body")
            )
        if is_file:
            return read_text_file(name) if media.is_text(media_type) else open_file_value(name)
        return convert_body_text(given, is_text=media.is_text(media_type))

    def _choose_media_type(self, file: str) -> str:
        """Return the media type of a body that a file gives: the one chosen, else what its name says, if declared."""
        from dynclient.wire import media

        guess = mimetypes.guess_type(file)[0]
        known = self._operation._plan.media_types  # noqa: SLF001 (the compiled operation knows)
        if (
            self._chosen_media_type
            or guess is None
            or media.is_json(guess)
            or media.get_essence(self._media_type) == guess
        ):
            return self._media_type
        fitting = media.match_media_type(guess, dict.fromkeys(known))
        return guess if fitting is not None else self._media_type


class _ArrayItem:
    """One member of an array that is given member by member."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _split_word(word: str, hint: str) -> tuple[str, str, str]:
    match = _WORD.fullmatch(word)
    if match is None:
        raise UsageError(f"{word!r} is no argument", hint=hint)
    name, sign, text = match.groups()
    return name, sign, text


def _add_value(found: dict[Any, Any], key: Any, name: str, value: Any) -> None:
    if isinstance(value, _ArrayItem) and isinstance(found.setdefault(key, []), list):
        found[key].append(value.value)
    elif key in found:
        raise UsageError(f"{name} is given twice", hint="only arrays take several values")
    else:
        found[key] = value


def _parse_text(shape: SchemaTypes | None, text: str) -> _ArrayItem | Any:
    """Return what a text stands for: itself wherever the schema allows a string."""
    if shape is None:
        return text
    if shape.is_array and "string" not in shape.types and text[:1] != "[":
        return _ArrayItem(_convert_text(shape.item_types, text))
    return _convert_text(shape, text)


def _convert_text(shape: SchemaTypes, text: str) -> Any:
    return text if not shape.types or "string" in shape.types else shape.parse_text(text)
