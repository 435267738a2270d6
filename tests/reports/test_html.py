"""The HTML report, as text: whole, offline, small enough, and nothing in it but what it shows."""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import hostile
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model.account import Account, account
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.answer import answer
from gridblock.reports.html.compare import Other
from gridblock.reports.html.page import report
from gridblock.reports.html.panels import Explanation

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
MOST_BYTES = 8_000_000
LOADING = {"src", "srcset", "href", "xlink:href", "action", "formaction", "data", "poster", "ping"}


class Page(HTMLParser):
    """What a browser makes of a document: elements, scripts, data and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.programs: list[str] = []
        self.data: dict[str, str] = {}
        self.texts: list[str] = []
        self.inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        if tag == "script":
            self.key = dict(attrs).get("id") if dict(attrs).get("type") else ""
            self.body = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self.key:
            self.data[self.key] = self.body
        elif tag == "script":
            self.programs.append(self.body)
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.body += data
        elif self.inside != "style":
            self.texts.append(data.strip())

    @property
    def text(self) -> str:
        """All text, one line each."""
        return "\n".join(filter(None, self.texts)).replace("\N{NO-BREAK SPACE}", " ")

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def written(pair: Instance, plan: PlanData, account: Account) -> str:
    return report(pair, plan, account)


@pytest.fixture(scope="module")
def page(written: str) -> Page:
    return Page(written)


@pytest.fixture(scope="module")
def harmed() -> Page:
    instance, plan = hostile.hostile()
    assert plan.decisions is not None
    return Page(report(instance, plan, account(instance, plan.decisions)))


def test_it_says_what_a_reader_needs_first(page: Page) -> None:
    assert page.text.index("pair") < page.text.index("Serves")
    assert "Stopped at the time limit" in page.text
    for title in ("What it costs", "What stays unmet", "What to order", "How full", "Sources"):
        assert title in page.text


def test_nothing_in_it_loads_anything(page: Page, harmed: Page) -> None:
    for shown in (page, harmed):
        links = [
            value or ""
            for _, attributes in shown.elements
            for name, value in attributes.items()
            if name in LOADING
        ]
        assert [link for link in links if not link.startswith(("#", "data:,"))] == []
        assert not {tag for tag, _ in shown.elements} & {"img", "iframe", "object", "embed", "base"}
        assert all(link["rel"] == "icon" for link in shown.named("link"))


def test_a_policy_lets_only_its_own_scripts_run_and_nothing_load(page: Page) -> None:
    (policy,) = (m["content"] for m in page.named("meta") if "http-equiv" in m)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert policy.count("'sha256-") == len(page.programs) == 2
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")


def test_nothing_is_a_handler_of_events(page: Page, harmed: Page) -> None:
    for shown in (page, harmed):
        names = {name for _, attributes in shown.elements for name in attributes}
        assert [name for name in names if name.startswith("on")] == []


@pytest.mark.parametrize("name", hostile.NAMES)
def test_names_are_only_text(harmed: Page, name: str) -> None:
    assert name in harmed.text
    # Scripts: two that run, four that are data; as many as in a report without such names.
    assert (len(harmed.programs), len(harmed.data)) == (2, 4)
    for texts in _texts(json.loads(harmed.data["figures"])):
        assert not re.search(r"<(?!/?br>|/?extra>)", texts), texts


def _texts(value: object) -> list[str]:
    """All text in plain data."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, Mapping) else value
    return (
        [t for v in inside for t in _texts(v)]
        if isinstance(inside, list | type({}.values()))
        else []
    )


def test_marks_that_turn_text_around_are_shown_instead(harmed: Page) -> None:
    assert "left \\u202eright\\u202c <i>http://source.example/x.js</i> {% raw %}" in harmed.text


def test_every_chart_has_data_and_a_sentence(page: Page) -> None:
    figures = json.loads(page.data["figures"])
    charts = [d["data-chart"] for d in page.named("div") if "data-chart" in d]
    assert set(charts) == set(figures)
    assert {"costs", "timeline", "map", "sankey", "utilization", "power", "vendors"} <= set(charts)
    for key, figure in figures.items():
        assert figure["data"], key
        assert any(len(trace.get("y", trace.get("lat", [1]))) for trace in figure["data"]), key
    for key in charts:
        assert f"chart-{key}" in {f["id"] for f in page.named("figure")}
        assert f"says-{key}" in {c["id"] for c in page.named("figcaption")}


