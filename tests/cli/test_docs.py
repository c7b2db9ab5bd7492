"""The reference of a document, written into a folder."""

from __future__ import annotations


def test_the_pages_are_written_and_named(cli, shop, tmp_path):
    result = cli("docs", "--out", "build/reference")
    names = ["README.md", "ItemsApi.md", "FilesApi.md"]
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "".join(f"build/reference/{name}\n" for name in names)
    assert sorted(p.name for p in (tmp_path / "build" / "reference").iterdir()) == sorted(names)
    assert "client.create_item(" in (tmp_path / "build" / "reference" / "ItemsApi.md").read_text(
        encoding="utf-8"
    )


def test_writing_again_changes_nothing(cli, shop, tmp_path):
    contents = []
    for _ in range(2):
        cli("docs", shop, "--out", "out")
        contents.append({p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()})
    assert contents[0] == contents[1]


def test_a_file_in_the_place_of_the_folder_is_told(cli, shop, tmp_path):
    (tmp_path / "out").write_text("")
    result = cli("docs", "--out", "out")
    assert result.exit_code == 2
    assert result.stderr.startswith("UsageError: out cannot be made a folder: ")


def test_a_folder_is_asked_for(cli, shop):
    assert cli("docs").exit_code == 2
