"""Documents read as they are written, or are refused with the place and a remedy."""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridblock.instances.document import load, parse
from gridblock.instances.faults import Fault, InstanceError

SMALL_YAML = """\
gridblock: 1
periods: {first: 2026Q3, count: 2}
blocks:
  h100-su:            # nodes of 8
    uses: {power_kw: 332.5, racks: 32}
    cost_once: 9.0e6
    supply: [20, 40]
demands:
  - name: "caf\\xe9"
    amount: {2026Q3: 1, 2026Q4: -2}
"""
SMALL_JSON = json.dumps(
    {"gridblock": 1, "demands": [{"name": "caf\u00e9", "amount": [1, -2.5e3, None, True]}]}
)
SECONDS = 2.0


def faults_of(text: str | bytes, suffix: str) -> list[str]:
    """Return the faults of a document as text, which must be found quickly."""
    started = time.process_time()
    with pytest.raises(InstanceError) as caught:
        parse(text, suffix, "f" + suffix)
    assert time.process_time() - started < SECONDS
    assert caught.value.faults
    return str(caught.value).splitlines()


def told(text: str | bytes, suffix: str) -> tuple[Fault, ...]:
    """Return the faults of a document, none if it is read."""
    try:
        parse(text, suffix)
    except InstanceError as error:
        return error.faults
    return ()


