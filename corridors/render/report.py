"""The report: one folder that an analyst can hand on, with an index a reader starts at."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, cast

from corridors.analysis.breakeven import breakeven
from corridors.analysis.claims import judge
from corridors.analysis.provenance import provenance
from corridors.analysis.sweep import sweep
from corridors.analysis.validation import validate
from corridors.compare import Comparison, compare
from corridors.errors import UnknownNameError
from corridors.files import write_text
from corridors.network import bundled_scenarios
from corridors.render.charts import SAID, breakeven_chart, chart
from corridors.render.explorer import explorer
from corridors.render.maps import asset, comparison_map, route_map
from corridors.render.pages import (
    MINUS,
    claims_section,
    provenance_section,
    validation_section,
)
from corridors.render.payload import SHOWN_DIGITS
from corridors.render.worth_charts import interaction_chart, worth_chart
from corridors.routing import route
from geo.basemap import ATTRIBUTION, BORDERS_NOTE
from geo.frontiers import country_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.analysis.breakeven import Breakeven
    from corridors.analysis.worth import Worth
    from corridors.network import Network
    from corridors.routing import Route
    from corridors.scenario import Effect

#: The pairs that the corridors are argued about.
PAIRS = (
    ("baku", "nakhchivan"),
    ("baku", "istanbul"),
    ("moscow", "bandar-abbas"),
    ("st-petersburg", "nhava-sheva"),
    ("tbilisi", "tehran"),
    ("ankara", "baku"),
)
#: The scenarios every report compares, the base first.
SCENARIOS = (
    "base",
    "2020-both-shut",
    "zangezur-open",
    "araz-open",
    "both-open",
    "rasht-astara-built",
    "azerbaijan-iran-closed",
    "red-sea-closed",
)


@dataclass(frozen=True, slots=True)
class View:
    """One way of asking: what a route minimises, and the modes it may use."""

    name: str
    lead: str
    by: str
    modes: tuple[str, ...] | None = None


VIEWS = (
    View("time", "The fastest way", "time"),
    View("cost", "The cheapest way", "cost"),
    View("generalised", "The way that weighs money and the goods' time", "generalised"),
    View("rail", "The fastest way by rail and rail ferry alone", "time", ("rail", "ferry")),
)
VIEW = {view.name: view for view in VIEWS}
#: The brief's open question (B13): duties on the Araz Corridor, once both ways are open.
DUTY_PAIR = ("baku", "nakhchivan")
DUTY_FAMILY = "araz"
DUTY_SCENARIO = "both-open"
#: The projects whose worth is weighed: gates that open together.
PROJECTS = {
    "Araz by road": ("horadiz-aghband-road", "aghband-kalaleh-road", "kalaleh-jolfa-road"),
    "Araz by rail": ("horadiz-aghband-rail", "araz-rail", "araz-rail-border-east"),
    "Zangezur by road": (
        "horadiz-aghband-road",
        "tripp-road",
        "aghband-meghri-road",
        "ordubad-meghri-road",
    ),
    "Zangezur by rail": (
        "horadiz-aghband-rail",
        "nakhchivan-rail",
        "meghri-rail",
        "aghband-meghri-rail",
        "ordubad-meghri-rail",
    ),
    "Kars-Nakhchivan railway": ("kars-nakhchivan-rail", "dilucu-rail"),
    "Rasht-Astara railway": ("rasht-astara-rail",),
}
#: The cities whose pairs it is weighed for.
CITIES = (
    "baku",
    "nakhchivan",
    "tbilisi",
    "yerevan",
    "tehran",
    "ankara",
    "istanbul",
    "mersin",
    "moscow",
    "bandar-abbas",
)
DAYS_FROM_H = 120
HOUR_DIGITS = SHOWN_DIGITS["hours"]
SMALL = 0.5
TWO = 2
#: More changes of a scenario than these are folded away.
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the index."""

    anchor: str
    title: str
    body: str


