"""Markdown, CSV and HTML: the same content, and no name does more than name."""

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports import html_repr, plain_text
from gridblock.reports.answer import answer
from gridblock.reports.understood import understood


def test_csv_has_status_costs_and_unmet_as_rows(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    text = plain_text.csv_answer(pair, plan, account)
    found = list(csv.reader(io.StringIO(text)))
    assert found[0] == ["table", "name", "period", "measure", "unit", "value"]
    assert ["plan", "pair", "", "status", "", "feasible"] in found
    assert ["plan", "pair", "", "objective", "USD", "1500000.0"] in found
    assert ["costs", "end_credit", "", "present_value", "USD", "-800000.0"] in found
    assert ["unmet", "train", "b", "served", "units", "400.0"] in found
    assert ["unmet", "train", "", "share", "", "0.1"] in found


def test_csv_without_a_plan_still_tells_the_status(pair: Instance, plan: PlanData) -> None:
    none = replace(plan, status="infeasible", objective=None, costs={}, conflict=("=1+1",))
    text = plain_text.csv_answer(pair, none, None)
    assert "plan,pair,,objective,USD,\n" in text
    assert "plan,pair,,conflict,,'=1+1\n" in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_text_is_a_formula(text: str) -> None:
    assert plain_text.formula_safe(text) == f"'{text}"


def test_a_table_as_csv_keeps_numbers_and_leaves_out_what_is_missing() -> None:
    frame = pd.DataFrame({"place": ["=x", None], "used": [-1.5, float("nan")], "blocks": [1, 2]})
    assert plain_text.csv_table(frame) == "place,used,blocks\n'=x,-1.5,1\n,,2\n"


def test_markdown_has_a_pipe_table_for_each_section(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    text = plain_text.markdown(answer(pair, plan, account))
    assert text.startswith("# pair\n\na to b, 2 facilities, 2 demands\n\nServes 96 % of the work")
    assert "| demand | a | b | all | priced at |\n| --- | ---: | ---: | ---: | ---: |\n" in text
    assert "| train |  | 20 | 10 | 300,000 |" in text
    assert "█" not in text


def test_markdown_of_an_instance(pair: Instance) -> None:
    text = plain_text.markdown(understood(pair))
    assert "| south | 1 to 0.5 | 1.0 |  | 2,000 |  |" in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a|b", r"a\|b"),
        ("[x](y)", r"\[x\](y)"),
        ("<b>", r"\<b\>"),
        ("power_mw", "power_mw"),
        ("_x_", r"\_x\_"),
        ("a\nb", r"a\\nb"),
    ],
)
def test_markdown_shows_names_as_they_are(name: str, shown: str) -> None:
    assert plain_text.escaped(name) == shown


class Tags(HTMLParser):
    """Collects the tags of a page, and checks that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_small_and_has_no_scripts(pair: Instance, plan: PlanData, account: Account) -> None:
    evil = pair.replace({"name": "<script>alert(1)</script>"})
    for text in (html_repr.plan_html(evil, plan, account), html_repr.instance_html(evil)):
        page = Tags()
        page.feed(text)
        assert page.open == []
        assert page.seen <= {"div", "strong", "span", "p", "b"} | {"details", "summary"} | {
            *("table", "tr", "th", "td")
        }
        assert "&lt;script&gt;" in text
        assert not re.search(r"https?:|\son\w+=|url\(", text)
        assert len(text) < 20_000


def test_html_without_a_plan_says_why(pair: Instance, plan: PlanData) -> None:
    ruled = replace(
        plan, status="infeasible", decisions=None, objective=None, conflict=("<b> & c",)
    )
    assert "<li>&lt;b&gt; &amp; c</li>" in html_repr.plan_html(pair, ruled, None)
