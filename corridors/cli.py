"""The command line: each command is a thin shell around one public function."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.markup import escape

import corridors as co

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.table import Table

    from corridors.compare import Comparison
    from corridors.exchange.lines import Misfit
    from corridors.network import Network
    from corridors.routing import Route

BAD_INPUT = 2
#: What typer raises when a command line cannot be read.
_UNREADABLE: Any = typer.BadParameter.__mro__[2]
app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Route freight over transport corridors, flip a border, compare, and show where every "
    "number comes from.",
)

Seeds = Annotated[
    Path | None, typer.Option("--seeds", help="Folder of tables; bundled if left out.")
]
Date = Annotated[str | None, typer.Option("--date", help="Day whose gates count, 2028-06-01.")]
Scenarios = Annotated[
    list[str] | None, typer.Option("--scenario", help="Bundled id or TOML file; repeat to layer.")
]
By = Annotated[str, typer.Option("--by", help="time, cost, co2, generalised or distance.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Open = Annotated[list[str] | None, typer.Option("--open", help="A gate to open; repeatable.")]
Close = Annotated[list[str] | None, typer.Option("--close", help="A gate to shut; repeatable.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="File or folder to write.")]
CargoName = Annotated[str | None, typer.Option("--cargo", help="Cargo profile, western-shipper.")]
Opening = Annotated[
    str, typer.Option("--opening", help="Day unbuilt gates open on: low, likely or high.")
]
Gates = Annotated[
    list[str],
    typer.Option(
        "--gates",
        help="Gates under study: ids, name=gate+gate for several that open together, or one of "
        "unbuilt, borders, projects, straits, services, all; by commas, or repeated.",
    ),
]
Pairs = Annotated[
    list[str],
    typer.Option(
        "--pairs",
        help="origin:destination, or places for every pair of them; by commas, or repeated.",
    ),
]
Workers = Annotated[int | None, typer.Option("--workers", help="Threads; one a core if left out.")]
scenarios_app = typer.Typer(help="Scenarios: list them, show what one changes, begin a new one.")
app.add_typer(scenarios_app, name="scenario")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"corridors {co.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit 2 with one clear line for bad input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(args=given or ["--help"], prog_name="corridors", standalone_mode=False)
    except co.CorridorsError as error:
        _refuse(str(error))
    except _UNREADABLE as error:
        _refuse(" ".join(error.format_message().split()))
    except OSError as error:
        _refuse(f"{error.filename or 'a file'}: {error.strerror or error}")
    sys.exit(code or 0)


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    sys.exit(BAD_INPUT)


def _network(
    seeds: Path | None,
    date: str | None,
    scenarios: list[str] | None = None,
    opened: list[str] | None = None,
    closed: list[str] | None = None,
) -> Network:
    net = co.load(seeds, date=date)
    if scenarios or opened or closed:
        net = net.under(*(scenarios or ()), open=opened or (), close=closed or (), date=date)
    return net


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def _show(*parts: Any) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 132, highlight=False)
    for part in parts:
        console.print(part)


@app.command()
def route(
    origin: str,
    destination: str,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    open_: Open = None,
    close: Close = None,
    by: By = "time",
    mode: Annotated[list[str] | None, typer.Option("--mode", help="Allowed mode.")] = None,
    via: Annotated[list[str] | None, typer.Option("--via", help="Place to pass.")] = None,
    avoid: Annotated[
        list[str] | None, typer.Option("--avoid", help="Place, corridor or country to keep off.")
    ] = None,
    k: Annotated[int, typer.Option("--k", help="How many alternatives.")] = 1,
    distinct: Annotated[
        bool, typer.Option("--distinct", help="Alternatives that differ by corridor.")
    ] = False,
    cargo: CargoName = None,
    as_json: AsJson = False,
) -> None:
    """The best way between two places, leg by leg."""
    net = _network(seeds, date, scenario, open_, close)
    if k != 1 and via:
        message = "--via holds for one route; --k lists alternatives, which it cannot be held to"
        raise co.CorridorsError(message)
    if k != 1:
        found = co.alternatives(
            net,
            origin,
            destination,
            k=k,
            by=by,
            cargo=_cargo(cargo, net),
            modes=mode,
            avoid=avoid or (),
            distinct=distinct,
        )
    else:
        found = [
            co.route(
                net,
                origin,
                destination,
                by=by,
                cargo=_cargo(cargo, net),
                modes=mode,
                via=via or (),
                avoid=avoid or (),
            )
        ]
    if as_json:
        plain = [way.to_dict() for way in found]
        _print_json(plain[0] if k == 1 else plain)
        return
    for way in found:
        _show(*_route_parts(way))


@app.command()
def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Scenario ids or files, the first is the base; all for every one."),
    ],
    pair: Annotated[list[str], typer.Option("--pair", help="origin:destination; repeatable.")],
    seeds: Seeds = None,
    date: Date = None,
    by: By = "time",
    cargo: CargoName = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Every pair under every scenario, against the first one."""
    from corridors.network import bundled_scenarios

    net = co.load(seeds, date=date)
    pairs = [_pair(text) for text in pair]
    if scenarios == ["all"]:
        scenarios = [*dict.fromkeys(["base", *bundled_scenarios(net.seeds)])]
    comparison = co.compare(net, scenarios, pairs, by=by, cargo=_cargo(cargo, net))
    if out is not None:
        _write_table(comparison, out)
    elif as_json:
        _print_json(comparison.to_dict())
    else:
        _show(*(_comparison_table(comparison, pair) for pair in comparison.pairs))


