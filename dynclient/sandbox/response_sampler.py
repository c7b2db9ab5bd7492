"""Bodies of responses: the document's own example where it is valid, else a sample."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.model import MediaType, Parameter, Response, find_sequence_format, read_example
from dynclient.plan.plan import Plan
from dynclient.plan.schemas import DIALECT_URI, Reading
from dynclient.schema.declared_names import list_declared_names
from dynclient.schema.engines.engine import LazyChecker, compile_check
from dynclient.schema.readings import Definitions
from dynclient.wire import media, media_types, multipart
from dynclient.wire.parameters import build_writer, to_text

#: A header field that every HTTP library carries. Source: RFC 9110 §5.5.
FIELD_VALUE = "^[!-~]([ -~]*[!-~])?$"

EVENT_STREAM = "text/event-stream"
MAX_SAMPLES = 5

#: How many items a sampled stream has.
SAMPLED_ITEMS = 3


@dataclass(frozen=True, eq=False)
class SampledBody:
    """A valid value of a response's body, and the schema that it fits; equal only to itself.

    Attributes:
        media_type: for the Content-Type.
        value: JSON data; for other media types a text, or JSON data that `encode` writes.
        checker: of the producer's reading of the schema.

    """

    media_type: str
    value: Any
    checker: LazyChecker

    def is_valid(self, value: Any) -> bool:
        """Tell whether a value fits the schema too; a value that cannot be checked does not."""
        verdict = self.checker.ask_reference(value)
        if verdict is not None:
            return verdict
        try:
            if self._can_use_fast_engine:
                return self.checker.accepts_by_fast_engine(value)
            return self.checker.accepts(value)
        except (ValueError, TypeError):
            return False

    @cached_property
    def _can_use_fast_engine(self) -> bool:
        """Whether the fast engine can check the schema: then it accepts the valid value."""
        return self.checker.accepts_by_fast_engine(self.value)

    @cached_property
    def property_names(self) -> list[str]:
        """The properties that the schema declares at the top."""
        schema = self.checker.schema
        return list_declared_names(schema, schema.get("$defs", {}))

    def encode(self, value: Any) -> tuple[str, bytes]:
        """Return the Content-Type and the bytes of this body with another value."""
        kind = media.get_essence(self.media_type)
        if kind == EVENT_STREAM and not isinstance(value, str | list):
            return self.media_type, b"data: " + media.encode_json(value) + b"\n\n"
        if kind.endswith(("/xml", "+xml")) and not isinstance(value, str):
            return self.media_type, b"<root/>"
        if media.is_multipart(kind) and not multipart.can_write(kind, value):
            value = {"part": value}
        try:
            content_type, content = media.write(self.media_type, value, {})
        except ValueError:
            return self.media_type, to_text(value).encode()
        return content_type, content if isinstance(content, bytes) else b"".join(content)


@dataclass(frozen=True)
class SampledParameter:
    """A valid value of a parameter, and the schema that it fits."""

    value: Any
    checker: LazyChecker


class ResponseSampler:
    """Samples the bodies and headers of one operation's responses, each once and when it is needed.

    Args:
        plan: of the operation.
        seed: the same seed gives the same bodies.

    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        #: Seed 0 is the generator's first choice; any other one differs by operation.
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
            media_type: for the Content-Type.
            full: whether it has all optional properties: those of an error body say what is wrong.

        Raises:
            NoExample: no valid one was found.

        """
        key = (response.status, entry.name, media_type, full)
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies.setdefault(key, self._create_body(entry, media_type, full=full))
        return body

    def sample_complete(self, entry: MediaType, media_type: str) -> Any:
        """Return a sample of a body with every declared property, even beyond the example.

        Args:
            entry: the media type.
            media_type: for the Content-Type.

        Raises:
            NoExample: no valid one was found.

        """
        key = (entry, media_type)
        if key not in self._complete_bodies:
            generator = _build_generator(self._build_checker(entry, media_type, "producer"))
            self._complete_bodies[key] = self._sample_nonempty(generator, "all", media_type)
        return self._complete_bodies[key]

    def sample_preferred(
        self, entry: MediaType, media_type: str, example: str, number: int | None
    ) -> SampledBody | None:
        """Return a named example, or else a new sample; None where there is neither.

        Args:
            entry: the media type.
            media_type: for the Content-Type.
            example: the name of the example, "" for none.
            number: another number gives another sample; None where no sample is wanted.

        Raises:
            NoExample: no valid sample was found.

        """
        checker = self._build_checker(entry, media_type, "producer")
        examples = entry.node["examples"]
        if example and example in examples.member_keys():
            values = read_example(examples[example], media_type)
            if values and (not media.is_json(media_type) or checker.accepts(values[0])):
                return SampledBody(media_type, values[0], checker)
        if number is None:
            return None
        seed = zlib.crc32(f"{self._seed} {self._plan.operation.key} {number}".encode())
        value = _build_generator(checker).generate(seed=seed + 1)
        return SampledBody(media_type, value, checker)

    def _build_checker(self, entry: MediaType, media_type: str, reading: Reading) -> LazyChecker:
        used = entry.narrow(media_type) if media_types.is_range(entry.name) else entry
        return LazyChecker(self._plan.schemas.build_result_schema(used, reading))

    def _create_body(self, entry: MediaType, media_type: str, *, full: bool) -> SampledBody:
        try:
            return self._create_body_for_reading("producer", entry, media_type, full=full)
        except NoExample:
            # A schema that requires an undeclared property has no value in its closed reading.
            return self._create_body_for_reading("consumer", entry, media_type, full=full)

    def _create_body_for_reading(
        self, reading: Reading, entry: MediaType, media_type: str, *, full: bool
    ) -> SampledBody:
        checker = self._build_checker(entry, media_type, reading)
        item_list = self._sample_item_list(entry, media_type, reading)
        if item_list is not None:
            return item_list
        for example in entry.examples:
            if _is_usable(example, media_type, checker):
                return SampledBody(media_type, example, checker)
        optional: Literal["some", "all"] = "all" if full else "some"
        value = self._sample_nonempty(_build_generator(checker), optional, media_type)
        if media.get_essence(media_type) == EVENT_STREAM and isinstance(value, str):
            event = f"data: {value}\n\n"
            value = event if checker.accepts(event) else value
        return SampledBody(media_type, value, checker)

    def _sample_item_list(
        self, entry: MediaType, media_type: str, reading: Reading
    ) -> SampledBody | None:
        """Return a body of a few items, an example of the document if one is valid.

        Returns:
            None where the media type has no items, an example is ready text, or none was found.

        """
        sequence_format = find_sequence_format(media_type)
        if sequence_format is None or any(isinstance(one, str) for one in entry.examples):
            return None
        checker = self._build_checker(entry, media_type, reading)
        if entry.sequence_format is None:
            row = self._plan.item_table.get_entry_row(entry, sequence_format, reading)
            if row.checker is None:
                return None
            checker = LazyChecker(_build_list_schema(row.checker.schema))
        for example in entry.examples:
            if isinstance(example, list) and checker.accepts(example):
                return SampledBody(media_type, example, checker)
        few = LazyChecker(_limit_length(checker.schema, SAMPLED_ITEMS))
        try:
            value = _build_generator(few).generate(seed=self._seed)
        except NoExample:
            return None
        return SampledBody(media_type, value, checker)

    def _sample_nonempty(
        self, generator: ExampleGenerator, optional: Literal["some", "all"], media_type: str
    ) -> Any:
        value = generator.generate(seed=self._seed, optional=optional)
        if media.is_json(media_type):
            return value
        # An empty text reads as no body at all.
        for number in range(MAX_SAMPLES):
            if value != "":
                break
            value = generator.generate(seed=self._seed + number + 1)
        return value

    def sample_headers(self, response: Response) -> tuple[tuple[str, str], ...]:
        """Return the headers that a response must have.

        Raises:
            NoExample: no valid value was found for one of them.

        """
        headers = self._headers.get(response.status)
        if headers is None:
            required = [header for header in response.headers.values() if header.required]
            pairs: list[tuple[str, str]] = []
            for header in required:
                pairs += [(header.name, text) for text in self._choose_header_texts(header)]
            headers = self._headers.setdefault(response.status, tuple(pairs))
        return headers

    def sample_parameter(self, parameter: Parameter) -> SampledParameter | None:
        """Return a value of a parameter, the first valid example if there is one.

        Returns:
            None where no valid value is found, or the parameter has no schema.

        """
        if parameter.schema is None:
            return None
        schemas = self._plan.schemas
        translated = schemas.translate(parameter.schema, "request")
        checker = LazyChecker(schemas.bundle(translated, "request", "consumer"))
        for example in parameter.examples:
            if checker.accepts(example):
                return SampledParameter(example, checker)
        try:
            value = _build_generator(checker).generate(seed=self._seed)
        except NoExample:
            return None
        return SampledParameter(value, checker)

    def _choose_header_texts(self, header: Parameter) -> list[str]:
        """Return the first valid example of a header that its lines can carry, else a sample."""
        schemas = self._plan.schemas
        translated = schemas.translate(header.schema, "response")
        schema = schemas.bundle(translated, "response", "producer")
        checker = LazyChecker(schema)
        for example in header.examples:
            if checker.accepts(example):
                texts = _write_header_lines(header, example)
                if texts and all(text and _is_field_value(text) for text in texts):
                    return texts
        return self._sample_header_texts(schema, header)

    def _sample_header_texts(self, schema: dict[str, Any], header: Parameter) -> list[str]:
        defs = schema.get("$defs", {})
        own = {key: value for key, value in schema.items() if key not in ("$schema", "$defs")}
        carried = {"pattern": FIELD_VALUE}
        restricted = {"$schema": DIALECT_URI, "allOf": [own, carried], "$defs": defs}
        generator = ExampleGenerator(restricted, compile_schema=compile_check)
        for number in range(MAX_SAMPLES):
            texts = _write_header_lines(header, generator.generate(seed=self._seed + number))
            if texts and all(map(_is_field_value, texts)):
                return texts
        raise NoExample("", f"no value of the header {header.name} can be carried")


def _write_header_lines(header: Parameter, value: Any) -> list[str]:
    """Return the lines of a header: one, but for each member of a Set-Cookie that is an array.

    Source: RFC 6265 §3.
    """
    if header.name.lower() == "set-cookie" and isinstance(value, list):
        return [to_text(member) for member in value]
    return [build_writer(header)(value)]


def sample_value(schema: Any, defs: Definitions) -> Any:
    """Return a value of a schema; None where it says nothing, or no value is found.

    Args:
        schema: the schema.
        defs: where its references lead.

    """
    if not isinstance(schema, dict):
        return None
    root = {"$schema": DIALECT_URI, **schema, "$defs": dict(defs)}
    try:
        return _build_generator(LazyChecker(root)).generate()
    except NoExample:
        return None


def _build_list_schema(item_root: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of lists of items, from the root schema of one."""
    item, defs = _split_root(item_root)
    return {"$schema": DIALECT_URI, "type": "array", "items": item, "$defs": defs}


def _limit_length(list_root: dict[str, Any], count: int) -> dict[str, Any]:
    """Return a root schema of lists that have some number of items."""
    own, defs = _split_root(list_root)
    length = {"minItems": count, "maxItems": count}
    return {"$schema": DIALECT_URI, "allOf": [own, length], "$defs": defs}


def _split_root(root: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a root schema without its definitions, and these."""
    own = {key: value for key, value in root.items() if key not in ("$schema", "$defs")}
    return own, root.get("$defs", {})


def _is_field_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _build_generator(checker: LazyChecker) -> ExampleGenerator:
    return ExampleGenerator(checker.schema, compile_schema=compile_check, accepts=checker.accepts)


def _is_usable(example: Any, media_type: str, checker: LazyChecker) -> bool:
    """Tell whether an example can be sent: one that fits, or any text where the body is no JSON."""
    if media.is_json(media_type) or isinstance(example, int | float):
        return checker.accepts(example)
    return isinstance(example, str) and example != ""
