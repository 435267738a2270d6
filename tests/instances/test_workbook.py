"""Workbooks: what Excel may hold that no instance does is refused, cell by cell."""

import datetime
import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from gridblock.instances import document, formats
from gridblock.instances.faults import InstanceError
from gridblock.instances.read import read

SMALL = {
    "instance": [["field", "value"], ["gridblock", 1], ["name", "small"]],
    "accelerators": [["name", "vendor"], ["h100", "nvidia"]],
    "facilities": [["name", "limits.power_mw"], ["memphis", 10]],
    "demands": [["name", "amount", "yields.h100", "unmet_cost"], ["chat", 6000, 1, 3]],
}
Fill = Callable[[Any, Any], object]


def book(path: Path, fill: Fill = lambda book, sheets: None, **more: list[list[Any]]) -> Path:
    """A workbook with the tables of SMALL, changed by a function of the book and its sheets."""
    made = xlsxwriter.Workbook(str(path))
    sheets = {}
    for name, rows in {**SMALL, **more}.items():
        sheet = sheets[name] = made.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                sheet.write(i, j, cell)
    fill(made, sheets)
    made.close()
    return path


def said(path: Path) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        read(path)
    return [str(fault).replace(f"{path}:", "") for fault in caught.value.faults]


def test_sheets_are_tables_whatever_the_case_of_their_names(tmp_path: Path) -> None:
    def fill(made: Any, _: Any) -> None:
        made.add_worksheet("Sheet7")
        made.add_worksheet("Notes for the board").write_formula(0, 0, "=1/0")
        made.add_worksheet("#scratch").write(0, 0, "anything")

    given = read(book(tmp_path / "x.xlsx", fill))
    assert given.hash == read(book(tmp_path / "y.xlsx")).hash
    assert given.demands[0].amount == 6000
    with pytest.raises(InstanceError, match="table 'extra' that no instance has"):
        read(book(tmp_path / "z.xlsx", extra=[["a"]]))


def test_a_number_may_be_a_name(tmp_path: Path) -> None:
    given = read(book(tmp_path / "x.xlsx", facilities=[["name"], [2026]]))
    assert list(given.facilities) == ["2026"]


@pytest.mark.parametrize(
    ("write", "fault"),
    [
        (lambda s, _: s.write_formula(1, 1, "=2+3", None, 5), "holds a formula, and only values"),
        (lambda s, _: s.write_formula(1, 1, "=2+3"), "holds a formula, and only values are read"),
        (lambda s, _: s.write_formula(1, 1, "=A1", None, "x"), "holds a formula, and only values"),
        (lambda s, _: s.write_string(1, 1, "5"), "is '5' as text; format the cell as a number"),
        (lambda s, _: s.write_string(1, 1, "1,5"), "must be a number, not the text '1,5'"),
        (lambda s, _: s.write_string(1, 1, "#REF!"), "must be a number, not the text '#REF!'"),
        (lambda s, _: s.write_boolean(1, 1, True), "must be a number, not true"),
        (lambda s, _: s.write_number(1, 1, 1e300), "is too large: numbers go up to 1e15"),
        (lambda s, f: s.write_datetime(1, 1, datetime.date(2026, 7, 1), f), "is a date or time"),
        (lambda s, _: s.merge_range(1, 1, 2, 1, 5), "is merged with others (B2:B3); unmerge them"),
    ],
)
def test_a_cell_that_is_no_number(tmp_path: Path, write: Fill, fault: str) -> None:
    def fill(made: Any, sheets: Any) -> None:
        write(sheets["demands"], made.add_format({"num_format": "yyyy-mm-dd"}))

    (found,) = said(book(tmp_path / "x.xlsx", fill))
    assert found.startswith(f"demands!B2: demands[0].amount: {fault}")


def test_an_error_of_excel_is_told(tmp_path: Path) -> None:
    # As a cell that once held a formula: the library writes errors with their formulas only.
    path = book(tmp_path / "x.xlsx")
    edit(
        path, "xl/worksheets/sheet4.xml", b'<c r="B2"><v>6000</v>', b'<c r="B2" t="e"><v>#REF!</v>'
    )
    assert said(path) == ["demands!B2: demands[0].amount: holds the error #REF!"]


