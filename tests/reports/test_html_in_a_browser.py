"""The HTML report in a browser that reaches no network: drawn, usable by keys, printed."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import hostile
from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.html.compare import Other
from gridblock.reports.html.page import report
from gridblock.reports.html.study import page as study_page
from gridblock.reports.study import Entry, Study

pytestmark = pytest.mark.slow

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"
DRAWN = "() => [...document.querySelectorAll('[data-chart]')].every((p) => p.dataset.drawn)"
MOST_TABS = 60


class Opened(NamedTuple):
    """A report in a browser, with all that it asked for, complained of, and opened."""

    page: Any
    requests: list[str]
    complaints: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: `make browser` installs it")
        pytest.skip("no Chromium: `make browser` installs it where apt-get can")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        # Without a sandbox of its own, since CI runs it as root; it opens nothing but our files.
        launched = started.chromium.launch(executable_path=found, args=[OFFLINE, "--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a report: what comes back is the page with what it asked for and complained of."""
    pages = []

    def open_report(html: str, width: int = 1280) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        page.wait_for_function(DRAWN, timeout=30_000)
        return Opened(page, [url for url in requests if url != file.as_uri()], complaints)

    yield open_report
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def html(pair: Instance, plan: PlanData, account: Account) -> str:
    same = Other("current fleet only", "Against doing nothing", pair, plan, account)
    return report(pair, plan, account, baseline=same)


def shown(page: Any) -> list[str]:
    """The panels that can be seen."""
    script = "(panels) => panels.filter((p) => p.offsetParent !== null).map((p) => p.id)"
    found: list[str] = page.locator(".panel").evaluate_all(script)
    return found


def focused(page: Any) -> str:
    """What the focus is on: an id, or where a link leads."""
    script = "document.activeElement.id || document.activeElement.getAttribute('href') || ''"
    return str(page.evaluate(script))


def test_every_chart_is_drawn_and_nothing_asked_for(opened: Any, html: str) -> None:
    page, requests, complaints = opened(html)
    assert (requests, complaints) == ([], [])
    charts = page.locator("[data-chart]")
    assert charts.count() == 9
    for i in range(charts.count()):
        key = charts.nth(i).get_attribute("data-chart")
        marks = charts.nth(i).locator(".point, .node-rect, .trace path, .heatmaplayer image")
        assert marks.count() > 0, key
        box = charts.nth(i).bounding_box()
        assert box["width"] > 300, key
        assert box["height"] > 60, key
    assert page.locator(".modebar-btn[data-title*=loud]").count() == 0


def test_the_land_of_the_map_is_there_without_a_network(opened: Any) -> None:
    instance, plan = hostile.hostile()
    assert plan.decisions is not None
    page, requests, complaints = opened(report(instance, plan, account(instance, plan.decisions)))
    assert (requests, complaints) == ([], [])
    assert len(page.locator("[data-chart=map] .layer.land path").get_attribute("d")) > 100


def test_the_map_can_be_gone_through_by_period(opened: Any, html: str) -> None:
    page, requests, complaints = opened(html)
    assert "in b" in page.locator("#says-map").inner_text()
    assert page.locator("#map-shown").inner_text() == "b"
    page.locator("#map-period").focus()
    page.keyboard.press("ArrowLeft")
    assert "in a" in page.locator("#says-map").inner_text()
    assert page.locator("#map-shown").inner_text() == "a"
    # In a the link carries half of what it could.
    assert "half full" in page.locator("[data-chart=map] .legendtext").all_text_contents()
    assert (requests, complaints) == ([], [])


def test_an_unmet_cell_opens_its_panel(opened: Any, html: str) -> None:
    page, _, complaints = opened(html)
    assert shown(page) == []
    page.locator("#heatmap a").first.click()
    assert shown(page) == ["unmet-0-1"]
    assert "unmet 100" in page.locator("#unmet-0-1").inner_text()
    assert focused(page) == "unmet-0-1"
    page.keyboard.press("Escape")
    assert shown(page) == []
    assert focused(page) == "#unmet-0-1"
    assert complaints == []


def test_it_can_be_used_by_keys_alone(opened: Any, html: str) -> None:
    page, _, _ = opened(html)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if focused(page) == "#unmet-0-1":
            break
    assert focused(page) == "#unmet-0-1"
    page.keyboard.press("Enter")
    assert shown(page) == ["unmet-0-1"]


def test_arrows_go_from_cell_to_cell(opened: Any) -> None:
    instance, plan = hostile.hostile()
    idle = replace(plan, decisions=Decisions())
    page, _, _ = opened(report(instance, idle, account(instance, Decisions())))
    cells = page.locator("#heatmap a")
    assert cells.count() == 2
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "#unmet-0-1"
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "#unmet-0-0"


def test_names_do_no_harm(opened: Any) -> None:
    instance, plan = hostile.hostile()
    assert plan.decisions is not None
    page, requests, complaints = opened(report(instance, plan, account(instance, plan.decisions)))
    assert (requests, complaints) == ([], [])
    text = page.locator("body").inner_text()
    for name in hostile.NAMES:
        assert name in text
    assert page.locator("img, iframe, main a[href^=http], svg a").count() == 0
    # What the charts write are the names themselves.
    written = page.locator("[data-chart] text").all_text_contents()
    assert any(hostile.SITE in each for each in written)
    assert any(hostile.CITY in each for each in written)


def test_it_prints_with_panels_and_charts_of_the_width_of_paper(opened: Any, html: str) -> None:
    page, _, complaints = opened(html)
    page.emulate_media(media="print")
    assert shown(page) == ["unmet-0-1"]
    assert not page.locator("nav").is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = page.locator("[data-chart] > .plot-container .main-svg").evaluate_all(
        "(drawn) => drawn.map((svg) => svg.getBoundingClientRect().width)"
    )
    assert max(widths) <= 690
    assert len(page.pdf(format="A4")) > 50_000
    assert complaints == []


def test_the_page_of_draws_is_drawn_without_a_network(opened: Any, pair: Instance) -> None:
    row = {"status": "optimal", "costs": {}, "spending_by_period": [1.0, 2.0]}
    row |= {"unmet": {"chat": 0.1}, "unmet_share": 0.1, "unmet_by_period": [0.1, 0.2]}
    cases = (
        Entry(str(i), {"price": i, "<b>": i % 3}, row | {"objective": i * 1e6, "spending": i * 1e6})
        for i in range(12)
    )
    page, requests, complaints = opened(study_page(Study(pair, "monte-carlo", tuple(cases))))
    assert (requests, complaints) == ([], [])
    keys = {"spread", "unmet-fan", "spending-fan", "swings", "convergence"}
    charts = page.locator("[data-chart]")
    assert {charts.nth(i).get_attribute("data-chart") for i in range(charts.count())} == keys
    for key in keys:
        assert page.locator(f"[data-chart={key}] :is(.point, .js-line, .js-fill)").count() > 0, key
    written = page.locator("[data-chart=swings] text").all_text_contents()
    assert "<b>" in written


def test_it_fits_a_narrow_window(opened: Any, html: str) -> None:
    page, _, _ = opened(html, 400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    # Charts with a column a period keep room for their names, and slide in their place.
    for key in ("timeline", "utilization", "power"):
        chart = page.locator(f"[data-chart={key}]")
        assert chart.evaluate("(plot) => plot.clientWidth") > 600, key
