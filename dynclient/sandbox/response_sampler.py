"""Bodies that the sandbox answers with: the document's own example where it is valid, else a sample."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.model import MediaType, Parameter, Response
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import DIALECT_URI, Reading
from dynclient.schema.engine import Checker
from dynclient.schema.explain import list_declared_names
from dynclient.wire import forms, media
from dynclient.wire.parameters import build_writer, to_text

#: A header field that every HTTP library carries. Source: RFC 9110 §5.5.
FIELD_VALUE = "^[!-~]([ -~]*[!-~])?$"

EVENT_STREAM = "text/event-stream"
MAX_SAMPLES = 5


@dataclass(frozen=True)
class SampledBody:
    """What is answered where the request adds nothing: a valid value and the schema that it fits.

    Attributes:
        media_type: as the Content-Type will name it.
        value: JSON data; of what is no JSON: text, or JSON data that is written as such.
        checker: the producer's reading of the schema.

    """

    media_type: str
    value: Any
    checker: Checker

    def is_valid(self, value: Any) -> bool:
        """Tell whether a value could be answered instead; quick, and in doubt no."""
        try:
            return (
                self.checker.accepts_by_fast_engine(value)
                if self._can_use_fast_engine
                else self.checker.accepts(value)
            )
        except (ValueError, TypeError):
            return False

    @cached_property
    def _can_use_fast_engine(self) -> bool:
        """Whether the fast engine can judge at all: it then accepts the value that is known to be valid."""
        return self.checker.accepts_by_fast_engine(self.value)

    @cached_property
    def property_names(self) -> list[str]:
        """The properties that the schema declares at the top."""
        schema = self.checker.schema
        return list_declared_names(schema, schema.get("$defs", {}))

    def encode(self, value: Any) -> bytes:
        """Return a value as this body's bytes."""
        if media.is_json(self.media_type):
            return media.encode_json(value)
        kind = media.get_essence(self.media_type)
        if kind == EVENT_STREAM and not isinstance(value, str):
            return b"data: " + media.encode_json(value) + b"\n\n"
        if kind.endswith(("/xml", "+xml")) and not isinstance(value, str):
            return b"<root/>"
        if kind == forms.FORM_MEDIA_TYPE and isinstance(value, dict):
            return forms.write_form(value, {})
        return to_text(value).encode()


