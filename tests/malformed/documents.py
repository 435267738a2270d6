"""YAML and JSON that is malformed as a document: hand-made."""

import codecs
import json
from collections.abc import Iterator
from typing import Final

from malformed.case import Bytes, Case

Y: Final = "gridblock: 1\n"
J: Final = '{"gridblock": 1, '
BOMB: Final = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)

YAML: Final[dict[str, Bytes]] = {
    "empty": "",
    "blanks": " \n \n",
    "a comment alone": "# gridblock: 1\n",
    "every byte": bytes(range(256)),
    "random bytes": bytes((i * i * 31 + 7) % 256 for i in range(4096)),
    "NUL": Y + "name: a\0b\n",
    "Latin-1": "gridblock: 1\nname: Zürich\n".encode("latin-1"),
    "UTF-8 cut in a letter": "gridblock: 1\nname: Zü".encode()[:-1],
    "UTF-16 without a mark": Y.encode("utf-16-le"),
    "UTF-16 cut": codecs.BOM_UTF16_LE + b"g\0r",
    "UTF-32 beyond Unicode": codecs.BOM_UTF32_LE + b"\xff\xff\xff\x7f",
    "two encodings": Y.encode() + "name: x\n".encode("utf-16"),
    "overlong UTF-8": Y.encode() + b"name: \xc0\xaf\n",
    "half a surrogate pair": Y.encode() + b"name: \xed\xa0\x80\n",
    "half a pair escaped": Y + 'name: "\\ud800"\n',
    "an escape of no letter": Y + 'name: "\\UFFFFFFFF"\n',
    "an unknown escape": Y + 'name: "\\q"\n',
    "ANSI escape": Y + "name: \x1b[31mred\n",
    "ANSI escape escaped": Y + 'name: "\\e[31mred"\n',
    "bell": Y + "name: a\x07b\n",
    "delete": Y + "name: a\x7fb\n",
    "C1 control": Y + "name: a\x9bb\n",
    "right-to-left mark in a name": Y + "name: a\u202eb\n",
    "a name with a line end": Y + 'name: "a\\nb"\n',
    "a name with a tab": Y + 'name: "a\\tb"\n',
    "a name with blanks around": Y + 'name: " a "\n',
    "a name of nothing": Y + 'name: ""\n',
    "a name of 10 kB": Y + f"name: {'x' * 10_000}\n",
    "a zero-width name": Y + 'name: "\\u200b"\n',
    "a byte order mark within": Y + "name: a\ufeffb\n",
    "line separator": Y + "name: a\u2028b\n",
    "list at the top": "- gridblock: 1\n",
    "text at the top": "gridblock\n",
    "number at the top": "1\n",
    "null at the top": "~\n",
    "two documents": Y + "---\n" + Y,
    "a directive": "%YAML 1.1\n---\n" + Y,
    "a tag directive": "%TAG ! tag:x,2000:\n---\n" + Y,
    "alias bomb": BOMB,
    "an alias of itself": Y + "name: &a [*a]\n",
    "an alias of nothing": Y + "name: *b\n",
    "an anchor": Y + "name: &a x\n",
    "merge key": Y + "facilities: {<<: {a: {}}}\n",
    "Python object": Y + 'name: !!python/object/apply:os.system ["id"]\n',
    "a tag": Y + "name: !secret x\n",
    "binary tag": Y + "name: !!binary aGk=\n",
    "set tag": Y + "facilities: !!set {a, b}\n",
    "20,000 lists deep": Y + "name: " + "[" * 20_000,
    "20,000 mappings deep": Y + "name: " + "{a: " * 20_000,
    "20,000 dashes deep": Y + "name:\n" + "- " * 20_000,
    "20,000 question marks": "? " * 20_000,
    "one field 65 levels deep": Y + "".join(f"{' ' * i}a:\n" for i in range(80)),
    "a name twice": Y + "name: a\nname: b\n",
    "a facility twice": Y + "facilities:\n  a: {}\n  a: {}\n",
    "the version twice": Y + Y,
    "a list as a name": Y + "? [a, b]\n: 1\n",
    "no name": Y + ": 1\n",
    "open bracket": Y + "demands: [\n",
    "open brace": Y + "facilities: {a: {\n",
    "open quote": Y + 'name: "abc\n',
    "wrong bracket": Y + "demands: [}\n",
    "tab as indent": Y + "facilities:\n\ta: {}\n",
    "indent that fits nothing": Y + "facilities:\n    a: {}\n  b: {}\n",
    "a colon too many": Y + "name: a: b\n",
    "no blank after the colon": "gridblock:1\n",
    "reserved at": Y + "name: @x\n",
    "reserved backtick": Y + "name: `x`\n",
    "block scalar of indent 0": Y + "name: |0\n  x\n",
    "block scalar of indent 9999": Y + "name: |9999\n  x\n",
    "no version": "name: a\n",
    "version 0": "gridblock: 0\n",
    "version 2": "gridblock: 2\n",
    "version as text": 'gridblock: "1"\n',
    "version true": "gridblock: true\n",
    "version 1.5": "gridblock: 1.5\n",
    "version of 400 digits": f"gridblock: {'9' * 400}\n",
    "nan": Y + "discount_rate: .nan\n",
    "infinity": Y + "discount_rate: .inf\n",
    "minus infinity": Y + "discount_rate: -.inf\n",
    "1e400": Y + "discount_rate: 1e400\n",
    "-1e400": Y + "discount_rate: -1e400\n",
    "nan as text": Y + "discount_rate: nan\n",
    "NaN as text": Y + "discount_rate: 'NaN'\n",
    "inf as text": Y + "discount_rate: inf\n",
    "a number with underscores": Y + "discount_rate: 1_0\n",
    "a decimal comma": Y + "discount_rate: 0,1\n",
    "digits of another script": Y + "discount_rate: \u0660\u066b\u0661\n",
    "a number of 100,000 digits": Y + f"discount_rate: {'1' * 100_000}\n",
    "hexadecimal beyond 1e15": Y + "discount_rate: 0xffffffffffffffff\n",
    "an exponent of 100,000 digits": Y + f"discount_rate: 1e{'9' * 100_000}\n",
    "an expression": Y + "discount_rate: 1/0\n",
    "a formula": Y + "discount_rate: =1+1\n",
    "octal as a count": Y + "periods: {first: 2026Q3, count: 0o}\n",
    "a sexagesimal time": Y + "discount_rate: 12:30:45\n",
    "a date as a rate": Y + "discount_rate: 2026-01-01\n",
    "no periods": Y + "periods: []\n",
    "a period twice": Y + "periods: [{name: a, hours: 1}, {name: a, hours: 1}]\n",
    "a period of no hours": Y + "periods: [{name: a, hours: 0}]\n",
    "a billion periods": Y + "periods: {first: 2026Q3, count: 1000000000}\n",
    "the 13th month": Y + "periods: {first: 2026-13, count: 2}\n",
    "the year 0": Y + "periods: {first: '0000', count: 2}\n",
    "a quarter beyond the last year": Y + "periods: {first: 9999Q4, count: 9}\n",
    "periods that go back": Y + "periods: {first: 2026Q3, count: -2}\n",
    "the 30th of February": Y + "periods: {first: 2026-02-30, count: 2}\n",
    "a million copies": Y + "facilities: {a: {zones: {h: {count: 1000000000}}}}\n",
    "copies of copies": Y
    + "facilities: {a: {zones: {h: {count: 9999, zones: {i: {count: 9999, limits: {x: 1}}}}}}}\n",
    "a graph that climbs": Y + "network: {graph: ../../etc/passwd.json}\n",
    "a graph from the root": Y + "network: {graph: /etc/passwd.json}\n",
    "a graph from the web": Y + "network: {graph: 'http://example.org/a.graphml'}\n",
    "a graph that is a device": Y + "network: {graph: /dev/zero.gml}\n",
    "a graph of no kind": Y + "network: {graph: a.exe}\n",
    "a graph that is not there": Y + "network: {graph: a.gml}\n",
    "a graph with NUL in its name": Y + 'network: {graph: "a\\0.gml"}\n',
    "a plan that climbs": Y + "current: {plan: ../../plan.json}\n",
    "a plan from the root": Y + "current: {plan: /etc/plan.json}\n",
    "a plan that is not there": Y + "current: {plan: plan.json}\n",
    "a plan with NUL in its name": Y + 'current: {plan: "a\\0.json"}\n',
    "as many empty mappings as are read": Y + f"demands: [{'{}, ' * 24_000}]\n",
    "as many names as are read": Y + "".join(f"a{i}: 1\n" for i in range(12_400)),
    "as many values as are read, of 1 MB": Y
    + "demands:\n"
    + "- word of thirty letters in all\n" * 24_000,
    "as many facilities as are read": Y
    + "facilities:\n"
    + "".join(f"  a{i}: {{grid_mw: [1, 2]}}\n" for i in range(4_100)),
}

