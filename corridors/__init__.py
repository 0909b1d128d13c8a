"""Open models of international transport corridors.

Load a network, route freight over it, flip a gate and compare::

    import corridors as co

    net = co.load()
    co.route(net, "baku", "nakhchivan", by="time")
    co.compare(net, ["base", "zangezur-open"], pairs=[("baku", "nakhchivan")])

Every public name is listed in ``__all__`` and loads when first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.analysis.breakeven import Breakeven, breakeven
    from corridors.analysis.choice import Choice, shares
    from corridors.analysis.criticality import Criticality, criticality
    from corridors.analysis.explain import Explanation, explain
    from corridors.analysis.forced import Forced, forced
    from corridors.analysis.sensitivity import Sensitivity, sensitivity
    from corridors.analysis.sweep import Sweep, sweep
    from corridors.analysis.timeline import Timeline, timeline
    from corridors.analysis.uncertainty import Simulation, simulate
    from corridors.analysis.validation import Validation, validate
    from corridors.analysis.worth import Worth
    from corridors.cargo import cargo
    from corridors.compare import Comparison, compare
    from corridors.cost import Cargo
    from corridors.errors import (
        CorridorsError,
        NoRoute,
        ScenarioError,
        SeedsError,
        UnknownNameError,
    )
    from corridors.exchange.background import background
    from corridors.exchange.export import export
    from corridors.exchange.importing import import_osm
    from corridors.exchange.merging import merge
    from corridors.network import Network, load
    from corridors.render.charts import Chart, chart
    from corridors.render.explorer import explorer
    from corridors.render.maps import route_map as map  # noqa: A004 - a name of the contract
    from corridors.routing import Leg, Route, alternatives, matrix, route
    from corridors.scenario import Change, Scenario

__version__ = "0.1.0"

_HOMES = {
    "Network": "network",
    "load": "network",
    "route": "routing",
    "alternatives": "routing",
    "matrix": "routing",
    "Route": "routing",
    "Leg": "routing",
    "Cargo": "cost",
    "cargo": "cargo",
    "Scenario": "scenario",
    "Change": "scenario",
    "compare": "compare",
    "Comparison": "compare",
    "explain": "analysis.explain",
    "Explanation": "analysis.explain",
    "breakeven": "analysis.breakeven",
    "Breakeven": "analysis.breakeven",
    "timeline": "analysis.timeline",
    "Timeline": "analysis.timeline",
    "shares": "analysis.choice",
    "Choice": "analysis.choice",
    "forced": "analysis.forced",
    "Forced": "analysis.forced",
    "sweep": "analysis.sweep",
    "Sweep": "analysis.sweep",
    "Worth": "analysis.worth",
    "criticality": "analysis.criticality",
    "Criticality": "analysis.criticality",
    "simulate": "analysis.uncertainty",
    "Simulation": "analysis.uncertainty",
    "sensitivity": "analysis.sensitivity",
    "Sensitivity": "analysis.sensitivity",
    "validate": "analysis.validation",
    "Validation": "analysis.validation",
    "chart": "render.charts",
    "Chart": "render.charts",
    "map": "render.maps",
    "explorer": "render.explorer",
    "export": "exchange.export",
    "import_osm": "exchange.importing",
    "merge": "exchange.merging",
    "background": "exchange.background",
    "CorridorsError": "errors",
    "NoRoute": "errors",
    "ScenarioError": "errors",
    "SeedsError": "errors",
    "UnknownNameError": "errors",
}
_OTHER_NAMES = {"map": "route_map"}

__all__ = [
    "Network",
    "load",
    "route",
    "alternatives",
    "matrix",
    "Route",
    "Leg",
    "Cargo",
    "cargo",
    "Scenario",
    "Change",
    "compare",
    "Comparison",
    "explain",
    "Explanation",
    "breakeven",
    "Breakeven",
    "timeline",
    "Timeline",
    "shares",
    "Choice",
    "forced",
    "Forced",
    "sweep",
    "Sweep",
    "Worth",
    "criticality",
    "Criticality",
    "simulate",
    "Simulation",
    "sensitivity",
    "Sensitivity",
    "validate",
    "Validation",
    "chart",
    "Chart",
    "map",
    "explorer",
    "export",
    "import_osm",
    "merge",
    "background",
    "CorridorsError",
    "NoRoute",
    "ScenarioError",
    "SeedsError",
    "UnknownNameError",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), _OTHER_NAMES.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps a public name from being hidden by the module that it lives in (``compare``)."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _HOMES):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
