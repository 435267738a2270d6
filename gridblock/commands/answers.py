"""How an answer is written on standard output: for people, and for programs."""

from typing import TYPE_CHECKING, Any

from gridblock.commands.talk import Voice, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.reports.sections import Document


def show_answer(
    form: str,
    plain: "Callable[[], Any]",
    document: "Callable[[], Document]",
    table: "Callable[[], str] | None" = None,
) -> None:
    """Show an answer; only what is asked for is made.

    Args:
        form: how it is written: table, json, csv or md, see ``Form`` and ``Brief``.
        plain: gives it as plain data, for JSON.
        document: gives it as a document, for the terminal and for Markdown.
        table: gives it as CSV; None where the command does not offer that.
    """
    if form == "json":
        from gridblock.instances.write import to_json

        put(to_json(plain()))
    elif form == "csv" and table is not None:
        put(table())
    elif form == "md":
        from gridblock.reports.plain_text import markdown

        put(markdown(document()))
    else:
        from gridblock.reports.terminal import show

        show(document(), Voice())
