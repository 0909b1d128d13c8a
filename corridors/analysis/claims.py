"""The policy brief's claims, each held against the model, dated events or plain arithmetic.

A claim of ``claims.csv`` names its test; the tests stand here, registered by that name. Each looks
at a network and returns a verdict and a sentence or two with the figures it computed, so that the
register cannot say what the model does not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from corridors.errors import NoRoute, UnknownNameError
from corridors.network import open_on
from corridors.routing import Route, route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from corridors import schema
    from corridors.network import Network

Verdict = Literal["confirmed", "contradicted", "arithmetic error", "depends on"]

#: The brief quotes nothing later than January 2024.
BRIEF_DATE = dt.date(2024, 2, 1)
# What the brief says in figures: MUSD of trade, shares, km, EUR. TRADE_2021_10M is not its own.
TRADE_2023_10M, FALL_2023 = 394.9, 0.032
TRADE_2021_10M = 337.0
TRADE_2012, TRADE_2022, RISE_SAID = 263.7, 506.2, 2.0
RASHT_ASTARA_KM, RASHT_ASTARA_EUR, LOAN_EUR = 160, 1.6e9, 1.3e9
COMPLETE_BY = dt.date(2028, 12, 31)

ARAZ, ZANGEZUR, BOTH, RASHT_ASTARA = (
    "araz-open",
    "zangezur-open",
    "both-open",
    "rasht-astara-built",
)
FIVE_CAPITALS = ("yerevan", "baku", "tehran", "moscow", "ankara")
TURKIC_ENDS = ("baku", "almaty", "bishkek", "ashgabat", "tashkent", "khorgos-cn")
#: Pairs for which the two ways to Nakhchivan compete, and the modes they are asked for.
RIVAL_PAIRS = (("baku", "nakhchivan"), ("baku", "kars"), ("baku", "ankara"), ("moscow", "tabriz"))
RIVAL_MODES = (None, ("rail",))
RUSSIAN_SEA_PAIRS = (("moscow", "istanbul"), ("moscow", "mersin"), ("moscow", "nhava-sheva"))
INDIA_PAIRS = (("nhava-sheva", "moscow"), ("nhava-sheva", "st-petersburg"))
RISKY_WATERS = ("bosporus", "novorossiysk-approach")
BRIDGES = ("aghband-kalaleh-road", "ordubad-siyahrud-road")
#: A saving of less than this many hours or USD is none.
SMALL = 0.05
LENGTH_TOLERANCE = 0.02
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found: a verdict, and a sentence or two with the figures."""

    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim of the register beside what its test finds."""

    claim: schema.Claim
    finding: Finding

    @property
    def agrees(self) -> bool:
        """Whether the register's verdict is the computed one."""
        return self.claim.verdict == self.finding.verdict

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "id": self.claim.id,
            "claim": self.claim.claim,
            "verdict": self.finding.verdict,
            "finding": self.finding.text,
            "register": self.claim.verdict,
            "test": self.claim.test,
            "source": list(self.claim.source),
            "note": self.claim.note,
        }


TESTS: dict[str, Callable[[Network], Finding]] = {}


def _test(name: str) -> Callable[[Callable[[Network], Finding]], Callable[[Network], Finding]]:
    """Register a test under the name by which ``claims.csv`` calls it."""

    def register(test: Callable[[Network], Finding]) -> Callable[[Network], Finding]:
        TESTS[name] = test
        return test

    return register


def judge(net: Network) -> tuple[Judged, ...]:
    """Run the test of every claim in the register.

    Parameters
    ----------
    net
        The network as of its day; each test lays its own scenarios over it.

    Returns
    -------
    tuple of Judged
        One for each row of ``claims.csv``, in its order.

    Raises
    ------
    UnknownNameError
        When a row names a test that is not there.
    """
    return tuple(Judged(claim, run(net, claim.test)) for claim in net.seeds.claims.values())


def run(net: Network, test: str) -> Finding:
    """Run one test by its name."""
    if test not in TESTS:
        what = "claim test"
        raise UnknownNameError(what, test, TESTS)
    return TESTS[test](net)


