"""Completion: what is offered, from which index, and in the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.effort import share
from support.processes import MAX_RUN_S

from dynclient.cli.shell_completion import completion_answer, index_builder
from dynclient.cli.shell_completion.index_files import find_index_folder, read_index, write_index
from dynclient.cli.shell_completion.shell_protocol import answer_shell, split_line

SHOP = str(Path(__file__).with_name("shop.yaml"))

LOADED = """
import sys
from dynclient.__main__ import main
main()
print(sorted(sys.modules), file=sys.stderr)
"""


@pytest.fixture
def complete(shop, monkeypatch, capsys, tmp_path):
    """Return what is offered for a line."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(completion_answer, "built_indexes", {})
    monkeypatch.setattr(index_builder, "built_indexes", completion_answer.built_indexes)

    def run(line, shell="bash"):
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", "-1")
        answer_shell(f"{shell}_complete")
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out.splitlines()

    return run


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("dynclient ca", ["plain,call"]),
        ("dynclient --v", ["plain,--version"]),
        ("dynclient list --se", ["plain,--search"]),
        ("dynclient zeppelin ", []),
        ("dynclient call creat", ["plain,createItem"]),
        ("dynclient call CREAT", ["plain,createItem"]),
        ("dynclient call create_", ["plain,create_item"]),
        ("dynclient show get", ["plain,getItem", "plain,getPicture", "plain,getNote"]),
        ("dynclient call DEL", ["plain,deleteItem", "plain,DELETE"]),
        ("dynclient call GET /i", ["plain,/items", "plain,/items/"]),
        ("dynclient call GET /items/7", ["plain,/items/7", "plain,/items/7/"]),
        ("dynclient call GET /items/7/", ["plain,/items/7/picture"]),
        ("dynclient call PUT /items", []),
        ("dynclient call getItem ", ["plain,itemId="]),
        ("dynclient call getItem 7 ", []),
        ("dynclient call GET /items/7 ", []),
        ("dynclient call GET /items/{itemId} ", ["plain,itemId="]),
        ("dynclient call createItem n", ["plain,name="]),
        ("dynclient call create_item n", ["plain,name="]),
        ("dynclient call createItem name=x n", []),
        ("dynclient call createItem tags=x t", ["plain,tags="]),
        ("dynclient call createItem m", ["plain,maker."]),
        ("dynclient call createItem maker.", ["plain,maker.name=", "plain,maker.since="]),
        ("dynclient call listItems sold=", ["plain,sold=true", "plain,sold=false"]),
        ("dynclient call listItems sold:=t", ["plain,sold:=true"]),
        ("dynclient call listItems sold=x", []),
        ("dynclient call listItems nothing=", []),
        ("dynclient call createItem @", ["file,@"]),
        ("dynclient call createItem name:=@", ["file,name:=@"]),
        ("dynclient call createItem --body @a", ["file,@"]),
        ("dynclient call createItem --body=@a", ["file,--body=@"]),
        ("dynclient call createItem --output ", ["file,"]),
        ("dynclient call --timeout ", []),
        ("dynclient list --tag F", ["plain,Files"]),
        ("dynclient list --tag=F", ["plain,--tag=Files"]),
        ("dynclient list ", ["file,"]),
        ("dynclient check --format s", ["plain,sarif"]),
        ("dynclient call nosuch ", []),
        ("dynclient list --spec nowhere.yaml --tag ", []),
        (f"dynclient call {SHOP} putN", ["plain,putNote"]),
        ("dynclient call 'createItem' \"n", ["plain,name="]),
        ("dynclient completion z", ["plain,zsh"]),
    ],
)
def test_what_is_offered(complete, line, offered):
    assert complete(line) == offered


def test_required_arguments_come_first(complete):
    assert complete("dynclient call createItem ")[0] == "plain,name="
    assert complete("dynclient call createItem ", "fish")[0] == (
        "plain,name=\trequired, body string, at least 1 character"
    )


def test_each_shell_gets_its_own_lines(complete):
    assert complete("dynclient call delet", "fish") == ["plain,deleteItem\tDelete an item"]
    assert complete("dynclient call delet", "zsh") == ["plain", "deleteItem", "Delete an item"]
    assert complete("dynclient list --tag F", "zsh") == ["plain", "Files", "_"]