# What is wrong, the text, the place of the fault that is told first, and a part of what it says.
MALFORMED_YAML = [
    ("nothing at all", "", "1:1", "is empty"),
    ("blanks", " \n\n", "1:1", "is empty"),
    ("only a comment", "# later\n", "1:1", "is empty"),
    ("only a start", "---\n", "2:1", "fields at the top"),
    ("a list at the top", "- a: 1\n", "1:1", "fields at the top"),
    ("text at the top", "hello\n", "1:1", "fields at the top"),
    ("no blank after the colon", "a:1\nb:2\n", "1:1", "blank after the ':'"),
    ("a name twice", "a: 1\nb: 2\na: 3\n", "3:1", "a: is given twice; the first is on line 1"),
    ("a name twice, quoted", "a: 1\n'a': 3\n", "2:1", "a: is given twice"),
    ("a name twice inside", "a: [{b: 1, b: 2}]\n", "1:12", "a[0].b: is given twice"),
    ("a name that looks like a number twice", "007: 1\n007: 2\n", "2:1", "given twice"),
    ("two documents", "a: 1\n---\nb: 2\n", "2:1", "second document"),
    ("an old version", "%YAML 1.1\n---\na: 1\n", "2:1", "directives"),
    ("a tag directive", "%TAG ! tag:x,2000:\n---\na: 1\n", "2:1", "directives"),
    ("an unfinished directive", "%\n", "1:2", "is not YAML"),
    ("an anchor", "a: &x 1\n", "1:4", "a: anchors"),
    ("an anchored mapping", "a: &x {b: 1}\n", "1:4", "a: anchors"),
    ("an anchored name", "&x a: 1\n", "1:1", "a: anchors"),
    ("an alias", "a: *x\n", "1:4", "a: anchors"),
    ("an alias as a name", "*x : 1\n", "1:1", "for a name"),
    ("a wildcard", "a: *.csv\n", "1:4", "quote the text"),
    ("a merge key", "a: 1\n<<: {b: 2}\n", "2:1", "merge keys"),
    ("a tag of YAML", "a: !!str 3\n", "1:4", "a: tags"),
    ("a tag of Python", "a: !!python/object:os.system x\n", "1:4", "a: tags"),
    ("a tag that says nothing", "a: ! x\n", "1:4", "a: tags"),
    ("a tagged list", "a: !x [1]\n", "1:4", "a: tags"),
    ("a tagged name", "!x a: 1\n", "1:1", "a: tags"),
    ("an open tag", "a: !<x\n", "1:7", "is not YAML"),
    ("a list as a name", "? [a]\n: 1\n", "1:3", "for a name"),
    ("a template", "{{x}}: 1\n", "1:1", "for a name"),
    ("a template as a value", "a: {{x}}\n", "1:5", "for a name"),
    ("no name", ": 1\n", "1:1", "no name before the ':'"),
    ("infinity", "a: .inf\n", "1:4", "a: is not a finite number"),
    ("minus infinity", "a: [1, -.INF]\n", "1:8", "a[1]: is not a finite number"),
    ("not a number", "a: .nan\n", "1:4", "a: is not a finite number"),
    ("beyond the largest float", "a: 1e400\n", "1:4", "a: is too large"),
    ("beyond what counts exactly", "a: 1000000000000001\n", "1:4", "a: is too large"),
    ("beyond it, below zero", "a: -1.1e15\n", "1:4", "a: is too large"),
    ("beyond it, in hexadecimal", "a: 0xFFFFFFFFFFFFF\n", "1:4", "a: is too large"),
    ("a million digits", "a: " + "9" * 900_000, "1:4", "a: is too large"),
    ("a tab for indentation", "a:\n\tb: 1\n", "2:1", "indent with spaces"),
    ("a tab below a value", "a: 1\n\tb: 2\n", "2:1", "indent with spaces"),
    ("an open double quote", 'a: "x\nb: 2\n', "1:4", "a: a quote that opens here"),
    ("an open single quote", "a: 'x\nb: 2\n", "1:4", "a: a quote that opens here"),
    ("an open list", "a: [1, 2\nb: 3\n", "2:2", "a '[' that opens before here"),
    ("an open mapping", "a: {x: 1\nb: 3\n", "2:2", "a '{' that opens before here"),
    ("a bracket at the end", "a: [", "1:5", "ends too early"),
    ("a bracket too many", "a: {x: 1}}\n", "1:10", "indentation"),
    ("a closing bracket alone", "a: ]\n", "1:4", "is not YAML"),
    ("two commas", "a: [1,,2]\n", "1:7", "is not YAML"),
    ("two colons", "a: b: c\n", "1:5", "a ':' cannot stand here"),
    ("indented too far", "a: 1\n b: 2\n", "2:3", "a ':' cannot stand here"),
    ("indented too little", "a:\n  b: 1\n c: 2\n", "3:2", "indentation"),
    ("a list beside a name", "a: - 1\n", "1:4", "line of its own"),
    ("a question mark", "a: ? b\n", "1:4", "quote the text"),
    ("a reserved at sign", "a: @x\n", "1:4", "put it in quotes"),
    ("a reserved backtick", "a: `x`\n", "1:4", "put it in quotes"),
    ("a percent sign", "a: %x\n", "1:4", "put it in quotes"),
    ("an unknown escape", 'a: "\\q"\n', "1:6", "starts no escape"),
    ("half an escape", 'a: "\\x4"\n', "1:4", "is not YAML"),
    ("an escape beyond Unicode", 'a: "\\U00110000"\n', "1:1", "stands for no character"),
    ("an escape far beyond Unicode", 'a: "\\UFFFFFFFF"\n', "1:1", "stands for no character"),
    ("half a surrogate pair", 'a: "\\ud800"\n', "1:4", "a: holds half of a surrogate pair"),
    ("half of one in a name", '"\\udfff": 1\n', "1:1", "holds half of a surrogate pair"),
    ("a bad block indicator", "a: |9999\n  b\n", "1:6", "is not YAML"),
    ("NUL", "a: \x00", "1:4", r"holds '\x00'"),
    ("an escape sequence", "a: 1\nb: \x1b[31m", "2:4", r"holds '\x1b'"),
    ("a line separator", "a\u2028b: 1", "1:2", r"holds '\u2028'"),
    ("a lone surrogate", "a: \ud800", "1:4", r"holds '\ud800'"),
    ("nested lists", "a: " + "[" * 20_000, "1:67", "more than 64 levels"),
    ("nested mappings", "a: " + "{a: " * 20_000, "1:256", "more than 64 levels"),
    ("nested dashes", "- " * 20_000, "1:129", "more than 64 levels"),
    ("a long name", "x" * 900_000 + ": 1\n", "1:900001", "a ':' cannot stand here"),
    ("too much", "a: " + "x" * 5_000_000, "", "write it as JSON"),
]
MALFORMED_JSON = [
    ("nothing at all", "", "1:1", "is empty"),
    ("a list at the top", "[1]", "1:1", "fields at the top"),
    ("a number at the top", "1", "1:1", "fields at the top"),
    ("a name twice", '{"a": 1,\n "a": 2}', "2:2", "a: is given twice; the first is on line 1"),
    ("a name twice, escaped", '{"a": 1, "\\u0061": 2}', "1:10", "a: is given twice"),
    ("a name twice inside", '{"a": [{"b": 1, "b": 2}]}', "1:17", "a[0].b: is given twice"),
    ("NaN", '{"a": [1, NaN]}', "1:11", "a[1]: is not a finite number"),
    ("Infinity", '{"a": Infinity}', "1:7", "a: is not a finite number"),
    ("-Infinity", '{"a": -Infinity}', "1:7", "a: is not a finite number"),
    ("beyond the largest float", '{"a": 1e400}', "1:7", "a: is too large"),
    ("beyond what counts exactly", '{"a": {"b": 1000000000000001}}', "1:13", "a.b: is too large"),
    ("beyond it, below zero", '{"a": -1e16}', "1:7", "a: is too large"),
    ("a million digits", '{"a": ' + "9" * 1_000_000 + "}", "1:7", "a: is too large"),
    ("a comma too many", '{"a": 1,}', "1:", "','"),
    ("a comma too many in a list", '{"a": [1,]}', "1:", "a"),
    ("a comma missing", '{"a": 1 "b": 2}', "1:9", "a ',' is missing"),
    ("a colon missing", '{"a" 1}', "1:6", "a ':' is missing"),
    ("a bracket missing", '{"a": [1', "1:9", "a bracket is not closed"),
    ("a name without quotes", "{a: 1}", "1:2", "a name in double quotes"),
    ("single quotes", "{'a': 1}", "1:2", "a name in double quotes"),
    ("a comment", '{"a": 1} // one', "1:10", "nothing may follow"),
    ("a second document", '{"a": 1}{"b": 2}', "1:9", "nothing may follow"),
    ("an unknown word", '{"a": yes}', "1:7", "a: a value must stand here"),
    ("a number of YAML", '{"a": .5}', "1:7", "a: a value must stand here"),
    ("a leading zero", '{"a": 007}', "1:8", "a ',' is missing"),
    ("an open quote", '{"a": "x', "1:7", "a: a quote that opens here"),
    ("a line break in text", '{"a": "x\ny"}', "1:9", "line break"),
    ("an unknown escape", '{"a": "\\q"}', "1:8", "starts no escape"),
    ("half an escape", '{"a": "\\u12"}', "1:", "starts no escape"),
    ("half a surrogate pair", '{"a": "\\ud800"}', "1:7", "half of a surrogate pair"),
    ("the other half in a name", '{"\\udc00x": 1}', "1:2", "half of a surrogate pair"),
    ("NUL", '{"a": 1\x00}', "1:8", r"holds '\x00'"),
    ("nested arrays", '{"a": ' + "[" * 20_000, "1:", "more than 64 levels"),
    ("nested objects", '{"a":' * 20_000 + "1" + "}" * 20_000, "1:321", "more than 64 levels"),
    ("one level too deep", '{"a": ' + "[" * 64 + "]" * 64 + "}", "1:70", "more than 64 levels"),
    ("a long name twice", '{"' + "x" * 5_000_000 + '": 1, "b": NaN}', "1:5000014", "b: is not"),
]


