"""How Sphinx makes the book: ``make docs``. Pages run, warnings are errors, no network is asked."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

import charts  # noqa: E402
import written  # noqa: E402

from gridblock import __version__  # noqa: E402

project = "gridblock"
author = "the gridblock authors"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "charts", "mathml", "rules"]
exclude_patterns = ["generated/ipython"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Pages with cells, and the numbered examples, are executed anew each time; one that fails stops.
nb_custom_formats = {".nb.py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = -1
nb_merge_streams = True
nb_output_stderr = "remove"

autodoc_member_order = "bysource"
autodoc_typehints = "none"

html_theme = "furo"
html_title = f"gridblock {release}"
html_static_path = ["static", "generated/static"]
html_css_files = ["book.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False

# Pages call the commands of this environment.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
written.write_all(HERE)
charts.prepare(HERE)