def test_the_protocol_of_click_still_works(complete, monkeypatch, capsys):
    monkeypatch.setenv("COMP_WORDS", "dynclient call creat")
    monkeypatch.setenv("COMP_CWORD", "2")
    answer_shell("bash_complete")
    assert capsys.readouterr().out == "plain,createItem\n"
    monkeypatch.setenv("COMP_CWORD", "creat")
    answer_shell("fish_complete")
    assert capsys.readouterr().out == "plain,createItem\tCreate an item\n"
    answer_shell("bash_source")
    assert "complete -o nospace -F _dynclient dynclient" in capsys.readouterr().out
    answer_shell("tcsh_source")
    assert capsys.readouterr().out == ""


def test_the_project_and_its_profiles_count(complete, monkeypatch, tmp_path):
    monkeypatch.delenv("DYNCLIENT_SPEC")
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path / "none"))
    assert complete("dynclient call createAud") == ["plain,createAudienceV2"]
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.dynclient]\nspec = '{SHOP}'\n[tool.dynclient.profiles.dev]\nspec = 'dev.yaml'\n"
    )
    (tmp_path / "dev.yaml").write_text(Path(SHOP).read_text().replace("createItem", "makeItem"))
    assert complete("dynclient call createIt") == ["plain,createItem"]
    assert complete("dynclient call --profile ") == ["plain,dev"]
    assert complete("dynclient call --profile dev makeIt") == ["plain,makeItem"]


def test_overlays_of_the_command_line_count(complete, tmp_path):
    overlay = "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nactions:\n"
    renamed = tmp_path / "renamed.yaml"
    renamed.write_text(
        f"{overlay}- {{target: \"$.paths['/items'].post\", update: {{operationId: makeItem}}}}\n"
    )
    extended = tmp_path / "extended.yaml"
    extended.write_text(
        f"{overlay}- {{target: \"$.paths['/items'].get\", update: {{parameters: [{{name: colour, in: query, schema: {{enum: [red]}}}}]}}}}\n"
    )
    assert complete(f"dynclient call --overlay {renamed} makeI") == ["plain,makeItem"]
    assert complete(f"dynclient call --overlay={renamed} createI") == []
    assert complete("dynclient call makeI") == []
    both = f"dynclient call --overlay {renamed} --overlay {extended}"
    assert complete(f"{both} makeItem n") == ["plain,name="]
    assert complete(f"{both} listItems col") == ["plain,colour="]
    assert complete(f"{both} listItems colour=") == ["plain,colour=red"]
    on_the_net = "--overlay http://127.0.0.1:9/overlay.yaml"
    assert complete(f"dynclient call {on_the_net} createI") == ["plain,createItem"]
    assert complete("dynclient call --overlay nowhere.yaml createI") == []


def test_an_index_is_made_anew_when_the_document_changes(complete, monkeypatch, tmp_path):
    spec = tmp_path / "api.yaml"
    spec.write_bytes(Path(SHOP).read_bytes())
    monkeypatch.setenv("DYNCLIENT_SPEC", str(spec))
    assert complete("dynclient call createI") == ["plain,createItem"]
    spec.write_text(Path(SHOP).read_text().replace("createItem", "createItemNow"))
    assert complete("dynclient call createI") == ["plain,createItemNow"]


def test_a_document_from_the_net_is_completed_as_it_was_last_seen(
    complete, cli, server, monkeypatch, capsys
):
    server.media_type, server.body = "application/yaml", Path(SHOP).read_bytes()
    url = f"{server.url}/openapi.yaml"
    assert complete(f"dynclient call {url} createI") == []
    assert server.seen == []
    assert cli("call", url, "createItem", "name=x", "--curl").exit_code == 0
    server.seen.clear()
    assert complete(f"dynclient call {url} createI") == ["plain,createItem"]
    assert complete(f"dynclient call {url} createItem n") == ["plain,name="]
    assert server.seen == []


def test_no_index_holds_a_secret_of_a_url(complete, cli, server):
    server.media_type, server.body = "application/yaml", Path(SHOP).read_bytes()
    url = f"{server.url.replace('//', '//ann:p-s3cret@')}/openapi.yaml?token=t-s3cret"
    assert cli("call", url, "createItem", "name=x", "--curl").exit_code == 0
    texts = [file.read_text() for file in Path(find_index_folder()).iterdir()]
    assert len(texts) == 2
    assert not any("s3cret" in text for text in texts)
    assert complete(f"dynclient call '{url}' createI") == ["plain,createItem"]


