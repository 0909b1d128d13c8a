"""What the tables by themselves cannot tell: scenarios, profiles, and names that rows give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.analysis.claims import TESTS
from corridors.cargo import bundled_cargoes, profile
from corridors.errors import CorridorsError, unknown
from corridors.scenario import bundled_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network import Network


def faults_beside(net: Network) -> Iterator[str]:
    """Faults of the files beside the tables, and of rows that name them.

    Scenarios that cannot be laid over the network, cargo profiles that cannot be read, published
    figures for a cargo, a scenario or a place to avoid that is not there, claims whose test is not.

    Examples
    --------
    >>> import corridors as co
    >>> list(faults_beside(co.load()))
    []
    """
    seeds = net.seeds
    for name in bundled_scenarios(seeds):
        try:
            net.under(name)
        except CorridorsError as error:
            said = str(error).removeprefix(f"{name}.toml: ")
            yield f"scenarios/{name}.toml: {said}"
    for name in bundled_cargoes(seeds):
        try:
            profile(name, seeds)
        except CorridorsError as error:
            yield f"cargo/{error}"
    yield from _unknown(net)


def _unknown(net: Network) -> Iterator[str]:
    """What rows of published figures and of claims name that is not there."""
    seeds = net.seeds
    countries = {place.country for place in seeds.places.values()}
    cargoes, scenarios = [*bundled_cargoes(seeds)], ["base", *bundled_scenarios(seeds)]
    grounds = [*seeds.places, *seeds.links, *countries]
    named = [
        (f"observed.csv, {row.id}", what, value, known)
        for row in seeds.observed.values()
        for what, values, known in (
            ("cargo", (row.cargo,), cargoes),
            ("scenario", (row.scenario,), scenarios),
            ("place, link or country", row.avoid, grounds),
        )
        for value in values
    ]
    named += [
        (f"claims.csv, {row.id}", "test", row.test, [*TESTS]) for row in seeds.claims.values()
    ]
    for where, what, value, known in named:
        if value and value not in known:
            yield f"{where}: {unknown(what, value, known)}"


__all__ = ["faults_beside"]
