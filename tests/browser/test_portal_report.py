"""The report of `congtin portal try` in Chromium: what it shows is coloured, and nothing of the page runs."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from crawlers import portals
from flows.steps.portals.report import report
from flows.steps.portals.tried import RawPage, try_page
from tests.browser.chrome import chromium
from tests.unit.portals.test_try import BODY, FETCHED, PAGE, URL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

_COUNT = """
const [png, done] = arguments, image = new Image();
image.onload = () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  let green = 0, red = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] === 0xc9 && data[i + 1] === 0xf0 && data[i + 2] === 0xd0) green++;
    if (data[i] === 0xff && data[i + 1] === 0xd9 && data[i + 2] === 0xd6) red++;
  }
  done([green, red]);
};
image.src = "data:image/png;base64," + png;
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


def test_the_report_is_coloured_and_still(browser: webdriver.Chrome, tmp_path: Path) -> None:
    portal = portals.load("lao_cai")
    file = tmp_path / "bao_cao.html"
    file.write_text(report(try_page(RawPage(URL, PAGE.encode(), FETCHED), portal), portal), encoding="utf-8")
    browser.get(file.as_uri())
    assert browser.title == "Họp báo tháng sáu · lao_cai"
    record = browser.find_element(By.ID, "record").text
    assert "12/06/2025 14:30" in record
    assert BODY[2] in browser.find_element(By.CSS_SELECTOR, "aside .text").text
    shot = browser.get_screenshot_as_png()
    frame = browser.find_element(By.TAG_NAME, "iframe")
    browser.switch_to.frame(frame)
    title = browser.find_element(By.CSS_SELECTOR, "mark.title")
    assert title.text == "Họp báo tháng sáu"
    assert title.value_of_css_property("outline-style") == "solid"
    assert BODY[0] in browser.find_element(By.TAG_NAME, "body").text
    assert 'document.title="thoát"' in browser.find_element(By.TAG_NAME, "body").text
    assert not browser.find_elements(By.CSS_SELECTOR, "script, img, a, form")
    browser.switch_to.default_content()
    assert browser.title == "Họp báo tháng sáu · lao_cai"
    browser.get("about:blank")
    green, red = browser.execute_async_script(_COUNT, base64.b64encode(shot).decode())
    assert green > 5000
    assert red > 5000
