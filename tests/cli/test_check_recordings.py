"""`dynclient check --recorded`: drift fails, a baseline holds what is known, and may only shrink."""

from pathlib import Path

import pytest
import yaml

import dynclient
from dynclient.cli.check import USAGE_MISMATCH

BASELINE_HEAD = "# Drift that is known. Remove a line when it is mended; none may be added.\n"


@pytest.fixture
def changed(shop, tmp_path):
    """Record two exchanges of the shop; return a document in which one call does not fit any more."""
    client = dynclient.Client(
        shop,
        transport=dynclient.record(tmp_path / "s.har", transport=dynclient.Sandbox(shop)),
        credentials={"key": "k"},
    )
    client.create_item(name="Lamp")
    client.create_item(name="Chair")
    tree = yaml.safe_load(Path(shop).read_text(encoding="utf-8"))
    tree["paths"]["/items"]["post"]["operationId"] = "makeItem"
    (tmp_path / "new.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    return "new.yaml"


DRIFT = "createItem  operation  renamed"


def check(cli, spec, *words):
    result = cli("check", spec, "--recorded", "s.har", *words)
    lines = [line for line in result.stdout.splitlines() if line.startswith("s.har")]
    return result.exit_code, lines, result.stderr


def test_a_document_that_describes_the_recording_passes(cli, shop, changed):
    assert check(cli, shop) == (0, ["s.har: 2 exchanges, 0 drifting"], "")


def test_each_drift_stands_on_a_line_with_its_first_exchange(cli, changed):
    assert check(cli, changed) == (
        USAGE_MISMATCH,
        [
            "s.har#/log/entries/0: createItem operation renamed: createItem is makeItem now (2 exchanges)",
            "s.har: 2 exchanges, 1 drifting",
        ],
        "",
    )


def test_a_baseline_holds_known_drift_and_may_only_shrink(cli, shop, changed, tmp_path):
    baseline = tmp_path / "drift.txt"
    options = ("--baseline", "drift.txt")
    code, _, error = check(cli, changed, *options)
    assert (code, error) == (
        2,
        "UsageError: there is no baseline drift.txt\n  hint: --write-baseline writes the first one\n",
    )
    code, lines, error = check(cli, changed, *options, "--write-baseline")
    assert (code, lines, error) == (0, ["s.har: 2 exchanges, 0 drifting anew, 1 in the baseline"], "1 line → drift.txt\n")  # fmt: skip
    assert baseline.read_text(encoding="utf-8") == f"{BASELINE_HEAD}{DRIFT}\n"
    assert check(cli, changed, *options)[0] == 0

    # What drifts no more has to leave the baseline …
    code, _, error = check(cli, shop, *options)
    assert (code, error) == (
        USAGE_MISMATCH,
        "drift.txt: createItem operation renamed drifts no more; remove the line\n",
    )
    assert check(cli, shop, *options, "--write-baseline")[0] == 0
    assert baseline.read_text(encoding="utf-8") == BASELINE_HEAD
    # … and nothing joins it.
    code, lines, _ = check(cli, changed, *options, "--write-baseline")
    assert (code, lines[-1]) == (USAGE_MISMATCH, "s.har: 2 exchanges, 1 drifting")
    assert baseline.read_text(encoding="utf-8") == BASELINE_HEAD


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--baseline", "a"], "--baseline says nothing without a recording"),
        (["--recorded", "s.har", "--write-baseline"], "--write-baseline needs a file"),
        (["--recorded", "s.har", "--format", "json"], "--recorded prints text"),
        (["--recorded", "none.har"], "there is no recording none.har"),
    ],
)
def test_options_that_do_not_go_together_are_refused(cli, changed, words, message):
    result = cli("check", changed, *words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_that_is_no_baseline_is_refused(cli, changed, tmp_path):
    (tmp_path / "drift.txt").write_bytes(b"\xff")
    code, _, error = check(cli, changed, "--baseline", "drift.txt")
    assert (code, error) == (
        2,
        "UsageError: drift.txt is no baseline: it is no text in UTF-8\n  hint: --write-baseline writes one\n",
    )
    code, _, error = check(cli, changed, "--baseline", ".")
    assert (code, error) == (2, "UsageError: . cannot be read: Is a directory\n")
