"""The clients of the console, whose exchanges are kept in a history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from dynclient.client.callable_operations import AsyncOperation, Operation
from dynclient.client.client import AsyncClient, Client
from dynclient.client.operation import BoundOperation
from dynclient.errors import DynclientError, ResponseError
from dynclient.plan.call_document import Call
from dynclient.plan.results import Result
from dynclient.repl.history import History, ReadItems, RecordedExchange
from dynclient.repl.progress_sign import show_progress
from dynclient.repl.request_call import read_request_call
from dynclient.wire.message import Request

if TYPE_CHECKING:
    from dynclient.streams import AsyncStream, Stream

OperationT = TypeVar("OperationT")


class RunningExchange:
    """An exchange that is under way.

    Attributes:
        call: the call document; None where a `Request` was given that no call makes.
        request: what is sent.
        result: what came back; it is set when the exchange is over.
        read_items: of a stream, what was read of it.

    """

    def __init__(self, call: Call | None, request: Request) -> None:
        self.call = call
        self.request = request
        self.result: Result | None = None
        self.read_items: ReadItems | None = None


class _ExchangeRecorder(BoundOperation[Any]):
    __doc__ = BoundOperation.__dict__["__doc__"]
    _history: History

    def keep_history(self, history: History) -> None:
        """Keep the exchanges in a history."""
        self._history = history

    def _prepare_exchange(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> RunningExchange:
        """Return the exchange of a call, or of a `Request`; arguments are read once."""
        if len(args) == 1 and isinstance(args[0], Request):
            request = self._prepare_request(args, kwargs)
            return RunningExchange(read_request_call(self, request), request)
        options = self._options
        bound = self._plan.bind(args, kwargs, options.checks, options.media_type)
        if bound.violations:
            return RunningExchange(bound.document, self.request(*args, **kwargs))
        return RunningExchange(bound.document, self.request(bound.document))

    @contextmanager
    def _record(self, exchange: RunningExchange) -> Iterator[None]:
        """Keep an exchange that is made in the block; a sign shows that it is under way."""
        try:
            with show_progress(f"{exchange.request.method} {self.path}"):
                yield
        except DynclientError as error:
            exchange.result = error.result if isinstance(error, ResponseError) else None
            self._add_exchange(exchange, error)
            raise
        self._add_exchange(exchange, None)

    def _add_exchange(self, exchange: RunningExchange, error: DynclientError | None) -> None:
        result = exchange.result
        size = 0 if result is None else measure_data(result.data)
        recorded = RecordedExchange(
            self,
            exchange.call,
            exchange.request,
            result,
            error,
            self._options,
            size,
            exchange.read_items,
        )
        self._history.add(recorded)


class RecordingOperation(_ExchangeRecorder, Operation):  # noqa: D101 (its docstring is each operation's own)
    __doc__ = Operation.__dict__["__doc__"]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data, as `Operation` does."""
        return self.send(*args, **kwargs).data

    def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call and return all that came back, as `Operation` does."""
        exchange = self._prepare_exchange(args, kwargs)
        with self._record(exchange):
            exchange.result = self._send_request(exchange.request)
        return exchange.result

    def stream(self, /, *args: Any, **kwargs: Any) -> Stream:
        """Return the result of the call as a stream, as `Operation` does."""
        from dynclient.repl.recorded_stream import RecordingStream  # Few calls are streams.

        exchange = self._prepare_exchange(args, kwargs)
        source = self._build_stream_source((exchange.request,), {}, self._runner.send)
        return RecordingStream(source, exchange, self._record)


class RecordingAsyncOperation(_ExchangeRecorder, AsyncOperation):  # noqa: D101 (as above)
    __doc__ = AsyncOperation.__dict__["__doc__"]

    async def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data, as `AsyncOperation` does."""
        return (await self.send(*args, **kwargs)).data

    async def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call and return all that came back, as `AsyncOperation` does."""
        exchange = self._prepare_exchange(args, kwargs)
        with self._record(exchange):
            exchange.result = await self._send_request(exchange.request)
        return exchange.result

    def stream(self, /, *args: Any, **kwargs: Any) -> AsyncStream:
        """Return the result of the call as a stream, as `AsyncOperation` does."""
        from dynclient.repl.recorded_stream import RecordingAsyncStream  # Few calls are streams.

        exchange = self._prepare_exchange(args, kwargs)
        source = self._build_stream_source((exchange.request,), {}, self._runner.send)
        return RecordingAsyncStream(source, exchange, self._record)


class RecordingClient(Client):
    """A client like any other, whose exchanges are kept in a history."""

    _operation_class = RecordingOperation
    _history: ClassVar[History]

    def _bind_operation(self, key: str) -> Operation:
        return _keep_history(super()._bind_operation(key), self._history)


class RecordingAsyncClient(AsyncClient):
    """An asynchronous client like any other, whose exchanges are kept in a history."""

    _operation_class = RecordingAsyncOperation
    _history: ClassVar[History]

    def _bind_operation(self, key: str) -> AsyncOperation:
        return _keep_history(super()._bind_operation(key), self._history)


def _keep_history(operation: OperationT, history: History) -> OperationT:
    if isinstance(operation, _ExchangeRecorder):
        operation.keep_history(history)
    return operation


def record_client(client: Client, history: History) -> RecordingClient:
    """Return a view on a client whose exchanges are kept in a history."""
    kind = cast("type[RecordingClient]", _bind_to_history(RecordingClient, Client, history))
    view = client._build_view(kind)  # noqa: SLF001 (a view on the same connections)
    history.document = client.document
    history.base_options = view._options  # noqa: SLF001 (scripts say what differs)
    return view


def build_async_client_class(history: History) -> type[AsyncClient]:
    """Return `AsyncClient` as the console has it: its exchanges are kept in a history."""
    return cast("type[AsyncClient]", _bind_to_history(RecordingAsyncClient, AsyncClient, history))


def _bind_to_history(kind: type, shown_as: type, history: History) -> type:
    """Return a class whose clients, and their views, keep a history; it has the name of another."""
    return type(shown_as.__name__, (kind,), {"_history": history, "__doc__": shown_as.__doc__})


def measure_data(data: Any) -> int:
    """Return about how many bytes data take."""
    if isinstance(data, bytes | str):
        return len(data)
    if data is None:
        return 0
    return len(json.dumps(data, default=repr))
