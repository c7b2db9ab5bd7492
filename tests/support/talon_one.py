"""The six documents of Talon.One, all operations of them, and how many examples each of these gets."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, settings

import dynclient

SPEC = Path(__file__).parents[2] / "spec" / "talon-one"
FILES = [SPEC / "integration.yaml", *sorted((SPEC / "revisions").glob("*.yaml"))]


def share(part=1.0):
    """Return settings for what is done for each of many operations: a few examples, more where the profile has many."""
    few = max(3, round(part * settings.default.max_examples**0.5))
    return settings(max_examples=few, suppress_health_check=list(HealthCheck))


def operations():
    """Yield (name, path of the document, key) of the operations of all six documents, identical ones once."""
    seen = set()
    for path in FILES:
        client = dynclient.Client(path, server="http://x")
        for key, operation in client.operations.items():
            results = [(*where, schema) for where, schema in operation.result_schemas.items()]
            look = json.dumps(
                [operation.method, operation.path, operation.call_schema, results], sort_keys=True
            )
            if look not in seen:
                seen.add(look)
                yield f"{key} {re.sub('integration', 'today', path.stem)}", path, key


OPERATIONS = list(operations())
