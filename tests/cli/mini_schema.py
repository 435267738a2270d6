"""The part of JSON Schema 2020-12 that the schema of instances uses, and nothing else."""

import re
from collections.abc import Iterator
from typing import Any

KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
NOTES = {"title", "description", "default", "$defs", "$schema", "$ref"}


def problems(value: Any, schema: dict[str, Any]) -> list[str]:
    """Give what is wrong with a value, each with its path."""
    return list(_problems(value, schema, schema, "$"))


def _problems(value: Any, schema: Any, top: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from _problems(value, top["$defs"][name], top, path)
    if "type" in schema and list(_type(value, schema["type"], schema, top, path)):
        yield f"{path}: is no {schema['type']}"
        return
    for keyword, rule in schema.items():
        if keyword not in NOTES:
            yield from _CHECKS[keyword](value, rule, schema, top, path)


def _type(value: Any, rule: Any, _: Any, __: Any, path: str) -> Iterator[str]:
    kinds = [rule] if isinstance(rule, str) else rule
    if not any(
        isinstance(value, KINDS[kind]) and isinstance(value, bool) == (kind == "boolean")
        for kind in kinds
    ):
        yield f"{path}: is no {rule}"


def _properties(value: Any, rule: Any, _: Any, top: Any, path: str) -> Iterator[str]:
    for name in rule.keys() & value.keys() if isinstance(value, dict) else ():
        yield from _problems(value[name], rule[name], top, f"{path}.{name}")


def _more_properties(value: Any, rule: Any, schema: Any, top: Any, path: str) -> Iterator[str]:
    more = value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else ()
    for name in more:
        if rule is False:
            yield f"{path}.{name}: is unknown"
        elif rule is not True:
            yield from _problems(value[name], rule, top, f"{path}.{name}")


def _names(value: Any, rule: Any, _: Any, top: Any, path: str) -> Iterator[str]:
    for name in value if isinstance(value, dict) else ():
        yield from _problems(name, rule, top, f"{path}.{name}")


def _items(value: Any, rule: Any, schema: Any, top: Any, path: str) -> Iterator[str]:
    first = len(schema.get("prefixItems", ()))
    for i, item in enumerate(value[first:] if isinstance(value, list) else ()):
        yield from _problems(item, rule, top, f"{path}[{i}]")


def _first_items(value: Any, rule: Any, _: Any, top: Any, path: str) -> Iterator[str]:
    for item, each in zip(value if isinstance(value, list) else (), rule, strict=False):
        yield from _problems(item, each, top, path)


def _branches(value: Any, rule: Any, top: Any, path: str) -> int:
    return sum(not list(_problems(value, branch, top, path)) for branch in rule)


_CHECKS = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _more_properties,
    "propertyNames": _names,
    "items": _items,
    "prefixItems": _first_items,
    "anyOf": lambda v, r, _, t, p: () if _branches(v, r, t, p) else (f"{p}: fits nothing",),
    "oneOf": lambda v, r, _, t, p: () if _branches(v, r, t, p) == 1 else (f"{p}: fits not one",),
    "required": lambda v, r, _, __, p: (f"{p}.{n}: is missing" for n in r if n not in v),
    "const": lambda v, r, _, __, p: () if v == r else (f"{p}: is not {r}",),
    "enum": lambda v, r, _, __, p: () if v in r else (f"{p}: is not of {r}",),
    "minimum": lambda v, r, _, __, p: () if v >= r else (f"{p}: is below {r}",),
    "maximum": lambda v, r, _, __, p: () if v <= r else (f"{p}: is above {r}",),
    "exclusiveMinimum": lambda v, r, _, __, p: () if v > r else (f"{p}: is not above {r}",),
    "minItems": lambda v, r, _, __, p: () if len(v) >= r else (f"{p}: has too few",),
    "pattern": lambda v, r, _, __, p: () if re.search(r, v) else (f"{p}: is not as {r}",),
    "minLength": lambda v, r, _, __, p: () if len(v) >= r else (f"{p}: is too short",),
    "maxLength": lambda v, r, _, __, p: () if len(v) <= r else (f"{p}: is too long",),
    "maxItems": lambda v, r, _, __, p: () if len(v) <= r else (f"{p}: has too many",),
}