@_test("trade-2023")
def _trade_2023(_: Network) -> Finding:
    before = TRADE_2023_10M / (1 - FALL_2023)
    rise, share = before / TRADE_2021_10M - 1, before / TRADE_2022
    fits = 0 < rise < 1 and 10 / 12 - 0.1 < share < 1
    return Finding(
        "confirmed" if fits else "arithmetic error",
        f"{TRADE_2023_10M} MUSD after a fall of {FALL_2023:.1%} means {before:.2f} a year before: "
        f"{rise:.0%} above the {TRADE_2021_10M:g} of the same months of 2021, and {share:.0%} of "
        "all 2022. The figures fit each other; the customs table itself was not found.",
    )


@_test("trade-growth")
def _trade_growth(_: Network) -> Finding:
    rise = TRADE_2022 / TRADE_2012 - 1
    return Finding(
        "arithmetic error" if abs(rise - RISE_SAID) > LENGTH_TOLERANCE else "confirmed",
        f"From {TRADE_2012} to {TRADE_2022} MUSD is a rise of {rise:.1%}. The second figure is "
        f"{rise + 1:.0%} of the first; a rise of {RISE_SAID:.0%} would have reached "
        f"{TRADE_2012 * (1 + RISE_SAID):.1f}.",
    )


@_test("memorandum-links")
def _memorandum_links(net: Network) -> Finding:
    signed = dt.date(2022, 3, 11)
    since = f"{_years(signed, net.date)} years on, {_state(net, BRIDGES[0])}"
    return _dated(net, "presstv-678446", signed, since)


@_test("memorandum-railway")
def _memorandum_railway(net: Network) -> Finding:
    missed = [
        due
        for _, due in _promises(net, ["araz-rail"])
        if due < net.date and "araz-rail" not in net.open_gates
    ]
    since = _state(net, "araz-rail")
    since += f"; the day first named for it, {min(missed)}, has passed" if missed else ""
    return _dated(net, "tass-1686277", dt.date(2023, 10, 6), since)


@_test("araz-and-zangezur")
def _araz_and_zangezur(net: Network) -> Finding:
    nets = {"neither": net, "Araz": net.under(ARAZ), "Zangezur": net.under(ZANGEZUR)}
    nets["both"] = net.under(BOTH)
    hours = {
        (pair, modes): {name: _hours(under, *pair, modes=modes) for name, under in nets.items()}
        for pair in RIVAL_PAIRS
        for modes in RIVAL_MODES
    }
    helped = sum(asked["both"] < asked["Araz"] - SMALL for asked in hours.values())
    any_mode, by_rail = (_named(hours[RIVAL_PAIRS[0], modes]) for modes in RIVAL_MODES)
    return Finding(
        _share_verdict(helped, len(hours)),
        f"Baku-Nakhchivan takes, by any mode, with {any_mode}; by rail without ferries, with "
        f"{by_rail}. With Araz open, Zangezur beside it shortens {helped} of {len(hours)} ways "
        f"({len(RIVAL_PAIRS)} pairs, by any mode and by rail): there it complements, elsewhere it "
        "is an alternative.",
    )


@_test("two-bridges")
def _two_bridges(net: Network) -> Finding:
    seeds = net.seeds
    status = [seeds.links[seeds.gate_links[gate][0]].status for gate in BRIDGES]
    stands = [gate in net.open_gates for gate in BRIDGES]
    holds = status[0] in {"construction", "open"} and (stands[1] or status[1] != "disused")
    told = "; ".join(
        f"{_state(net, gate)} (way: {what})" for gate, what in zip(BRIDGES, status, strict=True)
    )
    return Finding("confirmed" if holds else "contradicted", f"{told}.")