class ResponseSampler:
    """The bodies and headers of one operation's responses, each made at first need.

    Args:
        plan: of the operation.
        seed: the same seed, the same bodies.

    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        #: Seed 0 is the sampler's own first choice; every other seed means something else in each operation.
        self._seed = zlib.crc32(f"{seed} {plan.operation.key}".encode()) if seed else 0
        self._bodies: dict[tuple[str, str, str, bool], SampledBody] = {}
        self._complete_bodies: dict[tuple[MediaType, str], Any] = {}
        self._headers: dict[str, tuple[tuple[str, str], ...]] = {}

    def sample_body(
        self, response: Response, entry: MediaType, media_type: str, *, full: bool = False
    ) -> SampledBody:
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
        found = self._bodies.get(key)
        return found or self._bodies.setdefault(
            key, self._create_body(entry, media_type, full=full)
        )

    def sample_complete(self, entry: MediaType, media_type: str) -> Any:
        """Return a sample of everything that a body may hold, whatever the document's example leaves out.

        Args:
            entry: the media type.
            media_type: what the Content-Type will name.

        Raises:
            Unsampled: no valid one was found.

        """
        key = (entry, media_type)
        if key not in self._complete_bodies:
            checker = Checker(self._plan.schemas.build_result_schema(entry, "producer"))
            sampler = ExampleGenerator(
                checker.schema, compile_schema=_compile, accepts=checker.accepts
            )
            self._complete_bodies[key] = self._sample_nonempty(sampler, "all", media_type)
        return self._complete_bodies[key]

    def sample_preferred(
        self, entry: MediaType, media_type: str, example: str, turn: int | None
    ) -> SampledBody | None:
        """Return the example of a name, or else a new sample; None where there is neither.

        Args:
            entry: the media type.
            media_type: what the Content-Type will name.
            example: the name of the example, "" for none.
            turn: another number, another sample; None: no sample is wanted.

        Raises:
            Unsampled: no valid sample was found.

        """
        checker = Checker(self._plan.schemas.build_result_schema(entry, "producer"))
        named = entry.node["examples"]
        if example and example in named.member_keys():
            value = named[example].get_child("value").value
            if not media.is_json(media_type) or checker.accepts(value):
                return SampledBody(media_type, value, checker)
        if turn is None:
            return None
        sampler = ExampleGenerator(checker.schema, compile_schema=_compile, accepts=checker.accepts)
        seed = zlib.crc32(f"{self._seed} {self._plan.operation.key} {turn}".encode())
        return SampledBody(media_type, sampler.generate(seed=seed + 1), checker)

    def _create_body(self, entry: MediaType, media_type: str, *, full: bool) -> SampledBody:
        try:
            return self._create_body_for_reading("producer", entry, media_type, full=full)
        except NoExample:
            # A schema that requires what it does not declare has no instance until it is read openly.
            return self._create_body_for_reading("consumer", entry, media_type, full=full)

    def _create_body_for_reading(
        self, reading: Reading, entry: MediaType, media_type: str, *, full: bool
    ) -> SampledBody:
        checker = Checker(self._plan.schemas.build_result_schema(entry, reading))
        for example in entry.examples:
            is_text = isinstance(example, str) and example != ""
            if checker.accepts(example) if media.is_json(media_type) else is_text:
                return SampledBody(media_type, example, checker)
        sampler = ExampleGenerator(checker.schema, compile_schema=_compile, accepts=checker.accepts)
        return SampledBody(
            media_type,
            self._sample_nonempty(sampler, "all" if full else "some", media_type),
            checker,
        )

    def _sample_nonempty(
        self, sampler: ExampleGenerator, optional: Literal["some", "all"], media_type: str
    ) -> Any:
        value = sampler.generate(seed=self._seed, optional=optional)
        # An empty body reads as none at all: of text, one with something in it is looked for.
        for seed in range(MAX_SAMPLES):
            if value != "" or media.is_json(media_type):
                break
            value = sampler.generate(seed=self._seed + seed + 1)
        return value

    def sample_headers(self, response: Response) -> tuple[tuple[str, str], ...]:
        """Return the headers that a response must have.

        Raises:
            Unsampled: no valid value was found for one of them.

        """
        found = self._headers.get(response.status)
        if found is None:
            pairs = tuple(
                (p.name, self._choose_header_value(p))
                for p in response.headers.values()
                if p.required
            )
            found = self._headers.setdefault(response.status, pairs)
        return found

    def _choose_header_value(self, parameter: Parameter) -> str:
        schemas = self._plan.schemas
        root = schemas.bundle(
            schemas.translate(parameter.schema, "response"), "response", "producer"
        )
        checker = Checker(root)
        write = build_writer(parameter)
        examples = (write(value) for value in parameter.examples if checker.accepts(value))
        return next(filter(_is_field_value, examples), None) or self._sample_header_value(
            root, parameter
        )

    def _sample_header_value(self, root: dict[str, Any], parameter: Parameter) -> str:
        own = {k: v for k, v in root.items() if k not in ("$schema", "$defs")}
        narrowed = {
            "$schema": DIALECT_URI,
            "allOf": [own, {"pattern": FIELD_VALUE}],
            "$defs": root.get("$defs", {}),
        }
        sampler = ExampleGenerator(narrowed, compile_schema=_compile)
        texts: Iterable[str] = (
            build_writer(parameter)(sampler.generate(seed=self._seed + i))
            for i in range(MAX_SAMPLES)
        )
        found = next(filter(_is_field_value, texts), None)
        if found is None:
            raise NoExample("", f"no value of the header {parameter.name} can be carried")
        return found


def _is_field_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _compile(schema: dict[str, Any]) -> Any:
    return Checker(schema).accepts
