"""`op.map`: many calls at once, bounded, in order or as they come, with errors as values."""

import asyncio
import itertools
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import aclosing

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import Server, answer, single

import dynclient
from dynclient.bulk.call_map import map_calls
from dynclient.bulk.call_queue import CallQueue
from dynclient.client.client_recipe import pickle_recipe
from dynclient.errors import InvalidCall, ServerError, UsageError

SOURCE = single(
    {"in": "query", "name": "a", "schema": {"type": "integer"}},
    method="get",
    responses=answer({}),
    servers=[{"url": "https://a.test"}],
)


def reply(request):
    number = int(request.url.params["a"])
    return httpx.Response(500 if number % 7 == 6 else 200, json=number)


def build_calls(count):
    return [{"query": {"a": number}} for number in range(count)]


def describe(outcome):
    return type(outcome).__name__ if isinstance(outcome, Exception) else outcome.data


async def collect(operation, calls, **options):
    return [describe(outcome) async for outcome in operation.map(calls, **options)]


def test_outcomes_come_in_the_order_of_the_calls_and_errors_are_values():
    client = dynclient.Client(SOURCE, transport=Server(reply))
    calls = [*build_calls(8), {"query": {"a": "x"}}]
    outcomes = list(client.run.map(calls, concurrency=3))
    assert [describe(outcome) for outcome in outcomes] == [0, 1, 2, 3, 4, 5, "ServerError", 7, "InvalidCall"]  # fmt: skip
    assert isinstance(outcomes[6], ServerError)
    assert isinstance(outcomes[8], InvalidCall)
    assert outcomes[6].__traceback__ is None


def test_tasks_do_the_same():
    async def main():
        async with dynclient.AsyncClient(SOURCE, transport=Server(reply)) as client:
            return await collect(client.run, build_calls(8), concurrency=3)

    assert asyncio.run(main()) == [0, 1, 2, 3, 4, 5, "ServerError", 7]


def test_calls_may_come_asynchronously():
    async def produce():
        for call in build_calls(5):
            yield call

    async def main():
        async with dynclient.AsyncClient(SOURCE, transport=Server(reply)) as client:
            return await collect(client.run, produce(), in_order=False)

    assert sorted(asyncio.run(main())) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("in_order", [True, False])
def test_calls_without_end_are_taken_as_results_are(in_order):
    taken = itertools.count()
    calls = ({"query": {"a": 7 * next(taken)}} for _ in itertools.repeat(0))
    client = dynclient.Client(SOURCE, transport=Server(reply))
    outcomes = client.run.map(calls, concurrency=4, in_order=in_order)
    assert len(list(itertools.islice(outcomes, 10))) == 10
    outcomes.close()
    assert next(taken) <= 10 + 2 * 4 + 1


def test_a_slow_call_holds_back_those_behind_it_and_none_is_lost():
    others = itertools.count(1)
    release = threading.Event()

    def answer_slowly(request):
        if request.url.params["a"] == "0":
            assert release.wait(60)
        elif next(others) == 5:  # as many as may wait for the first one
            release.set()
        return reply(request)

    client = dynclient.Client(SOURCE, transport=Server(answer_slowly))
    assert len(list(client.run.map(build_calls(40), concurrency=3))) == 40


@given(
    st.integers(1, 5), st.booleans(), st.lists(st.integers(0, 4), max_size=60), st.integers(0, 20)
)
def test_a_queue_gives_each_outcome_on_once_and_stays_bounded(concurrency, in_order, choices, count):  # fmt: skip
    queue = CallQueue(concurrency, in_order=in_order)
    begun, given_on, under_way = 0, [], []
    for choice in [*choices, *[0] * 3 * count]:
        while begun < count and queue.can_begin():
            under_way.append(queue.begin({"number": begun}))
            begun += 1
        assert queue.under_way == len(under_way) <= concurrency
        if under_way:
            mapped = under_way.pop(-1 - choice % len(under_way))  # mostly the newest
            queue.end(mapped, mapped.position)
        given_on += [outcome for _, outcome in queue.pop_ready()]
        assert begun - len(given_on) <= 2 * concurrency
    assert sorted(given_on) == list(range(count))
    assert not in_order or given_on == sorted(given_on)


def test_a_pool_of_the_users_sends_and_stays_theirs():
    client = dynclient.Client(SOURCE, transport=Server(reply))
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(client.run.map(build_calls(5), executor=pool))
        assert [describe(outcome) for outcome in outcomes] == [0, 1, 2, 3, 4]
        assert pool.submit(int).result() == 0


