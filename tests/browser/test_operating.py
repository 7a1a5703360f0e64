"""The operator's day in Prefect's screen, in Chromium: a form filled in, runs watched, numbers read, a run cancelled.

`SCREENSHOTS=1` makes the pictures of the documents anew.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from storage.settings import PROJECT_ROOT
from tests.browser.chrome import chromium
from tests.e2e.crawl.site import Reply, Site, paged_listing, portal_file, serve
from tests.operation import Operation, operated, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PORTAL, HOST = "cong_thu", "congthu.gov.vn"
IMAGES = PROJECT_ROOT / "docs/images"
NEAREST = {"sort": "EXPECTED_START_TIME_ASC", "limit": 100}
LOGIN = "<html><head><title>Đăng nhập</title></head><body><form><input type=password></form></body></html>"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(paged_listing("/tin-tuc", 30, 10))
    made.pages["/tin-tuc/bai-viet-so-9"] = LOGIN
    with serve(made):
        yield made


@pytest.fixture(scope="module")
def here(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operation]:
    folder = tmp_path_factory.mktemp("operating")
    portal_file(folder / "portals", PORTAL, {"tin": f"http://{HOST}/tin-tuc"}, extra="cadence=Cadence.DAILY,")
    environment = {
        "CONGTIN_PORTALS": str(folder / "portals"),
        "CONGTIN_CONNECT_TO": f"{HOST}:80=127.0.0.1:{site.port}",
        "CONGTIN_DELAY": "0",
        "CONGTIN_DISK_RESERVE_MB": "1",
    }
    with operated(folder / "var", environment) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


def text_of(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def shown(browser: webdriver.Chrome, part: str, seconds: float = 60) -> str:
    return until(lambda: part in (seen := text_of(browser)) and seen, seconds, f"{part!r} at {browser.current_url}")


def picture(browser: webdriver.Chrome, name: str) -> None:
    if os.environ.get("SCREENSHOTS"):
        IMAGES.mkdir(exist_ok=True)
        time.sleep(1)  # what moves comes to rest
        browser.save_screenshot(str(IMAGES / f"{name}.png"))


def element(browser: webdriver.Chrome, path: str) -> WebElement:
    return until(lambda: next(iter(browser.find_elements(By.XPATH, path)), None), 60, path)


def field_of(title: str) -> str:
    return f"//div[contains(@class, 'schema-form-property ')][.//span[starts-with(normalize-space(), '{title}')]]"


def run_by_form(here: Operation, browser: webdriver.Chrome) -> str:
    """Press Submit; return the flow run's id."""
    before = {run["id"] for run in here.ask("/flow_runs/filter", NEAREST)}
    button = element(browser, "//button[@type='submit'][contains(., 'Submit')]")
    browser.execute_script("arguments[0].scrollIntoView(); arguments[0].click()", button)

    def new() -> str | None:
        started = [
            run
            for run in here.ask("/flow_runs/filter", NEAREST)
            if run["id"] not in before and not run["auto_scheduled"]
        ]
        return started[0]["id"] if started else None

    return str(until(new, 60, "a new run"))


def artifact(here: Operation, browser: webdriver.Chrome, flow_run: str, key: str) -> str:
    """Open an artifact of a run; return what its page shows."""
    wanted = {"artifacts": {"key": {"any_": [key]}, "flow_run_id": {"any_": [flow_run]}}}
    found = until(lambda: here.ask("/artifacts/filter", wanted), 60, key)
    browser.get(f"{here.site}/artifacts/artifact/{found[0]['id']}")
    shown(browser, "Created")
    time.sleep(1)
    return text_of(browser)


def open_form(here: Operation, browser: webdriver.Chrome) -> None:
    browser.get(f"{here.site}/deployments")
    link = element(browser, f"//a[normalize-space()='{PORTAL}']")
    picture(browser, "deployments")
    link.click()
    shown(browser, PORTAL)
    browser.get(f"{here.site}/deployments/deployment/{here.deployment(PORTAL)['id']}/run")
    shown(browser, "Tải lại trang bị từ chối")


