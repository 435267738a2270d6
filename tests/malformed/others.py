"""Files beside instances that are malformed: graphs, plans, runs, grids, draws, imports."""

import json
from collections.abc import Iterator
from typing import Final

from malformed.case import Bytes, Case

Y: Final = "gridblock: 1\n"
GRAPHML: Final = '<graphml><graph edgedefault="undirected">{}</graph></graphml>'
ENTITIES: Final = "".join(
    f'<!ENTITY a{i} "{(f"&a{i - 1};" if i else "aaaaaaaaaa") * 10}">' for i in range(12)
)
GRAPHS: Final[dict[str, tuple[str, Bytes]]] = {
    "empty": ("g.graphml", ""),
    "no XML": ("g.graphml", "graph"),
    "cut": ("g.graphml", "<graphml><graph"),
    "no graph": ("g.graphml", "<graphml/>"),
    "entities": (
        "g.graphml", f"<!DOCTYPE x [{ENTITIES}]>" + GRAPHML.format('<node id="&a11;"/>'),
    ),
    "a long entity": (
        "g.graphml",
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
        + GRAPHML.format(f'<node id="{"&a;" * 10_000}"/>'),
    ),
    "a file of the machine": (
        "g.graphml",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + GRAPHML.format('<node id="&a;"/>'),
    ),
    "100,000 tags deep": ("g.graphml", "<a>" * 100_000),
    "an edge to nowhere": ("g.graphml", GRAPHML.format('<edge source="a" target="b"/>')),
    "a position of NaN": (
        "g.json",
        '{"nodes": [{"id": "a", "lat": NaN, "lon": 1}], "links": []}',
    ),
    "a position beyond the pole": (
        "g.json",
        '{"nodes": [{"id": "a", "lat": 1e9, "lon": 1}], "links": []}',
    ),
    "a gbps of 1e400": (
        "g.json",
        '{"nodes": [{"id": "a"}, {"id": "b"}],'
        ' "links": [{"source": "a", "target": "b", "gbps": 1e400}]}',
    ),
    "a loop of one node": (
        "g.json",
        '{"nodes": [{"id": "a", "lat": 1, "lon": 1}],'
        ' "links": [{"source": "a", "target": "a", "gbps": 1}]}',
    ),
    "no JSON": ("g.json", "{"),
    "a list": ("g.json", "[]"),
    "100,000 lists deep": ("g.json", "[" * 100_000),
    "nodes that are a number": ("g.json", '{"nodes": 5, "links": []}'),
    "8 MB": ("g.json", '{"nodes": [' + '{"id": 1},' * 900_000 + '{}], "links": []}'),
    "no GML": ("g.gml", "graph"),
    "GML cut": ("g.gml", "graph [ node ["),
    "GML without ids": ("g.gml", "graph [ node [ label 1 ] ]"),
    "GML 100,000 deep": ("g.gml", "graph [ " * 100_000),
    "GML of 60,000 equal nodes": ("g.gml", "graph [\n" + "node [ id 1 ]\n" * 60_000 + "]"),
    "bytes": ("g.gml", bytes(range(256))),
}  # fmt: skip

PLANS: Final[dict[str, Bytes]] = {
    "empty": "",
    "bytes": bytes(range(256)),
    "a list": "[]",
    "a number": "1",
    "null": "null",
    "nothing in it": "{}",
    "cut": '{"format_version": 1, "decisions"',
    "NaN": '{"objective": NaN}',
    "1e400": '{"objective": 1e400}',
    "10**400": '{"objective": 1' + "0" * 400 + "}",
    "100,000 lists deep": "[" * 100_000,
    "100,000 mappings deep": '{"a":' * 100_000,
    "rows that are lists": '{"format_version": 1, "decisions": {"bought": [[]]}}',
    "ten million lists": '{"a": [' + "[]," * 5_000_000 + "[]]}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
}

