"""The page in a browser: what it shows before and after scripts run, and that nothing leaves it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from model.results.result import run
from model.scenario.resolve import bundled, load
from tests.page.conftest import settled

BROKEN = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{data}}&\"'⟦0⟧"


def figure(tab: Any, line: str) -> str:
    return str(tab.locator(f".tile button[data-line={line}] .figure").text_content())


def slide(tab: Any, path: str, value: float) -> None:
    tab.evaluate(
        """([path, value]) => { const f = document.querySelector(`input[type=range][data-path="${path}"]`);
        f.value = value; f.dispatchEvent(new Event("input", {bubbles: true})); }""",
        [path, value],
    )
    settled(tab)


def test_written_by_the_command(cli: Any, tmp_path: Path, open_page: Any) -> None:
    out = tmp_path / "page.html"
    answer = cli("report", "base", "delay_2031", "--out", out)
    assert answer.code == 0 and answer.out == ""
    assert out.stat().st_size < 3e6
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", out.read_text(encoding="utf-8"))
    opened = open_page(path=out)
    opened.tab.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    settled(opened.tab)
    assert opened.errors == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


def test_a_folder_that_is_not_there(cli: Any, tmp_path: Path) -> None:
    answer = cli("report", "base", "--out", tmp_path / "nowhere" / "page.html")
    assert answer.code == 2 and "nowhere" in answer.err and "Traceback" not in answer.err


def test_without_scripts_the_figures_are_there(base_page: Path, open_page: Any) -> None:
    tab = open_page(path=base_page, scripts=False).tab
    irr = run(load("base")).metrics["project_irr"]
    assert f"{irr:.1%}" in tab.locator("#story").text_content()
    charts = tab.locator("[data-chart]")
    assert charts.count() >= 12
    assert all(charts.nth(k).locator("svg rect, svg polyline").count() > 0 for k in range(charts.count()))


@pytest.mark.parametrize("name", ["base", "no_exim", "price_crash", "technical_report"])
def test_scripts_say_what_was_drawn(name: str, open_page: Any) -> None:
    """Sentences, tiles and tables are the same in the first drawing and as the page's own model tells them."""
    drawn = open_page(load(name), scripts=False)
    live = open_page(path=drawn.path)
    live.tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    settled(live.tab)
    for place in ("#story", "#tiles", *(f"[data-table={x}]" for x in ("copper", "cash", "cover", "split", "tornado"))):
        assert live.tab.locator(place).text_content() == drawn.tab.locator(place).text_content(), place
    assert live.errors == []


def test_a_slider_moves_everything_and_the_link_keeps_it(base_page: Path, open_page: Any) -> None:
    opened = open_page(path=base_page)
    tab = opened.tab
    before = figure(tab, "project_irr")
    slide(tab, "prices.copper", 5.5)
    expected = run(load("base", {"prices.copper": 5.5}))
    assert figure(tab, "project_irr") == f"{expected.metrics['project_irr']:.1%}" != before
    assert f"{expected.figure('barrick_group_irr'):.1%}" in tab.locator("#story").text_content()
    assert before in tab.locator(".tile .base").first.text_content()
    assert "prices.copper=5.5" in tab.url
    again = open_page(path=base_page, state="#prices.copper=5.5").tab
    assert figure(again, "project_irr") == figure(tab, "project_irr")
    tab.locator("#reset").click()
    assert figure(tab, "project_irr") == before and "#" not in tab.url
    assert opened.errors == []


@pytest.mark.parametrize(
    "state", ["#prices.copper=99999", "#nonsense", "#prices.copper=abc", "#__proto__=1", "#%E0%A4%A"]
)
def test_a_bad_link_is_told_or_left_out(state: str, base_page: Path, open_page: Any) -> None:
    opened = open_page(path=base_page, state=state)
    assert figure(opened.tab, "project_irr") == f"{run(load('base')).metrics['project_irr']:.1%}"
    assert opened.errors == []


def test_lineage_leads_to_a_sourced_assumption(base_page: Path, open_page: Any) -> None:
    opened = open_page(path=base_page)
    tab, box = opened.tab, opened.tab.locator("#lineage")
    tab.locator(".tile button[data-line=project_irr]").click()
    assert box.is_visible() and "Project IRR" in box.text_content()
    tab.keyboard.press("Escape")
    tab.locator("#copper summary").press("Enter")
    tab.wait_for_function("document.querySelector('#copper details').open")
    tab.locator("#copper td button[data-year='2031']").click()
    assert "Copper recovered, 2031" in box.text_content()
    box.locator("li button", has_text="2031H1").click()
    assert "Copper in the ore milled × Copper recovery" in box.text_content()
    box.locator("li button", has_text="Copper recovery").click()
    assert "OGDCL filing" in box.text_content() and "scenarios/base.yaml:" in box.text_content()
    box.get_by_text("Back").click()
    box.get_by_text("Close").click()
    assert not box.is_visible() and opened.errors == []


