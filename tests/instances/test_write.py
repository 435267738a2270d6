"""What is written reads back as the same data, looks well, and is whole or not there at all."""

import math
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridblock.instances import formats
from gridblock.instances.document import parse
from gridblock.instances.faults import InstanceError
from gridblock.instances.read import read
from gridblock.instances.write import to_json, to_yaml, write_text

NASTY = (
    "NO", "null", "~", "true", "False", "007", "1.10", "1e5", "0x1F", "12:30", ".5", ".inf",
    "1e400", "99999999999999999999", "=1+1", "+1", "@SUM", "<script>", "../x", "CON", "- x",
    "a: b", "a #b", "#", "?", "-", ":", "", " ", "a ", " a", "a  b", "<<", "---", "...", "--- a",
    "%x", "|", ">", "&a", "*a", "!t", "`", "{", "}", "[", "]", ",", "a,b", '"', "'", "\\", "\\n",
    "\n", "\t", "\r\n", "a\n b", "\x00", "\x1b[31m", "\x7f", "\x85", "\xa0", "\u200b",
    "\u202eabc", "a\u2028b", "\ufeff", "\ufffe", "\U0001f600", "\U000e0001",
    "\u05e9\u05dc\u05d5\u05dd", "\u0661\u0662", "\xb2",
    "x" * 2000, "'" * 900,
)  # fmt: skip
TEXT = (
    st.sampled_from(NASTY) | st.text() | st.text(alphabet="a1.-:#, {}[]?!&*%@'\"|>=~<\n\t\\eE+0x_")
)
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=400)
@given(st.dictionaries(TEXT, TREES, max_size=6))
def test_every_document_reads_back_from_yaml_and_json(data: dict[str, Any]) -> None:
    for text, suffix in ((to_yaml(data), ".yaml"), (to_json(data), ".json")):
        for form in (text, text.encode()):
            read = parse(form, suffix).data
            assert read == data
            assert list(read) == list(data)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_reads_back_as_name_value_and_item(text: str) -> None:
    for data in ({text: text}, {"a": [text]}, {"a": {text: [{text: text}]}}):
        for written, suffix in ((to_yaml(data), ".yaml"), (to_json(data), ".json")):
            assert parse(written, suffix).data == data
            assert all(letter.isprintable() or letter == "\n" for letter in written)


def test_yaml_is_written_for_people() -> None:
    data = {
        "gridblock": 1,
        "name": "deal",
        "periods": {"first": "2026Q3", "count": 8, "every": "quarter"},
        "blocks": {
            "h100-su": {
                "uses": {"power_kw": 332.0, "racks": 32},
                "cost_once": 9.0e6,
                "load_factor": 0.8,
                "where": {"tags": []},
            }
        },
        "facilities": {"memphis": {"at": {"lat": 35.06, "lon": -90.16}, "grid_mw": None}},
        "network": {
            "links": [
                {"name": "west-1", "between": ["memphis", "us-east"], "gbps": 1600},
                {"name": "x" * 60, "between": ["memphis", "us-east"], "capacity": "shared"},
            ]
        },
        "odd": ["007", "a: b", "true", 0.1, 1e-7, True],
    }
    assert to_yaml(data) == (
        "gridblock: 1\n"
        "name: deal\n"
        "periods: {first: 2026Q3, count: 8, every: quarter}\n"
        "blocks:\n"
        "  h100-su:\n"
        "    uses: {power_kw: 332, racks: 32}\n"
        "    cost_once: 9000000\n"
        "    load_factor: 0.8\n"
        "    where: {tags: []}\n"
        "facilities:\n"
        "  memphis:\n"
        "    at: {lat: 35.06, lon: -90.16}\n"
        "    grid_mw: null\n"
        "network:\n"
        "  links:\n"
        "    - {name: west-1, between: [memphis, us-east], gbps: 1600}\n"
        f"    - name: {'x' * 60}\n"
        "      between: [memphis, us-east]\n"
        "      capacity: shared\n"
        'odd: ["007", "a: b", "true", 0.1, 1e-07, true]\n'
    )


def test_lines_of_small_groups_keep_within_a_hundred_columns() -> None:
    written = to_yaml({"a": {"b": {f"name-{i}": list(range(i)) for i in range(60)}}})
    assert max(len(line) for line in written.splitlines()) <= 100


def test_json_has_a_line_for_each_record() -> None:
    assert to_json({"gridblock": 1, "blocks": {"a": {"b": 1}, "c": {}}, "demands": [{"d": 2}]}) == (
        '{\n "gridblock": 1,\n "blocks": {\n  "a": {"b": 1},\n  "c": {}\n },\n'
        ' "demands": [\n  {"d": 2}\n ]\n}\n'
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_not_written(value: float) -> None:
    for writer in (to_yaml, to_json):
        with pytest.raises(ValueError, match=r"finite|range"):
            writer({"a": [value]})


def test_what_no_document_holds_is_not_written() -> None:
    with pytest.raises(TypeError, match="set"):
        to_yaml({"a": {1}})
    with pytest.raises(TypeError, match="must be text, not 1"):
        to_yaml({"a": {1: 2}})
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="64 levels"):
        to_yaml(deep)


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deal.yaml"
    write_text(path, "a: é\r\n")
    assert path.read_bytes() == "a: é\r\n".encode()
    path.chmod(0o640)
    write_text(str(path), "b: 2\n")
    assert path.read_text(encoding="utf-8") == "b: 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["deal.yaml"]


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    file, link = tmp_path / "kept" / "deal.yaml", tmp_path / "link.yaml"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o600)
    link.symlink_to(file)
    write_text(link, "new")
    assert link.readlink() == file
    assert file.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len([*tmp_path.rglob("*")]) == 3


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "deal.yaml"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(*((os, call) if call == "fsync" else (Path, call)), fail)
    with pytest.raises(OSError, match=r"is as it was \(No space left on device\).*deal\.yaml"):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["deal.yaml"]


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "deal.yaml"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["deal.yaml"]


@pytest.mark.parametrize("name", ["deal.yaml", "deal.json", "deal.xlsx", "deal"])
def test_what_cannot_be_read_again_is_told_of_the_file_that_was_asked_for(
    tmp_path: Path, name: str
) -> None:
    halved = read({"gridblock": 1, "name": "deal"}).model_copy(update={"source": "a\ud800b"})
    with pytest.raises((InstanceError, ValueError)) as caught:
        formats.write(halved, tmp_path / name)
    if isinstance(caught.value, InstanceError):
        assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert ".gridblock-" not in str(caught.value)
    assert not any(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere/deal\.yaml"):
        write_text(tmp_path / "nowhere" / "deal.yaml", "new")
