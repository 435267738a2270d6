"""Tables hold whatever the schema allows, and give it back unchanged."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import BaseModel

from drawn import Drawing
from gridblock.instances import document, formats
from gridblock.instances.annotations import branches
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.schema.fields import Fields
from gridblock.instances.tables import cells, layout, shapes
from gridblock.instances.tables.flatten import flattened
from gridblock.instances.tables.folder import csv_text
from gridblock.instances.tables.workbook_write import workbook_bytes
from gridblock.instances.write import scalar
from rivals.worlds import world

GALLERY = sorted(Path(document.__file__).with_name("gallery").glob("*.yaml"))
SECONDS = 20
SMALL = {
    "instance": "field,value\ngridblock,1\nname,small\n",
    "accelerators": "name,vendor\nh100,nvidia\n",
    "blocks": "name,accelerator,accelerators,uses.power_kw,cost_once\npod,h100,256,350,9e6\n",
    "facilities": "name,limits.power_mw,tags,pue\nmemphis,10,us; south,1.2\n",
    "demands": "name,amount,yields.h100,unmet_cost\nchat,6000,1,3\n",
}


def in_folder(folder: Path, **tables: str) -> Path:
    for name, text in {**SMALL, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def said(folder: Path, **tables: str) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        read(in_folder(folder, **tables))
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


# What is written reads back.


@pytest.mark.parametrize("file", GALLERY, ids=lambda file: file.stem)
def test_the_gallery_goes_through_every_format(file: Path, tmp_path: Path) -> None:
    given = read(file)
    for name in ("tables", "book.xlsx", "data.json", "again.yaml"):
        formats.write(given, tmp_path / name)
        given = read(tmp_path / name)
        assert given.hash == read(file).hash


def through_folder(data: dict[str, Any], folder: Path) -> document.Document:
    for table in flattened(data):
        (folder / f"{table.name}.csv").write_text(csv_text(table), encoding="utf-8", newline="")
    return document.load(folder)


@pytest.mark.parametrize("fullness", [0.15, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(12))
def test_data_of_any_shape_come_back_from_csv(seed: int, fullness: float, tmp_path: Path) -> None:
    data = Drawing(Random(seed), fullness).instance()
    found = through_folder(data, tmp_path)
    assert found.faults == ()
    assert found.data == data


@pytest.mark.parametrize("fullness", [0.15, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(100, 106))
def test_data_of_any_shape_come_back_from_workbooks(seed: int, fullness: float) -> None:
    data = Drawing(Random(seed), fullness).instance()
    found = document.parse(workbook_bytes(flattened(data, bool(seed % 2)), "USD"), ".xlsx")
    assert found.faults == ()
    assert found.data == data


@pytest.mark.parametrize("seed", range(6))
def test_worlds_are_the_same_instance_from_tables(seed: int, tmp_path: Path) -> None:
    given = Instance.parse(world(seed))
    formats.write(given, tmp_path / "tables")
    formats.write(given, tmp_path / "book.xlsx", full=True)
    assert read(tmp_path / "tables").hash == read(tmp_path / "book.xlsx").hash == given.hash


def test_the_same_instance_is_the_same_workbook_byte_by_byte() -> None:
    tables = flattened(read(GALLERY[0]).plain())
    assert workbook_bytes(tables, "USD") == workbook_bytes(tables, "USD")


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize(
    "value", [5, 0.1, True, "5", "true", "a; b", "[x", "", " a ", [150, 0.5], ["a", None], {"a": 1}]
)
def test_where_anything_may_stand_it_keeps_its_kind(value: Any, typed: bool) -> None:
    anything = shapes.Shape(free=True)
    cell = cells.encoded(value, anything)
    # A file of CSV holds text alone.
    cell = cell if typed else scalar(cell) if not isinstance(cell, str) else cell
    assert cells.decoded(cell, anything, typed) == value
    assert type(cells.decoded(cell, anything, typed)) is type(value)


# Tables follow the schema.


def reachable(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """All records that stand in a record, found by annotations alone."""
    found.add(model)
    for info in model.model_fields.values():
        for inner in _models(info.annotation):
            if inner not in found:
                reachable(inner, found)
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for branch in branches(annotation):
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            yield branch
        for arg in getattr(branch, "__args__", ()):
            yield from _models(arg)


def test_every_field_of_the_schema_has_a_column_or_a_table() -> None:
    # A record whose fields no table shows would be written in one cell, as YAML.
    shown: set[type[BaseModel]] = {Fields}
    for records in (layout.ROOT, *(table.shape for table in layout.tables().values())):
        shown |= set(records.models)
        for path in layout.columns(records):
            for end in range(1, len(path)):
                shown |= set(layout.shape_at(records, path[:end]).models)  # type: ignore[union-attr]
    assert shown == reachable(Fields, set())


def test_nothing_given_means_the_same_as_nothing_said() -> None:
    # An empty cell is a field left out; were None a value of its own, it would be lost.
    for model in reachable(Fields, set()):
        for name, info in model.model_fields.items():
            may_be_none = type(None) in branches(info.annotation)
            assert not may_be_none or info.default is None, f"{model.__name__}.{name}"


def test_no_field_is_called_like_a_column_that_names_records() -> None:
    for table in layout.tables().values():
        assert not set(table.keys) & set(shapes.fields(table.shape.models)), table.name


# What a planner writes.


def test_empty_cells_remarks_and_notes_say_nothing(tmp_path: Path) -> None:
    small = read(in_folder(tmp_path))
    demands = (
        "# what we serve,,,,,\nname,amount,yields.h100,unmet_cost,tier,# why\n"
        "# name,units,,USD,,\n,,,,,\nchat,6000,1,3,,the board\n"
    )
    again = read(in_folder(tmp_path, demands=demands, notes="anything\nat,all\n"))
    assert again.hash == small.hash
    (tmp_path / "README.txt").write_text("no table")
    assert read(tmp_path).hash == small.hash


def test_series_are_lists_where_full_and_hold_where_not(tmp_path: Path) -> None:
    series = (
        "table,name,field,2026Q3,2026Q4\nfacilities,memphis,grid_mw,8,9\n"
        "demands,chat,amount,6000,\nblocks,pod,supply,5,\n"
    )
    instance = "field,value\ngridblock,1\nperiods.first,2026Q3\nperiods.count,2\n"
    demands = "name,yields.h100,unmet_cost\nchat,1,3\n"
    given = read(in_folder(tmp_path, series=series, instance=instance, demands=demands))
    assert given.facilities["memphis"].grid_mw == (8, 9)
    assert given.demands[0].amount == {"2026Q3": 6000}
    assert given.name == tmp_path.name
    assert given.facilities["memphis"].tags == ("us", "south")
    # The columns of periods may stand in any order.
    turned = "table,name,field,2026Q4,2026Q3\nfacilities,memphis,grid_mw,9,8\n"
    turned += "demands,chat,amount,,6000\nblocks,pod,supply,,5\n"
    again = in_folder(tmp_path, series=turned, instance=instance, demands=demands)
    assert read(again).hash == given.hash


def test_zones_stand_in_any_order(tmp_path: Path) -> None:
    zones = "of,name,limits.power_mw,count\nmemphis/hall,row,1,2\nmemphis,hall,5,\n"
    given = read(in_folder(tmp_path, zones=zones))
    assert given.facilities["memphis"].zones["hall"].zones["row"].count == 2


def test_a_graph_beside_the_tables_is_read(tmp_path: Path) -> None:
    (tmp_path / "wan.gml").write_text(
        'graph [ node [ id 0 label "memphis" ] node [ id 1 label "east" ]'
        " edge [ source 0 target 1 ms 5.0 ] ]"
    )
    instance = "field,value\ngridblock,1\nnetwork.graph,wan.gml\n"
    assert read(in_folder(tmp_path, instance=instance)).network.links[0].ms == 5


# Faults.


def test_faults_have_their_file_row_and_column(tmp_path: Path) -> None:
    tables = {
        "demands": "name,amuont,yields.h100,unmet_cost,tier\nchat,6000,1,2 USD,\nbatch,5,1,1,1.5\n",
        "facilities": "name,limits.power_mw,pue,limits.racks\nmemphis,ten,1.2,\nmemphis,1,1,\n",
        "zones": "of,name,limits.power_mw\nmemphs,hall,5\n,hall,5\n",
    }
    assert said(tmp_path, **tables) == [
        "demands.csv:1:2: demands.amuont: is not a field here; did you mean 'amount'?",
        "demands.csv:2:1: demands[0].amount: is required",
        "demands.csv:2:4: demands[0].unmet_cost: '2 USD' is money; this field is in USD/unit/h, "
        "money per unit and time",
        "demands.csv:3:1: demands[1].amount: is required",
        "demands.csv:3:5: demands[1].tier: must be a whole number, not 1.5",
        "facilities.csv:2:2: facilities.memphis.limits.power_mw: must be a number, "
        "not the text 'ten'",
        "facilities.csv:3:1: facilities.memphis: is given twice; the first is in row 2",
        "zones.csv:2:1: zones: is of 'memphs', which is in no other table; did you mean 'memphis'?",
        "zones.csv:3:1: zones: does not say what it is `of`",
    ]


def test_faults_of_series_have_the_cell_of_the_period(tmp_path: Path) -> None:
    series = (
        "table,name,field,1,2\ndemands,chat,amount,5,6\ndemands,chta,amount,5,\n"
        "facilities,memphis,pie,1.2,\nblocks,pod,supply,5 000,\nplaces,x,y,1,\n"
        "facilities,memphis,grid_mw,,\n"
    )
    assert said(tmp_path, series=series) == [
        "series.csv:1:5: series.2: is not a period",
        "series.csv:2:3: demands[0].amount: is given twice; the first time in row 2 of demands",
        "series.csv:3:2: series: is of 'chta', which the table demands does not have; "
        "did you mean 'chat'?",
        "series.csv:4:3: facilities.memphis.pie: is not a field here; did you mean 'pue'?",
        "series.csv:5:4: blocks.pod.supply[0]: must be a number, not the text '5 000'",
        "series.csv:6:1: series: is of the table 'places', which there is not",
        "series.csv:7:3: facilities.memphis.grid_mw: has no values",
    ]


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        ({"demand": "name\n"}, "demand.csv: is a table 'demand' that no instance has; did you"),
        ({"blocks": "name;accelerator;x\n"}, "blocks.csv:1:1: has other marks than commas"),
        ({"blocks": 'name,"accel\n'}, "blocks.csv:1:1: is not CSV: unexpected end of data"),
        ({"blocks": "name,\x07\n"}, r"blocks.csv:1:6: holds '\x07', which no text file should"),
        ({"blocks": "name,x.y\npod,1\n"}, "blocks.csv:1:2: blocks.x.y: is not a field here"),
        ({"blocks": "name,lead.x\npod,1\n"}, "blocks.csv:1:2: blocks.lead.x: leads nowhere"),
        ({"blocks": 'name,"a""b"\npod,1\n'}, "blocks.csv:1:2: "),
        ({"blocks": "name,lead,lead\npod,1,2\n"}, "blocks.csv:1:3: blocks.lead: is a column twice"),
        ({"blocks": "lead\n1\n"}, "blocks.csv:1:1: blocks: has no column 'name'"),
        ({"blocks": "name,lead\n,1\n"}, "blocks.csv:2:1: blocks: has no name"),
        ({"blocks": "name,lead\npod,1,2\n"}, "blocks.csv:1:3: blocks: has no heading"),
        ({"instance": "a,b\n1,2\n"}, "instance.csv:1:1: must have the columns field and value"),
        ({"instance": "field,value\ngridblok,1\n"}, "instance.csv:2:1: gridblok: is not a field"),
        ({"demands": "name,amount\nchat,[1\n"}, "demands.csv:2:2: demands[0].amount: is '[1'"),
        ({"demands": "name,amount\nchat,1e999\n"}, "demands.csv:2:2: demands[0].amount: is too"),
        ({"demands": "name,amount\nchat,.nan\n"}, "demands.csv:2:2: demands[0].amount: is not a f"),
        ({"demands": "name,where.tags\nchat,[&a x]\n"}, "demands.csv:2:2: demands[0].where.tags: "),
        ({"demands": "name,amount\nchat,=1+1\n"}, "demands.csv:2:2: demands[0].amount: must be"),
    ],
)
def test_a_faulty_table(tmp_path: Path, tables: dict[str, str], fault: str) -> None:
    assert any(each.startswith(fault) for each in said(tmp_path, **tables)), said(
        tmp_path, **tables
    )


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=r"is a folder without tables \(.csv files\)$"):
        read(tmp_path)
    (tmp_path / "instance.json").write_text("{}")
    with pytest.raises(InstanceError, match="it is a run: read its instance"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["Jan.", ".5", "Q3..Q4", "a.b", 'the "first"', "name", "#1"])
@pytest.mark.parametrize("kind", ["tables", "book.xlsx"])
def test_a_period_may_be_called_anything(name: str, kind: str, tmp_path: Path) -> None:
    months = [{"name": name, "hours": 744}, {"name": "last", "hours": 672}]
    changed = {"periods": months, "facilities.memphis.grid_mw": {name: 1, "last": 2}}
    given = read(in_folder(tmp_path)).replace(changed)
    formats.write(given, tmp_path / kind)
    assert read(tmp_path / kind).hash == given.hash


def test_names_that_look_like_formulas_are_marked_and_come_back(tmp_path: Path) -> None:
    given = read(in_folder(tmp_path)).replace({"demands.chat.name": "=1+cmd|' /C calc'!A0"})
    formats.write(given, tmp_path / "out")
    text = (tmp_path / "out" / "demands.csv").read_text()
    assert text.splitlines()[1].startswith("'=1+cmd")
    assert read(tmp_path / "out").hash == given.hash


# Writing.


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    given = read(in_folder(tmp_path))
    other = given.replace({"facilities.memphis.pue": 1.3, "facilities.memphis.grid_mw": {"1": 9}})
    for name in ("out", "out.xlsx", "out.yaml"):
        formats.write(other, tmp_path / name)
        with pytest.raises(FileExistsError, match="exists already"):
            formats.write(given, tmp_path / name)
        assert read(tmp_path / name).hash == other.hash
        formats.write(given, tmp_path / name, overwrite=True)
        # The table of series, which there is no more, is gone.
        assert read(tmp_path / name).hash == given.hash
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    given = read(in_folder(tmp_path))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    with pytest.raises(FileExistsError, match=r"holds no instance\.csv"):
        formats.write(given, tmp_path / "photos", overwrite=True)


@pytest.mark.parametrize("name", ["x.csv", "x.xls", "x.ymal"])
def test_an_ending_that_is_not_known_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="instances are written to files that end in"):
        formats.write(read(in_folder(tmp_path)), tmp_path / name)


# Hostile tables.


def test_what_nests_without_end_is_refused(tmp_path: Path) -> None:
    deep = "".join(f"{'/'.join(['memphis', *['z'] * i])},z\n" for i in range(80))
    found = said(tmp_path, zones="of,name\n" + deep)
    assert any("is nested more than 64 levels deep" in each for each in found)
    heading = ".".join(["zones", "z"] * 500)
    found = said(tmp_path, zones="of,name\n", facilities=f"name,{heading}\nmemphis,1\n")
    assert any("a path that is too long" in each for each in found)
    found = said(tmp_path, facilities=f"name,limits\nmemphis,{'[' * 5000}\n", zones="of,name\n")
    assert found


def test_a_value_below_no_period_is_not_passed_over(tmp_path: Path) -> None:
    series = "table,name,field,1,\nfacilities,memphis,grid_mw,5,6\n"
    assert said(tmp_path, series=series) == [
        "series.csv:1:5: series: has no heading that can be read, but values below"
    ]


def test_what_is_wrong_with_a_heading_is_told_however_much_follows_from_it(tmp_path: Path) -> None:
    names = [f"d{n}" for n in range(200)]
    demands = "name,amount,yields.h100,unmet_cost\n" + "".join(f"{n},1,1,3\n" for n in names)
    regions = ",at.lat,at.lon\n" + "".join(f"r{n},1,1\n" for n in range(9))
    links = "name,between,ms\n" + "".join(f"l{n},memphis; r{n % 9},1\n" for n in range(200))
    found = said(tmp_path, demands=demands, regions=regions, links=links)
    assert "regions.csv:1:1: regions: has no heading that can be read, but values below" in found
    assert len(found) == 100


def test_many_rows_take_little_time(tmp_path: Path) -> None:
    # 3,000 zones and a series each: what takes each row for each other row takes minutes.
    zones = "".join(f"memphis,z{i},1\n" for i in range(3000))
    series = "".join(f"zones,memphis/z{i},uplink_gbps,5,6\n" for i in range(3000))
    started = time.monotonic()
    given = read(
        in_folder(
            tmp_path,
            zones=f"of,name,limits.power_mw\n{zones}",
            series=f"table,name,field,a,b\n{series}",
            periods="name,hours\na,10\nb,10\n",
        )
    )
    assert time.monotonic() - started < SECONDS
    assert given.facilities["memphis"].zones["z2999"].uplink_gbps == (5, 6)


def test_files_as_excel_saves_them_are_read(tmp_path: Path) -> None:
    small = read(in_folder(tmp_path))
    for file in tmp_path.glob("*.csv"):
        text = file.read_text()
        wide = text.replace("\n", ",,\r\n") + ",,,,\r\n"
        file.write_bytes(b"\xef\xbb\xbf" + wide.encode())
    assert read(tmp_path).hash == small.hash


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_ends_in_faults_or_an_instance(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    through_folder(read(GALLERY[seed % len(GALLERY)]).plain(), tmp_path)
    for file in tmp_path.glob("*.csv"):
        text = list(file.read_text(encoding="utf-8"))
        for _ in range(3):
            text[random.randrange(len(text))] = random.choice(',"\n;[{=-.#/x1 ')
        file.write_text("".join(text), encoding="utf-8", newline="")
    with suppress(InstanceError):
        read(tmp_path)
