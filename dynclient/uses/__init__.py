"""Uses: which operations code calls, with which arguments, what it reads of results, and where it does not fit."""

from dynclient.uses.finding import find_usages
from dynclient.uses.fitting import UsageDiagnostic, diagnose_usages
from dynclient.uses.found import (
    OperationUsage,
    PartialValue,
    ResultRead,
    SourceArgument,
    UnanalyzedCode,
    UsageAnalysis,
)
from dynclient.uses.recorded import (
    RecordedLine,
    RecordedUsages,
    read_recorded_lines,
    resolve_recorded_lines,
)
from dynclient.uses.resolving import ResolvedUsage, ResolvedUsages, resolve_usages

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
