"""The reports of `dynclient check`: text, JSON, workflow commands of GitHub, SARIF."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.annotations.file_names import shorten_path
from dynclient.display_text import escape_json_text, format_count, format_one_line
from dynclient.document.problems import SEVERITIES

if TYPE_CHECKING:
    from dynclient.cli.check_sources import CheckedDocument
    from dynclient.document.problems import Problem, Severity


#: Infos have no annotation, and are no result of a code scanning: they are no faults.
_ANNOTATED: tuple[Severity, ...] = ("error", "warning")

#: What stands in a column that has nothing to say.
_NOTHING = "-"

_TITLE = "dynclient check"


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems by severity, the worst first, then by code, then by place."""
    return sorted(problems, key=_build_order)


def _build_order(problem: Problem) -> tuple[int, str, str, int, int]:
    severity = SEVERITIES.index(problem.severity)
    return severity, problem.code, problem.file, problem.line or 0, problem.column or 0


def count_severities(checked: Iterable[CheckedDocument]) -> Counter[str]:
    """Return how many problems of each severity there are."""
    return Counter(problem.severity for each in checked for problem in each.problems)


def format_counts(counts: Mapping[str, int]) -> str:
    """Return numbers of problems in words; infos are named only where there are some."""
    shown = [severity for severity in SEVERITIES if severity != "info" or counts.get(severity)]
    return ", ".join(format_count(counts.get(severity, 0), severity) for severity in shown)


# --- text


def render_text(checked: Sequence[CheckedDocument]) -> Iterator[str]:
    """Yield one line a problem, how often each code occurs, and the number of problems."""
    for each in checked:
        problems = sort_problems(each.problems)
        yield from _format_rows(problems)
        yield from _format_code_counts(problems)
        yield f"{format_one_line(each.name)}: {_format_summary(each)}"
    if len(checked) > 1:
        yield f"{len(checked)} documents: {format_counts(count_severities(checked))}"


def _format_rows(problems: Sequence[Problem]) -> list[str]:
    from dynclient.description.text_layout import align_columns

    if not problems:
        return []
    return align_columns([_build_row(problem) for problem in problems])


def _build_row(problem: Problem) -> tuple[str, ...]:
    text = format_one_line(problem.message)
    if problem.hint:
        text += f"  hint: {format_one_line(problem.hint)}"
    operation = format_one_line(problem.operation) or _NOTHING
    return format_place(problem), problem.severity, problem.code, operation, text


def format_place(problem: Problem) -> str:
    """Return `file:line:column` as editors read it; the pointer where no line is known."""
    file = format_one_line(shorten_path(problem.file))
    if problem.line is not None:
        return f"{file}:{problem.line}:{problem.column or 1}"
    return f"{file}#{format_one_line(problem.pointer)}" if problem.pointer else file


def _format_code_counts(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield how often each code occurs, where there are several."""
    counts = Counter((problem.severity, problem.code) for problem in problems)
    if len(counts) > 1:
        width = len(str(max(counts.values())))
        for (severity, code), count in counts.items():
            yield f"  {count:>{width}}  {severity}  {code}"


def _format_summary(each: CheckedDocument) -> str:
    counts = format_counts(count_severities([each]))
    if each.document is None:
        return f"not loaded, {counts}"
    return f"{format_count(each.operation_count, 'operation')}, {counts}"


# --- JSON


def render_json(checked: Sequence[CheckedDocument], *, is_failing: bool) -> str:
    """Return everything as indented JSON."""
    counts = count_severities(checked)
    report = {
        "failing": is_failing,
        "counts": {severity: counts[severity] for severity in SEVERITIES},
        "documents": [_build_document_entry(each) for each in checked],
    }
    return escape_json_text(json.dumps(report, indent=2, ensure_ascii=False)) + "\n"


def _build_document_entry(each: CheckedDocument) -> dict[str, Any]:
    problems = sort_problems(each.problems)
    return {
        "document": each.name,
        "loaded": each.document is not None,
        "operations": each.operation_count,
        "counts": dict(Counter(problem.code for problem in problems)),
        "problems": [_build_problem_entry(problem) for problem in problems],
    }


def _build_problem_entry(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "operation": problem.operation or None,
        "message": problem.message,
        "hint": problem.hint or None,
        "file": shorten_path(problem.file),
        "line": problem.line,
        "column": problem.column,
        "pointer": problem.pointer,
    }


# --- annotations


def render_github(checked: Sequence[CheckedDocument], *, is_failing: bool) -> str:
    """Return one command a line: the verdict, then problems of each severity."""
    from dynclient.annotations.github_commands import MAX_ANNOTATIONS, format_command

    counts = count_severities(checked)
    names = ", ".join(each.name for each in checked)
    verdict = "error" if is_failing else "notice"
    lines = [format_command(verdict, {"title": _TITLE}, f"{names}: {format_counts(counts)}")]
    problems = sort_problems(problem for each in checked for problem in each.problems)
    for severity in _ANNOTATED:
        of_severity = [problem for problem in problems if problem.severity == severity]
        room = MAX_ANNOTATIONS - (severity == verdict)
        lines += [_annotate(problem) for problem in of_severity[:room]]
        if of_severity[room:]:
            text = f"and {len(of_severity) - room} more problems of the severity {severity}"
            lines.append(format_command("notice", {"title": _TITLE}, text))
    return "\n".join(lines) + "\n"


def _annotate(problem: Problem) -> str:
    from dynclient.annotations.github_commands import build_place, format_command

    place = build_place(problem.file, problem.line, problem.column)
    title = f"{problem.code}: {problem.operation}" if problem.operation else problem.code
    message = problem.message if not problem.hint else f"{problem.message}\nhint: {problem.hint}"
    if not place:
        message = f"{format_place(problem)}: {message}"
    return format_command(problem.severity, {**place, "title": format_one_line(title)}, message)


def render_sarif(checked: Sequence[CheckedDocument], *, is_failing: bool) -> str:
    """Return a SARIF log with a result for each error and warning."""
    from dynclient.annotations.sarif_log import build_log

    problems = sort_problems(problem for each in checked for problem in each.problems)
    shown = [problem for problem in problems if problem.severity in _ANNOTATED]
    codes = sorted({problem.code for problem in shown})
    rules = [_build_rule(code) for code in codes]
    results = [_build_result(problem, codes.index(problem.code)) for problem in shown]
    properties = {"failing": is_failing, "documents": [each.name for each in checked]}
    log = build_log(rules, results, properties)
    return escape_json_text(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _build_rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": code.replace("-", " ")},
        "help": {"text": "docs/checking.md of dynclient explains each code."},
    }


def _build_result(problem: Problem, rule_index: int) -> dict[str, Any]:
    from dynclient.annotations.file_names import find_repository_path
    from dynclient.annotations.sarif_log import build_physical_location, escape_message

    hint = f" Hint: {problem.hint}" if problem.hint else ""
    location = build_physical_location(problem.file, problem.line, problem.column)
    name = problem.operation or problem.pointer or "document"
    identity = "\0".join((problem.code, find_repository_path(problem.file), problem.pointer))
    return {
        "ruleId": problem.code,
        "ruleIndex": rule_index,
        "level": problem.severity,
        "message": {"text": escape_message(format_one_line(problem.message + hint))},
        "locations": [
            {
                "physicalLocation": location,
                "logicalLocations": [
                    {"fullyQualifiedName": format_one_line(name), "kind": "member"}
                ],
            }
        ],
        "partialFingerprints": {
            "dynclient/v1": hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]
        },
    }
