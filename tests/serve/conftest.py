"""A server over the small paint world, and a real headless Chromium."""

import shutil

import pytest
from served import Served


@pytest.fixture
def serve(own_home):
    """Return a function that starts a server; it ends with the test."""
    started = []

    def start(**options):
        started.append(Served(own_home, **options))
        return started[-1]

    yield start
    for served in started:
        served.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Return a function that opens a page in a tab of one headless Chromium."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("needs chromium and chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    flags = (
        "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-sync"
    )
    for flag in (*flags.split(), "disable-component-update", "window-size=1100,800", "touch-events=enabled"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()