@_test("no-other-crossing")
def _no_other_crossing(net: Network) -> Finding:
    condition = net.seeds.conditions["b07-no-other-crossing"]
    crossings, others = _crossings(net, "AM", "AZ"), set(condition.gates)
    open_now = net.open_gates & crossings
    broken = bool(open_now & others) and not net.open_gates.intersection(condition.needs)
    kept = others - net.under(open=condition.gates).open_gates
    return Finding(
        "contradicted" if broken else "confirmed",
        f"On {net.date} {len(open_now)} of the {len(crossings)} crossings between Armenia and "
        f"Azerbaijan are open. As a condition in the model it keeps {len(kept)} of the "
        f"{len(others)} outside Meghri shut, even when they are told to open, until Meghri is.",
    )


@_test("astarachay-bridge")
def _astarachay_bridge(net: Network) -> Finding:
    signed = dt.date(2021, 6, 9)
    opened = [event.date for event in net.seeds.gate_events["astara-road"] if _opens(event)]
    before = [day for day in opened if signed < day < BRIEF_DATE]
    if not before:
        return Finding("contradicted", "The gate's history has no opening before the brief.")
    return Finding(
        "confirmed",
        f"Agreed on {signed}; the gate's history has the bridge open by {before[-1]} (month known, "
        f"day set), {_years(signed, before[-1])} years after.",
    )


@_test("soviet-railway")
def _soviet_railway(net: Network) -> Finding:
    nets = {"today": net, "with the Soviet line": net.under(ZANGEZUR)}
    nets["with Rasht-Astara instead"] = net.under(RASHT_ASTARA)
    to_iran, to_turkey = (
        {name: _hours(under, "moscow", end, modes=("rail",)) for name, under in nets.items()}
        for end in ("tabriz", "kars")
    )
    today, soviet, instead = nets
    helped = sum(ways[soviet] < ways[today] - SMALL for ways in (to_iran, to_turkey))
    replaceable = to_iran[instead] <= to_iran[soviet]
    verdict = _share_verdict(helped, 2)
    return Finding(
        "depends on" if verdict == "confirmed" and replaceable else verdict,
        f"By rail Moscow-Tabriz takes {_named(to_iran)}; Moscow-Kars {_named(to_turkey)}. The old "
        f"line shortens {helped} of the two, and Rasht-Astara "
        f"{'does as well or better' if replaceable else 'does less'} for Iran.",
    )


@_test("black-sea-risk")
def _black_sea_risk(net: Network) -> Finding:
    shut = net.under(close=RISKY_WATERS)
    exposed, told = 0, []
    for pair in RUSSIAN_SEA_PAIRS:
        before, after = (_way(under, *pair, by="generalised") for under in (net, shut))
        exposed += before is not None and bool(set(RISKY_WATERS) & set(before.gates))
        told.append(f"{_title(net, *pair)} {_change(before, after)}")
    return Finding(
        _share_verdict(exposed, len(RUSSIAN_SEA_PAIRS)),
        f"{exposed} of {len(RUSSIAN_SEA_PAIRS)} pairs go by the Straits or by Novorossiysk today; "
        f"with both shut: {'; '.join(told)}.",
    )


@_test("complete-by-2028")
def _complete_by_2028(net: Network) -> Finding:
    seeds = net.seeds
    gates = {
        gate: seeds.gates[gate]
        for corridor in ("zangezur-rail", "zangezur-road")
        for link in seeds.corridors[corridor].links
        for gate in seeds.links[link].gates
        if seeds.gates[gate].kind == "project" and gate not in net.open_gates
    }
    promised = dict(_promises(net, gates))
    slipped = {gate: due for gate, due in promised.items() if due > COMPLETE_BY}
    likely = {gate: row.opening_likely for gate, row in gates.items() if row.opening_likely}
    late = [day for day in likely.values() if day > COMPLETE_BY]
    told = "; ".join(
        f"{gates[gate].title} is now promised for {due}" for gate, due in slipped.items()
    )
    return Finding(
        "contradicted" if slipped else "depends on" if late else "confirmed",
        f"{told or 'No promise lies beyond it'}. Of the {len(gates)} unbuilt parts {len(late)} are "
        f"likely to open later than that in these tables, the last in "
        f"{max(late).year if late else 'time'} (their spreads stand in gates.csv).",
    )