def test_a_rehearsal_then_the_run_and_every_number_of_it(here: Operation, browser: webdriver.Chrome) -> None:
    open_form(here, browser)
    field = field_of("Chạy thử")
    element(browser, f"{field}//button[contains(., 'int')]").click()
    number = element(browser, f"{field}//input")
    number.send_keys(Keys.CONTROL, "a")
    number.send_keys("8")
    picture(browser, "form")
    rehearsal = run_by_form(here, browser)
    assert here.ended(rehearsal) == ("COMPLETED", "Dở dang [partial]")
    assert here.ask(f"/flow_runs/{rehearsal}")["name"] == f"{PORTAL} · phần mới [incremental] · chạy thử 8 trang"
    seen = artifact(here, browser, rehearsal, "chay-thu-cong-thu")
    picture(browser, "rehearsal")
    assert seen.count("sẽ thêm bài [created]") == 6, "eight requests: robots, a listing page, six articles"
    assert here.rows("SELECT count(*) FROM v1_articles") == [(0,)]

    open_form(here, browser)
    run = run_by_form(here, browser)
    browser.get(f"{here.site}/runs/flow-run/{run}")
    shown(browser, f"{PORTAL} · phần mới [incremental]", 120)
    assert here.ended(run) == ("COMPLETED", "Tốt [ok]")
    browser.refresh()
    shown(browser, "Tốt [ok]")
    shown(browser, "crawl ended")  # the spider's log is the run's
    picture(browser, "run")
    log = element(browser, "//*[contains(@class, 'flow-run-logs')] | //*[contains(text(), 'crawl ended')]")
    browser.execute_script("arguments[0].scrollIntoView()", log)
    picture(browser, "log")

    counted = {
        "fetched": "SELECT count(*) FROM capture WHERE purpose = 'article' AND status = 200",
        "new": "SELECT count(*) FROM v1_articles",
        "refused": "SELECT count(*) FROM v1_refusals WHERE state = 'refused'",
        "listed": "SELECT count(*) FROM listing_entry",
    }
    funnel = artifact(here, browser, run, "pheu-cong-thu")
    for code, query in counted.items():
        found = re.search(rf"\[{code}\]\s*\n?\s*(\d+)", funnel)
        assert found, (code, funnel)
        assert [(int(found[1]),)] == here.rows(query), code
    assert here.rows("SELECT count(*) FROM v1_articles") == [(29,)]

    refused = artifact(here, browser, run, "tu-choi-cong-thu")
    assert "trang đăng nhập [login]" in refused
    assert f"http://{HOST}/tin-tuc/bai-viet-so-9" in refused

    artifact(here, browser, run, "bai-cong-thu")
    links = {a.get_attribute("href") for a in browser.find_elements(By.CSS_SELECTOR, f"a[href^='http://{HOST}']")}
    assert links == {url for (url,) in here.rows("SELECT url FROM v1_articles")}

    report = artifact(here, browser, run, "bao-cao-cong-thu")
    picture(browser, "report")
    (run_id,) = here.rows("SELECT run_id FROM v1_runs")[0]
    assert run_id in report
    assert browser.find_elements(By.CSS_SELECTOR, f"a[href='http://{HOST}/tin-tuc']")

    overview = artifact(here, browser, run, "tong-quan")
    picture(browser, "overview")
    status = here.command("status")[1]
    line = next(line for line in overview.splitlines() if line.startswith(PORTAL)) + overview
    assert "Tốt [ok]" in line
    assert f"{PORTAL}: Tốt [ok]" in status
    following = re.search(rf"{PORTAL}.*?(\d\d/\d\d \d\d:\d\d)\s*$", status, re.MULTILINE)
    assert following, status
    assert following[1] in overview


def test_a_long_run_cancelled_on_the_screen_leaves_no_process(
    here: Operation, site: Site, browser: webdriver.Chrome
) -> None:
    site.pages |= {
        target: Reply(page, wait=1.5)
        for target, page in site.pages.items()
        if "bai-viet" in target and isinstance(page, str)
    }
    run = here.trigger(PORTAL, mode="full")
    until(here.crawls, 120, "a crawl process")
    second = here.trigger(PORTAL)
    assert here.ended(second) == ("CANCELLED", "Bỏ qua: đang chạy [skipped]")
    browser.get(f"{here.site}/runs/flow-run/{run}")
    shown(browser, "đọc lại tất cả [full]")
    element(browser, "//div[contains(@class, 'page-heading')]//button[normalize-space()='Cancel']").click()
    element(browser, "//div[contains(@class, 'p-modal')]//button[normalize-space()='Confirm']").click()
    assert here.ended(run) == ("CANCELLED", "Đã hủy [cancelled]")
    assert here.crawls() == []
    assert here.processes("prefect.engine") == []
    assert here.rows("SELECT count(*) FROM v1_runs WHERE verdict = 'cancelled'") == [(1,)]
    assert not list((here.var / "archive" / PORTAL).glob("*.open"))


def test_what_was_paused_on_the_screen_stays(here: Operation, browser: webdriver.Chrome) -> None:
    assert here.command("deploy") == (0, "Không có gì phải đổi.\n", "")
    here.ask(f"/deployments/{here.deployment(PORTAL)['id']}/pause_deployment", {})
    code, out, _ = here.command("deploy")
    assert code == 0
    assert f"  {PORTAL}: đang tạm dừng [paused]" in out.splitlines()
    assert f"{PORTAL}: cho chạy lại [resume]" in here.command("deploy", "--reset")[1].splitlines()


def test_the_automations_are_there_and_the_block_is_offered(here: Operation, browser: webdriver.Chrome) -> None:
    browser.get(f"{here.site}/automations")
    for name in (
        "lần chạy im tiếng → đứt giữa chừng",
        "lần chạy hỏng → trực xem ngay",
        "mẫu trang thay đổi → trực xem ngay",
    ):
        shown(browser, f"congtin: {name}")
    picture(browser, "automations")
    switch = element(browser, "//*[@role='switch'] | //input[@type='checkbox' and contains(@class, 'toggle')]")
    browser.execute_script("arguments[0].click()", switch)
    until(lambda: not all(one["enabled"] for one in here.ask("/automations/filter", {})), 30, "one switched off")
    listed = here.command("deploy")[1].splitlines()
    assert sum(line.endswith("đang tạm dừng [paused]") for line in listed) == 1
    assert here.command("deploy", "--reset")[0] == 0
    assert all(one["enabled"] for one in here.ask("/automations/filter", {}))
    browser.get(f"{here.site}/blocks/catalog")
    shown(browser, "Báo tin congtin")


def test_its_end_leaves_nothing(here: Operation) -> None:
    assert here.stop() == 0
    assert here.processes() == []
    assert "Đã dừng." in Path(here.var / "serve.log").read_text(encoding="utf-8")