def write_report(
    net: Network,
    folder: str | Path,
    *,
    by: str = "time",
    pairs: Sequence[tuple[str, str]] = PAIRS,
    scenarios: Sequence[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write maps, tables and an index.

    Parameters
    ----------
    net
        The network.
    folder
        Where to write; made if it is not there.
    by
        What the maps show: ``time``, ``cost`` or ``generalised``; the tables show them all.
    pairs
        Origins and destinations; those the network does not hold are left out.
    scenarios
        Bundled ids, the base first; all eight of the first report when left out.
    progress
        Called with the name of each step.

    Returns
    -------
    Path
        The index.
    """
    if by not in {view.name for view in VIEWS}:
        what = "objective"
        raise UnknownNameError(what, by, [view.name for view in VIEWS])
    target = Path(folder)
    held = net.seeds.places
    asked = [pair for pair in pairs if pair[0] in held and pair[1] in held]
    known = bundled_scenarios(net.seeds)
    chosen = scenarios or [name for name in SCENARIOS if name in known or name == "base"]
    compared: dict[str, Comparison] = {}
    for view in VIEWS:
        progress(f"comparing {len(chosen)} scenarios: {view.lead.lower()}")
        compared[view.name] = compare(net, chosen, asked, by=view.by, modes=view.modes)
        text = compared[view.name].table.to_csv(index=False)
        write_text(target / "tables" / f"comparison-{view.name}.csv", text)
    _write_maps(net, compared[by], target, progress)
    sections = [
        Section("summary", "In words", _summary(compared)),
        Section("maps", "Maps", _map_cards(compared[by])),
        *(
            Section(f"view-{view.name}", view.lead, _tables(compared[view.name], view))
            for view in VIEWS
        ),
        *_duty_question(net),
        *_worth(net, progress),
        Section("scenarios", "What each scenario changes", _scenario_list(compared[by])),
        *_truth(net, target, progress),
        Section("limits", "Data and limits", _limits(net)),
    ]
    progress("writing the explorer")
    explorer(net, target / "explorer.html")
    progress("writing the index")
    return write_text(target / "index.html", page(net, sections))


def page(net: Network, sections: Sequence[Section]) -> str:
    """The index as one page without anything from outside."""
    title = escape(net.seeds.title)
    contents = "".join(f'<a href="#{part.anchor}">{escape(part.title)}</a>' for part in sections)
    body = "".join(
        f'<section id="{part.anchor}"><h2>{escape(part.title)}</h2>{part.body}</section>'
        for part in sections
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{asset('report.css')}</style></head><body>"
        f'<header class="head"><p class="kicker">Corridors report</p><h1>{title}</h1>'
        f"<p>Gates as of {net.date}; data of {net.seeds.data_date}. {_shipment(net)}</p>"
        f"<nav>{contents}</nav></header><main>{body}</main></body></html>\n"
    )


def _shipment(net: Network) -> str:
    """Whose figures these are."""
    cargo = net.cargo
    day = cargo.value_usd * cargo.time_cost_share_per_day
    return (
        f"Figures are for one loaded container (TEU) of {cargo.tonnes:g} t, door to door. Its "
        f"goods are worth {cargo.value_usd:,.0f} USD; a day on the way costs them {day:,.0f} USD "
        f"({cargo.time_cost_share_per_day:.1%}) where money and time are weighed together."
    )


def comparison_page(comparison: Comparison) -> str:
    """One printable page of a comparison: in words, pair by pair, and what was changed."""
    net = comparison.networks[comparison.base]
    by = comparison.by
    view = View(by, f"The best way by {SAID.get(by, by)}", by)
    tables = "".join(_pair_table(comparison, pair) for pair in comparison.pairs)
    return page(
        net,
        [
            Section("summary", "In words", _summary({view.name: comparison}, [view])),
            Section("tables", "Pair by pair", tables),
            Section("scenarios", "What each scenario changes", _scenario_list(comparison)),
            Section("limits", "Data and limits", _limits(net)),
        ],
    )


def _duty_question(net: Network) -> list[Section]:
    """At what duty Baku-Nakhchivan leaves the ways through Iran, and for what."""
    origin, destination = DUTY_PAIR
    corridors = [row for row in net.seeds.corridors.values() if row.id.startswith(DUTY_FAMILY)]
    known = {*net.seeds.places} >= set(DUTY_PAIR) and corridors
    if not known or DUTY_SCENARIO not in bundled_scenarios(net.seeds):
        return []
    under = net.under(DUTY_SCENARIO)
    before = route(net, origin, destination)
    charts = [chart([before, route(under, origin, destination)]).svg()]
    said = []
    for by in ("cost", "generalised"):
        found = breakeven(under, origin, destination, lever=f"duty:{DUTY_FAMILY}", by=by)
        said.append(_duty_words(found))
        charts += [breakeven_chart(found).svg()] if by == "generalised" else []
    figures = "".join(f"<figure>{drawn}</figure>" for drawn in charts)
    lead = (
        f"<p>With the scenario <i>{escape(under.title)}</i>: how far a duty on every shipment can "
        "rise before the best way leaves Iran's soil, exactly, and for what. It is levied on "
        f"{escape('; '.join(row.title for row in corridors))}.</p>"
    )
    return [Section("duty", "The open question: duties on Araz", lead + "".join(said) + figures)]


def _duty_words(found: Breakeven) -> str:
    """Which way is the best up to which duty, a line a range."""
    names = found.ranges[0].route.network.seeds.corridors
    lines = []
    for item in found.ranges:
        last = item is found.ranges[-1]
        until = f"Above {item.start:,.0f} USD" if last else f"Up to {item.end:,.0f} USD"
        if item is found.ranges[0] and last:
            until = "At any duty"
        lead = item.lead.corridor
        along = f", {item.lead.share:.0%} of it along {names[lead].title}" if lead else ""
        worth = f"{item.worth_start:,.0f} to {item.worth_end:,.0f} USD"
        if round(item.worth_start) == round(item.worth_end):
            worth = f"{item.worth_start:,.0f} USD"
        lines.append(f"{until} a shipment: {_through(item.route)}{escape(along)}; {worth}.")
    listed = "".join(f"<li>{line}</li>" for line in lines)
    return f"<h3>By {SAID.get(found.by, found.by)}</h3><ul>{listed}</ul>"


def _worth(net: Network, progress: Callable[[str], None]) -> list[Section]:
    """What each project is worth, alone and beside the others, over every combination."""
    gates = {
        name: list(group) for name, group in PROJECTS.items() if {*group} <= {*net.seeds.gates}
    }
    cities = [city for city in CITIES if city in net.seeds.places]
    if not gates or len(cities) < TWO:
        return []
    progress("weighing every combination of projects")
    parts = []
    for view in (VIEW["generalised"], VIEW["time"], VIEW["rail"]):
        weighed = sweep(net, gates=gates, pairs=cities, by=view.by, modes=view.modes).worth()
        figures = "".join(
            f"<figure>{drawn.svg()}</figure>"
            for drawn in (
                worth_chart(weighed, of="project"),
                interaction_chart(weighed, of="project"),
            )
        )
        words = "".join(f"<li>{line}</li>" for line in _worth_words(net, weighed))
        parts.append(f"<h3>{escape(view.lead)}</h3><ul>{words}</ul>{figures}")
    named = _listed([net.seeds.places[city].name for city in cities])
    holds = "".join(
        f"<li><b>{escape(name)}</b>: "
        f"{escape('; '.join(net.seeds.gates[gate].title for gate in group))}</li>"
        for name, group in gates.items()
    )
    lead = (
        f"<p>All {2 ** len(gates):,} combinations of {len(gates)} projects, for shipments both "
        f"ways between each two of {len(cities)} cities ({escape(named)}), solved exactly. A "
        "project's worth is its Shapley value: what it saves on the mean over every order in which "
        "the projects could come. It is a sum over the pairs, one shipment each, and the mean a "
        "shipment stands beside it: no forecast of trade is in it. Two projects with a positive "
        "interaction are complements, worth more together; with a negative one substitutes, as "
        "each takes what the other would have saved. A pair without a way counts as its dearest "
        f"way.</p><details><summary>What each project holds</summary><ul>{holds}</ul></details>"
    )
    singly = _gate_table(net, sweep(net, gates="unbuilt", pairs=cities, by="generalised").worth())
    return [Section("worth", "What each project is worth", lead + "".join(parts) + singly)]


def _gate_table(net: Network, weighed: Worth) -> str:
    """The worth of every unbuilt gate by itself; lines in a row share what they bring together."""
    worth = weighed.gates.sort_values(ascending=False)
    rows = "".join(
        f"<tr><th>{escape(net.seeds.gates[str(gate)].title)}</th><td>{value:,.0f}</td></tr>"
        for gate, value in worth.items()
        if value >= SMALL
    )
    idle = int((worth < SMALL).sum())
    return (
        f"<h3>Every unbuilt gate among all the others, by {SAID.get(weighed.by, weighed.by)}</h3>"
        f"<p>The same for {len(worth)} single gates, {2 ** len(worth):,} combinations, exactly: "
        "another game than that of the projects, so the figures are not parts of theirs. Gates on "
        f"one line share what they bring only together; {idle} change none of these best ways.</p>"
        '<div class="scroll"><table><thead><tr><th>gate</th>'
        f"<th>{escape(weighed.unit)}, sum over the pairs</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _worth_words(net: Network, weighed: Worth) -> list[str]:
    """What the worth of each project comes from, computed: sum, best pair, partners."""
    names, unit = net.seeds.places, weighed.unit
    count = len(weighed.pairs)
    mean = f"{weighed.total / count:,.0f} a shipment on the mean"
    lines = [f"All together save {weighed.total:,.0f} {unit}, summed over {count} pairs: {mean}."]
    for project, worth in weighed.gates.sort_values(ascending=False).items():
        if worth < SMALL:
            lines.append(f"<b>{escape(str(project))}</b> changes none of these best ways.")
            continue
        by_pair = weighed.pairs[project]
        origin, destination = cast("tuple[str, str]", by_pair.idxmax())
        pair = f"{names[origin].name} to {names[destination].name}"
        others = weighed.interaction[project].drop(project)
        tied = [
            f"{'gains' if value > 0 else 'loses'} {abs(value):,.0f} beside {other}"
            for other, value in others.items()
            if abs(value) >= SMALL
        ]
        partners = f"; it {escape(_listed(tied))}" if tied else ""
        lines.append(
            f"<b>{escape(str(project))}</b> is worth {worth:,.0f} {unit} ({worth / count:,.1f} a "
            f"shipment), most of all to {escape(pair)} ({by_pair.max():,.0f}){partners}."
        )
    return lines


def _truth(net: Network, target: Path, progress: Callable[[str], None]) -> list[Section]:
    """The model beside what is published, the brief's claims, and what rests on what."""
    sections = []
    if net.seeds.observed:
        progress("holding the model against published figures")
        found = validate(net)
        csv = "tables/validation.csv"
        write_text(target / csv, found.table.to_csv(index=False))
        link = f'<p class="small">As a table: <a href="{csv}">{csv}</a></p>'
        body = validation_section(found) + link
        sections.append(Section("validation", "The model beside what was published", body))
    if net.seeds.claims:
        progress("judging the brief's claims")
        body = _brief(net) + claims_section(judge(net), net.seeds)
        sections.append(Section("claims", "The brief, claim by claim", body))
    body = provenance_section(provenance(net.seeds))
    return [*sections, Section("sources", "Where the numbers come from", body)]


def _brief(net: Network) -> str:
    """What the claims are taken from: the first paragraph of ``brief.md`` beside the tables."""
    path = net.seeds.folder / "brief.md"
    if not path.is_file():
        return ""
    heading, *paragraphs = path.read_text(encoding="utf-8").split("\n\n")
    first = paragraphs[0] if paragraphs else heading
    return f"<p>{escape(first.replace('*', ''))}</p>"


def _write_maps(
    net: Network, comparison: Comparison, target: Path, progress: Callable[[str], None]
) -> None:
    progress("drawing the network")
    page_ = route_map(net)
    write_text(target / "maps" / "network.html", page_.get_root().render())
    for pair in comparison.pairs:
        progress(f"drawing {pair[0]} to {pair[1]}")
        drawn = comparison_map(comparison, pair)
        write_text(target / "maps" / f"{_slug(pair)}.html", drawn.get_root().render())


def _slug(pair: tuple[str, str]) -> str:
    return f"{pair[0]}-{pair[1]}"


def _names(comparison: Comparison, pair: tuple[str, str]) -> str:
    places = comparison.networks[comparison.base].seeds.places
    return f"{places[pair[0]].name} to {places[pair[1]].name}"


def _summary(compared: dict[str, Comparison], views: Sequence[View] = VIEWS) -> str:
    """For each pair a list of computed sentences."""
    first = next(iter(compared.values()))
    parts = []
    for pair in first.pairs:
        items = [_sentence(compared[view.name], pair, view) for view in views]
        listed = "".join(f"<li>{item}</li>" for item in items)
        parts.append(f"<h3>{escape(_names(first, pair))}</h3><ul>{listed}</ul>")
    return "".join(parts)


def _sentence(comparison: Comparison, pair: tuple[str, str], view: View) -> str:
    """What the scenarios do to one pair's best way; those that do the same taken together."""
    base = comparison.route(comparison.base, pair)
    effects: dict[str, list[str]] = {}
    for scenario in comparison.scenarios:
        if scenario != comparison.base:
            effect = _effect(comparison, scenario, pair, base)
            effects.setdefault(effect, []).append(escape(comparison.networks[scenario].title))
    unchanged = effects.pop("", [])
    changed = [f"<i>{'; '.join(names)}</i>: {effect}." for effect, names in effects.items()]
    if len(unchanged) + 1 == len(comparison.scenarios):
        changed = ["No scenario changes it."]
    now = f"runs through {_through(base)}: {_figures(base)}." if base else "does not exist today."
    return " ".join([f"<b>{escape(view.lead)}</b>", now, *changed])


def _effect(
    comparison: Comparison, scenario: str, pair: tuple[str, str], base: Route | None
) -> str:
    """What one scenario changes, in words; empty where nothing does."""
    way = comparison.route(scenario, pair)
    if way is None:
        return "no way is left" if base else ""
    if base is None:
        return f"a way opens through {_through(way)}: {_figures(way)}"
    hours = _apart(way.hours, base.hours, HOUR_DIGITS)
    usd = _apart(way.usd, base.usd, 0)
    if way.links == base.links and not hours and not usd:
        return ""
    where = "the same way" if way.links == base.links else f"through {_through(way)}"
    return f"{where}, {_signed(hours, 'h')} and {_signed(usd, 'USD')}"


def _apart(value: float, base: float, digits: int) -> float:
    """The difference of two figures as they are shown, so that a reader finds it right."""
    return round(round(value, digits) - round(base, digits), digits)


def _through(way: Route) -> str:
    countries = " \u203a ".join(country_name(country) for country in way.countries)
    return f"{escape(countries)} by {_listed(way.modes)}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _figures(way: Route) -> str:
    borders = f"{way.borders} border{'s' * (way.borders != 1)}"
    return f"{duration(way.hours)}, {way.usd:,.0f} USD, {way.km:,.0f} km, {borders}"


def _signed(value: float, unit: str) -> str:
    if not value:
        return f"the same {'time' if unit == 'h' else 'price'}"
    digits = HOUR_DIGITS if unit == "h" else 0
    return f"{abs(value):,.{digits}f} {unit} {'more' if value > 0 else 'less'}"


def duration(hours: float) -> str:
    """Hours as a reader takes them in: hours up to five days, then days.

    Examples
    --------
    >>> duration(50.44), duration(240)
    ('50.4 h', '10.0 days')
    """
    return f"{hours:,.{HOUR_DIGITS}f} h" if hours < DAYS_FROM_H else f"{hours / 24:,.1f} days"


def _map_cards(comparison: Comparison) -> str:
    cards = [
        ("explorer", "The explorer", "flip a gate, slide the year, see the freight move"),
        ("maps/network", "The whole network", "places, links, gates and named corridors"),
    ]
    for pair in comparison.pairs:
        ways = {way.links for name in comparison.scenarios if (way := comparison.route(name, pair))}
        by = SAID.get(comparison.by, comparison.by)
        count = f"{len(ways)} best way{'s' * (len(ways) != 1)} by {by}"
        count += f" under {len(comparison.scenarios)} scenarios"
        cards.append((f"maps/{_slug(pair)}", _names(comparison, pair), count))
    links = "".join(
        f'<a class="card" href="{escape(slug)}.html"><b>{escape(title)}</b>'
        f"<span>{escape(words)}</span></a>"
        for slug, title, words in cards
    )
    frame = (
        f'<iframe title="Map: {escape(cards[2][1])}" loading="lazy" '
        f'src="{escape(cards[2][0])}.html"></iframe>'
        if comparison.pairs
        else ""
    )
    return f'<div class="cards">{links}</div>{frame}'


def _tables(comparison: Comparison, view: View) -> str:
    csv = f"tables/comparison-{view.name}.csv"
    tables = "".join(_pair_table(comparison, pair) for pair in comparison.pairs)
    key = "⇄ another way than that of the base, or one that opens."
    return f'<p class="small">{key} As a table: <a href="{csv}">{csv}</a></p>{tables}'


def _pair_table(comparison: Comparison, pair: tuple[str, str]) -> str:
    heads = ("scenario", "hours", "change", "USD", "change", "km", "kg CO₂e", "borders")
    head = "".join(f"<th>{name}</th>" for name in (*heads, "gauge changes"))
    head += '<th class="left">through</th>'
    same: dict[tuple[str, str], list[str]] = {}  # scenarios that do the same share a row
    for scenario, net in comparison.networks.items():
        same.setdefault(_pair_cells(comparison, scenario, pair), []).append(net.title)
    rows = "".join(
        f'<tr class="{kind}"><th>{escape("; ".join(titles))}</th>{cells}</tr>'
        for (kind, cells), titles in same.items()
    )
    title = escape(_names(comparison, pair))
    return (
        f'<div class="scroll"><table><caption>{title}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _pair_cells(comparison: Comparison, scenario: str, pair: tuple[str, str]) -> tuple[str, str]:
    """The kind of a row, and its cells after the name of the scenario."""
    way, base = comparison.route(scenario, pair), comparison.route(comparison.base, pair)
    if way is None:
        gates = comparison.networks[scenario].seeds.gates
        needs = escape(", ".join(gates[gate].title for gate in comparison.needs[scenario, pair]))
        said = f"no way; needs {needs}" if needs else "no way; no gate would open one"
        return "none", f'<td colspan="9">{said}</td>'
    kind = comparison.change_of_way(scenario, pair)
    if kind == "same" and base and not _effect(comparison, scenario, pair, base):
        kind = "base"
    hours = _delta(_apart(way.hours, base.hours, HOUR_DIGITS), HOUR_DIGITS) if base else ""
    usd = _delta(_apart(way.usd, base.usd, 0), 0) if base else ""
    cells = [
        f"{way.hours:,.{HOUR_DIGITS}f}",
        hours,
        f"{way.usd:,.0f}",
        usd,
        f"{way.km:,.0f}",
        f"{way.co2_kg:,.0f}",
        str(way.borders),
        str(way.gauge_changes),
    ]
    numbers = "".join(f"<td>{cell}</td>" for cell in cells)
    through = f'<td class="left">{_through(way)}</td>'
    return kind, numbers + through


def _delta(value: float, digits: int) -> str:
    if not value:
        return ""
    kind = "better" if value < 0 else "worse"
    return f'<span class="{kind}">{f"{value:+,.{digits}f}".replace("-", MINUS)}</span>'


def _scenario_list(comparison: Comparison) -> str:
    parts = []
    for name, net in comparison.networks.items():
        reason = net.scenarios[-1].reason if net.scenarios else ""
        changes = "".join(f"<li>{escape(_changed(net, effect))}</li>" for effect in net.effects)
        acted = "".join(
            f"<li>condition: {escape(net.seeds.conditions[item].title)}</li>" for item in net.acted
        )
        listed = f"<ul>{changes}{acted}</ul>" if changes or acted else ""
        if len(net.effects) > MOST_SHOWN:
            listed = f"<details><summary>{len(net.effects)} changes</summary>{listed}</details>"
        parts.append(
            f"<h3>{escape(net.title)} <code>{escape(name)}</code></h3>"
            f"<p>{escape(reason)} Gates as of {net.date}.</p>{listed}"
        )
    return "".join(parts)


def _changed(net: Network, effect: Effect) -> str:
    """A change in words: gates by their titles."""
    kind, name = effect.key[:2]
    gate = net.seeds.gates.get(name) if kind == "gate" else None
    return f"{'open' if effect.value else 'shut'}: {gate.title}" if gate else str(effect)


def _limits(net: Network) -> str:
    seeds = net.seeds
    assumed = sum("assumed" in row.source for row in seeds.parameters.values())
    lines = [
        (
            f"{len(seeds.places)} places, {len(seeds.links)} links, {len(seeds.gates)} gates with "
            f"{len(seeds.events)} dated events, {len(seeds.sources)} sources; {assumed} of "
            f"{len(seeds.parameters)} parameters rest at least in part on an assumption and carry "
            "a range."
        ),
        (
            "Lengths are published ones where there are any; lines on the maps are for the eye. "
            "Speeds, waits and prices are means with wide ranges, not quotations."
        ),
        "Emissions are tank-to-wheel unless a source says otherwise.",
        BORDERS_NOTE,
        ATTRIBUTION,
        *seeds.attribution,
    ]
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
