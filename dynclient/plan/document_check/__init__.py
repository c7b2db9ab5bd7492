"""The problems of a document: every corner is checked once, each cause is reported once."""

from __future__ import annotations

from dynclient.document.problems import Problem
from dynclient.model import Document
from dynclient.plan.document_check.check_context import CheckContext
from dynclient.plan.document_check.complexity_rule import check_complexity
from dynclient.plan.document_check.discriminator_rules import check_discriminated_bases
from dynclient.plan.document_check.document_walk import walk_document
from dynclient.plan.document_check.operation_rules import check_operations
from dynclient.plan.document_check.pattern_rules import report_patterns
from dynclient.plan.document_check.required_rules import check_required_properties
from dynclient.plan.document_check.rules_by_object import get_rules
from dynclient.plan.document_check.unused_rules import check_unused_components

__all__ = ["check_document"]


def check_document(document: Document) -> list[Problem]:
    """Return the problems of a document, apart from those of its text; each place and code once."""
    context = CheckContext(document)
    rules = get_rules(document.version_family)
    for visit in walk_document(document.files.top, context):
        for rule in rules.get(visit.kind, ()):
            context.guard(visit.node, rule, visit, context)
    check_operations(context)
    check_discriminated_bases(context)
    check_required_properties(context)
    check_unused_components(context)
    report_patterns(context)
    context.add_translation_problems()
    check_complexity(context)
    return context.problems