JSON: Final[dict[str, Bytes]] = {
    "empty JSON": "",
    "a mark alone": codecs.BOM_UTF8,
    "cut in a name": '{"gridbl',
    "cut after a name": '{"gridblock"',
    "cut after a colon": '{"gridblock":',
    "cut after a value": '{"gridblock": 1',
    "cut after a comma": J,
    "two values": '{"gridblock": 1} {}',
    "a comma too many": '{"gridblock": 1,}',
    "no quotes": "{gridblock: 1}",
    "single quotes": "{'gridblock': 1}",
    "a comment": '{"gridblock": 1} // x',
    "NaN": J + '"discount_rate": NaN}',
    "Infinity": J + '"discount_rate": Infinity}',
    "-Infinity": J + '"discount_rate": -Infinity}',
    "1e400 in JSON": J + '"discount_rate": 1e400}',
    "a number of 100,000 digits in JSON": J + f'"discount_rate": {"9" * 100_000}}}',
    "leading zero": J + '"discount_rate": 007}',
    "plus sign": J + '"discount_rate": +1}',
    "hexadecimal": J + '"discount_rate": 0x1}',
    "a field twice": J + '"name": "a", "name": "b"}',
    "a field twice by escape": J + '"name": "a", "n\\u0061me": "b"}',
    "a facility twice in JSON": J + '"facilities": {"a": {}, "a": {}}}',
    "half a pair": J + '"name": "\\ud800"}',
    "half a pair in a name": J + '"\\udc00": 1}',
    "a line end in text": J + '"name": "a\nb"}',
    "a bad escape": J + '"name": "\\x41"}',
    "NUL in JSON": J + '"name": "\0"}',
    "NUL escaped": J + '"name": "\\u0000"}',
    "ANSI escape in JSON": J + '"name": "\\u001b[31m"}',
    "right-to-left in JSON": J + '"name": "\\u202e"}',
    "100,000 lists deep": "[" * 100_000,
    "100,000 mappings deep": '{"a":' * 100_000,
    "65 lists deep": J + '"name": ' + "[" * 65 + "]" * 65 + "}",
    "a list": "[1, 2]",
    "text": '"gridblock"',
    "null": "null",
    "true": "true",
    "every field null": json.dumps(dict.fromkeys(("gridblock", "name", "demands", "periods"))),
    "proto": J + '"__proto__": {"x": 1}}',
    "dunder": J + '"__class__": "x"}',
    "a million faults": J + '"demands": [' + "{}," * 100_000 + "{}]}",
    "a million names": J + ",".join(f'"a{i}": 1' for i in range(60_000)) + "}",
    "a million values": J + '"demands": [' + "1," * 400_000 + "1]}",
    "a million of text": J + '"demands": [' + '"x",' * 100_000 + '"x"]}',
    "a facility of 60,000 fields": J
    + '"facilities": {"a": {'
    + ",".join(f'"a{i}": 1' for i in range(60_000))
    + "}}}",
    "60,000 facilities": J
    + '"facilities": {'
    + ",".join(f'"a{i}": 1' for i in range(60_000))
    + "}}",
    "60,000 times a name": J + ",".join('"name": "a"' for _ in range(60_000)) + "}",
    "60,000 NaN": J + '"demands": [' + "NaN," * 60_000 + "1]}",
    "text of 10 MB": J + f'"name": "{"x" * 10_000_000}"}}',
}

