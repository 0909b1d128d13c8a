"""Pictures of the explorer's views, light and dark, at desk and on a phone, and of one map.

``python -m tests.screenshots FOLDER [SEEDS]`` writes them, and says how fast the page answered.
"""

from __future__ import annotations

import sys
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

import corridors as co
from tests import browser

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

#: Name, state in the URL, window, dark.
SHOTS = (
    ("explorer", "preset=zangezur-open", browser.DESKTOP, False),
    ("explorer-dark", "preset=azerbaijan-iran-closed", browser.DESKTOP, True),
    ("explorer-base", "", browser.DESKTOP, False),
    (
        "explorer-far",
        "origin=moscow&destination=nhava-sheva&by=generalised&preset=red-sea-closed",
        browser.DESKTOP,
        False,
    ),
    ("explorer-no-way", "modes=sea", browser.DESKTOP, False),
    ("explorer-years-and-pairs", "view=pairs&preset=zangezur-open", browser.DESKTOP, False),
    ("explorer-years-and-pairs-dark", "view=pairs&preset=red-sea-closed", browser.DESKTOP, True),
    ("explorer-data", "view=about", browser.DESKTOP, False),
    ("explorer-phone", "preset=zangezur-open", browser.PHONE, False),
    ("explorer-phone-dark", "preset=zangezur-open", browser.PHONE, True),
    ("explorer-phone-pairs", "view=pairs&preset=zangezur-open", browser.PHONE, False),
)
#: Scenarios of the map.
COMPARED = ("base", "zangezur-open", "araz-open", "azerbaijan-iran-closed")
PAIR = ("baku", "nakhchivan")
#: Time for the map to come to rest.
SETTLE_S = 0.4


def main(folder: Path, seeds: Path | None = None) -> None:
    """Write every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    net = co.load(seeds)
    page = co.explorer(net, folder / "explorer.html")
    drawn = co.compare(net, COMPARED, pairs=[PAIR]).map()
    compared = folder / "baku-nakhchivan.html"
    compared.write_text(drawn.get_root().render(), encoding="utf-8")
    with browser.chromium() as chrome:
        for name, state, size, dark in SHOTS:
            browser.show(chrome, page, state, size=size, dark=dark)
            if size == browser.PHONE and "view=" not in state:
                chrome.execute_script("document.getElementById('map').scrollIntoView()")
            time.sleep(SETTLE_S)
            _save(chrome, folder / f"{name}.png")
        browser.show(chrome, page)
        print(chrome.execute_script(CLICKS))  # noqa: T201 - what the command is for
        chrome.get(compared.resolve().as_uri())
        time.sleep(SETTLE_S)
        _save(chrome, compared.with_suffix(".png"))


def _save(chrome: WebDriver, path: Path) -> None:
    """Write what stands on the screen in 256 colours, a third of the size in full colour."""
    with Image.open(BytesIO(chrome.get_screenshot_as_png())) as shown:
        shown.convert("RGB").quantize(256).save(path, optimize=True)


CLICKS = """
const boxes = [...document.querySelectorAll('#gate-list input')];
boxes.forEach((box) => { box.click(); box.click(); });
const sorted = corridors.timings.slice().sort((a, b) => a - b);
const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
const paint = performance.getEntriesByType('paint')[0].startTime.toFixed(0);
return `${sorted.length} clicks: median ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, `
  + `slowest ${at(1)} ms; first paint after ${paint} ms`;
"""

if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
