"""Bodies that the sandbox answers with: the document's own example where it is valid, else a sample."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dynclient.model import MediaType, Parameter, Response
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import DIALECT, Reading
from dynclient.schema.engine import Checker
from dynclient.schema.explain import declared_names
from dynclient.schema.samples import Sampler, Unsampled
from dynclient.wire import forms, media
from dynclient.wire.parameters import as_text, writer

#: A header field that every HTTP library carries. Source: RFC 9110 §5.5.
FIELD = "^[!-~]([ -~]*[!-~])?$"

EVENT_STREAM = "text/event-stream"
MAX_TRIES = 5


@dataclass(frozen=True)
class Body:
    """What is answered where the request adds nothing: a valid value and the schema that it fits.

    Attributes:
        media_type: as the Content-Type will name it.
        value: JSON data; of what is no JSON: text, or JSON data that is written as such.
        checker: the producer's reading of the schema.

    """

    media_type: str
    value: Any
    checker: Checker

    def valid(self, value: Any) -> bool:
        """Tell whether a value could be answered instead; quick, and in doubt no."""
        try:
            return (
                self.checker.fast_accepts(value) if self._is_quick else self.checker.accepts(value)
            )
        except (ValueError, TypeError):
            return False

    @cached_property
    def _is_quick(self) -> bool:
        """Whether the fast engine can judge at all: it then accepts the value that is known to be valid."""
        return self.checker.fast_accepts(self.value)

    @cached_property
    def names(self) -> list[str]:
        """The properties that the schema declares at the top."""
        schema = self.checker.schema
        return declared_names(schema, schema.get("$defs", {}))

    def encoded(self, value: Any) -> bytes:
        """Return a value as this body's bytes."""
        if media.is_json(self.media_type):
            return media.encode_json(value)
        kind = media.essence(self.media_type)
        if kind == EVENT_STREAM and not isinstance(value, str):
            return b"data: " + media.encode_json(value) + b"\n\n"
        if kind.endswith(("/xml", "+xml")) and not isinstance(value, str):
            return b"<root/>"
        if kind == forms.MEDIA_TYPE and isinstance(value, dict):
            return forms.write(value, {})
        return as_text(value).encode()


class Bodies:
    """The bodies and headers of one operation's responses, each made at first need.

    Args:
        plan: of the operation.
        seed: the same seed, the same bodies.

    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        #: Seed 0 is the sampler's own first choice; every other seed means something else in each operation.
        self._seed = zlib.crc32(f"{seed} {plan.operation.key}".encode()) if seed else 0
        self._made: dict[tuple[str, str, str, bool], Body] = {}
        self._complete: dict[tuple[MediaType, str], Any] = {}
        self._headers: dict[str, tuple[tuple[str, str], ...]] = {}

    def body(
        self, response: Response, entry: MediaType, media_type: str, *, full: bool = False
    ) -> Body:
        """Return the body of a response in one of its media types.

        Args:
            response: the response.
            entry: one of its media types.
            media_type: what the Content-Type will name.
            full: with all optional properties, as an error body wants them: they say what is wrong.

        Raises:
            Unsampled: no valid one was found.

        """
        key = (response.status, entry.name, media_type, full)
        found = self._made.get(key)
        return found or self._made.setdefault(key, self._make(entry, media_type, full=full))

    def complete(self, entry: MediaType, media_type: str) -> Any:
        """Return a sample of everything that a body may hold, whatever the document's example leaves out.

        Args:
            entry: the media type.
            media_type: what the Content-Type will name.

        Raises:
            Unsampled: no valid one was found.

        """
        key = (entry, media_type)
        if key not in self._complete:
            checker = Checker(self._plan.schemas.result(entry, "producer"))
            sampler = Sampler(checker.schema, compile_schema=_compile, accepts=checker.accepts)
            self._complete[key] = self._sampled(sampler, "all", media_type)
        return self._complete[key]

    def preferred(
        self, entry: MediaType, media_type: str, example: str, turn: int | None
    ) -> Body | None:
        """Return the example of a name, or else a new sample; None where there is neither.

        Args:
            entry: the media type.
            media_type: what the Content-Type will name.
            example: the name of the example, "" for none.
            turn: another number, another sample; None: no sample is wanted.

        Raises:
            Unsampled: no valid sample was found.

        """
        checker = Checker(self._plan.schemas.result(entry, "producer"))
        named = entry.node["examples"]
        if example and example in named.names():
            value = named[example].child("value").value
            if not media.is_json(media_type) or checker.accepts(value):
                return Body(media_type, value, checker)
        if turn is None:
            return None
        sampler = Sampler(checker.schema, compile_schema=_compile, accepts=checker.accepts)
        seed = zlib.crc32(f"{self._seed} {self._plan.operation.key} {turn}".encode())
        return Body(media_type, sampler.sample(seed=seed + 1), checker)

    def _make(self, entry: MediaType, media_type: str, *, full: bool) -> Body:
        try:
            return self._read_as("producer", entry, media_type, full=full)
        except Unsampled:
            # A schema that requires what it does not declare has no instance until it is read openly.
            return self._read_as("consumer", entry, media_type, full=full)

    def _read_as(self, reading: Reading, entry: MediaType, media_type: str, *, full: bool) -> Body:
        checker = Checker(self._plan.schemas.result(entry, reading))
        for example in entry.examples:
            is_text = isinstance(example, str) and example != ""
            if checker.accepts(example) if media.is_json(media_type) else is_text:
                return Body(media_type, example, checker)
        sampler = Sampler(checker.schema, compile_schema=_compile, accepts=checker.accepts)
        return Body(
            media_type, self._sampled(sampler, "all" if full else "some", media_type), checker
        )

    def _sampled(self, sampler: Sampler, optional: Literal["some", "all"], media_type: str) -> Any:
        value = sampler.sample(seed=self._seed, optional=optional)
        # An empty body reads as none at all: of text, one with something in it is looked for.
        for seed in range(MAX_TRIES):
            if value != "" or media.is_json(media_type):
                break
            value = sampler.sample(seed=self._seed + seed + 1)
        return value

    def headers(self, response: Response) -> tuple[tuple[str, str], ...]:
        """Return the headers that a response must have.

        Raises:
            Unsampled: no valid value was found for one of them.

        """
        found = self._headers.get(response.status)
        if found is None:
            pairs = tuple(
                (p.name, self._header(p)) for p in response.headers.values() if p.required
            )
            found = self._headers.setdefault(response.status, pairs)
        return found

    def _header(self, parameter: Parameter) -> str:
        schemas = self._plan.schemas
        root = schemas.bundle(schemas.open(parameter.schema, "response"), "response", "producer")
        checker = Checker(root)
        write = writer(parameter)
        examples = (write(value) for value in parameter.examples if checker.accepts(value))
        return next(filter(_carried, examples), None) or self._sampled_header(root, parameter)

    def _sampled_header(self, root: dict[str, Any], parameter: Parameter) -> str:
        own = {k: v for k, v in root.items() if k not in ("$schema", "$defs")}
        narrowed = {
            "$schema": DIALECT,
            "allOf": [own, {"pattern": FIELD}],
            "$defs": root.get("$defs", {}),
        }
        sampler = Sampler(narrowed, compile_schema=_compile)
        texts: Iterable[str] = (
            writer(parameter)(sampler.sample(seed=self._seed + i)) for i in range(MAX_TRIES)
        )
        found = next(filter(_carried, texts), None)
        if found is None:
            raise Unsampled("", f"no value of the header {parameter.name} can be carried")
        return found


def _carried(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _compile(schema: dict[str, Any]) -> Any:
    return Checker(schema).accepts
