"""Charts and commands in executed pages; no page asks a network.

Kernels run the file that ``prepare`` writes before the first cell, so that a figure at the end of a
cell shows itself as the report shows it, from Plotly's own package, and that what a command prints
comes in one piece and without colours.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import plotly
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from gridblock.reports.html.drawn import ASSETS

MARK = "book-chart"
SCRIPTS = ("land.js", "plotly.min.js")
FIRST = f'''
import itertools
import json
import os
import subprocess

import plotly.io
from IPython.core.magic import register_cell_magic
from gridblock.reports.html.drawn import CONFIG

number = itertools.count()


class Shown(plotly.io.base_renderers.MimetypeRenderer):
    """A figure as HTML that is drawn once the page has Plotly."""

    def to_mimebundle(self, figure):
        name = f"{MARK}-{{next(number)}}"
        height = figure.get("layout", {{}}).get("height") or 420
        drawn = plotly.io.to_json(figure, validate=False)
        config = json.dumps(dict(CONFIG))
        return {{"text/html": (
            f'<div id="{{name}}" style="height:{{height}}px"></div><script>'
            f'addEventListener("load", () => {{{{ const f = {{drawn}};'
            f' Plotly.newPlot("{{name}}", f.data, f.layout, {{config}}); }}}});</script>'
        )}}


@register_cell_magic
def bash(line, cell):
    ran = subprocess.run(["bash", "-euc", cell], capture_output=True, text=True)
    print(ran.stdout, end="")
    if ran.returncode:
        raise RuntimeError(ran.stderr)


plotly.io.renderers["book"] = Shown()
plotly.io.renderers.default = "book"
for name in ("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"):
    os.environ.pop(name, None)
os.environ |= {{"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}}
'''


def prepare(docs: Path) -> None:
    """Write what kernels start with, and the scripts that pages with charts have."""
    home = docs / "generated" / "ipython"
    startup = home / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "charts.py").write_text(FIRST, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(home)
    static = docs / "generated" / "static"
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", static)
    land = (ASSETS / "land-110m.json").read_text(encoding="utf-8")
    world = f"window.PlotlyGeoAssets = {{topojson: {{world_110m: {land}}}}};"
    (static / "land.js").write_text(world, encoding="utf-8")


def _with_scripts(app: Sphinx, _: str, __: str, context: dict[str, Any], ___: object) -> None:
    if MARK in context.get("body", ""):
        for script in SCRIPTS:
            app.add_js_file(script)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Give the scripts to pages that have charts."""
    app.connect("html-page-context", _with_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
