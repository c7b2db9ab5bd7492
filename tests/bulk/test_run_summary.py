"""The summary of a run: how often each status came, and how long the calls took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.bulk.run_summary import RunSummary
from dynclient.errors import InvalidCall
from dynclient.plan.results import Result
from dynclient.wire.message import Headers, Request


def build_result(elapsed, status=200):
    request = Request("GET", "https://a.test", Headers())
    return Result(None, status, Headers(), "", (), request, elapsed)


def summarize(latencies):
    summary = RunSummary()
    for latency in latencies:
        summary.add(build_result(latency))
    return summary


def test_statuses_and_errors_are_counted():
    summary = summarize([0.1, 0.1])
    summary.add(InvalidCall("no"))
    assert (summary.ok_count, summary.error_count) == (2, 1)
    assert summary.kinds == {"200": 2, "invalid-call": 1}


@given(st.lists(st.floats(0.0002, 100), min_size=1))
def test_a_latency_is_right_by_a_tenth(latencies):
    summary, ordered = summarize(latencies), sorted(latencies)
    assert summary.compute_latency_s(1.0) == pytest.approx(ordered[-1], rel=0.1)
    median = ordered[(len(ordered) - 1) // 2]
    assert summary.compute_latency_s(0.5) == pytest.approx(median, rel=0.1)


@given(st.lists(st.floats(0, 1000)))
def test_a_histogram_counts_each_call_once(latencies):
    histogram = summarize(latencies).build_histogram()
    assert sum(count for _, count in histogram) == len(latencies)
    assert [bound for bound, _ in histogram] == sorted(bound for bound, _ in histogram)
    assert not histogram or (histogram[0][1] and histogram[-1][1])


def test_a_histogram_has_no_holes_and_no_empty_ends():
    bounds = [(bound, count) for bound, count in summarize([0.002, 0.05, 0.06]).build_histogram()]
    assert bounds == [(0.003, 1), (0.01, 0), (0.03, 0), (0.1, 2)]
    assert RunSummary().build_histogram() == []
