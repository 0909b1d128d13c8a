"""What all tests share: how far hypothesis searches, and the bundled network, read once."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

import corridors as co
from tests import browser

settings.register_profile(
    "quick", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "quick")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a browser its tests are left out; ``.ci/run`` installs one."""
    if item.get_closest_marker("browser") and not (browser.CHROMIUM and browser.DRIVER):
        (pytest.fail if "CI" in os.environ else pytest.skip)("Chromium is not installed")


@pytest.fixture(scope="session")
def bundled() -> co.Network:
    """The bundled network as of its data date."""
    return co.load()