def test_a_month_that_excel_took_for_a_date_is_told(tmp_path: Path) -> None:
    def fill(made: Any, sheets: Any) -> None:
        month = made.add_format({"num_format": "yyyy-mm"})
        sheets["instance"].write(3, 0, "periods.first")
        sheets["instance"].write_datetime(3, 1, datetime.date(2026, 7, 1), month)

    (found,) = said(book(tmp_path / "x.xlsx", fill))
    assert found.startswith("instance!B4: periods.first: is a date or time (2026-07-01); format")
    assert "as text" in found


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    more = {
        "demands": [["name", "amuont"], ["chat", 1]],
        "zones": [["of", "name"], ["memphs", "hall"]],
    }
    found = said(book(tmp_path / "x.xlsx", **more))
    assert "demands!B1: demands.amuont: is not a field here; did you mean 'amount'?" in found
    assert "demands!A2: demands[0].yields: is required" in found
    assert any(each.startswith("zones!A2: zones: is of 'memphs', which is") for each in found)


def edit(path: Path, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, raw in parts.items():
            packed.writestr(name, raw)


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (200_000, 0), (0, 9000)])
def test_a_sheet_that_reaches_too_far_is_refused(tmp_path: Path, row: int, column: int) -> None:
    path = book(tmp_path / "x.xlsx", lambda _, sheets: sheets["demands"].write(row, column, 1))
    (found,) = said(path)
    assert found.startswith("demands: is too big: it reaches to ")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx")
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/bomb.xml", "w") as opened,
    ):
        for _ in range(200):
            opened.write(bytes(1_000_000))
    (found,) = said(path)
    assert "is too big: it unpacks to more than 160 MB" in found


ENTITIES = b'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet xmlns="x"><a>&a;</a>'


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"field,value\n"),
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)),
        lambda path: path.write_bytes(path.read_bytes()[:2000]),
        lambda path: zipfile.ZipFile(path, "w").close(),
        lambda path: edit(path, "xl/workbook.xml", b"<sheets>", b"<"),
        lambda path: edit(path, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData><"),
        lambda path: edit(path, "xl/worksheets/sheet1.xml", b"<worksheet ", ENTITIES + b"<w "),
        lambda path: edit(path, "xl/sharedStrings.xml", b"<si>", b"<bad>"),
        lambda path: edit(path, "xl/workbook.xml", b'r:id="rId1"', b'r:id="rId99"'),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, change: Callable[[Path], object]) -> None:
    path = book(tmp_path / "x.xlsx")
    change(path)
    assert said(path)


def test_any_byte_may_be_wrong(tmp_path: Path) -> None:
    whole = book(tmp_path / "x.xlsx").read_bytes()
    for i in range(0, len(whole), 97):
        raw = whole[:i] + bytes([whole[i] ^ 0x55]) + whole[i + 1 :]
        with suppress(InstanceError):
            document.parse(raw, ".xlsx")


def test_numbers_of_17_digits_and_odd_text_come_back(tmp_path: Path) -> None:
    given = read(book(tmp_path / "x.xlsx")).replace(
        {
            "demands.chat.amount": 0.1 + 0.2,
            "demands.chat.unit": "=cmd|' /C calc'!A0",
            "demands.chat.source": " _x0041_\n<b>&amp;</b> ",
            "demands.chat.name": "@chat",
        }
    )
    formats.write(given, tmp_path / "y.xlsx")
    assert read(tmp_path / "y.xlsx").hash == given.hash
    with zipfile.ZipFile(io.BytesIO((tmp_path / "y.xlsx").read_bytes())) as packed:
        assert not any(b"<f>" in packed.read(n) for n in packed.namelist() if "sheet" in n)


def test_what_no_cell_holds_is_refused(tmp_path: Path) -> None:
    given = read(book(tmp_path / "x.xlsx")).replace({"demands.chat.source": "x" * 40_000})
    with pytest.raises(ValueError, match="a cell of Excel holds 32,767; choose a folder of CSV"):
        formats.write(given, tmp_path / "y.xlsx")
    assert not (tmp_path / "y.xlsx").exists()


def test_a_workbook_has_units_drop_downs_and_notes(tmp_path: Path) -> None:
    formats.write(read(book(tmp_path / "x.xlsx")), tmp_path / "y.xlsx", full=True)
    with zipfile.ZipFile(tmp_path / "y.xlsx") as packed:
        sheets = [packed.read(n) for n in packed.namelist() if n.startswith("xl/worksheets/")]
        words = packed.read("xl/sharedStrings.xml").decode()
    assert "<t># name</t>" in words
    assert "<t>MW</t>" in words
    assert "The rate to provision for, in units. Required." in words
    assert any(b"'accelerators'!$A$3" in sheet for sheet in sheets)
    assert any(b'"tunnels,any"' in sheet for sheet in sheets)
