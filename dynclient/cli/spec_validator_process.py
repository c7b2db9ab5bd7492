"""The process that asks openapi-spec-validator: files on standard input, an error a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any


def main() -> None:
    """Write the errors of the document on standard input as JSON, each on a line."""
    _limit_memory(int(sys.argv[1]))
    given = json.loads(sys.stdin.buffer.read())
    for error in islice(find_errors(given["root"], given["files"]), given["max_errors"]):
        line = {"path": list(error.absolute_path), "message": error.message}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _limit_memory(size_bytes: int) -> None:
    """Limit the memory of this process, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size_bytes, size_bytes))


def find_errors(root: str, files: dict[str, Any]) -> Iterator[Any]:
    """Yield the errors; references lead only to the files that were handed over."""
    from jsonschema_path.paths import SchemaPath
    from openapi_spec_validator.shortcuts import get_validator_cls

    def read(uri: str) -> Any:
        return files[uri.partition("#")[0]]

    tree = _write_version_as_text(files[root])
    kind = get_validator_cls(tree)
    path = SchemaPath.from_dict(tree, base_uri=root, handlers={"<all_urls>": read})
    return iter(kind(path).iter_errors())


def _write_version_as_text(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose version is text: the validator fails on `swagger: 2.0`."""
    keys = [key for key in ("openapi", "swagger") if isinstance(tree.get(key), int | float)]
    return {**tree, **{key: str(tree[key]) for key in keys}}


if __name__ == "__main__":
    main()
