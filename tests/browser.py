"""Headless Chromium for the tests of pages and for screenshots."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium import webdriver

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing outside is there
)
DESKTOP, PHONE = (1400, 900), (390, 844)


@contextlib.contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """A fresh browser that cannot reach any network and keeps its logs."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    profile = tempfile.mkdtemp(prefix="corridors-chromium-")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.set_script_timeout(60)
        driver.get("about:blank")
        for log in ("performance", "browser"):
            driver.get_log(log)
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def wait(driver: webdriver.Chrome, seconds: float) -> Any:
    """What waits until something is so, and no longer."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(driver, seconds)


def show(
    driver: webdriver.Chrome,
    page: Path,
    state: str = "",
    *,
    size: tuple[int, int] = DESKTOP,
    dark: bool = False,
) -> None:
    """Open a page afresh at a size, in light or dark, and wait until it is drawn."""
    width, height = size
    driver.get("about:blank")
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.get(page.resolve().as_uri() + (f"#{state}" if state else ""))
    ready = "return document.documentElement.dataset.ready === 'yes'"
    wait(driver, 20).until(lambda it: it.execute_script(ready))


def address(driver: webdriver.Chrome, wanted: str) -> str:
    """The page's address once it holds a text; the page writes it a moment after a change."""
    wait(driver, 5).until(lambda it: wanted in it.current_url)
    return driver.current_url


def requests(driver: webdriver.Chrome) -> list[str]:
    """Addresses asked for since last read, but for the page itself and what it holds inside."""
    found = []
    for entry in driver.get_log("performance"):
        message: dict[str, Any] = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return [url for url in found if not url.startswith(("file:", "data:", "blob:", "about:"))]


def errors(driver: webdriver.Chrome) -> list[str]:
    """What the browser complained of since last read."""
    return [f"{entry['level']}: {entry['message']}" for entry in driver.get_log("browser")]
