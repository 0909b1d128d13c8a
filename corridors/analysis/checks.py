"""What the tables by themselves cannot tell: scenarios, profiles, and names that rows give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.analysis.claims import TESTS
from corridors.cargo import bundled_cargoes, profile
from corridors.errors import CorridorsError, Fault, unknown
from corridors.routing import GROUNDS, grounds
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
    cargoes, scenarios = [*bundled_cargoes(seeds)], ["base", *bundled_scenarios(seeds)]
    off = grounds(seeds)
    named = [
        ("observed.csv", number, column, what, value, known)
        for number, row in enumerate(seeds.observed.values(), start=2)
        for column, what, values, known in (
            ("cargo", "cargo", (row.cargo,), cargoes),
            ("scenario", "scenario", (row.scenario,), scenarios),
            ("avoid", GROUNDS, row.avoid, off),
        )
        for value in values
    ]
    named += [
        ("claims.csv", number, "test", "test", row.test, [*TESTS])
        for number, row in enumerate(seeds.claims.values(), start=2)
    ]
    for file, number, column, what, value, known in named:
        if value and value not in known:
            yield str(Fault(file, number, column, value, unknown(what, value, known)))


__all__ = ["faults_beside"]
