"""The screen behind a password, over a PostgreSQL: nobody comes in without it, and a run goes its whole way."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chrome import chromium
from tests.browser.test_operating import element, picture, shown
from tests.databases import Databases
from tests.e2e.crawl.site import Site, paged_listing, portal_file, serve
from tests.operation import Operation, operated

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PORTAL, HOST, AUTH = "cong_thu", "congthu.gov.vn", "van:Mat-Khau-4711"


@pytest.fixture
def here(migrated: Databases, tmp_path: Path) -> Iterator[Operation]:
    site = Site(paged_listing("/tin-tuc", 12, 6))
    portal_file(tmp_path / "portals", PORTAL, {"tin": f"http://{HOST}/tin-tuc"}, extra="cadence=Cadence.DAILY,")
    with serve(site), migrated.make("postgresql", tmp_path) as database:
        environment = {
            "CONGTIN_PORTALS": str(tmp_path / "portals"),
            "CONGTIN_CONNECT_TO": f"{HOST}:80=127.0.0.1:{site.port}",
            "CONGTIN_DELAY": "0",
            "CONGTIN_DISK_RESERVE_MB": "1",
            "CONGTIN_DATABASE_URL": database,
            "CONGTIN_SERVE_AUTH": AUTH,
        }
        with operated(tmp_path / "var", environment) as made:
            made.start()
            yield made


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


def test_the_password_opens_the_screen(here: Operation, browser: webdriver.Chrome) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{here.site}/api/deployments/name/ingest/{PORTAL}", timeout=20)
    browser.get(f"{here.site}/deployments")
    field = element(browser, "//input")
    field.send_keys("van:sai", Keys.ENTER)
    shown(browser, "Authentication failed")
    assert PORTAL not in browser.find_element(By.TAG_NAME, "body").text
    field = element(browser, "//input")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(AUTH, Keys.ENTER)
    browser.get(f"{here.site}/deployments")
    shown(browser, PORTAL)
    picture(browser, "login")

    assert here.ended(here.trigger(PORTAL)) == ("COMPLETED", "Tốt [ok]")
    assert here.rows("SELECT count(*) FROM v1_articles") == [(12,)]
    assert here.ended(here.trigger("truc", flow="watch")) == ("COMPLETED", "Đã xem [watch]")
    assert here.ended(here.trigger("bao-duong", flow="care")) == ("COMPLETED", "Tốt [ok]")
    browser.get(f"{here.site}/runs")
    shown(browser, "Tốt [ok]")
    code, out, err = here.command("deploy")
    assert (code, out, err) == (0, "Không có gì phải đổi.\n", "")
    assert here.stop() == 0
    said = here.said + "".join(file.read_text(encoding="utf-8") for file in (here.var / "logs").glob("*.log"))
    assert AUTH.partition(":")[2] not in said
