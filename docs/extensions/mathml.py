"""Formulas as MathML, which browsers draw themselves: no script, no font from elsewhere."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

SIZED = re.compile(r"\\[bB]ig(?=\\)")
"""A size before a delimiter that is a word, which the converter does not know."""


def formula(tex: str, display: str) -> str:
    """Give a formula in TeX as MathML.

    Raises:
        ValueError: the converter left something as it was.
    """
    plain = SIZED.sub("", tex)
    rows = plain if "&" not in plain else rf"\begin{{align*}}{plain}\end{{align*}}"
    made: str = convert(rows, display=display)
    if re.search(r"[\\&]", re.sub(r"<[^>]*>|&#?\w+;", "", made)):
        message = f"no MathML for {tex}"
        raise ValueError(message)
    return made


def _inline(translator: Any, node: nodes.Element) -> None:
    translator.body.append(formula(node.astext(), "inline"))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.Element) -> None:
    translator.body.append(f'<div class="math">{formula(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make it a renderer that ``html_math_renderer`` can name."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