@_test("turkic-land-way")
def _turkic_land_way(net: Network) -> Finding:
    asked: dict[str, Any] = {"modes": ("road", "rail", "ferry"), "avoid": ("GE", "IR", "RU")}
    opened = net.under(ZANGEZUR)
    after = {end: _way(opened, "ankara", end, **asked) for end in TURKIC_ENDS}
    reached = {end: way for end, way in after.items() if way}
    new = [end for end in reached if _way(net, "ankara", end, **asked) is None]
    armenia = max((_km_in(way, "AM") for way in reached.values()), default=0.0)
    told = _named({_name(net, end): way.hours for end, way in reached.items()}) or "no way"
    return Finding(
        _share_verdict(len(reached), len(TURKIC_ENDS)),
        f"From Ankara with Zangezur open, by land and ferry, off Georgia, Iran and Russia: {told}. "
        f"{len(new)} of the {len(TURKIC_ENDS)} ends have no such way today; it crosses "
        f"{armenia:.0f} km of Armenia.",
    )


@_test("duty-break-even")
def _duty_break_even(net: Network) -> Finding:
    told = []
    for name, scenario in (("Zangezur shut", ARAZ), ("both open", BOTH)):
        under = net.under(scenario)
        for pair in RIVAL_PAIRS[:3]:
            best = _way(under, *pair, by="generalised")
            rival = _way(under, *pair, by="generalised", avoid=("IR",))
            if best and rival:
                duty = rival.generalised_usd - best.generalised_usd
                share = duty / net.cargo.value_usd
                told.append(
                    f"{_title(net, *pair)}, {name}: {duty:,.0f} USD ({share:.1%} of the goods' "
                    f"value), then by {' '.join(rival.countries)}"
                )
    return Finding(
        "depends on", f"A charge on transit drives a box off Iran at: {'; '.join(told)}."
    )


@_test("instc-never-stopped")
def _instc_never_stopped(net: Network) -> Finding:
    crossings = _crossings(net, "AZ", "IR")
    spells = _spells_shut(net, crossings)
    told = "; ".join(f"from {start} to {end}, {(end - start).days} days" for start, end in spells)
    return Finding(
        "contradicted" if spells else "confirmed",
        f"Days on which none of the {len(crossings)} crossings between Azerbaijan and Iran let "
        f"goods through: {told or 'none in the tables'}.",
    )


@_test("red-sea")
def _red_sea(net: Network) -> Finding:
    nets = {"open to all": net.under(open=["bab-el-mandeb"]), "as it stands": net}
    nets["shut to all"] = net.under("red-sea-closed")
    by_iran = dict.fromkeys(nets, 0)
    margins: dict[str, float] = {}
    for pair in INDIA_PAIRS:
        costs = {
            name: [_generalised(under, *pair, avoid=avoid) for avoid in (("IR",), ())]
            for name, under in nets.items()
        }
        for name, (without, best) in costs.items():
            by_iran[name] += best < without - SMALL
        land = _generalised(nets["shut to all"], *pair)
        margins[_title(net, *pair)] = max(land - costs["open to all"][0], 0.0)
    gained = by_iran["shut to all"] - by_iran["open to all"]
    return Finding(
        "contradicted"
        if gained <= 0
        else "confirmed"
        if by_iran["as it stands"] > by_iran["open to all"]
        else "depends on",
        f"Of {len(INDIA_PAIRS)} India-Russia pairs these many go by Iran: with the Red Sea "
        f"{_named(by_iran, '')}. A box leaves the sea for Iran once the sea is dearer by "
        f"{_named(margins, 'USD')}.",
    )


