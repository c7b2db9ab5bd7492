"""What openapi-spec-validator says of a document: `dynclient check --strict`.

It works in a process of its own, with limits of time and memory: it can take very long, and some
documents make it fail. It is handed the files that we loaded, and reads nothing itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.display_text import cut_line
from dynclient.document.problems import Problem
from dynclient.document.references import Node, escape_token

if TYPE_CHECKING:
    from dynclient.cli.check_sources import CheckedDocument
    from dynclient.model import Document

#: The process is ended after this time.
MAX_SECONDS = 60

MAX_MEMORY_BYTES = 2 * 1024**3

#: How many of its errors are asked for.
MAX_ERRORS = 100

#: A document that is longer as JSON is not handed over.
MAX_JSON_CHARS = 64 * 1024 * 1024

MAX_MESSAGE_CHARS = 300

CODE = "openapi-spec-validator"


def add_second_opinion(checked: CheckedDocument) -> CheckedDocument:
    """Return a checked document with the problems that openapi-spec-validator finds, too."""
    if checked.document is None:
        return checked
    problems = tuple(_find_problems(checked.document))
    return replace(checked, problems=(*checked.problems, *problems))


def _find_problems(document: Document) -> Iterator[Problem]:
    lines, failure = _run_validator(document)
    for line in lines:
        pointer = "".join(f"/{escape_token(str(part))}" for part in line["path"])
        place = Node(document.files, document.uri, pointer, None).place
        message = f"{CODE} says: {_format_message(line['message'])}"
        yield Problem("error", CODE, message, "", pointer, document.uri, place=place)
    if failure:
        text = f"{CODE} gives no whole verdict: {failure}"
        yield Problem("info", "no-second-opinion", text, "", "", document.uri)


def _format_message(text: str) -> str:
    return cut_line(" ".join(text.split()), MAX_MESSAGE_CHARS)


def _run_validator(document: Document) -> tuple[list[dict[str, Any]], str]:
    """Return the errors that the process wrote, and why there may be more, "" if there are none."""
    files = {uri: file.tree for uri, file in document.files.read_all().items()}
    try:
        text = json.dumps({"root": document.uri, "files": files, "max_errors": MAX_ERRORS})
    except (ValueError, RecursionError) as error:
        return [], f"the document cannot be handed over: {error}"
    if len(text) > MAX_JSON_CHARS:
        return [], "the document is too large"
    script = Path(__file__).with_name("spec_validator_process.py")
    # With -P no module is imported from the folder of the script or the current one.
    # jsonschema-rs would change its verdicts.
    environment = {**os.environ, "OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND": "jsonschema"}
    words = [sys.executable, "-P", str(script), str(MAX_MEMORY_BYTES)]
    try:
        done = subprocess.run(  # noqa: S603 (our own module)
            words,
            env=environment,
            input=text.encode(),
            capture_output=True,
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return _read_lines(error.stdout or b""), f"it took longer than {MAX_SECONDS} s"
    lines = _read_lines(done.stdout)
    if done.returncode == 0:
        return lines, ""
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return lines, f"it failed: {_format_message(last) or done.returncode}"


def _read_lines(data: bytes) -> list[dict[str, Any]]:
    """Return the errors; a line that was cut off is left out."""
    whole = data.decode("utf-8", "replace").splitlines(keepends=True)
    return [json.loads(line) for line in whole if line.endswith("\n")]
