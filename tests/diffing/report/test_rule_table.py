"""The table of rules is complete, and its page in the documentation is up to date."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dynclient.cli.diff import command
from dynclient.diffing.report import rule_table
from dynclient.diffing.rules import RULES
from dynclient.diffing.verdict_table import VERDICTS

ROOT = Path(__file__).parents[3]

#: Rules whose level is that of `schema-changed`: the schemas decide whether a value is refused.
SCHEMA_RULES = {
    "type-changed",
    "values-changed",
    "range-changed",
    "length-changed",
    "pattern-changed",
    "items-changed",
    "properties-changed",
    "additional-changed",
    "alternatives-changed",
    "condition-changed",
    "format-changed",
    "schema-deprecated",
}


def test_every_row_has_a_rule_and_every_rule_has_a_row():
    assert {row.rule for row in VERDICTS.values()} == set(RULES) - SCHEMA_RULES


@pytest.mark.parametrize("row", VERDICTS.values(), ids=lambda row: f"{row.rule}-{row.situation}")
def test_a_situation_is_kebab_case_and_a_sentence_has_no_empty_placeholder(row):
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*|", row.situation)
    assert row.because
    assert "{}" not in row.because


def test_the_page_of_rules_is_what_the_command_prints():
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rule_table.render_markdown(), f"run `{rule_table.COMMAND}`"


def test_the_option_lists_every_rule_with_meaning_levels_and_sentence():
    result = CliRunner().invoke(command, ["--rules"])
    assert result.exit_code == 0
    for rule, meaning in RULES.items():
        assert f"{rule}: {meaning}" in result.output
    row = VERDICTS["operation-moved", "to-nothing"]
    assert re.search(rf"{row.situation} +{row.wire} +{row.code} +{row.because}", result.output)


def test_the_option_writes_the_page():
    result = CliRunner().invoke(command, ["--rules", "markdown"])
    assert result.output == rule_table.render_markdown()
