"""Workflow commands: one a line, and nothing in a document can make another."""

from __future__ import annotations

import re

from hypothesis import given
from report_samples import change, diff_of, source
from report_strategies import diffs

from dynclient.diffing.report import summary
from dynclient.diffing.report.as_github import render

COMMAND = re.compile(
    r"::(error|warning|notice) ((?:file=[^:,\r\n]+,line=\d+,)?title=[^:,\r\n]+)::([^\r\n]*)"
)


def commands(diff):
    lines = render(diff).removesuffix("\n").split("\n")
    return [COMMAND.fullmatch(line) for line in lines]


def test_the_example(diff, snapshot):
    assert render(diff) == snapshot
    assert diff.to_github() == render(diff)


@given(diffs())
def test_there_is_one_command_for_each_change_and_one_for_the_verdict(diff):
    found = commands(diff)
    assert all(found)
    assert (
        len(found)
        == len(summary.list_document_changes(diff)) + len(summary.list_policy_findings(diff)) + 1
    )
    for command in found:
        assert command[0].isprintable()
        assert not re.search(r"%(?!25|0A|3A|2C|0D)", command[0])
        command[0].encode()


def test_signs_that_part_commands_are_escaped():
    hostile = change(
        where="a:b,c%d\r\n::error::x",
        because="100%\r\n::error::x",
        source=source("a:b,c.yaml", "/", 2),
    )
    (command, _) = commands(diff_of(hostile))
    assert (
        command[2]
        == r"file=a%3Ab%2Cc.yaml,line=2,title=property-required%3A a%3Ab%2Cc%25d\r\n%3A%3Aerror%3A%3Ax"
    )
    assert command[3].startswith("100%25 ::error::x%0A")


def test_it_points_into_the_old_document_where_the_place_is_gone():
    gone = source("old.yaml", "/paths/x", 12)
    (command, _) = commands(diff_of(change(source=gone, old_source=gone)))
    assert command[2].startswith("file=old.yaml,line=12,")


def test_a_document_from_the_net_is_no_file_of_the_repository():
    (command, _) = commands(diff_of(change(source=source("https://a.example/api.yaml", "/x", 3))))
    assert command[2].startswith("title=")


def test_what_is_accepted_is_no_annotation():
    assert len(commands(diff_of(change(accepted="we know")))) == 1
