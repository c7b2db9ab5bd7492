"""Git repositories in temporary folders, apart from the settings of whoever runs the tests, and small documents."""

from __future__ import annotations

import os
import subprocess


class Repo:
    """A repository: `write` files, `commit` them, and ask git."""

    def __init__(self, root):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words, cwd=None):
        identity = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ]
        command = ["git", *identity, *words]
        return subprocess.run(
            command, cwd=cwd or self.root, check=True, capture_output=True, text=True
        ).stdout

    def put(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def commit(self, message="x"):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)


def apart(monkeypatch, above):
    """Let git know no home, no variables of a hook, and no repository above a folder."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(above))


def api(*operations, title="Shop", version="1"):
    """Return a small document with operations of these names."""
    lines = [f"openapi: 3.0.3\ninfo: {{title: {title}, version: '{version}'}}\npaths:"]
    lines += [
        f"  /{o}: {{get: {{operationId: {o}, responses: {{'200': {{description: ok}}}}}}}}"
        for o in operations
    ]
    return "\n".join(lines) + ("\n" if operations else " {}\n")