def test_without_a_cache_completion_still_works(complete, monkeypatch):
    monkeypatch.setenv("DYNCLIENT_CACHE", "off")
    assert complete("dynclient call creat") == ["plain,createItem"]


def test_an_index_that_is_damaged_or_not_ours_counts_as_none(monkeypatch, tmp_path):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    rows = [["a\tb\nc\x1b[2J", "é"], ["x", ""]]
    write_index("kind", "key", rows)
    assert read_index("kind", "key") == [["a b c [2J", "é"], ["x", ""]]
    assert read_index("kind", "other") is None
    [file] = Path(find_index_folder()).iterdir()
    file.write_text(file.read_text()[:-1])
    assert read_index("kind", "key") is None
    write_index("kind", "key", rows)
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o666)
    assert os.name == "nt" or read_index("kind", "key") is None


def test_keys_with_one_checksum_do_not_read_each_others_index(monkeypatch, tmp_path):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    one, other = "plumless", "buckeroo"
    assert zlib.crc32(one.encode()) == zlib.crc32(other.encode())
    write_index("kind", one, [["a"]])
    assert read_index("kind", other) is None
    assert read_index("kind", one) == [["a"]]


def test_few_indexes_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("dynclient.cli.shell_completion.index_files.MAX_FILES", 3)
    for number in range(6):
        write_index("kind", str(number), [])
    assert len(list(Path(find_index_folder()).iterdir())) == 3


def test_a_second_answer_imports_next_to_nothing(tmp_path):
    # A measurement of coverage would load modules of its own.
    inherited = {key: text for key, text in os.environ.items() if not key.startswith("COVERAGE")}
    environment = {
        **inherited,
        "DYNCLIENT_CACHE": str(tmp_path / "cache"),
        "DYNCLIENT_SPEC": SHOP,
        "_DYNCLIENT_COMPLETE": "bash_complete",
        "COMP_WORDS": "dynclient call createItem n",
        "COMP_CWORD": "-1",
    }
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", LOADED],
            capture_output=True,
            text=True,
            env=environment,
            timeout=MAX_RUN_S,
            check=True,
        )
        assert done.stdout == "plain,name=\n"
    loaded = eval(done.stderr)
    own = [name for name in loaded if name.startswith("dynclient.cli.")]
    assert own == [
        "dynclient.cli.shell_completion",
        "dynclient.cli.shell_completion.argument_names",
        "dynclient.cli.shell_completion.completion_answer",
        "dynclient.cli.shell_completion.index_files",
        "dynclient.cli.shell_completion.index_keys",
        "dynclient.cli.shell_completion.shell_protocol",
    ]
    assert not {"click", "json", "re", "yaml", "pathlib", "platformdirs", "tomllib"} & set(loaded)


@given(st.text(st.sampled_from("ab '\"\\\t\n=é$`"), max_size=30) | st.text(max_size=30))
@share(0.5)
def test_any_line_is_split(line):
    assert "".join(split_line(line)).replace(" ", "") is not None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a  b", ["a", "b"]),
        ("a 'b c' \"d 'e\" f\\ g", ["a", "b c", "d 'e", "f g"]),
        ("a ''", ["a", ""]),
        ("a 'b", ["a", "b"]),
        ("a 'b\\'", ["a", "b\\"]),
        ("", []),
    ],
)
def test_a_line_is_split_as_a_shell_does_it(line, words):
    assert split_line(line) == words


# --- in the shells

HOSTILE = "$(touch pwned);`touch pwned`'\"x"

HOSTILE_SPEC = """\
openapi: 3.1.0
info: {title: H, version: '1'}
paths:
  /x:
    get:
      operationId: op
      summary: "$(touch pwned) \\u001b[2J"
      parameters:
      - {name: kind, in: query, schema: {enum: ["HOSTILE", "b\\u001b[2J", "a\\nb", plain]}}
      responses: {'200': {description: d}}
"""


