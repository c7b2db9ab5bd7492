"""A document with its operations compiled, shared by all clients made of it."""

from __future__ import annotations

from dynclient import model
from dynclient.client.options import Options
from dynclient.plan.plan import Plan, Plans
from dynclient.plan.schemas import Schemas
from dynclient.schema.translation.translation_options import TranslationOptions

#: How many ways to read the schemas of a document are kept, besides the usual one.
MAX_TRANSLATIONS = 16


class CompiledDocument:
    """A document with its operations, each compiled when it is first used.

    All clients made from one Document share it.
    """

    def __init__(self, document: model.Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.plans = Plans(self.schemas)
        self._other_plans: dict[TranslationOptions, Plans] = {}

    def get_plan(self, operation: model.Operation, options: Options) -> Plan:
        """Return the plan of an operation for a client with some options."""
        if options.one_of == "exactly" and not options.formats:
            return self.plans.get_plan(operation)
        formats = tuple(options.formats.items())
        translation = TranslationOptions(one_of=options.one_of, formats=formats)
        return self._get_plans(translation).get_plan(operation)

    def _get_plans(self, translation: TranslationOptions) -> Plans:
        """Return the plans of clients whose options read schemas in another way."""
        plans = self._other_plans.get(translation)
        if plans is None:
            # A program that makes new functions for each call shall not fill the memory.
            if len(self._other_plans) >= MAX_TRANSLATIONS:
                self._other_plans.clear()
            plans = self._other_plans[translation] = Plans(Schemas(self.document, translation))
        return plans

    @classmethod
    def of(cls, document: model.Document) -> CompiledDocument:
        """Return the compiled form of a document: the same object each time."""
        return document.derive(cls)