@pytest.mark.parametrize(
    ("text", "place", "part"), [pytest.param(*row[1:], id=row[0]) for row in MALFORMED_YAML]
)
def test_malformed_yaml_is_refused_with_its_place(text: str, place: str, part: str) -> None:
    first = faults_of(text, ".yaml")[0]
    assert first.startswith(f"f.yaml:{place}")
    assert part in first


@pytest.mark.parametrize(
    ("text", "place", "part"), [pytest.param(*row[1:], id=row[0]) for row in MALFORMED_JSON]
)
def test_malformed_json_is_refused_with_its_place(text: str, place: str, part: str) -> None:
    first = faults_of(text, ".json")[0]
    assert first.startswith(f"f.json:{place}")
    assert part in first


@pytest.mark.parametrize(
    ("raw", "place", "part"),
    [
        pytest.param(b"a: 1\nb: caf\xe9\n", "2:7", "byte 0xe9", id="Latin-1"),
        pytest.param("a: caf\u00e9 \u20ac\n".encode()[:-2], "1:9", "UTF-8", id="a letter cut"),
        pytest.param("a: 1\n".encode("utf-16-le"), "1:2", r"'\x00'", id="UTF-16 without mark"),
        pytest.param(b"\xff\xfea", "1:1", "UTF-16", id="UTF-16 cut"),
        pytest.param(b"\xff\xfe\x00\x00a", "1:1", "UTF-32", id="UTF-32 cut"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00", "1:3", "UTF-8", id="a workbook"),
        pytest.param(b"\x1f\x8b\x08\x00", "1:2", "UTF-8", id="gzip"),
        pytest.param(bytes(range(256)), "", "UTF-8", id="all bytes"),
    ],
)
@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_bytes_that_are_no_text_are_refused(raw: bytes, place: str, part: str, suffix: str) -> None:
    first = faults_of(raw, suffix)[0]
    assert first.startswith(f"f{suffix}:{place}")
    assert part in first


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(SMALL_YAML.encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(SMALL_YAML.encode("utf-16"), id="UTF-16"),
        pytest.param(SMALL_YAML.encode("utf-32"), id="UTF-32"),
        pytest.param(SMALL_YAML.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(SMALL_YAML.replace("\n", "\r").encode(), id="CR"),
        pytest.param(SMALL_YAML.rstrip().encode(), id="no last line break"),
        pytest.param(b"---\n" + SMALL_YAML.encode() + b"...\n", id="start and end"),
        pytest.param(b"%YAML 1.2\n---\n" + SMALL_YAML.encode(), id="the version that is read"),
    ],
)
def test_every_encoding_and_line_break_reads_the_same(raw: bytes) -> None:
    assert parse(raw, ".yaml").data == parse(SMALL_YAML, ".yml").data


def test_faults_of_one_document_are_told_together() -> None:
    text = "a: .inf\nb: {c: 1, c: 2}\nd: *x\ne: [1e400]\nf: !t 1\n<<: 3\ng: 'x\n"
    assert [fault.split(": ")[0] for fault in faults_of(text, ".yaml")] == [
        "f.yaml:1:4",
        "f.yaml:2:11",
        "f.yaml:3:4",
        "f.yaml:4:5",
        "f.yaml:5:4",
        "f.yaml:6:1",
        "f.yaml:7:4",
    ]
    text = '{"a": 1, "a": 2, "b": [NaN, {"c": 1e400, "c": 2}], "d" 1}'
    assert [fault.split(": ")[0] for fault in faults_of(text, ".json")] == [
        "f.json:1:10",
        "f.json:1:24",
        "f.json:1:35",
        "f.json:1:42",
        "f.json:1:56",
    ]


def test_a_hundred_faults_are_enough() -> None:
    assert len(faults_of("a: 1\n" * 1000, ".yaml")) == 100
    assert len(faults_of("{" + '"a": 1, ' * 1000 + '"a": 1}', ".json")) == 100


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    # Nine lines of nine aliases each would stand for 9^9 = 387 million values.
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert "anchors" in faults_of("\n".join(lines), ".yaml")[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("1,000", "1,000"),
        ("2026-07-01", "2026-07-01"),
        ("1e", "1e"),
        ("0x", "0x"),
        ("0b1", "0b1"),
        (".", "."),
        ("NA", "NA"),
        ("=1+1", "=1+1"),
        ("<<", "<<"),
        ("'007'", "007"),
        ('"null"', "null"),
        ("null", None),
        ("Null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.10", 1.1),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 100_000.0),
        ("2.0e6", 2_000_000.0),
        ("1E-3", 0.001),
        ("1e15", 1e15),
        ("-1000000000000000", -(10**15)),
    ],
)
def test_plain_values_mean_what_yaml_1_2_says(written: str, value: object) -> None:
    for text in (f"a: {written}\n", f"a:\n  - {written}\n", f"a: [{written} ]\n"):
        if written in {"1,000", ""} and "[" in text:
            continue
        read = parse(text, ".yaml").data["a"]
        read = read[0] if isinstance(read, list) else read
        assert read == value
        assert isinstance(read, type(value))