@pytest.fixture
def shell(tmp_path):
    """Run a script in a shell that has `dynclient` in its path, and return what it prints."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "dynclient"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m dynclient "$@"\n')
    program.chmod(0o755)
    hostile = tmp_path / "hostile.yaml"
    hostile.write_text(HOSTILE_SPEC.replace("HOSTILE", HOSTILE.replace('"', '\\"')))

    def run(name, script):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
        environment = {
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "DYNCLIENT_SPEC": str(hostile) if "kind" in script else SHOP,
            "DYNCLIENT_CACHE": str(tmp_path / "cache"),
        }
        done = subprocess.run(
            [name, "-c", script],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=MAX_RUN_S,
            check=True,
        )
        assert done.stderr == ""
        assert not (tmp_path / "pwned").exists()
        return done.stdout.splitlines()

    return run


BASH = """
source <(dynclient completion bash)
offer() {
    COMP_LINE="$1" COMP_POINT=${#1}
    _dynclient dynclient "$2" x
    printf '%s|' "${COMPREPLY[@]}"
    echo
}
"""


def test_bash_completes(shell):
    offered = {
        ("dynclient call createI", "createI"): "createItem |",
        ("dynclient call createItem maker.s", "maker.s"): "maker.since=|",
        ("dynclient call listItems sold=t", "t"): "true |",
        ("dynclient call listItems sold:=t", "t"): "true |",
        ("dynclient call createItem @hos", "hos"): "hostile.yaml|",
    }
    lines = [f"offer {line!r} {current!r}" for line, current in offered]
    assert shell("bash", BASH + "\n".join(lines)) == list(offered.values())


def test_a_hostile_value_is_quoted_in_bash(shell):
    [line] = shell("bash", f"{BASH}offer 'dynclient call op kind=' ''")
    quoted, plain, rest = line.rsplit("|", 2)
    assert (plain, rest) == ("plain ", "")
    assert shell("bash", f": kind; printf '%s\\n' {quoted}") == [HOSTILE]


def test_fish_completes(shell):
    script = "dynclient completion fish | source; complete -C "
    assert shell("fish", f"{script}'dynclient call createI'") == ["createItem\tCreate an item"]
    assert shell("fish", f"{script}'dynclient call listItems sold=t'") == ["sold=true"]
    assert shell("fish", f"{script}'dynclient call createItem @hos'") == ["@hostile.yaml"]
    assert f"kind={HOSTILE}" in shell("fish", f"{script}'dynclient call op kind='")


ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source <(dynclient completion zsh); bindkey "^I" complete-word'
zpty -w shell 'dynclient() { print -r -- "R""AN $* E""ND" }; PS1=RE""ADY'
zpty -r shell output '*READY*'
for line in "call createI" "call listItems sold=t" "call createItem @hos"; do
    zpty -w shell "dynclient $line"$'\t'
    zpty -r shell output "*RAN*END*"
    print -r -- "$output"
done
zpty -d shell
"""


def test_zsh_completes(shell):
    text = "\n".join(shell("zsh", ZSH))
    assert "RAN call createItem END" in text
    assert "RAN call listItems sold=true END" in text
    assert "RAN call createItem @hostile.yaml END" in text


# --- the command


def test_the_script_of_a_shell_is_printed(cli, monkeypatch):
    for name in ("bash", "zsh", "fish"):
        monkeypatch.setenv("SHELL", f"/usr/bin/{name}")
        assert cli("completion").stdout == cli("completion", name).stdout != ""
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    result = cli("completion")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: name one of bash, zsh, fish" in result.stderr


@pytest.mark.parametrize(
    ("name", "script", "start_file"),
    [
        ("bash", ".local/share/dynclient/completion.bash", ".bashrc"),
        ("zsh", ".local/share/dynclient/completion.zsh", ".zshrc"),
        ("fish", ".config/fish/completions/dynclient.fish", None),
    ],
)
def test_the_script_is_installed_once(cli, monkeypatch, tmp_path, name, script, start_file):
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(variable, raising=False)
    home = tmp_path / "my home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    if start_file:
        (home / start_file).write_text("alias a=b")
    for _ in range(2):
        assert cli("completion", name, "--install").exit_code == 0
    assert (home / script).read_text() == cli("completion", name).stdout
    if start_file:
        assert (home / start_file).read_text() == f"alias a=b\nsource '{home / script}'\n"
