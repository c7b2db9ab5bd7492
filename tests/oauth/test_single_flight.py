"""However many threads and tasks want a token, one request is sent for it."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from support.authlib_server import CLIENT_ID, CLIENT_SECRET
from support.oauth_documents import Browser, build_document

import dynclient
from dynclient import errors, oauth
from dynclient.oauth.access_token import AccessToken
from dynclient.oauth.single_flight import TokenFlights

THREADS = TASKS = 100

#: Whoever waits for what never comes fails after this time.
MAX_WAIT_S = 20


def build_provider(secret=CLIENT_SECRET, **options):
    return oauth.ClientCredentials(client_id=CLIENT_ID, client_secret=secret, **options)


def call_from_threads_and_tasks(source, provider):
    """Return what 100 threads and 100 tasks got at once: a status, or an error."""
    barrier = threading.Barrier(THREADS + 1)

    def call_in_thread(client):
        barrier.wait()
        try:
            return client.run.send().status
        except errors.DynclientError as error:
            return error

    async def call_in_tasks():
        async with dynclient.AsyncClient(source, credentials={"oauth": provider}) as client:
            barrier.wait()
            calls = [client.run.send() for _ in range(TASKS)]
            results = await asyncio.gather(*calls, return_exceptions=True)
        return [getattr(result, "status", result) for result in results]

    with (
        dynclient.Client(source, credentials={"oauth": provider}) as client,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        waiting = [pool.submit(call_in_thread, client) for _ in range(THREADS)]
        results = asyncio.run(call_in_tasks())
        return results + [each.result() for each in waiting]


def test_200_threads_and_tasks_send_one_token_request(server):
    results = call_from_threads_and_tasks(build_document(server.url), build_provider())
    assert results == [200] * (THREADS + TASKS)
    assert server.requests["/token"] == 1


def test_200_threads_and_tasks_renew_a_refused_token_once(server):
    provider, source = build_provider(), build_document(server.url)
    with dynclient.Client(source, credentials={"oauth": provider}) as client:
        client.run()
    server.refused.update(server.tokens)
    results = call_from_threads_and_tasks(source, provider)
    assert results == [200] * (THREADS + TASKS)
    assert server.requests["/token"] == 2


def test_one_refusal_ends_all_who_wait_and_the_next_call_asks_again(server):
    provider, source = build_provider("wr0ng"), build_document(server.url)
    results = call_from_threads_and_tasks(source, provider)
    assert {type(result) for result in results} == {errors.TokenUnavailable}
    assert len(set(map(id, results))) == len(results)  # each has a traceback of its own
    assert server.requests["/run"] == 0
    asked = server.requests["/token"]
    with dynclient.Client(source, credentials={"oauth": provider}) as client, pytest.raises(errors.TokenUnavailable):  # fmt: skip
        client.run()
    assert server.requests["/token"] == asked + 1


class Held:
    """An authorization server that answers when it is let go."""

    def __init__(self, server):
        self.came, self.go = threading.Event(), threading.Event()
        self.answer = server.handle
        server.handle = self.handle

    def handle(self, method, target, body, headers):
        if target == "/token":
            self.came.set()
            assert self.go.wait(10)
        return self.answer(method, target, body, headers)


def test_a_cancelled_task_hands_the_request_on_to_one_that_waits(server):
    held, provider = Held(server), build_provider()

    async def main():
        async with dynclient.AsyncClient(build_document(server.url), credentials={"oauth": provider}) as client:  # fmt: skip
            first = asyncio.create_task(client.run.send())
            await asyncio.to_thread(held.came.wait, 10)
            second = asyncio.create_task(client.run.send())
            await asyncio.sleep(0)
            first.cancel()
            held.go.set()
            with pytest.raises(asyncio.CancelledError):
                await first
            return (await second).status

    assert asyncio.run(main()) == 200


def test_a_login_with_other_scopes_is_not_for_those_who_wait(server):
    held, browser = Held(server), Browser()
    provider = oauth.AuthorizationCode(client_id="public", open_browser=browser)
    source = build_document(server.url, first=["read"], second=["write"])

    async def main():
        async with dynclient.AsyncClient(source, credentials={"oauth": provider}) as client:
            first = asyncio.create_task(client.first.send())
            await asyncio.to_thread(held.came.wait, 10)
            second = asyncio.create_task(client.second.send())
            await asyncio.sleep(0)
            held.go.set()
            return [(await first).status, (await second).status]

    assert asyncio.run(main()) == [200, 200]
    scopes = [set(parse_qs(urlsplit(url).query)["scope"][0].split()) for url in browser.urls]
    assert scopes == [{"read"}, {"read", "write"}]


def test_a_task_that_gives_up_waiting_does_not_end_the_request(server):
    held, provider = Held(server), build_provider()

    async def main():
        async with dynclient.AsyncClient(build_document(server.url), credentials={"oauth": provider}) as client:  # fmt: skip
            first = asyncio.create_task(client.run.send())
            await asyncio.to_thread(held.came.wait, 10)
            second = asyncio.create_task(client.run.send())
            await asyncio.sleep(0)
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
            held.go.set()
            return (await first).status

    assert asyncio.run(main()) == 200
    assert server.requests["/token"] == 1


def test_a_call_that_blocks_the_thread_of_its_event_loop_does_not_wait_for_a_task_of_it(server):
    held, provider, source = Held(server), build_provider(), build_document(server.url)

    async def main():
        async with dynclient.AsyncClient(source, credentials={"oauth": provider}) as client:
            first = asyncio.create_task(client.run.send())
            await asyncio.to_thread(held.came.wait, 10)
            held.go.set()
            options = {"credentials": {"oauth": provider}, "deadline": MAX_WAIT_S}
            with dynclient.Client(source, **options) as blocking:
                status = blocking.run.send().status
            return status, (await first).status

    assert asyncio.run(main()) == (200, 200)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_does_not_wait_for_a_request_of_its_parent():
    flights = TokenFlights()
    flights.take_ticket("key", (), lambda: None, can_wait_here=True)
    ticket = flights.take_ticket("key", (), lambda: None, can_wait_here=True)
    assert not ticket.is_leader
    process = os.fork()
    if not process:
        os._exit(flights.take_ticket("key", (), lambda: None, can_wait_here=True).is_leader)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1


def test_a_token_that_came_meanwhile_is_taken_without_a_flight():
    token = AccessToken("t")
    assert TokenFlights().take_ticket("key", (), lambda: token, can_wait_here=True).token is token


# --- deadlines


def test_who_waits_for_a_token_waits_until_its_own_deadline(server):
    held, provider, source = Held(server), build_provider(), build_document(server.url)
    with (
        dynclient.Client(source, credentials={"oauth": provider}) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(client.run.send)
        assert held.came.wait(10)
        with pytest.raises(errors.TimedOut) as caught:
            client.with_options(deadline=0.05).run()
        held.go.set()
        assert first.result(10).status == 200
    assert (caught.value.phase, caught.value.deadline_s) == ("credentials", 0.05)
    assert server.requests["/token"] == 1


def test_the_deadline_of_one_call_is_not_that_of_those_who_wait_for_it(server):
    held, provider, source = Held(server), build_provider(), build_document(server.url)
    with (
        dynclient.Client(source, credentials={"oauth": provider}) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(client.with_options(deadline=0.2).run.send)
        assert held.came.wait(10)
        second = pool.submit(client.run.send)
        with pytest.raises(errors.TimedOut):
            first.result(10)
        held.go.set()
        assert second.result(10).status == 200


@pytest.mark.parametrize("make", [
    lambda: oauth.AuthorizationCode(client_id="public", open_browser=lambda _url: None),
    lambda: oauth.DeviceCode(client_id="public", show=lambda _prompt: None),
], ids=["code", "device"])  # fmt: skip
def test_a_login_ends_with_the_deadline_of_its_call(server, kind, make):
    server.consent = 10_000
    with pytest.raises(errors.TimedOut) as caught:
        kind.send(build_document(server.url), credentials={"oauth": make()}, deadline=0.1)
    assert caught.value.phase == "credentials"
