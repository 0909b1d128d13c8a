"""Open models of international transport corridors.

Load a network, route freight over it, flip a gate and compare::

    import corridors as co

    net = co.load()
    co.route(net, "baku", "nakhchivan", by="time")
    co.compare(net, ["base", "zangezur-open"], pairs=[("baku", "nakhchivan")])

Every public name is listed in ``__all__`` and loads when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.analysis.validation import Validation, validate
    from corridors.compare import Comparison, compare
    from corridors.cost import Cargo
    from corridors.errors import (
        CorridorsError,
        NoRoute,
        ScenarioError,
        SeedsError,
        UnknownNameError,
    )
    from corridors.network import Network, load
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
    "Scenario": "scenario",
    "Change": "scenario",
    "compare": "compare",
    "Comparison": "compare",
    "validate": "analysis.validation",
    "Validation": "analysis.validation",
    "map": "render.maps",
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
    "Scenario",
    "Change",
    "compare",
    "Comparison",
    "validate",
    "Validation",
    "map",
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