@pytest.mark.parametrize("name", ["NO", "007", "1.10", "1e5", "12:30", "null", "true", "~", ".inf"])
def test_names_are_text_as_written(name: str) -> None:
    assert parse(f"{name}: 1\n", ".yaml").data == {name: 1}
    assert parse(f"a: {{{name}: 1}}\n", ".yaml").data == {"a": {name: 1}}


@pytest.mark.parametrize("text", ["007", "1.10", "1e5", "+5", "0x1F", "2.0e6", "-0"])
def test_a_number_that_is_written_unusually_carries_its_text(text: str) -> None:
    assert parse(f"a: {text}", ".yaml").data["a"].text == text


@pytest.mark.parametrize("text", ["7", "-7", "1.5", "0", "1e-07"])
def test_a_number_that_is_written_as_usual_is_plain(text: str) -> None:
    assert type(parse(f"a: {text}", ".yaml").data["a"]) in {int, float}


PLACED_YAML = "a:\n  b: [1, {c: 2}]\n  e:\n  - x: 1\n    y: 2\nf:\n"
PLACED_JSON = '{"a": {"b": [1, {"c": 2}],\n "e": [{"x": 1, "y\\u0061": 2}]}, "z": {}, "w": [ ] }'


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("a",), (2, 3), (1, 1)),
        (("a", "b"), (2, 6), (2, 3)),
        (("a", "b", 1), (2, 10), (2, 10)),
        (("a", "b", 1, "c"), (2, 14), (2, 11)),
        (("a", "e", 0, "y"), (5, 8), (5, 5)),
        (("f",), (6, 1), (6, 1)),
        # What is missing stands at the name of what it is missing from.
        (("a", "b", 7), (2, 3), (2, 3)),
        (("a", "e", 0, "z"), (4, 5), (4, 5)),
        (("a", "z", 0, "z"), (1, 1), (1, 1)),
    ],
)
def test_places_in_yaml(path: tuple[str | int, ...], value: object, key: object) -> None:
    read = parse(PLACED_YAML, ".yaml")
    assert (read.place(path), read.place(path, key=True)) == (value, key)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("a",), (1, 7), (1, 2)),
        (("a", "b"), (1, 13), (1, 8)),
        (("a", "b", 1), (1, 17), (1, 17)),
        (("a", "b", 1, "c"), (1, 23), (1, 18)),
        (("a", "e", 0, "ya"), (2, 28), (2, 17)),
        (("z",), (2, 39), (2, 34)),
        (("w", 0), (2, 43), (2, 43)),
        (("z", "x"), (2, 34), (2, 34)),
        (("a", "b", 0, "x"), (1, 14), (1, 14)),
    ],
)
def test_places_in_json(path: tuple[str | int, ...], value: object, key: object) -> None:
    read = parse(PLACED_JSON, ".json")
    assert (read.place(path), read.place(path, key=True)) == (value, key)


