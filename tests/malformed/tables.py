"""Tables that are malformed: folders of CSV, and workbooks, made by hand and from examples."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gridblock.instances.read import read
from gridblock.instances.tables.flatten import flattened
from gridblock.instances.tables.folder import csv_text
from gridblock.instances.tables.workbook_write import workbook_bytes
from malformed.case import Bytes, Case

GALLERY: Final = Path(__file__).parents[2] / "instances" / "gallery"
HEAD: Final = "field,value\ngridblock,1\n"
INSTANCE: Final = HEAD + "name,x\n"
DEMANDS: Final = "name,amount,unmet_cost\n"

CSV: Final[dict[str, dict[str, Bytes]]] = {
    "no table of the instance": {"demands.csv": DEMANDS},
    "an empty table": {"instance.csv": ""},
    "an unknown table": {"instance.csv": INSTANCE, "demnads.csv": DEMANDS},
    "an unknown column": {"instance.csv": HEAD + "nmae,x\n"},
    "a column without a name": {"instance.csv": "field,\ngridblock,1\n"},
    "a field twice": {"instance.csv": INSTANCE + "name,y\n"},
    "no row": {"instance.csv": "field,value\n"},
    "an open quote": {"instance.csv": 'field,value\ngridblock,"1\n'},
    "text after a quote": {"instance.csv": 'field,value\ngridblock,"1"y\n'},
    "semicolons": {"instance.csv": "field;value\ngridblock;1\n"},
    "tabs": {"instance.csv": "field\tvalue\ngridblock\t1\n"},
    "NUL": {"instance.csv": HEAD + "name,\0\n"},
    "Latin-1": {"instance.csv": "field,value\ngridblock,1\nname,Zürich\n".encode("latin-1")},
    "bytes": {"instance.csv": bytes(range(256))},
    "a workbook called CSV": {"instance.csv": b"PK\x03\x04" + bytes(100)},
    "NaN": {"instance.csv": "field,value\ngridblock,1\ndiscount_rate,NaN\n"},
    "nan": {"instance.csv": "field,value\ngridblock,1\ndiscount_rate,nan\n"},
    "inf": {"instance.csv": "field,value\ngridblock,1\ndiscount_rate,inf\n"},
    "1e999": {"instance.csv": "field,value\ngridblock,1\ndiscount_rate,1e999\n"},
    "400 digits": {"instance.csv": f"field,value\ngridblock,1\ndiscount_rate,{'9' * 400}\n"},
    "a decimal comma": {"instance.csv": 'field,value\ngridblock,1\ndiscount_rate,"0,1"\n'},
    "a thousands mark": {"instance.csv": 'field,value\ngridblock,1\ndiscount_rate,"1,000"\n'},
    "an error of Excel": {"instance.csv": "field,value\ngridblock,1\ndiscount_rate,#DIV/0!\n"},
    "a formula as a number": {"instance.csv": "field,value\ngridblock,1\ndiscount_rate,=1+1\n"},
    "right-to-left": {"instance.csv": HEAD + "name,a\u202eb\n"},
    "ANSI": {"instance.csv": HEAD + "name,\x1b[31m\n"},
    "a line end in a name": {"instance.csv": HEAD + 'name,"a\nb"\n'},
    "a demand without a name": {"instance.csv": INSTANCE, "demands.csv": DEMANDS + ",1,1\n"},
    "a demand twice": {"instance.csv": INSTANCE, "demands.csv": DEMANDS + "d,1,1\nd,2,1\n"},
    "a demand without its price": {"instance.csv": INSTANCE, "demands.csv": DEMANDS + "d,1,\n"},
    "two tables of one name": {"instance.csv": INSTANCE, "Instance.csv": INSTANCE},
    "a folder as a table": {"instance.csv/x": "x"},
    "100,000 bad rows": {"instance.csv": INSTANCE, "demands.csv": DEMANDS + "d,x,y\n" * 100_000},
    "20,000 columns": {"instance.csv": "field,value" + ",a" * 20_000 + "\n1\n"},
    "a cell of 1 MB": {"instance.csv": HEAD + f"name,{'x' * 1_000_000}\n"},
    "a million commas": {"instance.csv": INSTANCE + "," * 1_000_000},
    "a graph that climbs": {
        "instance.csv": HEAD + "network.graph,../../etc/passwd.json\n",
    },
}  # fmt: skip

SHEET: Final = (
    '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>gridblock</t></is></c></row>'
    '<row r="2"><c r="A2"><v>{}</v></c></row></sheetData>{}</worksheet>'
)
ENTITIES: Final = "".join(
    f'<!ENTITY a{i} "{(f"&a{i - 1};" if i else "aaaaaaaaaa") * 10}">' for i in range(12)
)
SHEETS: Final[dict[str, Bytes]] = {
    "a sheet that is no XML": "gridblock",
    "a sheet cut": "<worksheet><sheetData><row",
    "an empty sheet": "<worksheet/>",
    "1e999": SHEET.format("1e999", ""),
    "NaN": SHEET.format("NaN", ""),
    "text as a number": SHEET.format("one", ""),
    "merged cells": SHEET.format("1", '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'),
    "a formula": SHEET.format("1", "").replace("<v>1", "<f>1+1</f><v>2"),
    "an error": SHEET.format("1", "").replace('<c r="A2">', '<c r="A2" t="e">'),
    "a cell of no place": SHEET.format("1", "").replace('r="A2"', 'r="?"'),
    "a cell far away": SHEET.format("1", "").replace('r="A2"', 'r="XFD1048576"'),
    "a row of no number": SHEET.format("1", "").replace('<row r="2">', '<row r="-9">'),
    "a shared text that is not there": SHEET.format("9", "").replace(
        '<c r="A2">', '<c r="A2" t="s">'
    ),
    "entities": f"<!DOCTYPE x [{ENTITIES}]><worksheet>&a11;</worksheet>",
    "a file of the machine": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    "<worksheet>&a;</worksheet>",
    "100,000 tags deep": "<a>" * 100_000,
    "a bomb of 300 MB": b"<worksheet>" + b" " * 300_000_000,
}


def packed(parts: dict[str, Bytes]) -> bytes:
    """Give a file of parts, compressed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return held.getvalue()


