"""Gives each model its name: one for both directions where calls and results agree on it."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Container, Iterable

from dynclient.schema.dialect import BASE_SUFFIX
from dynclient.stubs.type_expressions import (
    AliasModel,
    ModelKey,
    ModelReference,
    Models,
    ObjectModel,
    TypeExpression,
    list_references,
    replace_references,
)

#: Ends the name of a model of calls where results have another one of the same name.
INPUT_SUFFIX = "Input"

MAX_NAME_LENGTH = 100


def simplify_models(models: Models) -> Models:
    """Return models in which a component that is only an object is that object, and no alias."""
    simple: Models = {}
    replacements: dict[ModelKey, TypeExpression] = {}
    for key, model in models.items():
        if isinstance(model, AliasModel):
            own = ModelKey(key.direction, key.path)
            if model.type == ModelReference(own):
                replacements[own] = ModelReference(key)
                simple[key] = models[own]
                continue
        simple[key] = model
    for own in replacements:
        simple.pop(own, None)
    return {key: _replace_in_model(model, replacements) for key, model in simple.items()}


def _replace_in_model(
    model: ObjectModel | AliasModel, replacements: dict[ModelKey, TypeExpression]
) -> ObjectModel | AliasModel:
    if isinstance(model, AliasModel):
        return AliasModel(replace_references(model.type, replacements))
    fields = []
    for field in model.fields:
        expression = replace_references(field.type, replacements)
        fields.append(type(field)(field.name, expression, field.is_required, field.description))
    return ObjectModel(tuple(fields), model.description)


def list_reachable_models(models: Models, roots: Iterable[TypeExpression]) -> list[ModelKey]:
    """Return the models that types need, in the order in which they are met."""
    reached: dict[ModelKey, None] = {}
    for root in roots:
        pending = list_references(root)
        while pending:
            key = pending.pop(0)
            if key in reached:
                continue
            reached[key] = None
            model = models[key]
            types = [model.type] if isinstance(model, AliasModel) else []
            if isinstance(model, ObjectModel):
                types = [field.type for field in model.fields]
            for expression in types:
                pending += list_references(expression)
    return list(reached)


def find_shared_models(models: Models) -> set[ModelKey]:
    """Return the models of calls that are the same in results.

    All pairs count as the same until one differs; then those that refer to it differ too.
    """
    pairs = {key for key in models if key.direction == "request" and key.turn() in models}
    while True:
        differing = {
            key
            for key in pairs
            if _build_shape(models[key], pairs) != _build_shape(models[key.turn()], pairs)
        }
        if not differing:
            return pairs
        pairs -= differing


def _build_shape(
    model: ObjectModel | AliasModel, pairs: set[ModelKey]
) -> tuple[tuple[object, ...], ...]:
    """Return what two models are compared by: shared models count as those of results."""
    if isinstance(model, AliasModel):
        return ((_turn_shared(model.type, pairs),),)
    return tuple(
        (field.name, _turn_shared(field.type, pairs), field.is_required) for field in model.fields
    )


def _turn_shared(expression: TypeExpression, pairs: set[ModelKey]) -> TypeExpression:
    references = list_references(expression)
    shared = {key: ModelReference(key.turn()) for key in references if key in pairs}
    return replace_references(expression, dict(shared)) if shared else expression


def name_models(keys: list[ModelKey], models: Models, taken: Container[str]) -> dict[ModelKey, str]:
    """Return the name of each model; the same one for a model that both directions share.

    Components come first, then objects inside them. A name that is taken gets a number.

    Args:
        keys: the models that are needed, in their order.
        models: all models.
        taken: the names that no model may have.

    """
    shared = find_shared_models(models)
    names: dict[ModelKey, str] = {}
    used: set[str] = set()
    for key in sorted(keys, key=lambda key: not key.is_definition):
        canonical = key.turn() if key in shared else key
        if canonical not in names:
            has_rival = key.direction == "request" and key.turn() in models and key not in shared
            base = build_class_name(key.path) + (INPUT_SUFFIX if has_rival else "")
            names[canonical] = _choose_free_name(base, used, taken)
            used.add(names[canonical])
        names[key] = names[canonical]
    return names


def _choose_free_name(base: str, used: set[str], taken: Container[str]) -> str:
    name, count = base, 1
    while name in used or name in taken:
        count += 1
        name = f"{base}{count}"
    return name


def build_class_name(path: Iterable[str]) -> str:
    """Return the name of a class for a path of names: `("cart-items", "Item")` → CartItemsItem."""
    words: list[str] = []
    for part in path:
        is_base = part.endswith(BASE_SUFFIX)
        text = unicodedata.normalize("NFKC", part.removesuffix(BASE_SUFFIX))
        words += re.findall(r"[^\W_]+", text)
        words += ["Base"] if is_base else []
    name = "".join(word[0].upper() + word[1:] for word in words)
    name = "".join(char for char in name if f"a{char}".isidentifier())[:MAX_NAME_LENGTH]
    if not name.isidentifier() or keyword.iskeyword(name):
        name = f"Model{name}"
    return name