def test_the_bars_of_the_waterfall_are_the_costs(page: Page, plan: PlanData) -> None:
    bars = json.loads(page.data["figures"])["costs"]["data"][0]
    names = json.loads(page.data["figures"])["costs"]["layout"]["yaxis"]["ticktext"]
    size = dict(zip(names, bars["x"], strict=True))
    # Hardware 2,000,000, less 800,000 credited at the end; 100 units unmet x 3 x 1,000 hours.
    assert size["hardware"] == 2_000_000
    assert size["end credit"] == -800_000
    assert size["spending"] == sum(n for name, n in plan.costs.items() if name != "unmet")
    assert size["unmet, at its price"] == 300_000
    assert size["total"] == plan.objective


def test_every_unmet_cell_leads_to_its_panel(page: Page) -> None:
    cells = [a["href"] for a in page.named("a") if (a["href"] or "").startswith("#unmet-")]
    panels = [s["id"] for s in page.named("section") if "panel" in (s.get("class") or "")]
    assert cells == ["#unmet-0-1"]
    assert panels == ["unmet-0-1"]
    assert "Asked for 500 units, served 400, unmet 100 (20 %)" in page.text


def test_an_explanation_stands_first_in_its_panel(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    why = {("train", "b"): Explanation("power at south <b>", ("it falls",), "add 1 MW")}
    text = Page(report(pair, plan, account, explanations=why)).text
    assert text.index("Power at south <b>.") < text.index("it falls") < text.index("Asked for 500")
    assert "add 1 MW" in text


def test_a_baseline_is_compared(pair: Instance, plan: PlanData, account: Account) -> None:
    same = Other("current fleet only", "Against doing nothing", pair, plan, account)
    text = Page(report(pair, plan, account, baseline=same)).text
    assert "Against doing nothing" in text
    assert "the plan costs as much: USD 1,500,000." in text


def test_a_baseline_without_a_plan_is_no_hindrance(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    none = PlanData(pair.name, pair.hash, "infeasible", "finished", conflict=("a floor",))
    other = Other("current fleet only", "Against doing nothing", pair, none, None)
    text = Page(report(pair, plan, account, baseline=other)).text
    assert "With the current fleet only no plan can exist: a floor." in text


def test_a_run_without_a_plan_says_so(pair: Instance) -> None:
    conflict = ("power at north <i>", "min_share of chat")
    none = PlanData(pair.name, pair.hash, "infeasible", "finished", conflict=conflict)
    page = Page(report(pair, none, None))
    assert "Infeasible: no plan can exist" in page.text
    assert "power at north <i>" in page.text
    assert "Sources" in page.text
    assert json.loads(page.data["figures"]) == {}


def test_a_plan_that_breaks_its_rules_says_so_first(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    assert "breaks the rules" not in Page(report(pair, plan, account)).text
    wrong = PlanData(**{**vars(plan), "objective": 1.0})
    page = Page(report(pair, wrong, account))
    assert page.text.index("breaks the rules of its instance") < page.text.index("What it costs")
    # Its cost would be 1, and "no plan costs less".
    told = answer(pair, wrong, account).sentences
    assert told
    assert not any(sentence in page.text for sentence in told)


def test_headings_and_tables_are_in_order(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(h.get("scope") for h in page.named("th"))
    assert page.named("html")[0]["lang"] == "en"


def test_the_deal_fits() -> None:
    # With nothing decided, all work of the deal is unmet: the most panels that there can be.
    deal = read(GALLERY / "colossus.yaml")
    books = account(deal, Decisions())
    costs = {name: float(value) for name, value in books.costs.items()}
    plan = PlanData(
        deal.name, deal.hash, "feasible", "limit", Decisions(), sum(costs.values()), costs=costs
    )
    assert len(report(deal, plan, books).encode()) < MOST_BYTES


def test_plotly_and_the_land_name_their_licences(written: str) -> None:
    assert "Licensed under the MIT license" in written
    assert "Copyright 2013-2019 Michael Bostock" in written