@app.command()
def explain(
    origin: str,
    destination: str,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    open_: Open = None,
    close: Close = None,
    by: By = "time",
    cargo: CargoName = None,
    as_json: AsJson = False,
) -> None:
    """What scenarios change on a way, and because of which gate."""
    before = co.load(seeds, date=date)
    net = _network(seeds, date, scenario, open_, close)
    new = co.route(net, origin, destination, by=by, cargo=_cargo(cargo, net))
    try:
        old = new.on(before)
    except co.NoRoute as no:
        opened = [gate for gate in new.gates if gate not in before.open_gates]
        if as_json:
            _print_json({"old": None, "new": new.to_dict(), "gates": opened, "needs": no.needs})
        else:
            typer.echo(f"{no}\nnow {new}\nopened by {', '.join(opened)}")
        return
    found = old.explain(new)
    if as_json:
        _print_json(found.to_dict())
    else:
        typer.echo(found.words())


@app.command()
def breakeven(
    origin: str,
    destination: str,
    lever: Annotated[
        str, typer.Option("--lever", help="duty:araz, dwell:GATE, rate:ID, speed:ID or ID.")
    ],
    low: Annotated[float | None, typer.Option("--low", help="Where the range begins.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="Where it ends.")] = None,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    open_: Open = None,
    close: Close = None,
    by: By = "cost",
    cargo: CargoName = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Table .csv or chart .svg, .png to write.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Where the best way changes as a duty, a dwell, a rate or a speed moves, exactly."""
    net = _network(seeds, date, scenario, open_, close)
    found = co.breakeven(
        net,
        origin,
        destination,
        lever=lever,
        low=low,
        high=high,
        by=by,
        cargo=_cargo(cargo, net),
    )
    if out is not None:
        typer.echo(f"wrote {_write_csv_or_chart(out, found.table, lambda: co.chart(found))}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        typer.echo(found.words())


@app.command()
def timeline(
    pair: Annotated[list[str], typer.Argument(help="origin:destination; several may follow.")],
    first: Annotated[int, typer.Option("--from", help="First year.")],
    last: Annotated[int, typer.Option("--to", help="Last year.")],
    seeds: Seeds = None,
    scenario: Scenarios = None,
    by: By = "time",
    opening: Opening = "likely",
    cargo: CargoName = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """The best way year by year, and because of which gate it changes."""
    from corridors.files import write_text

    if first > last:
        message = f"--from {first} lies after --to {last}"
        raise co.CorridorsError(message)
    net = _network(seeds, None, scenario)
    found = co.timeline(
        net,
        [_pair(text) for text in pair],
        range(first, last + 1),
        by=by,
        opening=opening,
        cargo=_cargo(cargo, net),
    )
    if out is not None:
        typer.echo(f"wrote {write_text(out, found.table.to_csv(index=False))}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        typer.echo(found.words())


@app.command()
def chart(
    origin: str,
    destination: str,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    by: By = "time",
    measure: Annotated[str, typer.Option("--measure", help="hours or usd up the side.")] = "hours",
    cargo: CargoName = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File to write, .svg or .png.")
    ] = None,
) -> None:
    """Time or cost over distance; under scenarios laid over the same without them."""
    net = _network(seeds, date, scenario)
    way = co.route(net, origin, destination, by=by, cargo=_cargo(cargo, net))
    old = _before(way, seeds, date) if scenario else None
    drawn = co.chart([old, way] if old else way, measure=measure)
    typer.echo(f"wrote {drawn.save(out or 'chart.svg')}")


@app.command()
def sweep(
    gates: Gates,
    pairs: Pairs,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    by: By = "time",
    cargo: CargoName = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="All combinations .parquet, or a row a pair .csv, .json."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every combination of some gates open and shut, exactly."""
    net = _network(seeds, date, scenario)
    with _bar("solving"):
        found = co.sweep(
            net,
            _gates(gates),
            _pairs_or_places(pairs),
            by=by,
            cargo=_cargo(cargo, net),
            workers=workers,
        )
    if out is not None:
        with _bar(f"visiting {found.count:,} combinations"):
            typer.echo(f"wrote {_write_sweep(found, out, workers)}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        _show_frames(
            (found.table, repr(found)[1:-1]),
            *((found.leads(pair), f"{':'.join(pair)}: who leads") for pair in found.pairs[:3]),
        )


@app.command()
def worth(
    gates: Gates,
    pairs: Pairs,
    of: Annotated[
        str | None, typer.Option("--of", help="Country (ISO) or pair; all pairs if left out.")
    ] = None,
    unconnected: Annotated[
        str, typer.Option("--unconnected", help="What no way counts for: worst, or a number.")
    ] = "worst",
    couples: Annotated[
        bool, typer.Option("--couples", help="Draw complements and substitutes with -o.")
    ] = False,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    by: By = "time",
    cargo: CargoName = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Table .csv or chart .svg, .png to write.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What each gate is worth, alone and with another: exact Shapley values."""
    from corridors.render.worth_charts import interaction_chart, worth_chart

    net = _network(seeds, date, scenario)
    found = co.sweep(
        net, _gates(gates), _pairs_or_places(pairs), by=by, cargo=_cargo(cargo, net)
    ).worth(
        _pair(of) if of and ":" in of else of,
        unconnected=_number_or_word(unconnected),
    )
    if out is not None:
        draw = partial(interaction_chart if couples else worth_chart, found)
        table = found.couples if couples else found.gates.reset_index()
        typer.echo(f"wrote {_write_csv_or_chart(out, lambda: table, draw)}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        ranked = found.gates.sort_values(ascending=False).reset_index()
        _show_frames(
            (ranked[ranked["saved"] != 0], f"{repr(found)[1:-1]}, in {found.unit}"),
            (found.couples, "together beyond what each saves alone"),
        )


@app.command()
def simulate(
    scenarios: Annotated[list[str], typer.Argument(help="Scenario ids or files.")],
    pairs: Pairs,
    draws: Annotated[int, typer.Option("--draws", help="How many draws.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the draws.")] = 1,
    year: Annotated[
        list[int] | None, typer.Option("--year", help="Year whose 1 July counts; repeatable.")
    ] = None,
    seeds: Seeds = None,
    date: Date = None,
    by: By = "time",
    cargo: CargoName = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Table .csv, or chart .svg, .png of the first pair."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Medians with 5-95 %, and how likely each corridor leads and each scenario wins."""
    from corridors.render.worth_charts import simulation_chart

    net = co.load(seeds, date=date)
    with _bar(f"{draws:,} draws"):
        found = co.simulate(
            net,
            scenarios,
            _pairs_or_places(pairs),
            draws=draws,
            seed=seed,
            years=year or (),
            by=by,
            cargo=_cargo(cargo, net),
            workers=workers,
        )
    first = found.pairs[0]
    if out is not None:
        draw = partial(simulation_chart, found, first)
        typer.echo(f"wrote {_write_csv_or_chart(out, lambda: found.table, draw)}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        _show_frames(
            (found.table, f"{repr(found)[1:-1]}, in {found.unit}"),
            (found.beats(first), f"{':'.join(first)}: how likely a scenario is better"),
            (found.leads(first), f"{':'.join(first)}: how likely a corridor leads"),
        )


@app.command()
def criticality(
    pairs: Pairs,
    of: Annotated[
        list[str] | None, typer.Option("--of", help="gate, link, border or country; repeatable.")
    ] = None,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    by: By = "time",
    cargo: CargoName = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Table .csv to write.")] = None,
    as_json: AsJson = False,
) -> None:
    """What is lost with each gate, link, border, country, and two gates at once."""
    from corridors.analysis.criticality import KINDS
    from corridors.files import write_text

    net = _network(seeds, date, scenario)
    kinds = of or KINDS
    with _bar("losing one thing after the other"):
        found = co.criticality(
            net,
            _pairs_or_places(pairs),
            by=by,
            of=kinds,
            cargo=_cargo(cargo, net),
            workers=workers,
        )
    if out is not None:
        typer.echo(f"wrote {write_text(out, found.table.to_csv(index=False))}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        table = found.table.drop(columns="title")
        rows = [table[table["kind"] == kind].drop(columns="kind") for kind in kinds]
        _show_frames(
            *zip(rows, kinds, strict=True),
            (found.couples, "gates that are worse to lose together than one by one"),
            (found.cities, "accessibility"),
            most=12,
        )


@scenarios_app.command("list")
def scenario_list(seeds: Seeds = None, as_json: AsJson = False) -> None:
    """The scenarios that come with the tables."""
    from corridors.scenario import bundled_scenarios, load_scenario

    tables = co.load(seeds).seeds
    found = [load_scenario(name, tables) for name in bundled_scenarios(tables)]
    if as_json:
        _print_json([{"id": one.id, "title": one.title, "reason": one.reason} for one in found])
        return
    width = max((len(one.id) for one in found), default=0)
    for one in found:
        typer.echo(f"{one.id:<{width}}  {one.title}")


@scenarios_app.command("show")
def scenario_show(
    scenario: Annotated[str, typer.Argument(help="Bundled id or TOML file.")],
    seeds: Seeds = None,
    date: Date = None,
    as_json: AsJson = False,
) -> None:
    """A scenario against the base, as a diff."""
    from corridors.analysis.explain import scenario_diff

    net = co.load(seeds, date=date)
    found = scenario_diff(net, net.under(scenario, date=date))
    if as_json:
        _print_json(found.to_dict())
    else:
        typer.echo(found.words())


@scenarios_app.command("new")
def scenario_new(
    scenario: Annotated[str, typer.Argument(help="Id of the new scenario.")] = "my-scenario",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File to write; printed if left out.")
    ] = None,
) -> None:
    """A commented template with an example of every verb."""
    from corridors.files import write_text
    from corridors.scenario import template

    text = template(scenario)
    if out is not None and out.is_file():
        message = f"{str(out)!r} is there already; name another file"
        raise co.CorridorsError(message)
    typer.echo(text if out is None else f"wrote {write_text(out, text)}", nl=out is not None)


@app.command("map")
def map_(
    origin: Annotated[str | None, typer.Argument()] = None,
    destination: Annotated[str | None, typer.Argument()] = None,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    by: By = "time",
    out: Out = None,
) -> None:
    """One Leaflet page: the network, or a route against the same without the scenarios."""
    from corridors.files import write_text

    if origin and not destination:
        message = f"a route from {origin!r} needs a destination"
        raise co.CorridorsError(message)
    net = _network(seeds, date, scenario)
    routes = [co.route(net, origin, destination, by=by)] if origin and destination else []
    before = _before(routes[0], seeds, date) if routes and scenario else None
    page = co.map(net, routes, base=before)
    path = write_text(out or "map.html", page.get_root().render())
    typer.echo(f"wrote {path}")


@app.command()
def explorer(
    origin: Annotated[str | None, typer.Argument(help="Place shown first.")] = None,
    destination: Annotated[str | None, typer.Argument(help="Place shown first.")] = None,
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    by: By = "time",
    place: Annotated[
        list[str] | None, typer.Option("--place", help="Place of the table of pairs; repeatable.")
    ] = None,
    out: Out = None,
) -> None:
    """One offline page in which a reader flips gates and sees the freight move."""
    net = _network(seeds, date, scenario)
    path = co.explorer(
        net, out or "explorer.html", origin=origin, destination=destination, by=by, places=place
    )
    typer.echo(f"wrote {path}")


@app.command()
def report(
    seeds: Seeds = None,
    date: Date = None,
    by: By = "time",
    out: Out = None,
) -> None:
    """A folder with an index, maps and tables that can be handed on."""
    from corridors.render.report import write_report

    index = write_report(co.load(seeds, date=date), out or "out", by=by)
    typer.echo(f"wrote {index}")


@app.command()
def check(
    seeds: Seeds = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="List drawn lines that differ from published km.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a folder of tables and name every fault."""
    from corridors.analysis.checks import faults_beside
    from corridors.exchange.lines import misfits

    net = co.load(seeds)
    tables = net.seeds
    beside = list(faults_beside(net))
    if beside:
        count = f"{len(beside)} fault{'s' * (len(beside) > 1)} beside the tables"
        raise co.CorridorsError("\n".join([count, *(f"  {fault}" for fault in beside)]))
    counts = {
        name: len(getattr(tables, name))
        for name in ("places", "links", "gates", "events", "parameters", "corridors", "sources")
    }
    off = misfits(tables)
    if as_json:
        _print_json({"faults": [], "counts": counts, "lines_off": [item._asdict() for item in off]})
        return
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    open_count = len(net.open_gates)
    typer.echo(f"no faults: {words}; {open_count} gates open on {tables.data_date}")
    typer.echo(f"{len(off)} of {len(tables.links)} drawn lines are off by more than 15 %")
    if lines:
        _show(_misfit_table(off))


def _misfit_table(off: Sequence[Misfit]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("link", "published km", "drawn km", "why"):
        table.add_column(heading, justify="right" if "km" in heading else "left")
    for item in off:
        table.add_row(item.link, f"{item.length_km:g}", f"{item.drawn_km:.1f}", item.why)
    return table


@app.command()
def validate(
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    misses: Annotated[bool, typer.Option("--misses", help="Show the misses alone.")] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """The model beside published lengths, times and costs; every miss with a sentence."""
    from corridors.files import write_text
    from corridors.render.console import validation_parts

    found = co.validate(_network(seeds, date, scenario))
    if out is not None:
        typer.echo(f"wrote {write_text(out, found.table.to_csv(index=False))}")
    elif as_json:
        _print_json(found.to_dict())
    else:
        _show(*validation_parts(found, misses=misses))


@app.command()
def claims(
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    as_json: AsJson = False,
) -> None:
    """What the policy brief says, and what the model or a sum says of it."""
    from corridors.analysis.claims import judge
    from corridors.render.console import claims_table

    net = _network(seeds, date, scenario)
    judged = judge(net)
    if as_json:
        _print_json([item.to_dict() for item in judged])
    else:
        _show(claims_table(judged, net.seeds))


@app.command()
def sources(
    source: Annotated[str | None, typer.Argument(help="One source: the rows on it.")] = None,
    seeds: Seeds = None,
    assumed: Annotated[bool, typer.Option("--assumed", help="List what is assumed.")] = False,
    as_json: AsJson = False,
) -> None:
    """What rests on what: rows of each source, assumptions with their ranges, shares by table."""
    from corridors.analysis.provenance import provenance
    from corridors.render.console import provenance_parts, source_parts

    found = provenance(co.load(seeds).seeds)
    rows = None if source is None else found.of(source)
    if as_json:
        plain = found.to_dict()
        chosen = [item for item in plain["sources"] if item["id"] == source]
        _print_json(chosen[0] if chosen else plain)
    elif source is not None and rows is not None:
        _show(*source_parts(found, source))
    else:
        _show(*provenance_parts(found, assumed=assumed))


@app.command()
def export(
    seeds: Seeds = None,
    date: Date = None,
    scenario: Scenarios = None,
    open_: Open = None,
    close: Close = None,
    by: By = "time",
    format_: Annotated[
        list[str] | None,
        typer.Option(
            "--format", help="geopackage, geojson, gmns, omx, csv or graphml; all of them if none."
        ),
    ] = None,
    pair: Annotated[
        list[str] | None, typer.Option("--pair", help="origin:destination whose route is added.")
    ] = None,
    place: Annotated[
        list[str] | None, typer.Option("--place", help="Place of the skims; all cities if none.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write the network, routes and skims in the formats of other programs."""
    net = _network(seeds, date, scenario, open_, close)
    pairs = [_pair(text) for text in pair or ()]
    written = co.export(net, out or "out", formats=format_, pairs=pairs, places=place, by=by)
    if as_json:
        _print_json([str(path) for path in written])
        return
    for path in written:
        typer.echo(f"wrote {path}")


@app.command("import-osm")
def import_osm(
    file: Annotated[Path, typer.Argument(help="OpenStreetMap file, region.osm.pbf.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="New folder of tables to write.")],
    primary: Annotated[bool, typer.Option("--primary", help="Take primary roads too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a folder of tables from an OpenStreetMap file."""
    with _pulse() as progress:
        made = co.import_osm(file, out, primary=primary, progress=progress)
    if as_json:
        _print_json(made.to_dict())
        return
    typer.echo(f"wrote {out}\n{made}")


@app.command()
def merge(
    base: Annotated[str, typer.Argument(help="Folder of tables on top; bundled for ours.")],
    imported: Annotated[Path, typer.Argument(help="Folder of tables to lay under it.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="New folder of tables to write.")],
    as_json: AsJson = False,
) -> None:
    """Lay an imported network under another, and say which places found each other."""
    made = co.merge(None if base == "bundled" else base, imported, out)
    if as_json:
        _print_json(made.to_dict())
        return
    typer.echo(f"wrote {out}\n{made}")


@app.command()
def background(
    box: Annotated[str, typer.Option("--box", help="west,south,east,north in degrees.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="New folder of tables to write.")],
    as_json: AsJson = False,
) -> None:
    """Make a folder of tables of a region from the packaged OpenStreetMap rail and highways."""
    with _pulse() as progress:
        made = co.background(out, _box(box), progress=progress)
    if as_json:
        _print_json(made.to_dict())
        return
    typer.echo(f"wrote {out}\n{made}")


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        message = f"box {text!r} must read west,south,east,north, such as 43,36,52,43.5"
        raise co.CorridorsError(message) from None
    return west, south, east, north


@app.command("json-schema")
def json_schema(of: Annotated[str, typer.Argument(help="route or compare.")]) -> None:
    """The JSON Schema of what a command prints with --json."""
    from corridors.exchange.json_schema import json_schema as schema_of

    _print_json(schema_of(of))


@contextmanager
def _pulse() -> Iterator[Callable[[str], None]]:
    """Words of a long work beside a bar, where a terminal is there to show them."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(20), TextColumn("{task.description}"), TimeElapsedColumn())
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda words: bar.update(task, description=words)


@contextmanager
def _bar(words: str) -> Iterator[None]:
    """A bar of the pieces of a long work, where a terminal is there to show it."""
    from rich.console import Console
    from rich.progress import Progress

    from corridors.analysis.parallel import watched

    shown = Console(stderr=True)
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        with watched(lambda done, count: bar.update(task, completed=done, total=count)):
            yield


def _listed(texts: list[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _pairs_or_places(texts: list[str]) -> list[tuple[str, str] | str]:
    return [_pair(item) if ":" in item else item for item in _listed(texts)]


def _gates(texts: list[str]) -> str | dict[str, list[str]]:
    """One word, or gates by the name under which they open together."""
    listed = _listed(texts)
    if len(listed) == 1 and "=" not in listed[0]:
        return listed[0]
    named = [item.partition("=")[::2] for item in listed]
    return {name: gates.split("+") if gates else [name] for name, gates in named}


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _write_sweep(found: co.Sweep, out: Path, workers: int | None) -> Path:
    from corridors.files import write_text

    writers: dict[str, Callable[[], Path]] = {
        ".parquet": lambda: found.to_parquet(out, workers=workers),
        ".csv": lambda: write_text(out, found.table.to_csv(index=False)),
        ".json": lambda: write_text(out, json.dumps(found.to_dict(), ensure_ascii=False, indent=2)),
    }
    if out.suffix not in writers:
        message = f"{str(out)!r} must end in {', '.join(writers)}"
        raise co.CorridorsError(message)
    return writers[out.suffix]()


def _show_frames(*frames: tuple[Any, str], most: int = 30) -> None:
    from corridors.render.analysis_tables import frame_parts

    for frame, title in frames:
        _show(*frame_parts(frame, title=title, most=most))


def _cargo(name: str | None, net: Network) -> co.Cargo | None:
    return None if name is None else co.cargo(name, net)


def _write_csv_or_chart(out: Path, table: Callable[[], Any], draw: Callable[[], co.Chart]) -> Path:
    from corridors.files import write_text

    if out.suffix == ".csv":
        return write_text(out, table().to_csv(index=False))
    if out.suffix not in {".svg", ".png"}:
        message = f"{str(out)!r} must end in .csv, .svg or .png"
        raise co.CorridorsError(message)
    return draw().save(out)


def _pair(text: str) -> tuple[str, str]:
    origin, colon, destination = text.partition(":")
    if not (origin and colon and destination):
        message = f"pair {text!r} must read origin:destination, such as baku:nakhchivan"
        raise co.CorridorsError(message)
    return origin, destination


def _before(way: Route, seeds: Path | None, date: str | None) -> Route | None:
    """The same asked of the network without its scenarios; None where there is no way."""
    try:
        return way.on(co.load(seeds, date=date))
    except co.NoRoute:
        return None


def _write_table(comparison: Comparison, out: Path) -> None:
    from corridors.files import write_text
    from corridors.render.report import comparison_page

    writers = {
        ".html": lambda: comparison_page(comparison),
        ".csv": lambda: comparison.table.to_csv(index=False),
        ".json": lambda: json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2),
    }
    if out.suffix not in writers:
        message = f"{str(out)!r} must end in {' or '.join(writers)}"
        raise co.CorridorsError(message)
    typer.echo(f"wrote {write_text(out, writers[out.suffix]())}")


def _route_parts(way: Route) -> list[Any]:
    from rich.table import Table

    names = _names(way.network)
    head = (
        f"{names[way.origin]} to {names[way.destination]}, by {way.by} "
        f"({escape(way.scenario)}, gates as of {way.date})"
    )
    table = Table(title=head, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("leg", "from", "to", "gates"):
        table.add_column(heading)
    for heading in ("km", "hours", "USD", "kg CO2e"):
        table.add_column(heading, justify="right")
    for leg in way.legs:
        what = leg.mode if leg.link else leg.kind
        if leg.kind == "transfer":
            what = f"{leg.from_layer} > {leg.to_layer}"
        table.add_row(
            what,
            names[leg.start],
            names[leg.end],
            ", ".join(leg.gates),
            f"{leg.km:,.0f}" if leg.link else "",
            f"{leg.hours:,.1f}",
            f"{leg.usd:,.0f}",
            f"{leg.co2_kg:,.0f}" if leg.link else "",
        )
    table.add_row(
        "[bold]total",
        "",
        "",
        "",
        *(f"[bold]{text}" for text in _figures(way)),
    )
    through = (
        f"through {' > '.join(way.countries)}; {way.borders} borders, "
        f"{way.gauge_changes} changes of gauge, {way.transfers} transfers in all"
    )
    return [table, through, ""]


def _names(net: Network) -> dict[str, str]:
    """Names of places, harmless in a table whose cells may hold markup."""
    return {place.id: escape(place.name) for place in net.seeds.places.values()}


def _figures(way: Route) -> list[str]:
    return [f"{way.km:,.0f}", f"{way.hours:,.1f}", f"{way.usd:,.0f}", f"{way.co2_kg:,.0f}"]


def _comparison_table(comparison: Comparison, pair: tuple[str, str]) -> Table:
    from rich.table import Table

    names = _names(comparison.networks[comparison.base])
    title = f"{names[pair[0]]} to {names[pair[1]]}, by {comparison.by}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("scenario")
    for heading in ("km", "hours", "change", "USD", "change", "kg CO2e", "borders", "gauges"):
        table.add_column(heading, justify="right")
    table.add_column("through")
    base = comparison.route(comparison.base, pair)
    for scenario in comparison.scenarios:
        way = comparison.route(scenario, pair)
        if way is None:
            needs = ", ".join(comparison.needs[scenario, pair])
            said = f"no way; needs {needs}" if needs else "no way; no gate would open one"
            table.add_row(escape(scenario), *[""] * 8, said)
            continue
        km, hours, usd, kg = _figures(way)
        changes = [
            _change(way.total(name) - base.total(name)) if base else "" for name in ("hours", "usd")
        ]
        counts = (str(way.borders), str(way.gauge_changes))
        through = " ".join(way.countries)
        table.add_row(
            escape(scenario), km, hours, changes[0], usd, changes[1], kg, *counts, through
        )
    return table


def _change(value: float) -> str:
    return "" if abs(value) < 0.05 else f"{value:+,.1f}"  # noqa: PLR2004 - rounds to nothing


if __name__ == "__main__":
    main()