def _paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(data, dict):
        for name, inside in data.items():
            yield from _paths(inside, (*path, name))
    elif isinstance(data, list):
        for index, inside in enumerate(data):
            yield from _paths(inside, (*path, index))


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), TREES, max_size=5), st.sampled_from([None, 1]))
def test_json_reads_back_and_every_place_is_where_the_value_stands(
    data: dict[str, Any], indent: int | None
) -> None:
    text = json.dumps(data, indent=indent)
    read = parse(text, ".json")
    assert read.data == data
    lines = text.split("\n")
    for path in _paths(data):
        line, column = read.place(path)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        value = data
        for part in path:
            value = value[part]  # type: ignore[index]
        assert json.JSONDecoder().raw_decode(rest)[0] == value


@pytest.mark.parametrize(("text", "suffix"), [(SMALL_YAML, ".yaml"), (SMALL_JSON, ".json")])
def test_a_file_cut_at_any_byte_is_read_or_refused(text: str, suffix: str) -> None:
    raw = text.encode() + "# é €\n".encode() * (suffix == ".yaml")
    outcomes = [told(raw[:end], suffix) for end in range(len(raw))]
    assert all(fault.line for faults in outcomes for fault in faults)
    assert outcomes[0]


@given(st.text(alphabet="ab1.-:#, {}[]?!&*%@'\"|>=~<\n\t\\eExuU0_+é\u2028"))
def test_no_text_makes_any_other_error(text: str) -> None:
    for suffix in (".yaml", ".json"):
        assert all(fault.line for fault in told(text, suffix))


