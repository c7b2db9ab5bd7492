"""Two thin runners, one that waits and one that is awaited: an exchange becomes a response."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from dynclient.errors import TransportError
from dynclient.masking import drop_private_frames
from dynclient.transport.authorization import AuthorizedRequest
from dynclient.transport.connection_settings import ConnectionSettings
from dynclient.transport.deadline import Deadline, DeadlineReached, check_deadline
from dynclient.transport.exchange import Exchange, ExchangePolicy
from dynclient.transport.exchange_steps import (
    AskProviders,
    ClientState,
    Send,
    Wait,
    note_attempts,
    take_steps,
)
from dynclient.transport.http_adapter import (
    HttpAdapter,
    PhaseTimeouts,
    answer_challenge,
    begin_body,
    begin_open_body,
    build_open_response,
    build_response,
    can_stay_open,
    choose_queue_timeout,
    read_headers,
)
from dynclient.transport.send_progress import SendProgress, current_send
from dynclient.wire.message import Headers, Request, Response

if TYPE_CHECKING:
    from dynclient.transport.provided_credentials import ProvidedCredentials
    from dynclient.transport.retry_policy import Retry
    from dynclient.wire.credential_provider import ProviderRequest

#: How large an answer to a credential provider may be.
_MAX_PROVIDER_BYTES, _MAX_PROVIDER_VALUES = 1024 * 1024, 100_000


class ExchangeRecorder(Protocol):
    """A transport that is told each exchange, and leaves the sending to another one."""

    #: What the requests go to, as `Client(transport=…)` takes it.
    transport: Any

    def add_exchange(self, request: Request, response: Response) -> None:
        """Take an exchange: what was sent, without the credentials of the client, and what came."""


class Runner:
    """What both runners share: the adapter of their HTTP client, and what calls share.

    Args:
        target: what the requests go to, as the adapter takes it; or an ExchangeRecorder.
        user_agent: sent where the request names none.
        settings: of connections of our own.
        is_async: whether the runner is awaited.

    """

    def __init__(
        self, target: Any, user_agent: str, settings: ConnectionSettings, *, is_async: bool
    ) -> None:
        self._recorder: ExchangeRecorder | None = None
        if hasattr(target, "add_exchange"):
            self._recorder, target = target, target.transport
        self.state = ClientState()
        self.adapter = HttpAdapter(target, user_agent, is_async=is_async, settings=settings)

    def _record(self, recorder: ExchangeRecorder, exchange: Exchange, response: Response) -> None:
        """Give an exchange to a recorder; what a provider of credentials sends is a secret."""
        if not exchange.policy.is_private:
            recorder.add_exchange(exchange.build_sent_request(), response)

    def _send_in_process(self, exchange: Exchange) -> Response:
        started = time.perf_counter()
        target = self.adapter.target
        is_streamed = exchange.is_streamed and hasattr(target, "stream")
        send = target.stream if is_streamed else target.handle
        response: Response = send(exchange.outgoing)
        elapsed = time.perf_counter() - started
        if exchange.deadline is not None and exchange.deadline.remaining_s <= 0:
            raise exchange.build_deadline_error("read", response.status)
        if response.open_body is not None:
            return replace(response, elapsed=elapsed)
        return Response(response.status, response.headers, response.body, elapsed, response.http)

    def _leave_open(
        self,
        raw: Any,
        exchange: Exchange,
        started: float,
        progress: SendProgress,
        body_class: Callable[..., Any],
    ) -> Response:
        """Return a response whose body the caller reads, with an open body of some class."""
        headers = read_headers(raw)
        content = begin_open_body(raw, exchange, headers)

        def wrap(error: BaseException) -> BaseException:
            wrapped = self._wrap_error(error, exchange, progress)
            if isinstance(wrapped, TransportError):
                elapsed_s = time.perf_counter() - started
                note_attempts(wrapped, exchange, elapsed_s)
            return wrapped

        return build_open_response(raw, headers, body_class(raw, content, progress, wrap), started)

    def _wrap_error(
        self, error: BaseException, exchange: Exchange, progress: SendProgress
    ) -> BaseException:
        """Return our error for one of the HTTP library; the same where it is another one."""
        from dynclient.transport.error_wrapping import wrap_error  # Few calls fail.

        uses_environment = self.adapter.target is None
        return wrap_error(
            self.adapter.library, error, exchange, progress, uses_environment=uses_environment
        )


def build_provider_exchange(
    request: ProviderRequest, deadline: Deadline | None = None, retry: Retry | None = None
) -> Exchange:
    """Return the exchange of a request of a credential provider.

    Nothing that the user's own HTTP client would add goes there, and what the request holds stands
    in no error.

    Args:
        request: the request.
        deadline: of the call that it is for.
        retry: what is tried again, as for the call; None: nothing.

    """
    outgoing = AuthorizedRequest(
        request.method, request.url, request.headers, request.body, is_cross_origin=True
    )
    public = Request(
        request.method, request.url.partition("?")[0], Headers(outgoing.select_public_headers())
    )
    policy = ExchangePolicy(
        retry=retry,
        follow_redirects=False,
        max_response_bytes=_MAX_PROVIDER_BYTES,
        max_response_values=_MAX_PROVIDER_VALUES,
        is_repeatable=request.is_repeatable,
        is_private=True,
    )
    return Exchange(public, outgoing, policy, deadline=deadline)


class SyncRunner(Runner):
    """Sends requests and waits for their responses."""

    def __init__(self, target: Any, user_agent: str, settings: ConnectionSettings) -> None:
        super().__init__(target, user_agent, settings, is_async=False)

    def send(self, exchange: Exchange, timeouts: PhaseTimeouts | None) -> Response:
        """Return the response that ends an exchange.

        Args:
            exchange: its first state.
            timeouts: by phase; None keeps those of the user's own client.

        Raises:
            TransportError: no usable response came.

        """
        steps = take_steps(exchange, self.state)
        outcome: Any = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                response: Response = end.value
                return response
            try:
                outcome = self._take(step, timeouts)
            except BaseException as error:  # a cancellation too: observers want to know
                if type(step) is Send and isinstance(error, TransportError):
                    outcome = error
                    continue
                steps.throw(error)
                raise

    def _take(self, step: Send | Wait | AskProviders, timeouts: PhaseTimeouts | None) -> Any:
        """Do one step, and return what it led to."""
        if type(step) is Send:
            response = self._send_once(step.exchange, timeouts, step.progress)
            if self._recorder is not None:
                self._record(self._recorder, step.exchange, response)
            return response
        if type(step) is AskProviders:
            return self._ask_providers(step, timeouts)
        return self.state.clock.sleep(step.seconds)

    def _ask_providers(
        self, step: AskProviders, timeouts: PhaseTimeouts | None
    ) -> ProvidedCredentials:
        """Return what the providers of a request give; they send on our connections.

        Raises:
            DynclientError: one gave nothing; nothing was sent.

        """

        def send(request: ProviderRequest) -> Response:
            call = step.exchange
            exchange = build_provider_exchange(request, call.deadline, call.policy.retry)
            return self.send(exchange, timeouts)

        deadline = step.exchange.deadline
        try:
            if deadline is None:
                return step.provided.ask(send)
            return step.provided.ask(send, deadline.limit)
        except (DeadlineReached, TimeoutError) as error:
            drop_private_frames(error)
            if deadline is None or not deadline.is_over:
                raise
            raise step.build_deadline_error() from error
        except BaseException as error:  # a cancellation too: its frames hold secrets
            drop_private_frames(error)
            raise

    def _send_once(
        self, exchange: Exchange, timeouts: PhaseTimeouts | None, progress: SendProgress
    ) -> Response:
        if self.adapter.is_in_process:
            return self._send_in_process(exchange)
        slot = self.adapter.get_slot()
        token = current_send.set(progress)
        try:
            client = slot.acquire(choose_queue_timeout(timeouts, exchange.deadline))
            try:
                response = self._send_authenticated(client, exchange, timeouts, progress)
            except BaseException:
                slot.release(client)
                raise
            if response.open_body is None:
                slot.release(client)
            else:
                response.open_body.hold_connection(partial(slot.release, client))
        except BaseException as error:  # a cancellation too: its frames hold what was sent
            wrapped = self._wrap_error(error, exchange, progress)
            if wrapped is error:
                raise
            raise wrapped from error
        else:
            return response
        finally:
            current_send.reset(token)

    def _send_authenticated(
        self,
        client: Any,
        exchange: Exchange,
        timeouts: PhaseTimeouts | None,
        progress: SendProgress,
    ) -> Response:
        """Send a request, and again for each challenge that can be answered."""
        started = time.perf_counter()
        options = self.adapter.build_send_options(exchange.outgoing)
        if exchange.deadline is not None:
            timeouts = self.adapter.limit_timeouts(timeouts, exchange.deadline)
        request, flow = self.adapter.begin(exchange.outgoing, timeouts)
        progress.was_sent, progress.phase = True, "read"
        while True:
            progress.has_answer = False
            raw = client.send(request, **options)
            progress.status = raw.status_code
            response = self._read_response(raw, exchange, started, progress)
            request = answer_challenge(flow, raw)
            if request is None:
                return response

    def _read_response(
        self, raw: Any, exchange: Exchange, started: float, progress: SendProgress
    ) -> Response:
        headers = read_headers(raw)
        try:
            check_deadline(exchange.deadline)  # which a transport of the user's does not know
            if can_stay_open(raw, exchange):
                from dynclient.transport.open_bodies import OpenBody  # Few calls are streams.

                return self._leave_open(raw, exchange, started, progress, OpenBody)
            body = begin_body(raw, exchange, headers)
            if body is not None:
                with contextlib.closing(raw.iter_raw()) as chunks:
                    for chunk in chunks:
                        check_deadline(exchange.deadline)
                        body.feed(chunk)
            return build_response(raw, headers, body, started, exchange.policy.max_response_values)
        except BaseException:  # a Ctrl-C too: the connection must not stay taken
            raw.close()
            raise

    def close(self) -> None:
        """Close our own HTTP clients; one of the user's stays open."""
        for client in self.adapter.release():
            client.close()