@_test("rasht-astara-deal")
def _rasht_astara_deal(net: Network) -> Finding:
    link = net.seeds.links[net.seeds.gate_links["rasht-astara-rail"][0]]
    off = RASHT_ASTARA_KM / link.length_km - 1
    return Finding(
        "confirmed" if abs(off) <= LENGTH_TOLERANCE else "contradicted",
        f"{RASHT_ASTARA_EUR / RASHT_ASTARA_KM / 1e6:.0f} MEUR a km, "
        f"{LOAN_EUR / RASHT_ASTARA_EUR:.0%} of it loan; the tables have {link.length_km:g} km "
        f"({off:+.1%}). It is {link.mode}, not the road that the brief's wording makes of it, and "
        f"is {link.status} on {net.seeds.data_date}.",
    )


@_test("astara-astara")
def _astara_astara(net: Network) -> Finding:
    opened = [event.date for event in net.seeds.gate_events["astara-rail"] if _opens(event)]
    if not opened or opened[0] > BRIEF_DATE:
        return Finding("confirmed", "The tables have no opening of it before the brief.")
    return Finding(
        "contradicted",
        f"The line has stood since {opened[0]}, {_years(opened[0], BRIEF_DATE)} years before the "
        "brief speaks of building it; its sources name Azerbaijan alone as the payer.",
    )


@_test("persian-gulf-way")
def _persian_gulf_way(net: Network) -> Finding:
    pair, built = ("moscow", "bandar-abbas"), net.under(RASHT_ASTARA)
    before, after = (_way(under, *pair, modes=("rail",)) for under in (net, built))
    if after is None or "AZ" not in after.countries:
        return Finding("contradicted", "Even with the line the way by rail keeps off Azerbaijan.")
    shorter = before is None or (after.km < before.km and after.hours < before.hours)
    lorry = _way(net, *pair, by="generalised")
    return Finding(
        "confirmed" if shorter else "depends on",
        f"{_title(net, *pair)} by rail without ferries today: {_told(before)}; with the line: "
        f"{_told(after)}. With lorries where they pay, today: {_told(lorry)}.",
    )


@_test("three-plus-three")
def _three_plus_three(net: Network) -> Finding:
    pairs = list(combinations(FIVE_CAPITALS, 2))
    ways = {pair: _way(net, *pair) for pair in pairs}
    through = [pair for pair, way in ways.items() if way and "GE" in way.countries]
    without = {_title(net, *pair): _hours(net, *pair, avoid=("GE",)) for pair in through}
    today = {_title(net, *pair): _hours(net, *pair) for pair in through}
    return Finding(
        "depends on" if through else "confirmed",
        f"Georgia has kept away from the meetings, yet of the {len(pairs)} pairs of the other five "
        f"capitals {len(through)} go quickest over its soil: {_named(today)}. "
        f"Without it: {_named(without)}.",
    )


@_test("iran-not-bypassed")
def _iran_not_bypassed(net: Network) -> Finding:
    nets = {"neither": net, "Araz": net.under(ARAZ), "Zangezur": net.under(ZANGEZUR)}
    nets["both"] = net.under(BOTH)
    ways = {
        name: [way for pair in RIVAL_PAIRS[:3] if (way := _way(under, *pair))]
        for name, under in nets.items()
    }
    km = {name: sum(_km_in(way, "IR") for way in found) for name, found in ways.items()}
    entries = {
        name: float(sum("IR" in way.countries for way in found)) for name, found in ways.items()
    }
    return Finding(
        "contradicted"
        if km["Araz"] <= km["Zangezur"]
        else "confirmed"
        if km["both"] > km["Zangezur"]
        else "depends on",
        f"The quickest ways from Baku to Nakhchivan, Kars and Ankara lie on Iranian soil for, with "
        f"{_named(km, 'km')}; ways that enter Iran: {_named(entries, 'of 3')}.",
    )


def _way(net: Network, origin: str, destination: str, **options: Any) -> Route | None:
    """A route, by time unless told otherwise; None where there is none."""
    try:
        return route(net, origin, destination, **{"by": "time", **options})
    except NoRoute:
        return None


def _hours(net: Network, origin: str, destination: str, **options: Any) -> float:
    way = _way(net, origin, destination, **options)
    return way.hours if way else _NEVER


