"""How long scenarios, routes, alternatives, matrices and breakpoints take on the bundled network.

Run with ``pytest tests/benchmarks --benchmark-enable -p no:randomly``; ordinary runs skip these.
The sizes to reach stand in the names of the groups; none is asserted.
"""

from __future__ import annotations

import itertools

import pytest

import corridors as co

pytest.importorskip("pytest_benchmark")
PAIR = ("baku", "nakhchivan")


@pytest.fixture(scope="module")
def net():
    """The bundled network with its kernels compiled."""
    loaded = co.load()
    co.alternatives(loaded, *PAIR, k=2)
    co.alternatives(loaded, *PAIR, k=2, distinct=True)
    co.matrix(loaded, PAIR)
    return loaded


@pytest.mark.benchmark(group="applying a scenario: 0.1 ms")
@pytest.mark.parametrize("scenario", ["red-sea-closed", "both-open", "araz-duty"])
def test_applying_a_scenario(benchmark, net, scenario):
    assert benchmark(net.under, scenario).scenarios


@pytest.mark.benchmark(group="applying a scenario: 0.1 ms")
def test_opening_one_gate(benchmark, net):
    assert "rasht-astara-rail" in benchmark(net.under, open=["rasht-astara-rail"]).open_gates


@pytest.mark.benchmark(group="applying a scenario never seen: 0.1 ms")
def test_applying_a_scenario_never_seen(benchmark, net):
    duty = itertools.count(1)

    def new():
        change = co.Change("charge", ("araz-road",), float(next(duty)), "usd_per_shipment")
        return (net, co.Scenario("duty", changes=(change,))), {}

    benchmark.pedantic(lambda on, scenario: on.under(scenario), setup=new, rounds=200)


@pytest.mark.benchmark(group="one warm route: 0.3 ms")
@pytest.mark.parametrize(
    "pair", [PAIR, ("moscow", "bandar-abbas"), ("st-petersburg", "nhava-sheva")]
)
def test_one_route(benchmark, net, pair):
    assert benchmark(co.route, net, *pair).km > 0


@pytest.mark.benchmark(group="a scenario and a route under it")
def test_a_scenario_and_a_route_under_it(benchmark, net):
    assert benchmark(lambda: co.route(net.under("both-open"), *PAIR)).km > 0


@pytest.mark.benchmark(group="five alternatives: 5 ms")
@pytest.mark.parametrize("distinct", [False, True])
@pytest.mark.parametrize("pair", [PAIR, ("moscow", "bandar-abbas")])
def test_five_alternatives(benchmark, net, pair, distinct):
    assert len(benchmark(co.alternatives, net, *pair, k=5, by="cost", distinct=distinct)) == 5


@pytest.mark.benchmark(group="60 x 60 matrix: 5 ms")
def test_matrix(benchmark, net):
    cities = [place.id for place in net.seeds.places.values() if place.kind == "city"][:60]
    assert benchmark(co.matrix, net, cities).shape == (60, 60)


@pytest.mark.benchmark(group="a breakeven: 50 ms")
@pytest.mark.parametrize("lever", ["duty:araz", "dwell:bilasuvar-road", "speed:speed-rail-az"])
def test_breakeven(benchmark, net, lever):
    under = net.under("both-open")
    found = benchmark(co.breakeven, under, *PAIR, lever=lever, by="generalised")
    assert found.ranges


@pytest.mark.benchmark(group="an explanation")
def test_explanation(benchmark, net):
    old = co.route(net, *PAIR)
    new = old.on(net.under("both-open"))
    assert benchmark(old.explain, new).changed


@pytest.mark.benchmark(group="a timeline of 20 years")
def test_timeline(benchmark, net):
    assert benchmark(co.timeline, net, [PAIR], range(2026, 2046)).turns
