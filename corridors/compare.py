"""Scenarios side by side: one long table, each row against a named base."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from corridors.asked import check_pair, find, listed
from corridors.errors import CorridorsError, NoRoute
from corridors.network import Network
from corridors.routing import Route, check_place, route
from corridors.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from corridors.cost import Cargo

Pair = tuple[str, str]
#: What a comparison lists of every route, with units.
COMPARED = {
    "km": "km",
    "hours": "h",
    "usd": "USD",
    "co2_kg": "kg CO2e",
    "generalised_usd": "USD",
    "borders": "",
    "gauge_changes": "",
    "transfers": "",
}
NOWHERE = float("nan")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Routes of some pairs under some scenarios.

    Attributes
    ----------
    base
        Id of the scenario that the others are held against.
    scenarios, pairs
        What was asked, in order.
    by
        What the routes minimise.
    routes
        The route of each (scenario, pair); None where there is no way.
    needs
        Gates that would have to open where there is no way.
    networks
        The network of each scenario.
    """

    base: str
    scenarios: tuple[str, ...]
    pairs: tuple[Pair, ...]
    by: str
    routes: Mapping[tuple[str, Pair], Route | None]
    needs: Mapping[tuple[str, Pair], tuple[str, ...]]
    networks: Mapping[str, Network] = field(repr=False)

    def route(self, scenario: str, pair: Pair) -> Route | None:
        """The route of a pair under a scenario; None where there is no way."""
        find("scenario", scenario, self.networks)
        if pair not in self.pairs:
            message = f"pair {pair!r} is not in the comparison"
            raise CorridorsError(message)
        return self.routes[scenario, pair]

    @property
    def table(self) -> pd.DataFrame:
        """One row per scenario, pair and measure.

        Returns
        -------
        DataFrame
            Columns ``scenario, origin, destination, measure, unit, value, base, change,
            change_percent, way, countries, needs``. Values are NaN where there is no way, and
            ``way`` says so.
        """
        import pandas as pd

        rows = [
            self._row(scenario, pair, measure)
            for pair in self.pairs
            for scenario in self.scenarios
            for measure in COMPARED
        ]
        return pd.DataFrame(rows)

    def _row(self, scenario: str, pair: Pair, measure: str) -> dict[str, Any]:
        way, old = self.routes[scenario, pair], self.routes[self.base, pair]
        value = way.total(measure) if way else NOWHERE
        base = old.total(measure) if old else NOWHERE
        return {
            "scenario": scenario,
            "origin": pair[0],
            "destination": pair[1],
            "measure": measure,
            "unit": COMPARED[measure],
            "value": value,
            "base": base,
            "change": value - base,
            "change_percent": 100 * (value - base) / base if base else NOWHERE,
            "way": self.change_of_way(scenario, pair),
            "countries": " ".join(way.countries) if way else "",
            "needs": "; ".join(self.needs.get((scenario, pair), ())),
        }

    def change_of_way(self, scenario: str, pair: Pair) -> str:
        """How a scenario changes a pair's way: base, same, other, opened, cut or none."""
        if scenario == self.base:
            return "base" if self.routes[scenario, pair] else "none"
        way, old = self.routes[scenario, pair], self.routes[self.base, pair]
        if way is None:
            return "cut" if old else "none"
        if old is None:
            return "opened"
        return "same" if way.links == old.links else "other"

    def wide(self, measure: str = "hours") -> pd.DataFrame:
        """Pairs by scenarios for one measure; infinity where there is no way."""
        import pandas as pd

        cells = {
            scenario: [
                way.total(measure) if (way := self.routes[scenario, pair]) else float("inf")
                for pair in self.pairs
            ]
            for scenario in self.scenarios
        }
        index = pd.MultiIndex.from_tuples(self.pairs, names=["origin", "destination"])
        return pd.DataFrame(cells, index=index)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        rows = []
        for pair in self.pairs:
            for scenario in self.scenarios:
                way = self.routes[scenario, pair]
                rows.append(
                    {
                        "scenario": scenario,
                        "origin": pair[0],
                        "destination": pair[1],
                        "change_of_way": self.change_of_way(scenario, pair),
                        "needs": list(self.needs.get((scenario, pair), ())),
                        "route": way.to_dict() if way else None,
                    }
                )
        return {
            "base": self.base,
            "by": self.by,
            "scenarios": {
                name: {
                    "date": str(net.date),
                    "changes": [str(effect) for effect in net.effects],
                    "conditions": list(net.acted),
                }
                for name, net in self.networks.items()
            },
            "rows": rows,
        }

    def map(self, pair: Pair | None = None) -> Any:
        """A folium map of one pair's routes under every scenario."""
        from corridors.render.maps import comparison_map

        return comparison_map(self, pair or self.pairs[0])

    def _repr_html_(self) -> str:
        title = f"hours by {self.by}, against {self.base}"
        return f"<h4>{escape(title)}</h4>{self.wide().round(1).to_html()}"


def compare(
    net: Network,
    scenarios: Sequence[str | Path | Scenario | Network],
    pairs: Iterable[Pair],
    *,
    by: str = "time",
    base: str | None = None,
    cargo: Cargo | None = None,
    modes: Iterable[str] | None = None,
) -> Comparison:
    """Route every pair under every scenario.

    Parameters
    ----------
    net
        The network the scenarios are laid over.
    scenarios
        Bundled ids, paths of TOML files, scenarios, or networks made by ``net.under``.
    pairs
        (origin, destination) ids.
    by, cargo, modes
        As for :func:`corridors.route`.
    base
        The scenario to hold the others against: the first when left out.

    Returns
    -------
    Comparison
    """
    networks: dict[str, Network] = {}
    for item in (scenarios,) if isinstance(scenarios, str | Network) else scenarios:
        name = _name(item, net)
        if name in networks:
            message = f"scenario {name!r} stands twice in the comparison"
            raise CorridorsError(message)
        networks[name] = item if isinstance(item, Network) else net.under(item)
    asked = tuple(check_pair(pair) for pair in pairs)
    for place in (place for pair in asked for place in pair):
        check_place(net, place)
    if not networks or not asked:
        message = "a comparison needs at least one scenario and one pair"
        raise CorridorsError(message)
    against = base or next(iter(networks))
    if against not in networks:
        message = f"base {against!r} is not among the scenarios: {', '.join(networks)}"
        raise CorridorsError(message)
    allowed = None if modes is None else listed(modes)
    routes: dict[tuple[str, Pair], Route | None] = {}
    needs: dict[tuple[str, Pair], tuple[str, ...]] = {}
    for name, under in networks.items():
        for pair in asked:
            try:
                routes[name, pair] = route(under, *pair, by=by, cargo=cargo, modes=allowed)
            except NoRoute as no:
                routes[name, pair] = None
                needs[name, pair] = no.needs
    return Comparison(against, tuple(networks), asked, by, routes, needs, networks)


def _name(item: str | Path | Scenario | Network, net: Network) -> str:
    """A scenario's own id; what a stack of layers is called otherwise."""
    if isinstance(item, Network):
        return item.name
    return item.id if isinstance(item, Scenario) else load_scenario(item, net.seeds).id
