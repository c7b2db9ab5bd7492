"""Usages: the operations that code calls, its arguments, its reads, and what does not fit."""

from dynclient.usages.operation_usage import (
    OperationUsage,
    PartialValue,
    ResultRead,
    SourceArgument,
    UnanalyzedCode,
    UsageAnalysis,
)
from dynclient.usages.recorded_usages import (
    RecordedLine,
    RecordedUsages,
    read_recorded_lines,
    resolve_recorded_lines,
)
from dynclient.usages.source_analysis import find_usages
from dynclient.usages.usage_diagnostics import UsageDiagnostic, diagnose_usages
from dynclient.usages.usage_resolution import ResolvedUsage, ResolvedUsages, resolve_usages

__all__ = [
    "OperationUsage",
    "PartialValue",
    "RecordedLine",
    "RecordedUsages",
    "ResolvedUsage",
    "ResolvedUsages",
    "ResultRead",
    "SourceArgument",
    "UnanalyzedCode",
    "UsageAnalysis",
    "UsageDiagnostic",
    "diagnose_usages",
    "find_usages",
    "read_recorded_lines",
    "resolve_recorded_lines",
    "resolve_usages",
]
