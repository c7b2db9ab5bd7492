"""Workflow commands: one a line, and nothing in a document can make another."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from report_samples import change, diff_of, source
from report_strategies import diffs

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
def test_the_verdict_comes_first_and_each_kind_has_ten_commands_at_most(diff):
    found = commands(diff)
    assert all(found)
    assert found[0][2] == "title=dynclient diff"
    kinds = [command[1] for command in found]
    assert kinds.count("error") <= 10
    assert kinds.count("warning") <= 10
    for command in found:
        assert command[0].isprintable()
        assert not re.search(r"%(?!25|0A|3A|2C|0D)", command[0])
        command[0].encode()


@pytest.mark.parametrize(("is_failing", "kind"), [(True, "error"), (False, "notice")])
def test_the_verdict_is_an_error_when_the_build_fails(is_failing, kind):
    assert render(diff_of(), is_failing=is_failing).startswith(f"::{kind} title=dynclient diff::")


def test_what_is_beyond_ten_is_counted():
    many = [change(where=f"body.a{number}") for number in range(30)]
    found = commands(diff_of(*many))
    assert [command[1] for command in found] == ["error"] * 10 + ["notice"]
    assert found[-1][3] == "and 21 more breaking changes"


def test_an_info_is_no_annotation():
    assert len(commands(diff_of(change(level="info", rule="property-added")))) == 1


def test_a_removed_place_of_the_same_file_is_annotated_at_its_line():
    removed = source("api.yaml", "/paths/x", 12)
    near = source("api.yaml", "/paths", 7)
    (_, command) = commands(diff_of(change(source=removed, old_source=removed, nearest=near)))
    assert command[2].startswith("file=api.yaml,line=12,")


def test_a_removed_place_of_another_file_is_annotated_at_the_nearest_line_that_is_left():
    removed = source("old.yaml", "/paths/x", 12)
    near = source("new.yaml", "/paths", 7)
    (_, command) = commands(diff_of(change(source=removed, old_source=removed, nearest=near)))
    assert command[2].startswith("file=new.yaml,line=7,")
    assert command[2].endswith("(old line 12)")


def test_a_file_is_named_from_the_root_of_its_repository(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "services" / "shop"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    for uri in ("api.yaml", "./x/../api.yaml", (folder / "api.yaml").as_uri()):
        (_, command) = commands(diff_of(change(source=source(uri, "/x", 3))))
        assert command[2].startswith("file=services/shop/api.yaml,line=3,")


def test_signs_that_part_commands_are_escaped():
    hostile = change(
        where="a:b,c%d\r\n::error::x",
        because="100%\r\n::error::x",
        source=source("a:b,c.yaml", "/", 2),
    )
    (_, command) = commands(diff_of(hostile))
    assert (
        command[2]
        == r"file=a%3Ab%2Cc.yaml,line=2,title=property-required%3A a%3Ab%2Cc%25d\r\n%3A%3Aerror%3A%3Ax"
    )
    assert command[3].startswith("100%25 ::error::x%0A")


def test_a_document_from_the_net_is_no_file_of_the_repository():
    (_, command) = commands(diff_of(change(source=source("https://a.example/api.yaml", "/x", 3))))
    assert command[2].startswith("title=")


def test_what_is_accepted_is_no_annotation():
    assert len(commands(diff_of(change(accepted="we know")))) == 1