def workbook(sheet: Bytes, name: str = "instance") -> dict[str, Bytes]:
    """Give the parts of a workbook of one sheet."""
    return {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets><sheet name="{name}" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" '
        'Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": sheet,
    }


def cases() -> Iterator[Case]:
    """Give folders of tables, workbooks, and examples as both with something spoiled."""
    for name, files in CSV.items():
        held = {f"t/{file}": content for file, content in files.items()}
        yield Case(f"tables: {name}", ("check", "t"), held)
    for name, sheet in SHEETS.items():
        held = {"f.xlsx": packed(workbook(sheet))}
        yield Case(f"workbook: {name}", ("check", "f.xlsx"), held)
    for name, content in _workbooks().items():
        yield Case(f"workbook: {name}", ("check", "f.xlsx"), {"f.xlsx": content})
    yield from _examples()


def _workbooks() -> dict[str, bytes]:
    """Give files that are no workbook of ours."""
    good = workbook(SHEET.format("1", ""))
    whole = packed(good)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    bare = {key: value for key, value in good.items() if "rels" not in key}
    climbing = dict(good)
    climbing["xl/_rels/workbook.xml.rels"] = str(good["xl/_rels/workbook.xml.rels"]).replace(
        "worksheets/s.xml", "../../../etc/passwd"
    )
    found = {
        "empty": b"",
        "two letters": b"PK",
        "bytes": bytes(range(256)) * 8,
        "an old workbook": old,
        "YAML": b"gridblock: 1\n",
        "an empty archive": packed({}),
        "an archive of something else": packed({"a.txt": "x"}),
        "no relations": packed(bare),
        "a part that climbs": packed(climbing),
        "a member that climbs": packed({"../../x.xml": "x"}),
        "3,000 parts": packed({f"a{i}.xml": "x" for i in range(3000)}),
        "a sheet of another name": packed(workbook(SHEET.format("1", ""), "Sheet1")),
    }
    step = len(whole) // 12
    found |= {f"cut at byte {at}": whole[:at] for at in range(step, len(whole) - 21, step)}
    for at in range(30, len(whole), len(whole) // 6):
        found[f"byte {at} turned"] = whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]
    return {name: raw for name, raw in found.items() if not name.endswith("turned")}


def _examples() -> Iterator[Case]:
    """Give an example as tables and as a workbook, each table with a column that there is not."""
    instance = read(GALLERY / "colossus.yaml")
    tables = flattened(instance.as_it_stands(), False)
    texts = {f"t/{table.name}.csv": csv_text(table) for table in tables}
    for name, text in list(texts.items())[1:]:
        heading, _, rest = text.partition("\n")
        first, _, others = rest.partition("\n")
        spoils = {
            "an unknown column": f"{heading},no_such\n{first},1\n{others}",
            "its first column gone": "\n".join(line.partition(",")[2] for line in text.split("\n")),
            "a row of too many cells": f"{heading}\n{first}{',x' * 40}\n{others}",
            "an open quote": f'{text}"\n',
            "cut in a row": f"{heading}\n{first}".rpartition(",")[0] + ',"',
        }
        for what, spoil in spoils.items():
            yield Case(
                f"colossus as tables: {name}: {what}", ("check", "t"), {**texts, name: spoil}
            )
    for table in tables[1:]:
        if table.name == "series":
            continue
        heading = [*table.heading, "no such"]
        rows = [[*row, 1] for row in table.rows]
        held = [
            each if each is not table else type(table)(table.name, heading, rows) for each in tables
        ]
        content = workbook_bytes(held, instance.currency)
        yield Case(
            f"colossus as a workbook: {table.name}: an unknown column",
            ("check", "f.xlsx"),
            {"f.xlsx": content},
        )
