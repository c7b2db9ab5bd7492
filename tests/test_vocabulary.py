"""The rules for names: a function begins with a verb or asks, one name has one meaning (docs/glossary.md)."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import dynclient

PACKAGE = Path(dynclient.__file__).parent

#: Past participles that do not end in -ed.
IRREGULAR = {"told", "made", "shown", "kept", "held", "sent", "found", "written", "chosen", "given", "taken", "drawn", "grown", "begun", "bound", "met", "known", "said", "seen", "meant", "lent", "left", "thought", "built", "brought", "caught", "fed", "felt", "led", "lost", "paid", "sold", "gone", "undone", "spoken", "borrowed"}  # fmt: skip

#: Verbs and nouns that end in -ed and are no participle.
ENDING_IN_ED = {"need", "feed", "seed", "embed", "exceed", "speed", "proceed", "shed", "red"}

#: Functions that keep such a name, with the reason.
EXCEPTIONS = {
    "seen": "Change.seen is public",
}

#: Class names that stand in two modules, with the reason.
SHARED_CLASSES = {
    "Operation": "OpenAPI's Operation Object in the model, and the callable that a client makes of it",
    "Response": "OpenAPI's Response Object in the model, and the message that came",
}

#: Module names that stand in two folders, with the reason.
SHARED_MODULES = {
    "diff": "the command, and what it calls",
    "sandbox": "the command, and the class that it serves",
}


def modules() -> dict[str, ast.Module]:
    """Return each module of the package as a tree, by its path."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


def is_participle(name: str) -> bool:
    """Tell whether a function's name begins with a bare participle."""
    word = name.strip("_").split("_")[0]
    return word in IRREGULAR or (word.endswith("ed") and len(word) > 3 and word not in ENDING_IN_ED)


def is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function is a property: these are nouns, or ask."""
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


def is_misnamed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function is called by a bare participle, without a reason."""
    name = function.name
    return is_participle(name) and name not in EXCEPTIONS and not is_property(function)


def participles(tree: ast.Module) -> list[str]:
    """Return the functions of a module that are called by a bare participle."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f"{f.lineno}: {f.name}" for f in functions if is_misnamed(f)]


@pytest.mark.parametrize("name", ["made", "_found", "closed_schema", "told_apart"])
def test_a_participle_is_seen(name):
    assert participles(ast.parse(f"def {name}(): ..."))


@pytest.mark.parametrize("name", ["make", "feed", "read_body", "is_closed", "red"])
def test_a_verb_or_a_question_is_none(name):
    assert not participles(ast.parse(f"def {name}(): ..."))


@pytest.mark.parametrize(("path", "tree"), modules().items(), ids=list(modules()))
def test_no_function_is_called_by_a_bare_participle(path, tree):
    assert participles(tree) == []


def test_a_class_name_stands_once():
    places = defaultdict(set)
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].add(path)
    shared = {name: sorted(paths) for name, paths in places.items() if len(paths) > 1}
    assert set(shared) == set(SHARED_CLASSES), shared


def test_a_module_name_stands_once():
    places = defaultdict(set)
    for path in modules():
        name = Path(path).stem
        if name != "__init__":
            places[name].add(path)
    shared = {name: sorted(paths) for name, paths in places.items() if len(paths) > 1}
    assert set(shared) == set(SHARED_MODULES), shared


PAGES = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", ["architecture.md", "glossary.md"])
def test_each_module_that_a_page_names_exists(page):
    text = (PAGES / page).read_text(encoding="utf-8")
    paths = re.findall(r"`([a-z0-9_]+(?:/[a-z0-9_]+)*\.py)`", text)
    assert [
        path
        for path in paths
        if not (PACKAGE.parent / path).exists() and not (PACKAGE / path).exists()
    ] == []


def test_each_place_that_contributors_are_led_to_exists():
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    places = re.findall(r"`((?:benchmarks|docs|dynclient|tests)/[^`\s]+)`", text)
    known = [place for place in places if "NAME" not in place and "*" not in place]
    assert [place for place in known if not (PACKAGE.parent / place).exists()] == []


def test_each_name_of_the_glossary_exists():
    text = (PAGES / "glossary.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`([A-Z][A-Za-z]+|[a-z]+(?:_[a-z]+)+)`", text))
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", source)] == []