GRIDS: Final[dict[str, Bytes]] = {
    "empty": "",
    "nothing in it": "{}",
    "a list": "- 1\n",
    "unknown part": "cartesan: {discount_rate: [0.1]}\n",
    "a path to nowhere": "cartesian: {facilities.nowhere.pue: [1.1]}\n",
    "a path that climbs": "cartesian: {../../x: [1]}\n",
    "an empty axis": "cartesian: {discount_rate: []}\n",
    "too many points": "cartesian: {a: {from: 0, to: 1, count: 1000000}}\n",
    "a billion combinations": "cartesian:\n"
    + "".join(f"  demands.{i}.amount: {{from: 1, to: 2, count: 1000}}\n" for i in range(3)),
    "a step of 0": "cartesian: {discount_rate: {from: 0, to: 1, step: 0}}\n",
    "a step of 1e-300": "cartesian: {discount_rate: {from: 0, to: 1, step: 1.0e-300}}\n",
    "a range down": "cartesian: {discount_rate: {from: 1, to: 0, count: 2}}\n",
    "NaN": "cartesian: {discount_rate: [.nan]}\n",
    "bytes": bytes(range(256)),
    "alias bomb": "a: &a [1]\ncartesian: {discount_rate: *a}\n",
}

DRAWS: Final[dict[str, Bytes]] = {
    "empty": "",
    "nothing in it": "{}",
    "a kind that is none": "discount_rate: {cauchy: 1}\n",
    "NaN": "discount_rate: {normal: {mean: .nan, sd: 1}}\n",
    "a list": "- 1\n",
    "a path to nowhere": "facilities.nowhere.pue: {uniform: [1, 2]}\n",
    "bytes": bytes(range(256)),
}

IMPORTS: Final = (
    *("orlib-cflp", "orlib-sscflp", "gap", "mknap", "sndlib", "graphml"),
    *("topohub", "cloud-regions", "latency", "epoch", "llm-trace"),
)
IMPORTED: Final[dict[str, Bytes]] = {
    "empty": "",
    "bytes": bytes(range(256)),
    "a word": "gridblock\n",
    "huge counts": "999999999999 999999999999\n1 2 3\n",
    "negative counts": "-3 -3 -3\n1 2 3\n",
    "NaN": "nan nan nan\nnan nan nan\n",
    "1e400": "1e400 1e400 1e400\n",
    "braces": "{" * 10_000,
    "NUL": "1 2\0 3\n",
}
CHANGES: Final = (
    *("nowhere=1", "discount_rate=.nan", "discount_rate=1e400", "discount_rate=[[]]"),
    *("discount_rate={a: &a 1}", "facilities.memphis.pue=abc", "demands=1", "name=a\u202eb"),
    *("facilities.memphis.limits.power_mw=-1", "..=1", "demands.*.amount=nan"),
    *("current.plan=../../plan.json", "gridblock=2", "facilities.*.zones.*.x=1"),
)


def cases() -> Iterator[Case]:
    """Give each file with the command that reads it."""
    for name, (file, content) in GRAPHS.items():
        held: dict[str, Bytes] = {"f.yaml": Y + f"network: {{graph: {file}}}\n", file: content}
        yield Case(f"graph {file}: {name}", ("check", "f.yaml"), held)
    for name, content in PLANS.items():
        files: dict[str, Bytes] = {"plan.json": content}
        yield Case(f"plan: {name}", ("audit", "plan.json", "--instance", "first"), files)
        files = {"plan.json": content, "f.yaml": Y + "current: {plan: plan.json}\n"}
        yield Case(f"plan in force: {name}", ("check", "f.yaml"), files)
        files = {"run/plan.json": content, "run/instance.json": json.dumps({"gridblock": 1})}
        for line in (
            ("report", "run"),
            ("explain", "run"),
            ("prices", "run"),
            ("diff", "first", "run"),
        ):
            yield Case(f"run: {name}: {line[0]}", line, files)
    for name, content in GRIDS.items():
        yield Case(f"grid: {name}", ("sweep", "first", "g.yaml", "--no-save"), {"g.yaml": content})
    for name, content in DRAWS.items():
        line = ("monte-carlo", "first", "d.yaml", "-n", "2", "--no-save")
        yield Case(f"draws: {name}", line, {"d.yaml": content})
    for kind in IMPORTS:
        for name, content in IMPORTED.items():
            line = ("import", kind, "f.txt", "-o", "out.json")
            yield Case(f"import {kind}: {name}", line, {"f.txt": content})
    for change in CHANGES:
        yield Case(f"--set {change}", ("check", "first", "--set", change))
    yield Case("--scenario of no name", ("check", "first", "--scenario", "x\u202e"))
