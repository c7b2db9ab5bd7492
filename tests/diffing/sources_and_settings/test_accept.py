"""`dynclient-accept.toml`: what is read from it, what is refused, what is written to it."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient import toml_files
from dynclient.diffing import accept
from dynclient.diffing.accept import AcceptEntry
from dynclient.diffing.change import Change, ChangeLocation
from dynclient.diffing.rules import RULES
from dynclient.errors import UsageError

FILE = "dynclient-accept.toml"


def change(rule="property-removed", operation="getItem", pointer="/a", **rest):
    views = {"wire": "breaking", "code": "breaking"}
    operations = rest.pop("operations", (operation, "listItems"))
    return Change(
        rule,
        "breaking",
        views,
        operation=operation,
        operations=operations,
        source=ChangeLocation("api.yaml", pointer),
        **rest,
    )


CHANGE = change()
PLACE = 'rule = "property-removed"\noperation = "getItem"\npointer = "/a"\n'


def parse(text):
    return accept.parse_entries(text.encode(), FILE)


def entry(text):
    [found] = parse(f'[[accept]]\nreason = "r"\n{text}')
    return found


def test_an_entry_is_read_with_all_it_says():
    text = f'# why\n\n[[accept]]\nfingerprint = "{CHANGE.fingerprint}"\nreason = "nobody uses it"\nuntil = 2026-12-31\nowner = "Ada"\n'
    [found] = parse(text)
    assert found == AcceptEntry(
        "nobody uses it", CHANGE.fingerprint, until=date(2026, 12, 31), owner="Ada"
    )
    assert found.line == 3


@pytest.mark.parametrize("text", ["", "# only words\n", "accept = []\n"])
def test_a_file_may_say_nothing(text):
    assert parse(text) == []


@pytest.mark.parametrize(
    ("text", "covers"),
    [
        (f'fingerprint = "{CHANGE.fingerprint}"', True),
        ('fingerprint = "0000000000000000"', False),
        (PLACE, True),
        (PLACE.replace("getItem", "listItems"), True),
        (PLACE.replace("getItem", "other"), False),
        (PLACE.replace("/a", "/b"), False),
        (PLACE.replace("property-removed", "property-added"), False),
        (PLACE + 'document = "v1/api.yaml"', True),
        (PLACE + 'document = "v2/api.yaml"', False),
        (f'fingerprint = "{CHANGE.fingerprint}"\ndocument = "v2/api.yaml"', False),
    ],
)
def test_an_entry_covers_the_change_that_it_names_and_no_other(text, covers):
    assert entry(text).covers(CHANGE, "v1/api.yaml") is covers


def test_a_change_of_the_whole_document_has_no_operation():
    found = entry('rule = "server-removed"\noperation = ""\npointer = "/servers/0"')
    assert found.covers(change("server-removed", "", "/servers/0", operations=()), "")
    assert not found.covers(change("server-removed", "getItem", "/servers/0", operations=()), "")


@pytest.mark.parametrize(
    ("day", "expired"), [("2026-05-31", False), ("2026-05-30", True), ("2026-06-01", False)]
)
def test_an_entry_counts_through_its_last_day(day, expired):
    for text in (f"until = {day}", f'until = "{day}"'):
        assert entry(f"{PLACE}{text}").is_expired(date(2026, 5, 31)) is expired
    assert not entry(PLACE).is_expired(date(9999, 1, 1))


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("[[accept]\n", f"{FILE}:1: it is no TOML", "texts stand in quotes"),
        ('[[accept]]\nreason = "r"\nfingerprint = nine\n', f"{FILE}:3: it is no TOML", "texts stand in quotes"),
        ('[[accept]]\nreason = "r', f"{FILE}:2: it is no TOML", "texts stand in quotes"),
        ("[[acept]]\n", f"{FILE}: there is no table 'acept'", "did you mean accept?"),
        ("accept = 3\n", f"{FILE}: `accept` is no list of tables", "[[accept]]"),
        ("accept = [1]\n", f"{FILE}: `accept` is no list of tables", "[[accept]]"),
        (f"\n\n[[accept]]\n{PLACE}", f"{FILE}:3: the entry has no reason", "add reason ="),
        (f'[[accept]]\nreason = "  "\n{PLACE}', f"{FILE}:1: the entry has no reason", "add reason ="),
        (f"[[accept]]\nreason = 3\n{PLACE}", f"{FILE}:1: reason must be a text, not 3", 'write reason = "…"'),
        ('[[accept]]\nreson = "r"\n', f"{FILE}:1: there is no key 'reson'", "did you mean reason?"),
        ('[[accept]]\nreason = "r"\n', f"{FILE}:1: the entry names no change: rule and operation and pointer missing", "give fingerprint"),
        ('[[accept]]\nreason = "r"\nrule = "type-changed"\n', f"{FILE}:1: the entry names no change: operation and pointer missing", "give fingerprint"),
        (f'[[accept]]\nreason = "r"\nfingerprint = "x"\n{PLACE}', f"{FILE}:1: the entry names its change twice", "give fingerprint"),
        ('[[accept]]\nreason = "r"\nfingerprint = ""\n', f"{FILE}:1: the fingerprint is empty", "give fingerprint"),
        (f'[[accept]]\nreason = "r"\n{PLACE}'.replace("removed", "removd"), f"{FILE}:1: there is no rule 'property-removd'", "did you mean property-removed?"),
        (f'[[accept]]\nreason = "r"\n{PLACE}until = "soon"\n', f"{FILE}:1: until must be a day, not 'soon'", "until = 2026-12-31"),
        (f'[[accept]]\nreason = "r"\n{PLACE}until = 5\n', f"{FILE}:1: until must be a day, not 5", "until = 2026-12-31"),
        (f'[[accept]]\nreason = "r"\n{PLACE}until = 2026-01-01T00:00:00\n', f"{FILE}:1: until must be a day", "until = 2026-12-31"),
        ("accept = [{reason = 'r'}]", f"{FILE}, entry 1: the entry names no change", "give fingerprint"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_line_and_what_to_do(text, told, hint):
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert told in raised.value.headline
    assert hint in raised.value.hint
    assert raised.value.exit_code == 2


def test_a_file_that_is_not_utf_8_is_told_with_its_line():
    with pytest.raises(UsageError, match=f"{FILE}:2: it is no TOML: not UTF-8"):
        accept.parse_entries(b"# a\n# \xff\n", FILE)


def test_what_is_there_is_kept_to_the_byte():
    before = f"# Ours.\n\n[[accept]] # first\nreason   =   'r'   # why\n{PLACE}".encode().rstrip()
    added = AcceptEntry("because", "0123456789abcdef", until=date(2027, 1, 2), owner="Ada")
    after = accept.add_entries(before, [(added, "property-removed: getItem body.a")], FILE)
    assert after.startswith(before + b"\n")
    assert after[len(before) :].decode() == (
        "\n\n# property-removed: getItem body.a\n"
        '[[accept]]\nfingerprint = "0123456789abcdef"\nreason = "because"\nuntil = 2027-01-02\nowner = "Ada"\n'
    )
    assert [found.reason for found in accept.parse_entries(after, FILE)] == ["r", "because"]


def test_a_new_file_says_what_it_is():
    text = accept.add_entries(b"", [(AcceptEntry("r", "x"), "about")], FILE)
    assert text.startswith(b"# Changes that were accepted")
    assert accept.parse_entries(text, FILE) == [AcceptEntry("r", "x")]


def test_where_entries_are_no_tables_of_their_own_none_is_added():
    with pytest.raises(UsageError, match=r"no \[\[accept\]\] can be added"):
        accept.add_entries(b"accept = []\n", [(AcceptEntry("r", "x"), "")], FILE)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


SAID = {
    "reason": TEXTS.filter(str.strip),
    "document": TEXTS,
    "until": st.none() | st.dates(),
    "owner": TEXTS,
}
BY_FINGERPRINT = st.builds(AcceptEntry, fingerprint=TEXTS.filter(bool), **SAID)
BY_PLACE = st.builds(
    AcceptEntry, rule=st.sampled_from(sorted(RULES)), operation=TEXTS, pointer=TEXTS, **SAID
)


@given(st.lists(BY_FINGERPRINT | BY_PLACE, min_size=1), TEXTS)
def test_whatever_is_written_is_read_back(entries, about):
    text = accept.add_entries(b"", [(one, about) for one in entries], FILE)
    assert accept.parse_entries(text, FILE) == entries
    assert accept.add_entries(text, [], FILE) == text


@given(TEXTS)
def test_a_text_in_toml_is_that_text(text):
    assert tomllib.loads(
        f"a = {toml_files.write_string(text)}\n{toml_files.write_comment(text)}\n"
    ) == {"a": text}


def test_half_of_a_surrogate_pair_is_written_as_something_that_can_be():
    assert tomllib.loads(f"a = {toml_files.write_string(chr(0xD800))}") == {"a": "?"}


def test_what_matches_nothing_is_found():
    entries = [
        AcceptEntry("r", CHANGE.fingerprint),
        AcceptEntry("r", "gone"),
        AcceptEntry("r", CHANGE.fingerprint, document="other"),
    ]
    assert accept.find_unused_entries(entries, [("api.yaml", CHANGE)]) == entries[1:]
    assert (
        accept.find_unused_entries(entries, [("api.yaml", CHANGE), ("other", CHANGE)])
        == entries[1:2]
    )
    assert accept.find_unused_entries(entries, []) == entries


def test_the_file_is_looked_for_up_to_the_top_of_the_project(tmp_path):
    inner = tmp_path / "project" / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / FILE).write_text("")  # of somebody else
    assert accept.find_accept_file(inner) == tmp_path / FILE
    (tmp_path / "project" / "pyproject.toml").write_text("")
    assert accept.find_accept_file(inner) == tmp_path / "project" / FILE
    (tmp_path / "project" / "a" / FILE).write_text("")
    assert accept.find_accept_file(inner) == tmp_path / "project" / "a" / FILE


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        accept.read_accept_file(tmp_path / FILE)
    assert accept.read_accept_file(tmp_path / "none.toml") == b""
