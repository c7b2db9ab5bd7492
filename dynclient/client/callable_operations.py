"""Operation and AsyncOperation: the operations of a client as callables."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.client.operation import BoundOperation
from dynclient.errors import DynclientError
from dynclient.plan.results import Result
from dynclient.transport.response_body import BodySink
from dynclient.transport.runners import AsyncRunner, SyncRunner

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from dynclient.client.polling import HasEnded
    from dynclient.pages.page import Page
    from dynclient.streams import AsyncStream, Stream


class Operation(BoundOperation[SyncRunner]):  # noqa: D101 (its docstring is each operation's own)
    __doc__ = BoundOperation.__dict__["__doc__"]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data: the JSON that came, str, bytes, or None.

        Raises:
            InvalidCall: the call does not fit the document; nothing was sent.
            CredentialsMissing: no security requirement can be met; nothing was sent.
            TransportError: no usable response came.
            StatusError: the server answered 4xx or 5xx.
            InvalidResponse: the response does not fit the document (and `UndocumentedResponse`,
                `DecodeError`).

        """
        return self._send_request(self.request(*args, **kwargs)).data

    def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call, or a `Request` that was built before, and return all that came back.

        Raises:
            DynclientError: just as calling does.

        """
        return self._send_request(self._prepare_request(args, kwargs))

    def pages(self, /, *args: Any, **kwargs: Any) -> Iterator[Page]:
        """Return an iterator over the pages of a list: a `Result` each, with its `.items`.

        Args:
            *args: those of the operation, or one `Call`.
            **kwargs: those of the operation; and `limit` or `max_items`, `max_pages`, and `resume`,
                the cursor of a page, where the operation has no argument of that name.

        Raises:
            UsageError: it is not known how the operation pages; the hint shows what to write.
            InvalidCall: the call does not fit the document.
            PaginationError: while iterating: a page repeats, or its next one cannot be found.

        """
        from dynclient.pages.iteration import iterate_pages
        from dynclient.pages.page_walk import begin_walk

        return iterate_pages(self, begin_walk(self, args, kwargs))

    def items(self, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Return an iterator over the items of all pages; arguments and errors as of `pages`."""
        from dynclient.pages.iteration import iterate_items
        from dynclient.pages.page_walk import begin_walk

        return iterate_items(self, begin_walk(self, args, kwargs))

    def map(
        self,
        calls: Iterable[Mapping[str, Any]],
        /,
        *,
        concurrency: int = 50,
        in_order: bool = True,
        executor: Executor | None = None,
    ) -> Iterator[Result | DynclientError]:
        """Return an iterator over the results of many calls; an error is a value among them.

        Calls are taken and sent while the results are taken: memory is bounded, and the calls may
        have no end.

        Args:
            calls: the calls, each a `Call`.
            concurrency: how many are under way at once, in threads.
            in_order: whether results come in the order of the calls, or as they are there.
            executor: of `concurrent.futures`, or that of a dask cluster, whose workers send the
                calls in place of threads; each has a client of its own.

        Raises:
            UsageError: an argument cannot have that value, or the client cannot go to workers.

        """
        from dynclient.bulk.call_map import map_calls, select_outcomes

        outcomes = map_calls(
            self, calls, concurrency=concurrency, in_order=in_order, executor=executor
        )
        return select_outcomes(outcomes)

    def wait_until(self, condition: HasEnded, /, *args: Any, **kwargs: Any) -> Any:
        """Call the operation until a condition holds, and return the data for which it does.

        The option `polling` says how often, and for how long.

        Args:
            condition: data of the call → whether the wait is over.
            *args: those of the operation, or one `Call`.
            **kwargs: those of the operation.

        Raises:
            TimedOut: the condition did not hold in time; its phase is `condition`.
            DynclientError: just as calling does.

        """
        from dynclient.client.polling import wait_until

        request = self._prepare_request(args, kwargs)
        send = partial(self.send, request)
        return wait_until(condition, self._options.polling, send, request)

    def stream(self, /, *args: Any, **kwargs: Any) -> Stream:
        """Return the result of the call as a stream: `with operation.stream(…) as items:`.

        The call is sent when the stream is opened. Its items are read and checked while they come.

        Raises:
            InvalidCall: the call does not fit the document; nothing was sent.

        """
        from dynclient.streams import Stream  # Few calls are streams.

        return Stream(self._build_stream_source(args, kwargs, self._runner.send))

    def _send_request(self, request: Any, sink: BodySink | None = None) -> Result:
        exchange = self._begin_exchange(request, sink)
        response = self._runner.send(exchange, self._timeouts)
        return self._build_result(exchange.request, response)


class AsyncOperation(BoundOperation[AsyncRunner]):  # noqa: D101 (its docstring is each operation's own)
    __doc__ = BoundOperation.__dict__["__doc__"]
    _kind = "AsyncOperation"

    async def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data, as `Operation` does."""
        return (await self._send_request(self.request(*args, **kwargs))).data

    async def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call, or a `Request` that was built before, and return all that came back."""
        return await self._send_request(self._prepare_request(args, kwargs))

    def pages(self, /, *args: Any, **kwargs: Any) -> AsyncIterator[Page]:
        """Return an asynchronous iterator over the pages of a list, as `Operation` does."""
        from dynclient.pages.iteration import iterate_pages_async
        from dynclient.pages.page_walk import begin_walk

        return iterate_pages_async(self, begin_walk(self, args, kwargs))

    def items(self, /, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Return an asynchronous iterator over the items of all pages, as `Operation` does."""
        from dynclient.pages.iteration import iterate_items_async
        from dynclient.pages.page_walk import begin_walk

        return iterate_items_async(self, begin_walk(self, args, kwargs))

    def map(
        self,
        calls: Iterable[Mapping[str, Any]] | AsyncIterable[Mapping[str, Any]],
        /,
        *,
        concurrency: int = 50,
        in_order: bool = True,
    ) -> AsyncIterator[Result | DynclientError]:
        """Return an asynchronous iterator over the results of many calls, as `Operation` does.

        The calls are sent in tasks. `contextlib.aclosing` ends them where the iteration is left.
        """
        from dynclient.bulk.call_map import map_calls_async, select_outcomes_async

        outcomes = map_calls_async(self, calls, concurrency=concurrency, in_order=in_order)
        return select_outcomes_async(outcomes)

    async def wait_until(self, condition: HasEnded, /, *args: Any, **kwargs: Any) -> Any:
        """Call the operation until a condition holds, as `Operation` does; it may be awaited."""
        from dynclient.client.polling import wait_until_async

        request = self._prepare_request(args, kwargs)
        send = partial(self.send, request)
        return await wait_until_async(condition, self._options.polling, send, request)

    def stream(self, /, *args: Any, **kwargs: Any) -> AsyncStream:
        """Return the result of the call as a stream: `async with operation.stream(…) as items:`."""
        from dynclient.streams import AsyncStream  # Few calls are streams.

        return AsyncStream(self._build_stream_source(args, kwargs, self._runner.send))

    async def _send_request(self, request: Any) -> Result:
        exchange = self._begin_exchange(request)
        response = await self._runner.send(exchange, self._timeouts)
        return self._build_result(exchange.request, response)
