"""What callers hand in: lists, pairs, names, counts and years, refused in one clear line."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeVar

from corridors.errors import CorridorsError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = TypeVar("Value")


def listed(names: str | Iterable[str]) -> tuple[str, ...]:
    """Names as a tuple; one by itself is a list of one, never of its letters.

    Examples
    --------
    >>> listed("baku"), listed(["baku", "kars"])
    (('baku',), ('baku', 'kars'))
    """
    return (names,) if isinstance(names, str) else tuple(names)


def check_pair(pair: Any) -> tuple[str, str]:
    """An origin and a destination, refused if it is anything else."""
    match tuple(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else ():
        case (origin, destination):
            return str(origin), str(destination)
    message = f"{pair!r} is not an origin and a destination"
    raise CorridorsError(message)


def find(what: str, name: str, among: Mapping[str, Value]) -> Value:
    """What stands under a name; an unknown one is refused with its nearest neighbours."""
    if name not in among:
        raise UnknownNameError(what, name, among)
    return among[name]


def check_count(name: str, value: object, *, least: int = 1, most: int | None = None) -> None:
    """Refuse what is no whole number, too small a one, or one that would take for ever."""
    whole = int(value) if isinstance(value, Integral) else least - 1
    if whole < least or (most is not None and whole > most):
        span = f"{least} or more" if most is None else f"{least:,} to {most:,}"
        message = f"{name} {value!r} must be a whole number, {span}"
        raise CorridorsError(message)
