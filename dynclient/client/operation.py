"""An operation as a callable: bound to a client, called with plain Python data."""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dynclient import model
from dynclient.client.options import Options
from dynclient.display_text import escape_unprintable
from dynclient.errors import CallDrift, DocumentError, ResponseDrift, UnsafeValue, UsageError
from dynclient.notebook_view import NotebookView
from dynclient.plan.call_document import Call
from dynclient.plan.checked_call import RequestChecks
from dynclient.plan.file_values import convert_texts_of_files
from dynclient.plan.plan import Plan
from dynclient.plan.response_bodies import WRITE_ONLY
from dynclient.plan.results import Result, select_drifts
from dynclient.plan.schemas import IGNORED_HEADERS
from dynclient.schema.dialect import Schema
from dynclient.schema.engines.engine import Checker, compile_check
from dynclient.transport.authorization import CredentialStore, build_unauthorized
from dynclient.transport.deadline import Deadline
from dynclient.transport.exchange import Exchange, ExchangePolicy
from dynclient.transport.http_adapter import DEFAULT_TIMEOUTS, PhaseTimeouts, build_timeouts
from dynclient.transport.observing.call_observer import CallObserver, Hooks, ObservedOperation
from dynclient.transport.response_body import BodySink
from dynclient.transport.runners import Runner
from dynclient.violations import Violation, shorten
from dynclient.wire import media_types
from dynclient.wire.binary_values import StreamedBody
from dynclient.wire.message import Headers, Request, Response
from dynclient.wire.servers import is_sendable_url, resolve_base_url

if TYPE_CHECKING:
    from dynclient.client.client_recipe import ClientRecipe
    from dynclient.client.excuses import OperationExcuses
    from dynclient.client.result_links import ResultLink
    from dynclient.client.stream_source import StreamSource
    from dynclient.pagination.pagination import Pagination
    from dynclient.plan.exchange_secrets import ExchangeSecrets
    from dynclient.plan.idempotency_keys import IdempotencyKeys

RunnerT = TypeVar("RunnerT", bound=Runner)


_NO_EXAMPLE_HINT = (
    "give a Call of your own; where no value fits the document, `dynclient check` says why"
)


class DocstringDescriptor:
    """The docstring of a class of operations; of an operation, its own, built when it is read."""

    def __init__(self, of_class: str) -> None:
        self.class_docstring = of_class

    def __get__(self, operation: BoundOperation[Any] | None, owner: type) -> str:
        if operation is None:
            return self.class_docstring
        try:
            from dynclient.description.operation_docstring import build_docstring

            return build_docstring(operation, operation._accepted_media_type)  # noqa: SLF001 (it is written for it)
        except DocumentError as error:
            return f"{operation.method} {operation.path}\n\nThis operation cannot be used: {error}"


_NOT_MODIFIED = 304

#: How long the name, method and path of a repr may be, in characters.
MAX_REPR_CHARS = 200


