"""Filters, links, panel, copying, keyboard, both colour schemes, phone width, no colour, and 20,000 cells."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.selftest.browser.conftest import SCRIPT_TEXT
from tests.selftest.made_documents import gate

PHONE = (390, 844)
BROKEN = "standard.one/h5:load_model/outputs"
# How many times as long filtering ten times as many cells may take; in proportion it would be 10.
MOST_TIMES_FOR_TEN_TIMES_THE_CELLS = 20
LEAST_CONTRAST = 4.5


def find(browser, selector):
    return browser.find_element("css selector", selector)


def find_all(browser, selector):
    return browser.find_elements("css selector", selector)


def choose(browser, name, label):
    from selenium.webdriver.support.select import Select

    Select(find(browser, f"#{name}")).select_by_visible_text(label)
    settle(browser)


def type_into(browser, name, text):
    find(browser, f"#{name}").send_keys(text)
    settle(browser)


def press(browser, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()
    settle(browser)


def settle(browser):
    """Wait until the page is drawn."""
    browser.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)))"
    )


def routes(browser):
    return [head.get_attribute("data-id") for head in find_all(browser, "#grid .row-head")]


def signs(browser):
    return [square.text for square in find_all(browser, "#grid .square:not(.empty)")]


def panel(browser):
    return find(browser, "#panel:not([hidden]) h2").text, find(browser, "#panel").text


def test_the_matrix_shows_every_route_by_its_worst_requirement(shown):
    browser = shown("gate")
    assert routes(browser) == ["h5", "h5:load_model", "saved_model", "saved_model:signature"]
    assert signs(browser) == ["✓", "✓", "✓", "✗", "✓", "✓", "≠", "✓"]


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("family", "custom layer", ["✓", "✓", "✓", "≠"]),
        ("requirement", "outputs", ["✓", "✗", "✓", "✓"]),
        ("column", "A>A", ["✓"] * 8),
    ],
)
def test_a_choice_filters(shown, name, value, left):
    browser = shown("gate")
    choose(browser, name, value)
    assert signs(browser) == left
    find(browser, "#filters [type=reset]").click()
    settle(browser)
    assert len(signs(browser)) == 8


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("route", "h5*", ["h5", "h5:load_model"]),
        ("route", "*:signature", ["saved_model:signature"]),
        ("search", "h5 outputs", ["h5:load_model"]),
        ("search", "serve.inputs.x", ["saved_model:signature"]),
        ("search", "nothing of the kind", []),
    ],
)
def test_text_filters_names_and_messages(shown, name, text, left):
    browser = shown("gate")
    type_into(browser, name, text)
    settle(browser)
    assert routes(browser) == left


def test_an_outcome_filters(shown):
    browser = shown("gate")
    find(browser, '[data-outcome="r"]').click()
    settle(browser)
    assert (routes(browser), signs(browser)) == (["h5:load_model"], ["✗"])
    assert find(browser, '[data-outcome="r"]').get_attribute("aria-pressed") == "true"
    find(browser, '[data-outcome="r"]').click()
    settle(browser)
    assert len(routes(browser)) == 4


def test_hops_can_be_the_columns(shown):
    browser = shown("gate")
    choose(browser, "axis", "hops")
    assert [head.text for head in find_all(browser, ".column-head")] == ["A>A", "A>B", "B>B"]
    assert signs(browser)[2:5] == ["✓ 4", "✗ 3/4", "✗ 3/4"]


def test_a_link_opens_its_cell_with_all_that_is_known(shown):
    browser = shown("gate", fragment=f"#cell={BROKEN}@A>B")
    title, text = panel(browser)
    assert title == BROKEN.replace("/", " / ")
    for words in (
        "regressed",
        "other answers on 1 of 3 inputs",
        "[1.0, 2.0]",
        "[1.0, 3.0] </script><b>",
        "zeros",
        "largest error in ulp",
        "12",
        "np.zeros((1, 2), 'float32')",
        "h5 forgets",
        "Because of h5-forgets.",
        "import tensorflow as tf",
    ):
        assert words in text
    assert find(browser, "#panel a").get_attribute("href") == "https://example.org/1"


def test_the_titles_of_routes_are_shown_beside_their_ids(shown):
    browser = shown("gate with titles")
    title = "model.save, .h5, read by load_model"
    heads = {head.get_attribute("data-id"): head for head in find_all(browser, "#grid .row-head")}
    assert heads["h5:load_model"].get_attribute("title") == f"h5:load_model\n{title}"
    type_into(browser, "search", "read by load_model")
    assert routes(browser) == ["h5:load_model"]
    find(browser, ".square.bad").click()
    assert title in panel(browser)[1]


def test_a_link_to_a_cell_that_is_not_here_says_so(shown):
    assert "No such cell" in panel(shown("gate", fragment="#cell=standard.none/h5/saves"))[0]


def test_from_a_square_to_a_cell_to_its_link_and_back(shown, pages):
    browser = shown("gate")
    find(browser, ".square.bad").click()
    assert panel(browser)[0] == "standard.one: h5:load_model"
    find(browser, "#panel .entry").click()
    assert "regressed" in panel(browser)[1]
    assert browser.current_url == f"{pages['gate'].as_uri()}#cell={BROKEN}@B%3EB"
    find(browser, "#panel [data-back]").click()
    assert panel(browser)[0] == "standard.one: h5:load_model"
    find(browser, "#panel [data-close]").click()
    assert not find(browser, "#panel").is_displayed()
    assert browser.current_url == pages["gate"].as_uri()


def test_a_number_opens_the_cells_behind_it(shown):
    browser = shown("gate")
    find(browser, "#differences button.verdict.some").click()
    title, text = panel(browser)
    assert title == "The same answers: model.save, .h5"
    assert "standard.one / h5:load_model / outputs" in text


def test_what_breaks_opens_its_cell(shown):
    browser = shown("gate")
    find(browser, "#gate button.link").click()
    assert panel(browser)[0] == BROKEN.replace("/", " / ")


@pytest.mark.parametrize("what", ["script", "link", "shrunk"])
def test_copying(shown, what):
    from selenium.webdriver.common.keys import Keys

    browser = shown("gate", fragment=f"#cell={BROKEN}@A>B")
    find(browser, f'[data-copy="{what}"]').click()
    settle(browser)
    browser.execute_script("document.body.insertAdjacentHTML('beforeend', '<textarea id=pasted></textarea>')")
    find(browser, "#pasted").send_keys(Keys.CONTROL, "v")
    pasted = find(browser, "#pasted").get_property("value")
    link = f"{browser.current_url.partition('#')[0]}#cell={BROKEN}@A%3EB"
    assert pasted == {"script": SCRIPT_TEXT, "link": link, "shrunk": "np.zeros((1, 2), 'float32')"}[what]


def test_everything_is_reached_by_the_keyboard(shown):
    from selenium.webdriver.common.keys import Keys

    browser = shown("gate")
    press(browser, "/")
    assert browser.switch_to.active_element.get_attribute("id") == "search"
    press(browser, "h5")
    assert routes(browser) == ["h5", "h5:load_model"]
    for _ in range(30):
        press(browser, Keys.TAB)
        if "square" in browser.switch_to.active_element.get_attribute("class"):
            break
    press(browser, Keys.ARROW_DOWN, Keys.END)
    square = browser.switch_to.active_element
    assert square.text == "✗"
    assert "regressed" in square.get_attribute("aria-label")
    press(browser, Keys.ENTER)
    assert panel(browser)[0] == "standard.one: h5:load_model"
    press(browser, Keys.TAB, Keys.TAB, Keys.ENTER)
    assert panel(browser)[0] == BROKEN.replace("/", " / ")
    press(browser, Keys.ESCAPE)
    assert not find(browser, "#panel").is_displayed()
    assert browser.switch_to.active_element == square


CONTRAST = """
function channels(colour) { return colour.match(/[\\d.]+/g).map(Number); }
function luminance([r, g, b]) {
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const [x, y, z] = [r, g, b].map((c) => linear(c / 255));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}
function ground(element) {
  for (; element; element = element.parentElement) {
    const colour = channels(getComputedStyle(element).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
}
const found = {}, read = "h1, p, a, button, td, th, code, small, .square, .sign, .tag, dd, label";
for (const element of document.querySelectorAll(read)) {
  if (!element.textContent.trim() || !element.checkVisibility()) continue;
  const [one, two] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))];
  const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  const name = element.tagName + "." + element.className;
  found[name] = Math.min(found[name] ?? 99, contrast);
}
return found;
"""


@pytest.mark.parametrize("name", ["gate", "run of 2000", "versions"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_light_and_dark(shown, name, scheme):
    browser = shown(name, scheme=scheme)
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 150) == (scheme == "dark")
    contrasts = browser.execute_script(CONTRAST)
    assert contrasts
    assert {what: value for what, value in contrasts.items() if value < LEAST_CONTRAST} == {}


@pytest.mark.parametrize("name", ["gate", "run of 2000", "versions"])
def test_on_a_phone_only_tables_scroll_sideways(shown, name):
    browser = shown(name, size=PHONE)
    wider = "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
    assert browser.execute_script(wider) == 0
    find(browser, ".square[data-at]").click()
    find(browser, "#panel .entry").click()
    assert browser.execute_script("return document.getElementById('panel').scrollWidth") <= PHONE[0]
    assert browser.execute_script(wider) == 0


def test_no_colour_is_needed(shown):
    browser = shown("gate")
    outcomes = {str(each.outcome) for each in gate().cells}
    chips = {chip.text for chip in find_all(browser, "#outcomes button")}
    assert {chip.split(" ", 1)[1].rpartition(" ")[0] for chip in chips} == outcomes
    by_kind = {}
    for square in find_all(browser, ".square:not(.empty)"):
        by_kind.setdefault(square.get_attribute("class").split()[1], set()).add(square.text)
        assert square.get_attribute("aria-label")
    for one, other in itertools.combinations(by_kind.values(), 2):
        assert not one & other


MILLISECONDS = """
const [done] = arguments, times = [], select = document.getElementById("requirement");
function once() {
  let began;
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  requestAnimationFrame(() => { began = performance.now(); });
  select.dispatchEvent(new Event("input", {bubbles: true}));
  requestAnimationFrame(() => {
    document.getElementById("grid").getBoundingClientRect();
    times.push(performance.now() - began);
    if (times.length < 15) setTimeout(once, 20); else done(times.sort((a, b) => a - b)[7]);
  });
}
once();
"""


def test_twenty_thousand_cells_stay_fluent(shown, record_property):
    spent = {number: shown(f"run of {number}").execute_async_script(MILLISECONDS) for number in (2_000, 20_000)}
    record_property("milliseconds", spent)
    print(f"filtering and laying out: {spent[2_000]:.1f} ms with 2,000 cells, {spent[20_000]:.1f} ms with 20,000")
    assert spent[20_000] < MOST_TIMES_FOR_TEN_TIMES_THE_CELLS * max(spent[2_000], 1.0)


def test_over_versions_pairs_are_the_columns_and_their_tables_can_be_chosen(shown):
    from selenium.webdriver.support.select import Select

    browser = shown("versions")
    heads = [head.text.replace("\n", " ") for head in find_all(browser, ".column-head")]
    assert heads == ["2.15.1 2.15.0", "2.16.2 3.3.3", "2.21.0 3.15.1", "2.21.0 tf_keras 2.21.0"]
    assert signs(browser)[4:8] == ["✓ 2", "! 1/2", "✓ 2", "! 1/2"]
    find(browser, ".square.known").click()
    find(browser, "#panel .entry").click()
    _, text = panel(browser)
    assert "2.16.2/3.3.3\ndeviates" in text
    assert "2.15.1/2.15.0\nconforms" in text
    find(browser, "#panel [data-close]").click()
    Select(find(browser, "#differences select")).select_by_index(0)
    seen = [table.is_displayed() for table in find_all(browser, "#differences [data-run]")]
    assert seen == [True, False, False, False]