def test_every_line_has_a_lineage(base_page: Path, open_page: Any) -> None:
    """Each line item, for the whole case, a year, the first and the last period."""
    opened = open_page(path=base_page)
    count = opened.tab.evaluate("""() => { let n = 0; const last = Page.now.state.T - 1;
        for (const [name, line] of Object.entries(DATA.lines)) {
          for (const at of line[5] ? [null, {year: 9}, {t: 0}, {t: last}] : [null]) {
            Lineage.trail = []; Lineage.go(name, at); n++;
            const text = Lineage.dialog.textContent;
            if (/undefined|NaN|⟦|\\[object/.test(text)) throw new Error(name + JSON.stringify(at) + text.slice(0, 400));
          } }
        return n; }""")
    assert count > 1500 and opened.errors == []


def test_text_from_a_scenario_is_never_markup(tmp_path: Path, open_page: Any) -> None:
    case = tmp_path / "case.yaml"
    quoted = json.dumps(BROKEN, ensure_ascii=False)
    case.write_text(
        f"extends: base\ntitle: {quoted}\ndescription: {quoted}\n"
        f"prices: {{copper: {{value: 4, source: {quoted}, note: {quoted}}}}}\n"
        f"financing: {{tranches: {{us_exim: {{label: {quoted}}}}}}}\n"
        f"joint_venture: {{shareholders: {{barrick: {{label: {quoted}}}}}}}\n",
        encoding="utf-8",
    )
    opened = open_page(load(str(case)))
    tab = opened.tab
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    for name in ("us_exim_balance", "barrick_cash_flow", "copper_price"):
        tab.evaluate("name => Lineage.open(name, {t: 9})", name)
        settled(tab)
    tab.evaluate("Lineage.dialog.close(); document.getElementById('debt').scrollIntoView()")
    settled(tab)
    tab.locator("#debt .chart").hover()
    tab.wait_for_function(
        """label => [...document.querySelectorAll('#debt .chart div')].some(
        d => d.style.position === 'absolute' && d.textContent.includes(label))""",
        arg=BROKEN,
    )
    assert tab.locator("img, main script, dialog script").count() == 0
    assert BROKEN in tab.locator("header").text_content() and BROKEN in tab.locator("#debt .legend").text_content()
    assert opened.errors == [] and [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


def test_prints(base_page: Path, open_page: Any, tmp_path: Path) -> None:
    tab = open_page(path=base_page).tab
    document = tab.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    assert document.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", document)) >= 4


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_runs_off_the_side(width: int, base_page: Path, open_page: Any) -> None:
    tab = open_page(path=base_page, width=width).tab
    for part in range(6):
        tab.evaluate(f"window.scrollTo(0, document.body.scrollHeight * {part} / 5)")
        settled(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_by_keyboard_and_for_screen_readers(base_page: Path, open_page: Any) -> None:
    tab = open_page(path=base_page).tab
    before = figure(tab, "project_irr")
    tab.locator("input[type=range][data-path='factors.capex']").focus()
    for _ in range(20):
        tab.keyboard.press("ArrowRight")
    settled(tab)
    assert figure(tab, "project_irr") != before and "factors.capex=1.2" in tab.url
    tab.locator(".tile button").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#lineage").is_visible()
    assert tab.evaluate("document.activeElement.closest('dialog') !== null")
    unnamed = tab.evaluate("""() => [...document.querySelectorAll("input, button, summary, dialog, [role=img]")].filter(
        e => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.labels?.length
               || e.textContent.trim())).length""")
    assert unnamed == 0
    assert tab.locator("h1").count() == 1


def test_any_number_in_the_list_can_be_changed(base_page: Path, open_page: Any) -> None:
    tab = open_page(path=base_page).tab
    tab.locator(".filter").fill("royalty_rate")
    field = tab.locator("tr[data-row='fiscal.royalty_rate'] input")
    field.fill("0.1")
    settled(tab)
    expected = run(load("base", {"fiscal.royalty_rate": 0.1})).metrics["project_irr"]
    assert figure(tab, "project_irr") == f"{expected:.1%}"
    field.fill("7")
    settled(tab)
    assert "at most 1" in tab.locator("#told").text_content()
    assert tab.locator("tr[data-row='fiscal.royalty_rate']").get_attribute("class") == "set"


@pytest.mark.parametrize("name", bundled())
def test_the_story_is_complete_in_every_case(name: str) -> None:
    """Sentences without holes, and those that cannot both be true never together."""
    from model.outputs.page.drawn import sentence_html
    from model.outputs.page.story import STORY

    result = run(load(name))
    told = " ".join(sentence_html(result, s) for paragraph in STORY for s in paragraph)
    text = re.sub(r"<[^>]*>", "", told)
    assert not re.search(r"–|\{|\bnan\b", text)
    assert ("There is no debt" in text) == (result.metrics["total_debt_drawn"] < 1e-9)
    assert ("lends nothing" in text) == (result.metrics["exim_drawn"] < 1e-9)
    assert not ("No covenant is broken" in text and ("in default" in text or "too thin" in text))
