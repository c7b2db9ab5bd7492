"""The end of each command's help: examples, which a test runs, and exit codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What an exit code means, where a command does not say more.
EXIT_CODES: Mapping[int, str] = {
    0: "it worked",
    2: "wrong usage",
    3: "no usable response came",
    4: "the server answered 4xx",
    5: "the server answered 5xx",
    6: "the response does not fit the document",
    7: "the document cannot be read",
}


@dataclass(frozen=True)
class CommandHelp:
    """What stands at the end of the help of a command.

    Attributes:
        examples: command lines. Their files are those of a project: openapi.yaml, src.
        exit_codes: the codes, each with its own meaning, or "" for the usual one.

    """

    examples: tuple[str, ...]
    exit_codes: Mapping[int, str] = field(default_factory=lambda: {0: "", 2: "", 7: ""})


#: The help of each command.
COMMAND_HELP: Mapping[str, CommandHelp] = {
    "list": CommandHelp(
        ("dynclient list --search loyalty", "dynclient list openapi.yaml --json"),
    ),
    "show": CommandHelp(
        ("dynclient show createAudienceV2", "dynclient show openapi.yaml GET /items/7"),
    ),
    "call": CommandHelp(
        (
            "dynclient call getCustomerInventory p-1 profile=true --query profile.id",
            "dynclient call PUT /v2/audiences/3 name=Gold --curl",
            "dynclient call createAudienceV2 --example | dynclient call createAudienceV2",
        ),
        {
            0: "",
            2: "wrong usage, or the call does not fit: nothing was sent",
            3: "",
            4: "",
            5: "",
            6: "the response, or --query, does not fit",
            7: "",
        },
    ),
    "check": CommandHelp(
        ("dynclient check openapi.yaml", "dynclient check openapi.yaml --used src"),
        {
            0: "",
            1: "code does not fit the document (--used)",
            2: "",
            7: "a problem of the severity of --fail-on, or no document could be read",
        },
    ),
    "diff": CommandHelp(
        (
            "dynclient diff openapi.yaml new.yaml --fail-on none",
            "dynclient diff openapi.yaml new.yaml --format json --fail-on breaking",
        ),
        {0: "no change of the level of --fail-on", 1: "there is one", 2: "", 7: ""},
    ),
    "uses": CommandHelp(
        ("dynclient uses src --spec openapi.yaml", "dynclient uses openapi.yaml src --format json"),
    ),
    "demo": CommandHelp(
        ("dynclient demo", "dynclient demo > story.txt"),
        {0: "", 6: "a step of the story did not go as the document says"},
    ),
    "sandbox": CommandHelp(
        (
            "dynclient sandbox --port 8000",
            "dynclient sandbox openapi.yaml --strict --fault latency=0.5",
        ),
        {2: "wrong usage, or the port is taken", 7: "", 130: "interrupted: the usual end"},
    ),
    "docs": CommandHelp(
        ("dynclient docs --out reference", "dynclient docs openapi.yaml --out reference"),
    ),
    "stubs": CommandHelp(
        (
            "dynclient stubs openapi.yaml --out build --name shop",
            "dynclient stubs openapi.yaml --out build --name shop --check",
        ),
        {0: "written, or up to date", 1: "a file is stale (--check)", 2: "", 7: ""},
    ),
    "bulk": CommandHelp(
        (
            "dynclient bulk createAudienceV2 calls.jsonl --out results.jsonl --sandbox",
            "dynclient bulk openapi.yaml createItem calls.jsonl --out items.jsonl --sandbox",
        ),
        {0: "each line was answered with a result", 1: "some lines failed", 2: "", 7: ""},
    ),
    "login": CommandHelp(
        (
            "dynclient login openapi.yaml --client-id shop",
            "dynclient login openapi.yaml oauth --device --client-id shop --scope orders:read",
        ),
        {0: "", 2: "wrong usage, or no token could be had", 3: "", 7: ""},
    ),
    "repl": CommandHelp(
        ("dynclient repl openapi.yaml", "dynclient repl --startup src/setup.py"),
    ),
    "completion": CommandHelp(
        ("dynclient completion --install", "dynclient completion zsh > completion.zsh"),
        {0: "", 2: "wrong usage, or a file cannot be written"},
    ),
}


def format_epilog(command: str) -> str:
    """Return what stands at the end of the help of a command; click keeps its lines."""
    own = COMMAND_HELP[command]
    examples = [f"  $ {example}" for example in own.examples]
    codes = [f"  {code}  {meaning or EXIT_CODES[code]}" for code, meaning in own.exit_codes.items()]
    return "\n".join(["\b", "Examples:", *examples, "", "\b", "Exit codes:", *codes])
