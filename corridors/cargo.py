"""Cargo profiles: shipments by name, each number with its source."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.cost import Cargo
from corridors.errors import CorridorsError, UnknownNameError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corridors.network import Network
    from corridors.seeds import Seeds

_HEAD = ("id", "title", "reason")
_NUMBERS = ("tonnes", "teu", "value_usd", "time_cost_share_per_day")
_CELLS = ("value", "low", "high", "source", "note")


def bundled_cargoes(seeds: Seeds) -> dict[str, Path]:
    """Ids and files of the cargo profiles in a folder of tables."""
    folder = seeds.folder / "cargo"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}


def cargo(name: str, net: Network) -> Cargo:
    """A shipment by the id of its profile.

    Parameters
    ----------
    name
        Id of a profile, ``seeds/cargo/<id>.toml``.
    net
        The network whose parameters fill in what the profile leaves out.

    Returns
    -------
    Cargo

    Raises
    ------
    UnknownNameError
        When there is no such profile; shows the nearest.
    CorridorsError
        When the profile has faults; all are named.

    Examples
    --------
    >>> import corridors as co
    >>> co.cargo("western-shipper", co.load()).avoid
    ('RU', 'IR')
    """
    said = profile(name, net.seeds)
    default = net.cargo
    numbers = {
        field: float(said[field]["value"]) if field in said else getattr(default, field)
        for field in _NUMBERS
    }
    avoid = said["avoid"]["value"] if "avoid" in said else default.avoid
    return Cargo(**numbers, avoid=tuple(avoid))


def profile(name: str, seeds: Seeds) -> Mapping[str, Any]:
    """A profile as its file has it, checked: title, reason, and numbers with their sources."""
    known = bundled_cargoes(seeds)
    if name not in known:
        what = "cargo"
        raise UnknownNameError(what, name, known)
    file = known[name].name
    try:
        said = tomllib.loads(known[name].read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file}: not TOML: {error}"
        raise CorridorsError(message) from None
    faults = [f"{file}: {fault}" for fault in _faults(said, name, seeds)]
    if faults:
        raise CorridorsError("\n".join(faults))
    return said


def _faults(said: Mapping[str, Any], name: str, seeds: Seeds) -> Iterator[str]:
    allowed = (*_HEAD, *_NUMBERS, "avoid")
    for key, entry in said.items():
        if key not in allowed:
            yield unknown("key", key, allowed)
        elif key not in _HEAD:
            yield from (f"{key}: {fault}" for fault in _bad_entry(key, entry, seeds))
    if said.get("id") != name:
        yield f"id {said.get('id')!r} must be the name of the file, {name!r}"


def _bad_entry(key: str, entry: Any, seeds: Seeds) -> Iterator[str]:
    """What is wrong with one number, or with the list of countries."""
    if not isinstance(entry, dict) or "value" not in entry or not entry.get("source"):
        yield "must be a table with a value and its source"
        return
    for cell in entry:
        if cell not in _CELLS:
            yield unknown("key", cell, _CELLS)
    for source in entry["source"]:
        if source not in seeds.sources and source != schema.ASSUMED:
            yield unknown("source", source, [*seeds.sources, schema.ASSUMED])
    if key == "avoid":
        countries = {place.country for place in seeds.places.values()} - {schema.HIGH_SEAS}
        yield from (
            unknown("country", one, countries) for one in entry["value"] if one not in countries
        )
        return
    numbers: list[Any] = [entry.get(cell, entry["value"]) for cell in ("low", "value", "high")]
    low, value, high = numbers
    if not all(isinstance(number, int | float) for number in numbers):
        yield f"{value!r} must be a number"
    elif not 0 <= low <= value <= high:
        yield f"{value:g} must lie in its own range, {low:g} to {high:g}"


__all__ = ["bundled_cargoes", "cargo", "profile"]
