"""What YAML 1.1 and YAML 1.2 read differently is a problem, with its place."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient.document.yaml.yaml12 import resolve_scalar
from dynclient.document.yaml.yaml_traps import explain_trap


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no", "text in YAML 1.2 and false in YAML 1.1"),
        ("Yes", "text in YAML 1.2 and true in YAML 1.1"),
        ("ON", "text in YAML 1.2 and true in YAML 1.1"),
        ("off", "text in YAML 1.2 and false in YAML 1.1"),
        ("012", "the number 12 in YAML 1.2 and 10 in YAML 1.1"),
        ("-0755", "the number -755 in YAML 1.2 and -493 in YAML 1.1"),
        ("12:30", "text in YAML 1.2 and the number 750 in YAML 1.1"),
        ("1:30:00", "text in YAML 1.2 and the number 5400 in YAML 1.1"),
        ("1_000", "text in YAML 1.2 and a number in YAML 1.1"),
        ("0o17", "the number 15 in YAML 1.2 and text in YAML 1.1"),
        ("1e3", "a number in YAML 1.2 and text in YAML 1.1"),
        ("0b11", "text in YAML 1.2 and a number in YAML 1.1"),
        ("<<", "merges in YAML 1.1"),
    ],
)
def test_a_text_that_the_versions_read_differently_is_explained(text, told):
    trap = explain_trap(text)
    assert told in trap.message
    assert trap.hint


@pytest.mark.parametrize(
    "text", ["", "null", "true", "12", "0", "007", "1.5", "1.0e+3", "not", "none", "a:b", "12:99", "-", "+", "2020-01-01", "089"]
)  # fmt: skip
def test_a_text_that_they_read_alike_is_no_trap(text):
    assert explain_trap(text) is None


@given(st.from_regex(r"[-+]?[0-9][0-9_:oxbeE.+-]{0,12}", fullmatch=True))
def test_a_number_is_a_trap_only_where_pyyaml_reads_something_else(text):
    ours = resolve_scalar(text)
    try:
        theirs = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return
    if explain_trap(text) is not None and isinstance(theirs, int | float | str):
        assert type(theirs) is not type(ours) or theirs != ours


TEXT = """openapi: 3.0.3
info: {title: no, version: '012'}
paths:
  /a:
    get:
      operationId: "on"
      x-codes: [no, 012, 'no', "12:30"]
      responses: {'200': {description: fine}}
"""


def test_each_trap_is_one_problem_at_its_first_place(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(TEXT)
    for _ in range(2):  # the second time from the cache
        traps = [each for each in dynclient.load(path).problems if each.code == "yaml-trap"]
        assert [(trap.line, trap.column, trap.pointer) for trap in traps] == [
            (2, 15, "/info/title"),
            (7, 21, "/paths/~1a/get/x-codes/1"),
        ]
        assert "(2 places)" in traps[0].message
        assert traps[0].severity == "warning"


def test_json_has_no_traps(tmp_path):
    path = tmp_path / "api.json"
    path.write_text('{"openapi": "3.0.3", "info": {"title": "no", "version": "1"}, "paths": {}}')
    assert dynclient.load(path).problems == ()
