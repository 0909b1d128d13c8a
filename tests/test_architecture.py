"""The house: who may import whom, what is public, what loads, and what no file may say."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

import corridors as co

ROOT = Path(__file__).resolve().parents[1]
#: Floors of the house; a module may import from its own floor and from those below.
FLOORS = (
    ("geo",),
    ("corridors.errors", "corridors.asked", "corridors.files", "corridors.schema"),
    ("corridors.seeds",),
    (
        *("corridors.network", "corridors.scenario", "corridors.arcs", "corridors.cost"),
        *("corridors.stategraph", "corridors.cargo"),
    ),
    ("corridors.kernel", "corridors.kernels"),
    ("corridors.routing",),
    ("corridors.compare",),
    ("corridors.analysis",),
    ("corridors.render", "corridors.exchange"),
    ("corridors", "corridors.cli"),
)
#: Imports that run downstairs and why they may.
LET_THROUGH = {
    ("corridors.compare", "corridors.render.maps"): "Comparison.map() hands itself to be drawn",
    ("corridors.routing", "corridors.analysis.explain"): "Route.explain() hands itself on",
}
HEAVY = ("pandas", "geopandas", "folium", "numba", "matplotlib", "scipy")
PUBLIC = {
    *("Network", "load", "route", "alternatives", "matrix", "Route", "Leg", "Cargo"),
    *("Scenario", "Change", "compare", "Comparison", "map"),
    *("CorridorsError", "NoRoute", "ScenarioError", "SeedsError", "UnknownNameError"),
}


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module of the two packages."""
    found = {}
    for path in [*ROOT.glob("geo/**/*.py"), *ROOT.glob("corridors/**/*.py")]:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.AST) -> set[str]:
    """Modules that a tree imports anywhere: at the top, inside a function, for its types."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            whole = {f"{node.module}.{name.name}" for name in node.names}
            inner = whole & modules().keys()
            found |= inner if len(inner) == len(whole) else inner | {node.module}
    return found


def floor(module: str) -> int:
    """The floor a module stands on; the longest name that fits decides."""
    homes = [
        (len(room), number)
        for number, rooms in enumerate(FLOORS)
        for room in rooms
        if module == room or (module.startswith(f"{room}.") and room != "corridors")
    ]
    assert homes, f"{module} has no floor in design.md"
    return max(homes)[1]


def test_imports_run_upward_only():
    downstairs = [
        (module, other)
        for module, tree in modules().items()
        if module != "corridors"
        for other in imported(tree)
        if other.partition(".")[0] in {"geo", "corridors"} and floor(other) > floor(module)
    ]
    assert sorted(set(downstairs) - LET_THROUGH.keys()) == []


def test_no_module_imports_itself_round_a_corner():
    graph = {
        module: {other for other in imported(tree) if other in modules()}
        - {other for one, other in LET_THROUGH if one == module}
        for module, tree in modules().items()
        if module != "corridors"
    }
    for module, others in graph.items():
        typing_only = _for_types(modules()[module])
        graph[module] = others - typing_only
    assert list(TopologicalSorter(graph).static_order())


def _for_types(tree: ast.Module) -> set[str]:
    blocks = [
        node
        for node in tree.body
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    ]
    found = set().union(*(imported(block) for block in blocks)) if blocks else set()
    rest = [node for node in tree.body if node not in blocks]
    return found - imported(ast.Module(rest, []))


def test_only_the_kernel_knows_the_compiled_solver():
    knowing = {name for name, tree in modules().items() if "numba" in imported(tree)}
    assert {name for name in knowing if not name.startswith("corridors.kernel")} == set()


def test_import_stays_light():
    code = "import sys, corridors; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert set(ran.stdout.split()).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", sorted(co.__all__))
def test_every_public_name_resolves_and_is_explained(name):
    assert getattr(co, name).__doc__


def test_public_names_stand_in_one_list():
    assert set(co.__all__) >= PUBLIC
    assert len(set(co.__all__)) == len(co.__all__)
    assert set(co._HOMES) == set(co.__all__)
    assert set(co.__all__) <= set(dir(co))
    typed = {
        name.asname or name.name
        for node in ast.walk(modules()["corridors"])
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("corridors.")
        for name in node.names
    }
    assert typed == set(co.__all__)


def test_an_unknown_public_name_is_refused():
    with pytest.raises(AttributeError, match="rout"):
        co.rout  # noqa: B018


def test_every_module_is_explained():
    assert [name for name, tree in modules().items() if not ast.get_docstring(tree)] == []
    assert import_module("geo.measure").__doc__


def _texts() -> list[Path]:
    folders = ("corridors", "geo", "seeds", "tests", "notebooks", ".ci")
    suffixes = {".py", ".md", ".csv", ".toml", ".js", ".css", ".json", ".ipynb", ".html", ""}
    inside = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return [
        path
        for path in [*inside, *ROOT.glob("*")]
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
    ]


def test_no_file_mentions_this_machine():
    here = {str(ROOT), str(Path.home()), sys.prefix, str(Path(sys.executable).parent)} - {"/"}
    assert _texts()
    saying = [
        (str(path.relative_to(ROOT)), word)
        for path in _texts()
        for word in here
        if word in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert saying == []
