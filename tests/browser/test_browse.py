"""`congtin browse` in Chromium, beside a writer: what the pages say against the database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from sqlalchemy import Engine

from storage.database.engine import connect
from storage.database.migrate import upgrade
from tests.browser.chrome import chromium
from tests.unit.database.makers import LONG, Desk, one, rows, url

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
EVIL = '<script>document.title="x"</script><img src=x onerror="document.title=1">'


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = connect(f"sqlite:///{tmp_path_factory.mktemp('browse') / 'congtin.db'}")
    upgrade(made)
    desk = Desk(made)
    desk.serve("a", f"{LONG} tỉnh Đồng Tháp, 27/2018/NĐ-CP", title="Đồng Tháp họp báo", section="Tin tức")
    desk.serve("b", f"{LONG} thành phố Cần Thơ", title="Cần Thơ họp báo", section="Thông báo")
    desk.serve("c", f"{LONG} {EVIL} Đồng Tháp", title=f"Bài {EVIL}")
    Desk(made, portal="long_an").serve("d", f"{LONG} {LONG[::-1]}", title="Long An họp báo")
    desk.next_day()
    desk.serve("a", f"{LONG} tỉnh Đồng Tháp mới, 27/2018/NĐ-CP", title="Đồng Tháp họp báo", section="Tin tức")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def site(engine: Engine) -> Iterator[str]:
    var = Path(str(engine.url.database)).parent
    command = [str(Path(sys.executable).parent / "congtin"), "browse", "--port", "0"]
    with subprocess.Popen(
        command, env={**os.environ, "CONGTIN_VAR": str(var)}, stdout=subprocess.PIPE, text=True
    ) as it:
        assert it.stdout is not None
        said = it.stdout.readline()
        yield said.split()[1].rstrip("/")
        it.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


def test_a_search_without_marks_leads_to_the_article(engine: Engine, site: str, browser: webdriver.Chrome) -> None:
    browser.get(site)
    field = browser.find_element(By.NAME, "_search")
    field.send_keys('"dong thap"')
    field.submit()
    assert browser.find_element(By.ID, "count").text == "2"
    by_year = {one.text for one in browser.find_elements(By.CSS_SELECTOR, "#facet-sort_date li")}
    assert by_year == {"2025\n2"}
    browser.find_element(By.CSS_SELECTOR, "#facet-section a").click()
    assert browser.find_element(By.ID, "count").text == "1"
    assert browser.find_element(By.TAG_NAME, "mark").text == "Đồng Tháp"
    browser.find_element(By.CSS_SELECTOR, ".hit h2 a").click()
    stored = one(engine, "SELECT * FROM v1_articles WHERE article_id = 1")
    assert browser.current_url == f"{site}/bai/1"
    shown = browser.find_element(By.TAG_NAME, "main").text
    assert browser.find_element(By.TAG_NAME, "h1").text == stored["title"]
    for part in (stored["lead"], stored["text"], stored["url"], "27/2018/NĐ-CP"):
        assert part in shown
    assert [found.text for found in browser.find_elements(By.TAG_NAME, "ins")] == ["mới"]
    reading = rows(engine, "SELECT * FROM v1_readings WHERE article_id = 1 ORDER BY reading_id DESC")
    hashes = [found.text for found in browser.find_elements(By.CSS_SELECTOR, "td.hash")]
    assert hashes == [found["payload_sha256"] for found in reading]


def test_the_first_page_counts_and_its_queries_answer(engine: Engine, site: str, browser: webdriver.Chrome) -> None:
    browser.get(site)
    queries = [a.get_attribute("href") for a in browser.find_elements(By.CSS_SELECTOR, "#queries a")]
    views = [a.get_attribute("href") for a in browser.find_elements(By.CSS_SELECTOR, "#views a")]
    assert len(queries) == 9
    for address in (*queries, *views):
        browser.get(str(address))
        assert not browser.find_elements(By.CLASS_NAME, "note"), address
        assert browser.find_elements(By.TAG_NAME, "h1"), address
    browser.get(f"{site}/congtin/v1_changes")
    count = int(one(engine, "SELECT count(*) AS rows FROM v1_changes")["rows"])
    assert browser.find_element(By.ID, "count").text == str(count)
    Desk(engine, day=2).serve("e", f"{LONG} thêm", title="Bài của người đang ghi")
    browser.refresh()
    assert browser.find_element(By.ID, "count").text == str(count + 1)


def test_a_page_that_holds_a_script_stays_text(site: str, browser: webdriver.Chrome) -> None:
    browser.get(f"{site}/bai?url={url('c')}")
    assert browser.find_element(By.TAG_NAME, "h1").text == f"Bài {EVIL}"
    assert browser.title == f"Bài {EVIL} · congtin"
    assert not browser.find_elements(By.CSS_SELECTOR, "main script, main img")
