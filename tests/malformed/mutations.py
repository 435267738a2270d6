"""Shipped examples with one field spoiled: generated."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gridblock.instances import document
from malformed.case import Case

GALLERY: Final = Path(__file__).parents[2] / "instances" / "gallery"
HERE: Final = "@here@"
ANY: Final = {
    "NaN": "NaN",
    "1e400": "1e400",
    "10**400": "1" + "0" * 400,
    "lists in lists": "[[[]]]",
    "a strange mapping": '{"\\u202e": [{}]}',
    "NUL": '"a\\u0000b"',
    "half a pair": '"\\ud834"',
}
"""What no field takes."""
NUMBER: Final = {
    "nan as text": '"nan"',
    "true": "true",
    "a unit of something else": '"12 parsecs"',
    "text": '"many"',
    "a mapping by period": '{"no such period": 1}',
    "below 0": "-1e15",
}
"""What no number takes either, but for the last one, which some do."""
OFTEN_NEGATIVE: Final = ("lat", "lon", "cost", "energy_per_mwh", "ramp", "amount")

Keys = tuple[str | int, ...]


def leaves(value: Any, path: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Give every value that holds no others, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value[:1]):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


def spoiled(data: Any, path: Keys, put: Any) -> Any:
    """Give data with something else at a path."""
    copy = json.loads(json.dumps(data))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = put
    return copy


def fields() -> Iterator[tuple[str, dict[str, Any], Keys, Any]]:
    """Give each kind of field once: an example that has it, the data, its path, its value."""
    seen: set[Keys] = set()
    for file in sorted(GALLERY.glob("*.yaml")):
        data = json.loads(json.dumps(document.load(file).data))
        for path, value in leaves(data):
            kind = tuple(key for key in path if _is_field(key))
            if kind not in seen and "source" not in path:
                seen.add(kind)
                yield file.stem, data, path, value


def _is_field(key: str | int) -> bool:
    """Tell words of the schema from names that a planner gives."""
    return isinstance(key, str) and key.islower() and key.replace("_", "").isalpha()


def cases(most: int | None = None, seed: int = 7) -> Iterator[Case]:
    """Give each kind of field with what it cannot hold, as JSON and as YAML.

    Args:
        most: how many, drawn at random; None for all.
        seed: of the draw.
    """
    made = [*_spoiled(), *_unknown()]
    if most is not None and most < len(made):
        made = random.Random(seed).sample(made, most)
    yield from made


def _spoiled() -> Iterator[Case]:
    for i, (example, data, path, value) in enumerate(fields()):
        bad = dict(ANY)
        if isinstance(value, int | float) and not isinstance(value, bool):
            bad |= NUMBER
            if any(word in str(key) for key in path for word in OFTEN_NEGATIVE):
                bad.pop("below 0")
        held = json.dumps(spoiled(data, path, HERE), indent=1)
        where = ".".join(map(str, path))
        for what, text in bad.items():
            written = held.replace(json.dumps(HERE), text)
            as_yaml = i % 3 == 0 and what not in {"half a pair", "NaN"}  # where NaN is a name
            name = "f.yaml" if as_yaml else "f.json"
            yield Case(f"{example}: {where}: {what}", ("check", name), {name: written})


def _unknown() -> Iterator[Case]:
    """Give a field that there is not, one without its name, and one that is there twice."""
    seen: set[Keys] = set()
    for example, data, path, _ in fields():
        above = path[:-1]
        kind = tuple(key for key in above if _is_field(key))
        if kind in seen or not isinstance(path[-1], str):
            continue
        seen.add(kind)
        where = ".".join(map(str, above)) or "the top"
        for what, key in (("unknown", "no_such_field"), ("no name", ""), ("climbing", "../x")):
            holder = spoiled(data, (*above, key), [[]])
            yield Case(
                f"{example}: {where}: {what}", ("check", "f.json"), {"f.json": json.dumps(holder)}
            )
        twice = json.dumps(spoiled(data, (*above, HERE), 1))
        twice = twice.replace(json.dumps(HERE), json.dumps(path[-1]))
        yield Case(f"{example}: {where}: twice", ("check", "f.json"), {"f.json": twice})