LARGE: Final = {"zeros.yaml": 100_000_000, "zeros.json": 100_000_000, "zeros.xlsx": 100_000_000}


def cases() -> Iterator[Case]:
    """Give every document as a file of its own, read by ``check``."""
    for name, content in YAML.items():
        yield Case(name, ("check", "f.yaml"), {"f.yaml": content})
    for name, content in JSON.items():
        yield Case(name, ("check", "f.json"), {"f.json": content})
    for name, size in LARGE.items():
        yield Case(f"100 MB of zeros: {name}", ("check", name), sizes={name: size})
    yield from _paths()


def _paths() -> Iterator[Case]:
    """Give paths that are no file, or one that is not to be read."""
    for name in ("/dev/zero", "/dev/full", "/proc/self/mem", "/etc", "", "x" * 5000):
        yield Case(f"path {name[:20]}", ("check", name))
    for address in ("http://127.0.0.1/a.yaml", "file:///etc/passwd", "https://a.example/b.json"):
        yield Case(f"address {address}", ("check", address))
    links = {"a.yaml": "/dev/zero", "b.yaml": "b.yaml", "c.yaml": "nowhere", "d.yaml": "/etc"}
    for name, target in links.items():
        yield Case(f"link to {target}", ("check", name), links={name: target})
    yield Case("another ending", ("check", "f.exe"), {"f.exe": Y})
    yield Case("a file without ending", ("check", "f"), {"f": Y})
    yield Case("a folder without tables", ("check", "d"), {"d/readme.txt": "x"})
