"""Words of a command line → the arguments of an operation: `name=text`, `name:=json`, `part:=@file`, and the body."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.cli.values import (
    STDIN,
    binaries,
    binary,
    contents,
    file_value,
    is_file_place,
    json_file,
    json_value,
    text_file,
)
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Operation
    from dynclient.wire.shapes import Shape

_WORD = re.compile(r"(?s)([^=]+?)(:?=)(.*)")

#: Where a value may be put by `--param`.
PLACES = ("path", "query", "header", "cookie", "body")

#: A place: (location, name on the wire).
Place = tuple[str, str]

#: Positional and keyword arguments.
Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def arguments(
    operation: Operation, words: Iterable[str], body: str | None = None, params: Iterable[str] = ()
) -> Arguments:
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
    typed = Typed(operation)
    for word in words:
        if word == STDIN and body is None:
            body = word
        else:
            typed.word(word)
    for param in params:
        typed.param(param)
    if body is not None:
        typed.body(body)
    return typed.arguments()


class Typed:
    """What somebody typed, as it is collected: values by the names of arguments, and values by their places."""

    def __init__(self, operation: Operation) -> None:
        from dynclient.wire import media

        self._operation = operation
        self._binder = operation._plan.binder  # noqa: SLF001 (the compiled operation knows)
        self._chosen = operation._options.media_type  # noqa: SLF001 (so does the bound one)
        self._media_type = self._chosen or operation._plan.media_type or "application/json"  # noqa: SLF001
        self._has_parts = media.is_multipart(self._media_type)
        self._named: dict[str, Any] = {}
        self._placed: dict[Place, Any] = {}

    def word(self, word: str) -> None:
        """Take `name=text` or `name:=json`."""
        name, sign, text = _parsed(word, "write name=text or name:=json")
        place = self._binder.targets.get(name)
        if (
            place is None
            and name not in ("body", *self._binder.ambiguous)
            and name in self._names("body")
        ):
            # A property of a media type that is not the operation's first.
            _put(self._placed, ("body", name), name, self._value(("body", name), name, sign, text))
        else:
            whole = ("body", "") if name == "body" else None
            _put(self._named, name, name, self._value(place or whole, name, sign, text))

    def param(self, word: str) -> None:
        """Take `place.name=text` or `place.name:=json`."""
        hint = f"write query.name=text or query.name:=json; places are {', '.join(PLACES)}"
        given, sign, text = _parsed(word, hint)
        location, _, name = given.partition(".")
        if location not in PLACES or not name:
            raise UsageError(f"{given!r} names no place", hint=hint)
        place = (location, self._wire_name(location, name))
        _put(self._placed, place, given, self._value(place, given, sign, text))

    def body(self, given: str) -> None:
        """Take the whole body."""
        if "body" in self._named:
            raise UsageError(
                "the body is given twice", hint="give it once: --body, or an argument `body`"
            )
        self._named["body"] = self._body(given)

    def arguments(self) -> Arguments:
        """Return what was collected, ready for the operation.

        Raises:
            InvalidCall: it cannot be put together; every problem is told at once.

        """
        if not self._placed:
            return (), self._named
        from dynclient.violations import in_order

        bound = self._binder.bind((), self._named)
        for (location, name), value in self._placed.items():
            bound.put(location, name, value, f"{location}.{name}")
        if bound.violations:
            told = {violation.path[-1] for violation in bound.violations}
            others = [
                v
                for v in self._operation.validate(bound.call)
                if v.kind != "missing" or v.path[-1] not in told
            ]
            raise self._operation._plan.invalid(in_order([*bound.violations, *others]))  # noqa: SLF001 (its own words)
        return (bound.call,), {}

    # --- what a text stands for

    def _shape(self, location: str, name: str = "") -> Shape:
        """Return the shape of a place, or of a location as a whole."""
        from dynclient.wire.shapes import Shape

        schema = self._operation.call_schema
        group = Shape(schema["properties"].get(location, {}), schema.get("$defs", {}))
        return group.member(name) if name else group

    def _wire_name(self, location: str, name: str) -> str:
        """Return a name of a location as the document spells it; one that it does not know is left to validation."""
        from dynclient.names import snake_case

        known = self._names(location)
        return (
            name if name in known else next((key for key in known if snake_case(key) == name), name)
        )

    def _names(self, location: str) -> list[str]:
        return [name for part in self._shape(location).parts for name in part.get("properties", {})]

    def _value(self, place: Place | None, name: str, sign: str, text: str) -> Any:
        shape = self._shape(*place) if place else None
        if sign == "=":
            return _text(shape, text)
        if place == ("body", ""):
            return self._body(text) if text.startswith("@") else self._whole(json_value(text, name))
        is_part = place is not None and place[0] == "body" and self._has_parts
        if text.startswith("@"):
            if is_part and shape is not None and is_file_place(shape, typed=True):
                file = file_value(text[1:], name)
                return _Item(file) if shape.is_array else file
            hint = (
                "a file as it is needs a multipart body; see --media-type"
                if place and place[0] == "body"
                else None
            )
            return json_file(text[1:], hint)
        value = json_value(text, name)
        return binaries(value, shape) if is_part and shape is not None else value

    def _whole(self, body: Any) -> Any:
        """Return a body that is given as JSON, what is binary in it as the values that this stands for."""
        from dynclient.wire import media

        if self._has_parts and isinstance(body, dict):
            return {
                name: binaries(value, self._shape("body", name)) for name, value in body.items()
            }
        return binary(body) if media.is_binary(self._media_type) else body

    def _body(self, given: str) -> Any:
        """Return the body that `--body` gives: JSON (or YAML from a .yaml file), text, or bytes as they are."""
        from dynclient.wire import media

        is_file = given.startswith("@") or given == STDIN
        name = given.removeprefix("@")
        media_type = self._of_body(name) if is_file else self._media_type
        if media.is_json(media_type) or media.is_composed(media_type):
            return self._whole(json_file(name) if is_file else json_value(given, "the body"))
        if is_file:
            return text_file(name) if media.is_text(media_type) else file_value(name)
        return contents(given, is_text=media.is_text(media_type))

    def _of_body(self, file: str) -> str:
        """Return the media type of a body that a file gives: the one chosen, else what its name says, if declared."""
        from dynclient.wire import media

        guess = mimetypes.guess_type(file)[0]
        known = self._operation._plan.media_types  # noqa: SLF001 (the compiled operation knows)
        if (
            self._chosen
            or guess is None
            or media.is_json(guess)
            or media.essence(self._media_type) == guess
        ):
            return self._media_type
        fitting = media.matched(guess, dict.fromkeys(known))
        return guess if fitting is not None else self._media_type


class _Item:
    """One member of an array that is given member by member."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _parsed(word: str, hint: str) -> tuple[str, str, str]:
    match = _WORD.fullmatch(word)
    if match is None:
        raise UsageError(f"{word!r} is no argument", hint=hint)
    name, sign, text = match.groups()
    return name, sign, text


def _put(found: dict[Any, Any], key: Any, name: str, value: Any) -> None:
    if isinstance(value, _Item) and isinstance(found.setdefault(key, []), list):
        found[key].append(value.value)
    elif key in found:
        raise UsageError(f"{name} is given twice", hint="only arrays take several values")
    else:
        found[key] = value


def _text(shape: Shape | None, text: str) -> _Item | Any:
    """Return what a text stands for: itself wherever the schema allows a string."""
    if shape is None:
        return text
    if shape.is_array and "string" not in shape.types and text[:1] != "[":
        return _Item(_text_of(shape.item, text))
    return _text_of(shape, text)


def _text_of(shape: Shape, text: str) -> Any:
    return text if not shape.types or "string" in shape.types else shape.value(text)
