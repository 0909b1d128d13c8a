"""The command line: each command is a thin shell around one public function."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import corridors as co

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from corridors.compare import Comparison
    from corridors.network import Network
    from corridors.routing import Route

BAD_INPUT = 2
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit 2 with one clear line for bad input."""
    try:
        app(args=None if arguments is None else list(arguments), standalone_mode=True)
    except co.CorridorsError as error:
        sys.stderr.write(f"{error}\n")
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
    as_json: AsJson = False,
) -> None:
    """The best way between two places, leg by leg."""
    net = _network(seeds, date, scenario, open_, close)
    if k > 1:
        found = co.alternatives(net, origin, destination, k=k, by=by, modes=mode, avoid=avoid or ())
    else:
        found = [
            co.route(net, origin, destination, by=by, modes=mode, via=via or (), avoid=avoid or ())
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
        list[str], typer.Argument(help="Scenario ids or files; the first is the base.")
    ],
    pair: Annotated[list[str], typer.Option("--pair", help="origin:destination; repeatable.")],
    seeds: Seeds = None,
    date: Date = None,
    by: By = "time",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Every pair under every scenario, against the first one."""
    net = co.load(seeds, date=date)
    comparison = co.compare(net, scenarios, [_pair(text) for text in pair], by=by)
    if out is not None:
        _write_table(comparison, out)
    elif as_json:
        _print_json(comparison.to_dict())
    else:
        _show(*(_comparison_table(comparison, pair) for pair in comparison.pairs))


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

    net = _network(seeds, date, scenario)
    routes, before = [], None
    if origin and destination:
        routes = [co.route(net, origin, destination, by=by)]
        if scenario:
            before = _route_or_none(co.load(seeds, date=date), origin, destination, by)
    page = co.map(net, routes, base=before)
    path = write_text(out or "map.html", page.get_root().render())
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
def check(seeds: Seeds = None, as_json: AsJson = False) -> None:
    """Check a folder of tables and name every fault."""
    from corridors.network import open_on

    net = co.load(seeds)
    tables = net.seeds
    counts = {
        name: len(getattr(tables, name))
        for name in ("places", "links", "gates", "events", "parameters", "corridors", "sources")
    }
    if net.arcs.count and as_json:
        _print_json({"faults": [], "counts": counts})
        return
    stand_open = len(open_on(tables, tables.data_date))
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    typer.echo(f"no faults: {words}; {stand_open} gates open on {tables.data_date}")


def _pair(text: str) -> tuple[str, str]:
    origin, colon, destination = text.partition(":")
    if not (origin and colon and destination):
        message = f"pair {text!r} must read origin:destination, such as baku:nakhchivan"
        raise co.CorridorsError(message)
    return origin, destination


def _route_or_none(net: Network, origin: str, destination: str, by: str) -> Route | None:
    try:
        return co.route(net, origin, destination, by=by)
    except co.NoRoute:
        return None


def _write_table(comparison: Comparison, out: Path) -> None:
    from corridors.files import write_text

    writers = {
        ".csv": lambda: comparison.table.to_csv(index=False),
        ".json": lambda: json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2),
    }
    if out.suffix not in writers:
        message = f"{str(out)!r} must end in {' or '.join(writers)}"
        raise co.CorridorsError(message)
    typer.echo(f"wrote {write_text(out, writers[out.suffix]())}")


def _route_parts(way: Route) -> list[Any]:
    from rich.table import Table

    names = way.network.seeds.places
    head = (
        f"{names[way.origin].name} to {names[way.destination].name}, by {way.by} "
        f"({way.scenario}, gates as of {way.date})"
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
            names[leg.start].name,
            names[leg.end].name,
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


def _figures(way: Route) -> list[str]:
    return [f"{way.km:,.0f}", f"{way.hours:,.1f}", f"{way.usd:,.0f}", f"{way.co2_kg:,.0f}"]


def _comparison_table(comparison: Comparison, pair: tuple[str, str]) -> Table:
    from rich.table import Table

    names = next(iter(comparison.networks.values())).seeds.places
    title = f"{names[pair[0]].name} to {names[pair[1]].name}, by {comparison.by}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("scenario")
    for heading in ("km", "hours", "change", "USD", "change", "kg CO2e", "borders", "gauges"):
        table.add_column(heading, justify="right")
    table.add_column("through")
    base = comparison.route(comparison.base, pair)
    for scenario in comparison.scenarios:
        way = comparison.route(scenario, pair)
        if way is None:
            needs = ", ".join(comparison.needs[scenario, pair]) or "nothing would help"
            table.add_row(scenario, *[""] * 8, f"no way; needs {needs}")
            continue
        km, hours, usd, kg = _figures(way)
        changes = [
            _change(way.total(name) - base.total(name)) if base else "" for name in ("hours", "usd")
        ]
        counts = (str(way.borders), str(way.gauge_changes))
        table.add_row(
            scenario, km, hours, changes[0], usd, changes[1], kg, *counts, " ".join(way.countries)
        )
    return table


def _change(value: float) -> str:
    return "" if abs(value) < 0.05 else f"{value:+,.1f}"  # noqa: PLR2004 - rounds to nothing


if __name__ == "__main__":
    main()