@given(st.binary(max_size=60))
def test_no_bytes_make_any_other_error(raw: bytes) -> None:
    for suffix in (".yaml", ".json"):
        assert all(fault.line for fault in told(raw, suffix))


def test_as_many_values_as_in_three_of_the_largest_rung_are_read() -> None:
    sites = {
        f"site-{i}": {"limit": [1.5, 2, 3], "name": "x", "at": {"lat": i}} for i in range(30_000)
    }
    text = json.dumps(sites)
    read = parse(text, ".json")
    assert read.place(("site-29999", "at", "lat"))[1] > 1_800_000
    # Each site has 5 commas, 2 braces and 1 bracket: 8 x 40,000 is above 250,000.
    more = sites | {f"more-{i}": sites["site-0"] for i in range(10_000)}
    assert faults_of(json.dumps(more), ".json") == [
        "f.json:1:1: is too big: it holds more than 250,000 values"
    ]


def refusal(path: str | os.PathLike[str]) -> str:
    """Return the only fault of a file that is refused before its content is looked at."""
    with pytest.raises(InstanceError) as caught:
        load(path)
    (fault,) = caught.value.faults
    assert fault.file == os.fspath(path)
    return fault.message


def test_a_file_is_loaded_under_the_name_that_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deal.YAML").write_text(SMALL_YAML, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("./deal.YAML").file == "./deal.YAML"
    assert load(tmp_path / "deal.YAML").data["gridblock"] == 1
    (tmp_path / "deal.json").write_text('{"a": [}', encoding="utf-8")
    with pytest.raises(InstanceError, match=r"^deal\.json:1:8: a\[0\]: a value must stand here"):
        load("deal.json")


def test_a_missing_file_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "colossus.yaml").touch()
    assert refusal(tmp_path / "colosus.yaml") == "no such file; did you mean 'colossus.yaml'?"
    assert refusal(tmp_path / "colossus") == "no such file; did you mean 'colossus.yaml'?"
    assert refusal(tmp_path / "zzz.json") == "no such file"
    assert refusal(tmp_path / "nowhere" / "zzz.json") == "no such file"


def test_only_regular_files_of_the_right_kind_are_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert refusal(tmp_path / "folder.yaml") == "is a folder without tables (.csv files)"
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refusal(tmp_path / "pipe.yaml") == "is a pipe, not a file"
    (tmp_path / "link.yaml").symlink_to("/dev/zero")
    assert refusal(tmp_path / "link.yaml") == "is a device, not a file"
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    assert refusal(tmp_path / "loop.yaml").startswith("cannot be read: ")
    (tmp_path / "deal.xml").touch()
    assert refusal(tmp_path / "deal.xml").startswith("ends in '.xml'; files that end in .yaml")
    assert refusal(tmp_path / "deal.xml" / "deal.yaml") == "cannot be read: not a directory"
    assert refusal("a\x00b.yaml") == "cannot be the name of a file"
    assert refusal("x" * 5_000_000 + ".yaml") == "cannot be read: file name too long"
    assert refusal("") == "the name of a file is missing"


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "deal.yaml").touch()
    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(tmp_path / "deal.yaml") == "cannot be read: permission denied"


def test_a_file_that_is_too_big_is_not_read_whole(tmp_path: Path) -> None:
    for suffix, most in ((".yaml", "1 MB"), (".json", "16 MB")):
        with (tmp_path / f"big{suffix}").open("wb") as file:
            file.truncate(10**9)
        started = time.process_time()
        assert f"of up to {most} are read" in refusal(tmp_path / f"big{suffix}")
        assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    "address", ["http://x.org/a.yaml", "HTTPS://x/a.json", "file:///a.yaml", "s3:/b"]
)
def test_nothing_is_read_from_a_network(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "socket", refuse)
    assert refusal(address).startswith("is a web address; only files on this machine are read")