class BoundOperation(NotebookView, Generic[RunnerT]):  # noqa: D101 (below)
    __doc__ = DocstringDescriptor(
        """An operation of a document, bound to its client; it keeps no state of any call.

    Call it with the operation's arguments: path parameters by position in template order,
    everything else by keyword, in the spec's spelling or in snake_case. Give the body as `body=`,
    or its top-level properties as keywords. Or give all of it as one `Call`.
    """
    )

    #: What its repr calls it.
    _kind = "Operation"

    def __init__(
        self,
        operation: model.Operation,
        plan: Plan,
        options: Options,
        runner: RunnerT,
        credential_store: CredentialStore,
        excuses: OperationExcuses | None = None,
        find_operation: Callable[[str], Any] | None = None,
        get_recipe: Callable[[], ClientRecipe] | None = None,
    ) -> None:
        self.operation = operation
        self._plan = plan
        self._options = options
        self._runner = runner
        self._credential_store = credential_store
        self._excuses = excuses
        self._find_operation = find_operation or _find_nothing
        self._get_recipe = get_recipe
        #: The headers of the last request, without those of the options and with them.
        self._last_headers: tuple[Headers, Headers] | None = None

    # --- what it is

    @property
    def client_recipe(self) -> ClientRecipe:
        """The recipe of its client, for other processes."""
        if self._get_recipe is None:
            raise UsageError(f"{self.id} belongs to no client")
        return self._get_recipe()

    @property
    def id(self) -> str:
        """The operationId; `METHOD /path` where the document gives none."""
        return self.operation.id

    @property
    def method(self) -> str:
        """The HTTP method, upper case."""
        return self.operation.method

    @property
    def path(self) -> str:
        """The path template."""
        return self.operation.path

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags."""
        return self.operation.tags

    @property
    def deprecated(self) -> bool:
        """Whether the document advises against it."""
        return self.operation.deprecated

    @property
    def call_schema(self) -> Schema:
        """JSON Schema 2020-12 of the call document in the producer's reading, which is closed."""
        return self._plan.get_call_schema(self._options.media_type)

    @cached_property
    def result_schemas(self) -> Mapping[tuple[str, str], Schema]:
        """JSON Schema 2020-12 of each declared response body, by (status, media type)."""
        return {
            (status, name): self._plan.schemas.build_result_schema(entry, "consumer")
            for status, response in self.operation.responses.items()
            for name, entry in response.content.items()
        }

    @cached_property
    def pagination(self) -> Pagination | None:
        """How the operation pages, what says so, and how sure that is; None where nothing does.

        Raises:
            UsageError: what the option `pagination` says does not fit the operation.

        """
        from dynclient.pagination.find_pagination import find_pagination

        return find_pagination(self._plan, self._options.pagination)

    @property
    def _accepted_media_type(self) -> str | None:
        """The media type of the options; None where this operation does not take it."""
        media_type = self._options.media_type
        return media_type if self._plan.accepts_media_type(media_type) else None

    @property
    def __name__(self) -> str:
        return self.operation.python_name

    @property
    def __signature__(self) -> inspect.Signature:
        try:
            from dynclient.description.operation_signature import build_signature

            return build_signature(self._plan, self._accepted_media_type)
        except DocumentError:
            return inspect.Signature([inspect.Parameter("call", inspect.Parameter.POSITIONAL_ONLY)])

    def __repr__(self) -> str:
        text = f"{self.__name__}  {self.method} {self.path}"
        return f"<{self._kind} {shorten(escape_unprintable(text), MAX_REPR_CHARS)}>"

    def _repr_html_(self) -> str:
        """Return all of the operation for a notebook."""
        from dynclient.description.operation_panel import build_operation_panel

        return build_operation_panel(self)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "an operation is bound to its client's connections and cannot be pickled;"
            " pickle its Call instead"
        )

    # --- everything short of sending

    def example(self, seed: int = 0) -> Call:
        """Return a valid call of this operation: a valid example of the document, else generated.

        Args:
            seed: another number, another example; the same number, the same example.

        Raises:
            UsageError: none was found; perhaps no call can satisfy the document.

        """
        from dynclient.generate import ExampleGenerator, NoExample

        checker = self._plan.get_checker(self._options.media_type, "producer")
        schema = build_example_schema(checker.schema)
        generator = ExampleGenerator(schema, compile_schema=compile_check)
        try:
            call = Call(generator.generate(seed=seed))
        except NoExample as error:
            text = f"{self.id}: no example was found: {error}"
            raise UsageError(text, hint=_NO_EXAMPLE_HINT) from error
        entry = self._plan.find_media_type(self._options.media_type)
        if "body" in call and entry is not None:
            name = self._options.media_type or entry.name
            if media_types.resolve_range(name, call["body"]) is None:
                call["media_type"] = media_types.pick_example_media_type(entry.name)
        if entry is not None and seed == 0:
            _prefer_declared_example(call, entry, checker)
        if "body" in call:
            places = self._plan.find_file_places(entry)
            call["body"] = convert_texts_of_files(places, call["body"])
        return call

    def validate(self, /, *args: Any, **kwargs: Any) -> list[Violation]:
        """Return everything that is wrong with a call, [] where it is in order; nothing is sent."""
        strict = RequestChecks(
            unknown_properties=self._options.unknown_properties, is_thorough=True
        )
        if self._options.conditions:
            args, kwargs = self._add_conditions(args, kwargs)
        violations = self._plan.bind(args, kwargs, strict, self._options.media_type).violations
        if violations and self.idempotency_keys is not None:
            violations = self.idempotency_keys.select_unfilled(violations)
        return self._excuse_call(violations) if self._excuses else violations

    def _excuse_call(self, violations: list[Violation]) -> list[Violation]:
        """Return the violations of a call that nothing excuses; without any, warn of the others."""
        if self._excuses is None:
            return violations
        unexcused = self._excuses.select_unexcused(violations)
        if not unexcused:
            for violation in select_drifts(violations):
                self._observer.note_drift(violation, None)
                warnings.warn(CallDrift(f"{self.id}: {violation}"), stacklevel=4)
        return unexcused

    def request(self, /, *args: Any, **kwargs: Any) -> Request:
        """Return the request of a call, as a pure value without credentials; nothing is sent.

        Raises:
            InvalidCall: the call does not fit the document; `.violations` holds every problem.
            UnsafeValue: a value would break out of its place on the wire.
            UsageError: there is no server to call.

        """
        plan, options = self._plan, self._options
        if options.conditions:
            args, kwargs = self._add_conditions(args, kwargs)
        call = plan.bind(args, kwargs, options.checks, options.media_type)
        violations = self._excuse_call(call.violations) if self._excuses else call.violations
        if violations and self.idempotency_keys is not None:
            violations = self.idempotency_keys.select_unfilled(violations)
            call = self.idempotency_keys.complete_call(call)
        if violations:
            raise plan.build_invalid_call(violations)
        try:
            request = plan.build_request(call, self._base_url, options.accept)
        except UnsafeValue:
            # The fast engine passes over free-form parts; a violation names the place in one.
            if options.validate_requests:
                violations = self.validate(call.document)
            else:
                violations = plan.find_misplaced_values(call)
            if violations:
                raise plan.build_invalid_call(violations) from None
            raise
        if options.extra_headers:
            headers = self._add_headers(request.headers, options.extra_headers)
            request = dataclasses.replace(request, headers=headers)
        return request

    def _add_conditions(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return arguments with the conditions of the options that the operation declares."""
        from dynclient.client.conditional_requests import add_declared_conditions  # Few have any.

        parameters, conditions = self.operation.parameters, self._options.conditions
        return add_declared_conditions(parameters, conditions, args, kwargs)

    def _add_headers(self, headers: Headers, extra: Mapping[str, str]) -> Headers:
        """Return headers with those of the options: computed once for most calls."""
        last = self._last_headers
        if last is None or last[0] is not headers:
            names = {name.lower() for name in extra}
            own = [field for field in headers.pairs() if field[0].lower() not in names]
            last = (headers, Headers([*own, *extra.items()], headers.secret_names))
            self._last_headers = last
        return last[1]

    def _prepare_request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        """Return the request of a call, or the one that was built before and is given instead.

        Raises:
            UsageError: the request that is given is one of another operation, its URL is none,
                or it lost a secret when it was pickled.

        """
        if len(args) != 1 or kwargs or not isinstance(args[0], Request):
            return self.request(*args, **kwargs)
        request = args[0]
        is_own = request.operation_id in ("", self.operation.key)
        if is_own and request.method == self.method:
            if not is_sendable_url(request.url):
                url = request.secret_names.mask_url(request.url)
                raise UsageError(f"{self.id}: {url!r} is no http(s) URL; nothing was sent")
            masked = request.find_masked_fields()
            if masked:
                raise UsageError(
                    f"{self.id}: this request was pickled, and {' and '.join(masked)} lost the"
                    " secret; nothing was sent",
                    hint="pickle the Call, and build the request where it is sent",
                )
            return request
        owner = request.operation_id or f"a {request.method} operation"
        raise UsageError(
            f"{self.id} cannot send a request of {owner}; nothing was sent",
            hint="send it with the operation that built it",
        )

    @cached_property
    def _base_url(self) -> str:
        options, operation = self._options, self.operation
        try:
            return resolve_base_url(
                operation.servers, operation.document.uri, options.server, options.server_variables
            )
        except UsageError:
            if self._runner.adapter.is_in_process and options.server is None:
                return "http://sandbox.invalid"
            raise

    @cached_property
    def _timeouts(self) -> PhaseTimeouts | None:
        if self._options.has_timeout:
            return build_timeouts(self._options.timeout)
        return None if self._runner.adapter.is_user_owned else DEFAULT_TIMEOUTS

    @cached_property
    def _exchange_policy(self) -> ExchangePolicy:
        options = self._options
        return ExchangePolicy(
            retry=options.retry_policy,
            follow_redirects=options.follow_redirects,
            max_response_bytes=options.max_response_bytes,
            max_response_values=options.max_response_values,
            rate=options.request_rate,
            idempotency_header=self._plan.idempotency_header.lower(),
        )

    @cached_property
    def _observer(self) -> CallObserver:
        """What tells the log, hooks and telemetry of the calls."""
        options = self._options
        hooks = Hooks(options.on_request, options.on_response, options.on_retry, options.on_drift)
        operation = ObservedOperation(self.id, self.method, self.path)

        def find_secrets() -> ExchangeSecrets:
            return self._plan.exchange_secrets

        if options.telemetry is False:
            return CallObserver(operation, hooks, find_secrets)
        from dynclient.transport.observing.telemetry_setting import build_telemetry

        return CallObserver(operation, hooks, find_secrets, build_telemetry(options.telemetry))

    @cached_property
    def idempotency_keys(self) -> IdempotencyKeys | None:
        """What gives each call a key by which the server knows it again; None: it knows none."""
        return self._plan.idempotency_keys

    def _begin_exchange(self, request: Request, sink: BodySink | None = None) -> Exchange:
        if self.idempotency_keys is not None:
            request = self.idempotency_keys.complete_request(request)
        if self._options.progress and isinstance(request.body, StreamedBody):
            request = self._observe_upload(request, request.body)
        # It begins before the credentials are asked for, which may take their time.
        seconds = self._options.deadline
        deadline = None if seconds is None else Deadline(seconds, self._runner.state.clock)
        store = self._credential_store
        demands = store.find_demands(request)
        provided: ProvidedCredentials | None = None
        if demands:
            # Few clients have providers.
            from dynclient.transport.provided_credentials import ProvidedCredentials

            outgoing = build_unauthorized(request)  # until the providers were asked
            provided = ProvidedCredentials(store, demands)
        else:
            outgoing = store.authorize(request)
        return Exchange(
            request,
            outgoing,
            self._exchange_policy,
            sink,
            deadline,
            provided=provided,
            sign=self._options.sign,
            observer=self._observer,
        )

    def _observe_upload(self, request: Request, body: StreamedBody) -> Request:
        """Return a request whose body tells how much of it was sent."""
        from dynclient.client.transfer_progress import build_observer  # Few bodies are observed.
        from dynclient.wire.observed_body import ObservedBody

        build = partial(build_observer, self._options.progress, self.id)
        return dataclasses.replace(request, body=ObservedBody(body.pieces, build))

    def _build_stream_source(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], send: Callable[..., Any]
    ) -> StreamSource:
        """Return what a stream of a call is opened with; media types with items are preferred."""
        from dynclient.client.stream_source import StreamSource  # Few calls are streams.

        request, plan = self._prepare_request(args, kwargs), self._plan
        has_own_accept = request.headers.get("accept", "") != plan.accept
        if plan.stream_accept is not None and not has_own_accept:
            headers = self._add_headers(request.headers, {"Accept": plan.stream_accept})
            request = dataclasses.replace(request, headers=headers)
        return StreamSource(
            operation_id=self.id,
            request=request,
            plan=plan,
            options=self._options,
            begin_exchange=self._begin_exchange,
            send=lambda exchange: send(exchange, self._timeouts),
            build_result=self._build_result,
            select_unexcused=self._select_unexcused,
            clock=self._runner.state.clock,
            note_drift=self._observer.note_drift,
        )

    def _build_links(self, result: Result) -> Mapping[str, ResultLink]:
        from dynclient.client.result_links import build_links  # Few results are asked for theirs.
        from dynclient.plan.runtime_expressions import ExpressionSource

        source = ExpressionSource(self._plan, result, self._base_url)
        return build_links(source, self._find_operation)

    def _select_unexcused(self, violations: Sequence[Violation]) -> Sequence[Violation]:
        """Return the violations of a result that the options do not let pass."""
        if self._excuses:
            violations = self._excuses.select_unexcused(violations)
        drift_kinds = {WRITE_ONLY}
        if self._options.open_enums:
            drift_kinds.add("enum")
        return [violation for violation in violations if violation.kind not in drift_kinds]

    def _build_unchanged_result(self, request: Request, response: Response) -> Result | None:
        """Return the result of a 304; None where the request did not ask for one."""
        from dynclient.client.conditional_requests import build_unchanged_result, is_unchanged

        if not is_unchanged(request, response):
            return None
        return build_unchanged_result(request, response, self._options.if_none_match)

    def _build_result(self, request: Request, response: Response) -> Result:
        if response.status == _NOT_MODIFIED:
            unchanged = self._build_unchanged_result(request, response)
            if unchanged is not None:
                return unchanged
        result = self._plan.result_builder.build(
            request,
            response,
            self._options.validate_responses,
            self._select_unexcused,
            self._build_links,
        )
        if result.violations:
            for violation in select_drifts(result.violations):
                self._observer.note_drift(violation, result.status)
                warnings.warn(ResponseDrift(f"{self.id}: {violation}"), stacklevel=4)
        return result


def _find_nothing(name: str) -> Any:
    raise UsageError(f"{name} cannot be found without a client")


def _prefer_declared_example(call: Call, entry: model.MediaType, checker: Checker) -> None:
    """Take the document's own example for the body, where there is a valid one."""
    for example in entry.examples:
        if checker.accepts({**call, "body": example}):
            call["body"] = example
            return


def build_example_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a call schema without what an example leaves to others.

    The media type is left to the default; the headers that the standard ignores are left to the
    credentials and the media types.
    """
    properties = {k: v for k, v in schema["properties"].items() if k != "media_type"}
    header = properties.get("header", {})
    names = [name for name in header.get("properties", ()) if name.lower() not in IGNORED_HEADERS]
    if names:
        kept = {name: header["properties"][name] for name in names}
        properties["header"] = {**header, "properties": kept}
    else:
        properties.pop("header", None)
    return {**schema, "properties": properties}
