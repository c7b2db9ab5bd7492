"""The six documents of Talon.One, and all operations of them."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import dynclient

SPEC = Path(__file__).parents[2] / "spec" / "talon-one"
FILES = [SPEC / "integration.yaml", *sorted((SPEC / "revisions").glob("*.yaml"))]


@functools.cache
def load(path):
    """Return a document of Talon.One, the same each time, with what is compiled of it."""
    return dynclient.load(path)


def operations():
    """Yield (name, path of the document, key) of the operations of all six documents, identical ones once."""
    seen = set()
    for path in FILES:
        client = dynclient.Client(load(path), server="http://x")
        for key, operation in client.operations.items():
            results = [(*where, schema) for where, schema in operation.result_schemas.items()]
            look = json.dumps(
                [operation.method, operation.path, operation.call_schema, results], sort_keys=True
            )
            if look not in seen:
                seen.add(look)
                yield f"{key} {re.sub('integration', 'today', path.stem)}", path, key


OPERATIONS = list(operations())
