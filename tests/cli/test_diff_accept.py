"""Changes that somebody accepted: how they are written down, how long they count, and what becomes of them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from support.repos import api

import dynclient.cli.diff
from dynclient.diffing.diff import diff

FILE = "dynclient-accept.toml"
TODAY = date(2026, 5, 31)
RUN = ("diff", "old.yaml", "new.yaml")


@pytest.fixture(autouse=True)
def _documents(tmp_path, monkeypatch):
    """Of `old.yaml`, `new.yaml` lacks a and b, and has c besides."""
    (tmp_path / "old.yaml").write_text(api("a", "b"))
    (tmp_path / "new.yaml").write_text(api("c"))
    monkeypatch.setattr(dynclient.cli.diff, "_get_today", lambda: TODAY)


@pytest.fixture
def fingerprints():
    """The fingerprints of what breaks, in order."""
    return [change.fingerprint for change in diff("old.yaml", "new.yaml").breaking]


def entry(fingerprint, *lines):
    return "\n".join(
        ["[[accept]]", f'fingerprint = "{fingerprint}"', 'reason = "agreed"', *lines, ""]
    )


def test_accepting_writes_an_entry_for_each_change_that_fails(
    cli, tmp_path, fingerprints, snapshot
):
    result = cli(
        *RUN, "--accept", "--reason", 'nobody "calls" it', "--until", "2026-12-31", "--owner", "Ada"
    )
    assert (result.exit_code, result.stderr) == (0, f"2 entries → {FILE}\n")
    assert "2 accepted" in result.stdout.splitlines()[-1]
    text = (tmp_path / FILE).read_text()
    assert text == snapshot
    assert all(fingerprint in text for fingerprint in fingerprints)
    again = cli(*RUN)
    assert (again.exit_code, again.stdout, again.stderr) == (0, result.stdout, "")


def test_accepting_takes_what_fails_and_no_more(cli, tmp_path):
    assert cli(*RUN, "--accept", "--reason", "r", "--fail-on", "none").exit_code == 0
    assert not (tmp_path / FILE).exists()
    cli(*RUN, "--accept", "--reason", "r", "--fail-on", "info")
    assert (tmp_path / FILE).read_text().count("[[accept]]") == 3


def test_accepting_again_adds_nothing_and_keeps_what_is_there(cli, tmp_path, fingerprints):
    before = f"# mine\n\n{entry(fingerprints[0], '# why: nobody')}"
    (tmp_path / FILE).write_text(before)
    assert cli(*RUN, "--accept", "--reason", "r").exit_code == 0
    after = (tmp_path / FILE).read_text()
    assert after.startswith(before)
    assert after.count("[[accept]]") == 2
    result = cli(*RUN, "--accept", "--reason", "r")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (tmp_path / FILE).read_text() == after


def test_an_entry_may_name_rule_operation_and_pointer(cli, tmp_path, fingerprints):
    place = (
        'rule = "operation-removed"\noperation = "a"\npointer = "/paths/~1a/get"\nreason = "r"\n'
    )
    (tmp_path / FILE).write_text(f"[[accept]]\n{place}{entry(fingerprints[1])}")
    assert cli(*RUN).exit_code == 0


def test_an_expired_entry_counts_no_more_and_is_told(cli, tmp_path, fingerprints):
    valid, over = (
        entry(f, f"until = 2026-05-{day}") for f, day in zip(fingerprints, (31, 30), strict=True)
    )
    (tmp_path / FILE).write_text(valid + over)
    result = cli(*RUN)
    assert result.exit_code == 1
    assert result.stderr == f"{FILE}:5: {fingerprints[1]} has expired on 2026-05-30\n"
    assert "1 breaking" in result.stdout.splitlines()[-1]
    assert cli(*RUN, "--accept", "--reason", "again").exit_code == 0
    assert cli(*RUN).exit_code == 0


@pytest.mark.parametrize(
    ("options", "code"), [((), 0), (("--strict-accept",), 1), (("--no-strict-accept",), 0)]
)
def test_an_entry_that_matches_nothing_is_told_and_fails_where_that_is_asked_for(
    cli, tmp_path, fingerprints, options, code
):
    (tmp_path / FILE).write_text("".join(map(entry, [*fingerprints, "0123456789abcdef"])))
    result = cli(*RUN, *options)
    assert result.exit_code == code
    assert result.stderr == f"{FILE}:7: 0123456789abcdef matches nothing any more\n"
    if options:
        (tmp_path / FILE).write_text("".join(map(entry, fingerprints)))
        assert cli(*RUN, *options).exit_code == 0


def test_what_is_passed_over_as_undecided_still_matches_its_entry(cli, tmp_path, monkeypatch):
    from dataclasses import replace

    def undecided(old, new, **_options):
        found = diff(old, new)
        return replace(
            found,
            changes=tuple(
                replace(c, proof="unknown", level="warning", views={}) for c in found.changes
            ),
        )

    monkeypatch.setattr("dynclient.diffing.diff.diff", undecided)
    cli(*RUN, "--accept", "--reason", "r", "--fail-on", "warning")
    result = cli(*RUN, "--unknown", "ignore", "--strict-accept")
    assert (result.exit_code, result.stderr) == (0, "")


def test_of_several_documents_an_entry_is_of_the_one_it_was_written_for(cli, tmp_path):
    for name in ("v1/x.yaml", "v1/y.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(api("a", "b"))
    (tmp_path / "v2").mkdir()
    (tmp_path / "v2" / "x.yaml").write_text(api("b"))
    (tmp_path / "v2" / "y.yaml").write_text(api("a", "b"))
    assert cli("diff", "v1", "v2", "--accept", "--reason", "r").exit_code == 0
    assert 'document = "x.yaml"' in (tmp_path / FILE).read_text()
    (tmp_path / "v2" / "y.yaml").write_text(api("b"))
    result = cli("diff", "v1", "v2", "--format", "json")
    assert result.exit_code == 1
    assert [one["outcome"] for one in json.loads(result.stdout)["diffs"]] == [
        "compatible",
        "breaking",
    ]


def test_a_broken_file_is_a_usage_error_before_anything_is_compared(cli, tmp_path):
    (tmp_path / FILE).write_text('[[accept]]\nreason = "r"\nfingerprint = oops\n')
    result = cli("diff", "nowhere.yaml", "new.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"UsageError: {FILE}:3: it is no TOML: ")


def test_a_file_that_cannot_be_written_is_a_usage_error(cli, tmp_path):
    (tmp_path / FILE).symlink_to(tmp_path / "nowhere" / "x.toml")
    result = cli(*RUN, "--accept", "--reason", "r")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
