"""Rules for regular expressions: other tools may read them differently than ECMA-262 does."""

from __future__ import annotations

from dynclient.document.references import Node
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.regex.portability import find_foreign_construct, list_python_differences
from dynclient.violations import shorten_repr

#: A longer pattern is not looked at.
_MAX_PATTERN_CHARS = 20_000


def note_patterns(visit: Visit, context: CheckContext) -> None:
    """Note a pattern with something that ECMA-262 does not have, or other tools do not."""
    node = visit.node.get_child("pattern")
    if isinstance(node.value, str):
        _check_pattern(node, node.value, context)
    for child in visit.node.get_child("patternProperties").iterate_children():
        _check_pattern(child, child.pointer.rpartition("/")[2], context)


def _check_pattern(node: Node, pattern: str, context: CheckContext) -> None:
    if len(pattern) > _MAX_PATTERN_CHARS:
        return
    if find_foreign_construct(pattern) is not None:
        context.unportable_patterns.setdefault(pattern, []).append(node)
    differences = list_python_differences(pattern)
    if differences:
        context.python_patterns.append((node, differences))


def report_patterns(context: CheckContext) -> None:
    """Report each pattern once, at its first place."""
    for pattern, nodes in context.unportable_patterns.items():
        reason, advice = find_foreign_construct(pattern) or ("", "")
        places = f" ({len(nodes)} places)" if len(nodes) > 1 else ""
        text = f"{shorten_repr(pattern)} means something else elsewhere: {reason}{places}"
        first = min(nodes, key=_build_order)
        context.warn(first, "unportable-pattern", text, f"write {advice}")
    _report_python_patterns(context)


def _report_python_patterns(context: CheckContext) -> None:
    """Report all patterns that Python's `re` reads differently in one remark, at the first."""
    patterns = context.python_patterns
    if not patterns:
        return
    parts = ", ".join(f"`{part}`" for part in dict.fromkeys(p for _, ps in patterns for p in ps))
    count = len(patterns)
    subject = "1 pattern has" if count == 1 else f"{count} patterns have"
    text = f"{subject} {parts}, which Python's `re` reads differently than ECMA-262"
    hint = "dynclient reads them by ECMA-262, which has ASCII letters and digits in them"
    first = min((node for node, _ in patterns), key=_build_order)
    context.inform(first, "pattern-differs-in-python", text, hint)


def _build_order(node: Node) -> tuple[str, int]:
    return node.uri, node.place.line or 0
