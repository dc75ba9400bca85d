"""One headless Chromium, and the pages of runs that never took place."""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.page import page
from tests.selftest.made_documents import TITLES, gate, large, pairs

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

BROWSER, DRIVER = "chromium", "chromedriver"
SCRIPT = "repro/standard.one-h5-load_model-outputs.py"
SCRIPT_TEXT = "import tensorflow as tf\n\nprint('</script> 日本')\n"
WIDE = (1280, 900)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """Chromium, driven by selenium."""
    missing = [name for name in (BROWSER, DRIVER) if shutil.which(name) is None]
    if missing or importlib.util.find_spec("selenium") is None:
        pytest.fail(
            "the page is tested in chromium: apt-get install chromium chromium-driver; pip install '.[browser]'",
            pytrace=False,
        )
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(BROWSER)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which(DRIVER)))
    driver.implicitly_wait(5)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of the pages, by name."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "gate": page.of_run(gate(), {SCRIPT: SCRIPT_TEXT}),
        "gate with titles": page.of_run(dataclasses.replace(gate(), titles=TITLES), {}),
        "run of 2000": page.of_run(large(2_000), {}),
        "run of 20000": page.of_run(large(20_000), {}),
        "versions": page.over_versions(pairs()),
    }
    files = {name: folder / f"{name.replace(' ', '-')}.html" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text)
    return files


@pytest.fixture
def shown(browser: Chrome, pages: dict[str, Path]) -> Iterator[Callable[..., Chrome]]:
    """A function that opens a page by name, in a window of some size, light or dark. No error may be logged in it."""

    def show(name: str, *, fragment: str = "", size: tuple[int, int] = WIDE, scheme: str = "light") -> Chrome:
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get("about:blank")
        browser.get(pages[name].as_uri() + fragment)
        return browser

    yield show
    assert [entry["message"] for entry in browser.get_log("browser")] == []
