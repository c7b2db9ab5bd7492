"""What all findings on the calls, or on the results, of one operation share."""

from __future__ import annotations

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.decide.document_pair import DocumentPair
from dynclient.diffing.exposure import Exposure
from dynclient.diffing.findings import FindingContext


class ComparisonContext:
    """One side of an operation, its call or its result, in both revisions.

    Args:
        documents: both revisions.
        pair: the operation in both.
        exposure: which values are compared, and who sends them.

    """

    def __init__(self, documents: DocumentPair, pair: OperationPair, exposure: Exposure) -> None:
        self.documents = documents
        self.pair = pair
        self.exposure = exposure
        self.call_builder = documents.get_call_builder(pair.old)
        self.findings = FindingContext(pair.old.key, exposure.side)

    @property
    def old_sends(self) -> bool:
        """Whether those who follow the old document send the values that are compared."""
        return self.exposure.old_sends