def _generalised(net: Network, origin: str, destination: str, **options: Any) -> float:
    way = _way(net, origin, destination, by="generalised", **options)
    return way.generalised_usd if way else _NEVER


def _km_in(way: Route, country: str) -> float:
    return sum(leg.km for leg in way.hauls if leg.country == country)


def _share_verdict(hits: int, asked: int) -> Verdict:
    """Confirmed where all hold, contradicted where none does."""
    return "contradicted" if not hits else "confirmed" if hits == asked else "depends on"


def _crossings(net: Network, *countries: str) -> set[str]:
    """Border gates between two countries."""
    rows = net.seeds.gates.values()
    return {row.id for row in rows if row.kind == "border" and set(row.countries) == set(countries)}


def _promises(net: Network, gates: Iterable[str]) -> list[tuple[str, dt.date]]:
    """Gates with the days promised for them until the network's own day, oldest promise first."""
    return [
        (gate, event.due)
        for gate in gates
        for event in net.seeds.gate_events[gate]
        if event.due and event.date <= net.date
    ]


def _opens(event: schema.Event) -> bool:
    return event.event == "opens" and not (event.origin or event.destination)


def _spells_shut(net: Network, gates: Iterable[str]) -> list[tuple[dt.date, dt.date]]:
    """Spells in which all gates stood shut, after the first day on which one stood open."""
    watched = set(gates)
    days = {event.date for event in net.seeds.events if event.gate in watched and not event.due}
    spells: list[tuple[dt.date, dt.date]] = []
    stood, since = False, None
    for day in sorted(day for day in {*days, net.date} if day <= net.date):
        if watched & open_on(net.seeds, day):
            spells += [(since, day)] if since else []
            stood, since = True, None
        elif stood and since is None:
            since = day
    return [*spells, (since, net.date)] if since else spells


def _dated(net: Network, source: str, signed: dt.date, since: str) -> Finding:
    """A dated fact, which a source other than the brief must have."""
    row = net.seeds.sources.get(source)
    found = row is not None and row.date >= f"{signed:%Y-%m}"
    by = f" ({row.publisher}, {row.date})" if row else ""
    return Finding("confirmed" if found else "depends on", f"Signed on {signed}{by}; {since}.")


def _state(net: Network, gate: str) -> str:
    """How a gate stands and, while it is unbuilt, when it may open."""
    row = net.seeds.gates[gate]
    if gate in net.open_gates:
        return f"{row.title}: open on {net.date}"
    if not (row.opening_low and row.opening_likely and row.opening_high):
        return f"{row.title}: shut on {net.date}"
    low, likely, high = (
        day.year for day in (row.opening_low, row.opening_likely, row.opening_high)
    )
    return f"{row.title}: shut on {net.date}, likely to open in {likely} ({low} to {high})"


def _named(values: Mapping[str, float], unit: str = "h") -> str:
    """Figures with their names: ``neither 51 h, Araz 45 h``."""
    return ", ".join(
        f"{name} {f'{value:,.0f} {unit}'.rstrip() if value < _NEVER else 'no way'}"
        for name, value in values.items()
    )


def _told(way: Route | None) -> str:
    if way is None:
        return "no way"
    by = " ".join(way.countries)
    return f"{way.km:,.0f} km, {way.hours:.0f} h and {way.usd:,.0f} USD by {by}"


def _change(before: Route | None, after: Route | None) -> str:
    if before is None or after is None:
        return "no way before" if before is None else "cut off"
    hours, usd = round(after.hours - before.hours), round(after.usd - before.usd)
    return f"{hours:+,d} h and {usd:+,d} USD" if hours or usd else "no change"


def _name(net: Network, place: str) -> str:
    return str(net.seeds.places[place].name)


def _title(net: Network, origin: str, destination: str) -> str:
    return f"{_name(net, origin)}-{_name(net, destination)}"


def _years(start: dt.date, end: dt.date) -> str:
    return f"{(end - start).days / 365.25:.1f}"


__all__ = ["Finding", "Judged", "judge", "run"]