def test_leaving_the_iteration_calls_off_what_a_pool_has_not_begun():
    seen, release = [], threading.Event()

    def hold(request):
        seen.append(request.url.params["a"])
        assert seen == ["0"] or release.wait(60)
        return reply(request)

    client = dynclient.Client(SOURCE, transport=Server(hold))
    with ThreadPoolExecutor(1) as pool:
        outcomes = client.run.map(build_calls(9), concurrency=4, executor=pool)
        assert next(outcomes).data == 0
        outcomes.close()
        release.set()
    assert seen in (["0"], ["0", "1"])


def test_a_call_is_noted_before_it_may_be_sent():
    steps = []

    class Pool(ThreadPoolExecutor):
        def submit(self, *args):
            steps.append("submit")
            return super().submit(*args)

    client = dynclient.Client(SOURCE, transport=Server(reply))
    with Pool(1) as pool:
        options = {"concurrency": 1, "in_order": True, "executor": pool}
        list(
            map_calls(
                client.run, build_calls(2), **options, note_begin=lambda _: steps.append("note")
            )
        )
    assert steps == ["note", "submit"] * 2


def test_leaving_the_iteration_calls_tasks_off():
    cancelled = []

    class Stuck(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if request.url.params["a"] == "0":
                return httpx.Response(200, json=0)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(1)
                raise

    async def main():
        async with dynclient.AsyncClient(SOURCE, transport=Stuck()) as client:
            outcomes = client.run.map(build_calls(9), concurrency=3)
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    assert outcome.data == 0
                    break

    asyncio.run(main())
    assert 1 <= len(cancelled) <= 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"concurrency": 0}, "concurrency cannot be 0"),
        ({"concurrency": "5"}, "concurrency cannot be '5'"),
        ({"executor": 5}, "executor cannot be 5"),
    ],
)
def test_a_wrong_argument_is_refused(options, message):
    client = dynclient.Client(SOURCE, transport=Server(reply))
    with pytest.raises(UsageError, match=message):
        list(client.run.map(build_calls(1), **options))


@pytest.mark.parametrize("calls", [None, 5, "abc", {"body": 1}, dynclient.Call(body=1)])
def test_what_holds_no_calls_is_refused(calls):
    client = dynclient.Client(SOURCE, transport=Server(reply))
    with pytest.raises(UsageError, match="map takes an iterable of calls, and got"):
        client.run.map(calls)

    async def main():
        async with dynclient.AsyncClient(SOURCE, transport=Server(reply)) as client:
            await collect(client.run, calls)

    with pytest.raises(UsageError, match="map takes an iterable of calls, and got"):
        asyncio.run(main())


def test_what_is_no_call_is_refused_with_what_to_give():
    client = dynclient.Client(SOURCE, transport=Server(reply))
    with pytest.raises(UsageError, match="map takes calls, and got 5"):
        list(client.run.map([5]))


def read_token(_=None):
    return "t"


def test_the_recipe_of_a_client_pickles_and_makes_one_of_the_same_kind():
    client = dynclient.Client(SOURCE, server="https://b.test", retries=2, http="httpx")
    recipe = pickle.loads(pickle.dumps(client.with_options(timeout=3).recipe))
    made = recipe.build()
    assert made.run.request(a=1) == client.run.request(a=1)
    assert recipe.options == {"server": "https://b.test", "retries": 2, "timeout": 3}
    with pytest.raises(TypeError, match=r"client\.recipe pickles"):
        pickle.dumps(client)


SECURED = single(
    responses=answer({}),
    servers=[{"url": "https://a.test"}],
    components={"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    security=[{"token": []}],
)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"transport": Server(reply)}, "a transport= of its own stays in its process"),
        ({"credentials": {"token": "HUSH"}}, "the credential 'token' is a secret"),
        ({"credentials": {"token": lambda: "HUSH"}}, "cannot be pickled"),
    ],
)
def test_a_client_that_cannot_go_to_workers_says_why(options, message):
    client = dynclient.Client(SECURED, **options)
    with pytest.raises(UsageError, match=message) as caught:
        pickle_recipe(client.recipe)
    assert "HUSH" not in str(caught.value)
    with pytest.raises(UsageError, match=message), ProcessPoolExecutor(1) as pool:
        next(client.run.map([{}], executor=pool))


def test_a_function_of_a_module_may_go_as_a_credential_and_a_document_may_not():
    client = dynclient.Client(SECURED, credentials={"token": read_token})
    assert dict(client.recipe.credentials) == {"token": read_token}
    with pytest.raises(UsageError, match="cannot be loaded in another process"):
        pickle.dumps(dynclient.Client(client.document).recipe)