class AsyncRunner(Runner):
    """Sends requests and awaits their responses."""

    def __init__(self, target: Any, user_agent: str, settings: ConnectionSettings) -> None:
        super().__init__(target, user_agent, settings, is_async=True)

    async def send(self, exchange: Exchange, timeouts: PhaseTimeouts | None) -> Response:
        """Return the response that ends an exchange.

        Args:
            exchange: its first state.
            timeouts: by phase; None keeps those of the user's own client.

        Raises:
            TransportError: no usable response came.

        """
        steps = take_steps(exchange, self.state)
        outcome: Any = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                response: Response = end.value
                return response
            try:
                outcome = await self._take(step, timeouts)
            except BaseException as error:  # a cancellation too: observers want to know
                if type(step) is Send and isinstance(error, TransportError):
                    outcome = error
                    continue
                steps.throw(error)
                raise

    async def _take(self, step: Send | Wait | AskProviders, timeouts: PhaseTimeouts | None) -> Any:
        """Do one step, and return what it led to."""
        if type(step) is Wait:
            return await self.state.clock.sleep_async(step.seconds)
        if step.exchange.deadline is None:
            return await self._take_unbounded(step, timeouts)
        import asyncio

        # It tells its own cancellation from that of the caller, which goes on its way.
        scope = asyncio.timeout(step.exchange.deadline.remaining_s)
        try:
            async with scope:
                return await self._take_unbounded(step, timeouts)
        except TimeoutError as error:
            drop_private_frames(error)
            if not scope.expired():
                raise
            raise step.build_deadline_error() from error

    async def _take_unbounded(
        self, step: Send | AskProviders, timeouts: PhaseTimeouts | None
    ) -> Any:
        if type(step) is Send:
            response = await self._send_once(step.exchange, timeouts, step.progress)
            if self._recorder is not None:
                self._record(self._recorder, step.exchange, response)
            return response
        return await self._ask_providers(step, timeouts)

    async def _ask_providers(
        self, step: AskProviders, timeouts: PhaseTimeouts | None
    ) -> ProvidedCredentials:
        """Return what the providers of a request give; they send on our connections.

        Raises:
            DynclientError: one gave nothing; nothing was sent.

        """

        async def send(request: ProviderRequest) -> Response:
            call = step.exchange
            exchange = build_provider_exchange(request, call.deadline, call.policy.retry)
            return await self.send(exchange, timeouts)

        try:
            return await step.provided.ask_async(send)
        except BaseException as error:  # a cancellation too: its frames hold secrets
            drop_private_frames(error)
            raise

    async def _send_once(
        self, exchange: Exchange, timeouts: PhaseTimeouts | None, progress: SendProgress
    ) -> Response:
        if self.adapter.is_in_process:
            return self._send_in_process(exchange)
        slot = self.adapter.get_slot()
        token = current_send.set(progress)
        try:
            client = await slot.acquire_async(choose_queue_timeout(timeouts, None))
            try:
                response = await self._send_authenticated(client, exchange, timeouts, progress)
            except BaseException:
                slot.release(client)
                raise
            if response.open_body is None:
                slot.release(client)
            else:
                response.open_body.hold_connection(partial(slot.release, client))
        except BaseException as error:  # a cancellation too: its frames hold what was sent
            wrapped = self._wrap_error(error, exchange, progress)
            if wrapped is error:
                raise
            raise wrapped from error
        else:
            return response
        finally:
            current_send.reset(token)

    async def _send_authenticated(
        self,
        client: Any,
        exchange: Exchange,
        timeouts: PhaseTimeouts | None,
        progress: SendProgress,
    ) -> Response:
        """Send a request, and again for each challenge that can be answered."""
        started = time.perf_counter()
        options = self.adapter.build_send_options(exchange.outgoing)
        request, flow = self.adapter.begin(exchange.outgoing, timeouts)
        progress.was_sent, progress.phase = True, "read"
        while True:
            progress.has_answer = False
            raw = await client.send(request, **options)
            progress.status = raw.status_code
            response = await self._read_response(raw, exchange, started, progress)
            request = answer_challenge(flow, raw)
            if request is None:
                return response

    async def _read_response(
        self, raw: Any, exchange: Exchange, started: float, progress: SendProgress
    ) -> Response:
        headers = read_headers(raw)
        try:
            if can_stay_open(raw, exchange):
                from dynclient.transport.open_bodies import AsyncOpenBody  # as above

                return self._leave_open(raw, exchange, started, progress, AsyncOpenBody)
            body = begin_body(raw, exchange, headers)
            if body is not None:
                async with contextlib.aclosing(raw.aiter_raw()) as chunks:
                    async for chunk in chunks:
                        body.feed(chunk)
            return build_response(raw, headers, body, started, exchange.policy.max_response_values)
        except BaseException:  # a cancellation too: the connection must not stay taken
            await raw.aclose()
            raise

    async def close(self) -> None:
        """Close our own HTTP clients; one of the user's stays open."""
        for client in self.adapter.release():
            await client.aclose()
