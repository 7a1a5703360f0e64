"""Portals that fall silent, redirect, or change their skin: distinct verdicts, and articles that stay untouched."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from flows.steps.order import Mode, Outcome
from storage.database.types import now
from storage.vocabulary import Verdict
from tests.e2e.crawl.site import Page, Reply, Site, listing_page
from tests.e2e.ingest.site import House

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # the gate itself knows no database

PORTAL = "cong_thu"
PATH = "/tin-tuc"
FIRST = range(1, 31)
NEWS = range(31, 41)


def words(number: int) -> str:
    """The paragraphs of an article, like no other's."""
    said = f"Trong tháng {number % 12 + 1}, đơn vị thứ {number} đã tiếp nhận {number * 37} hồ sơ"
    return "".join(
        f"<p>{said}, đạt {number + part} phần trăm kế hoạch của đợt {part} theo báo cáo.</p>" for part in range(6)
    )


def title(number: int) -> str:
    return f"Kết quả giải quyết hồ sơ đợt thứ {number} của tỉnh"


def old_skin(number: int) -> str:
    return (
        f'<!DOCTYPE html><html><head><title>{title(number)}</title></head><body><div class="khung"><div class="chitiet">'
        f'<h1 class="tieude">{title(number)}</h1><div class="ngay">Thứ Hai, {number % 28 + 1:02}/03/2024 | 07:36</div>'
        f'<p class="tomtat"><strong>Đợt {number} đã kết thúc với kết quả tốt trên toàn địa bàn của tỉnh nhà.</strong></p>'
        f'<div class="noidung">{words(number)}</div></div></div></body></html>'
    )


def new_skin(number: int) -> str:
    """Other tags and classes, everything there."""
    return (
        f'<!DOCTYPE html><html><head><title>{title(number)}</title></head><body><main class="v2-page"><article class="v2-story">'
        f"<header><h1>{title(number)}</h1><time>{number % 28 + 1:02}/03/2024 07:36</time></header>"
        f'<section class="v2-body"><p><strong>Đợt {number} đã kết thúc với kết quả tốt trên toàn địa bàn của tỉnh nhà.'
        f"</strong></p>{words(number)}</section></article></main></body></html>"
    )


def broken_skin(number: int) -> str:
    """The page is built by a script now: of the article its title and a teaser of it are left, no date."""
    return (
        f'<!DOCTYPE html><html><head><title>{title(number)}</title></head><body><div id="app-{number}" class="spa-root">'
        f'<div class="spa-view"><h1>{title(number)}</h1><div class="spa-text"><p>Đợt {number} đã kết thúc với kết quả tốt trên'
        f" toàn địa bàn, mời xem trong ứng dụng của tỉnh.</p></div></div></div></body></html>"
    )


NOTICE = (
    '<!DOCTYPE html><html><head><title>Cổng thông tin</title></head><body><div class="khung"><div class="chitiet"><h1>Thư ngỏ</h1>'
    "<p>Kính gửi quý bạn đọc, để phục vụ tốt hơn nhu cầu tra cứu, cổng đang chuyển dữ liệu sang hạ tầng mới của tỉnh.</p>"
    "<p>Trong thời gian này một số nội dung chưa hiển thị, rất mong quý bạn đọc thông cảm và quay lại trong ít ngày tới.</p>"
    "</div></div></body></html>"
)


def listing(numbers: Sequence[int]) -> str:
    return listing_page(
        [(f"{PATH}/bai-{number}", title(number), f"{number % 28 + 1:02}/03/2024") for number in reversed(numbers)]
    )


def publish(site: Site, numbers: Sequence[int], skin: Any = old_skin) -> None:
    """Put articles on the portal; all that was there stays."""
    site.pages |= {f"{PATH}/bai-{number}": skin(number) for number in numbers}
    on_it = sorted(int(found[1]) for target in site.pages if (found := re.fullmatch(rf"{PATH}/bai-(\d+)", target)))
    site.pages[PATH] = listing(on_it)


@pytest.fixture
def portal(house: House, paged: Site) -> Site:
    """The portal with a history: thirty articles, read and stored."""
    paged.pages.clear()
    publish(paged, FIRST)
    outcome = run(house)
    assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason
    return paged


def run(house: House, mode: Mode = Mode.INCREMENTAL) -> Outcome:
    return house.ingest(PORTAL, mode=mode)[PORTAL]


def articles(house: House) -> Sequence[Any]:
    return house.rows(
        "SELECT article_id, url, title, lead, text, published_at, version_no, gone_at FROM v1_articles ORDER BY article_id"
    )


def test_a_quiet_portal_is_green(house: House, portal: Site) -> None:
    before = articles(house)
    assert run(house).judgement.verdict is Verdict.QUIET
    assert articles(house) == before


@pytest.mark.timeout(300)
def test_a_new_skin_that_reads_well_is_no_change(house: House, portal: Site) -> None:
    before = articles(house)
    publish(portal, [*FIRST, *NEWS], new_skin)
    outcome = run(house, Mode.FULL)
    assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason
    assert outcome.counts.new == len(NEWS)
    assert [row.text for row in articles(house)][: len(before)] == [row.text for row in before]


@pytest.mark.timeout(300)
def test_a_skin_that_cannot_be_read_is_held(house: House, portal: Site) -> None:
    before = articles(house)
    publish(portal, [*FIRST, *NEWS], broken_skin)
    outcome = run(house, Mode.FULL)
    assert outcome.judgement.verdict is Verdict.DRIFTED, outcome.judgement.reason
    assert "published_at 100% → " in outcome.judgement.reason or "lead 100% → " in outcome.judgement.reason
    assert "http://congthu.gov.vn/tin-tuc/bai-" in outcome.judgement.reason
    assert articles(house) == before
    assert house.number("SELECT count(*) FROM v1_refusals WHERE state = 'held'") == len(FIRST) + len(NEWS)
    code, out, _ = house.run("held", PORTAL)
    assert code == 0
    assert "mẫu trang lạ" in out
    assert f"{len(FIRST) + len(NEWS)} trang" in out

    url = f"http://congthu.gov.vn{PATH}/bai-{NEWS[0]}"
    code, out, err = house.run("release", url, "--reason", "mẫu mới, đọc được", "--by", "an")
    assert code == 0, err
    assert title(NEWS[0]) in out
    assert len(articles(house)) == len(before) + 1
    code, out, err = house.run("reject", url, "--reason", "nhầm", "--by", "an")
    assert code == 0, err
    assert "bài đã được rút" in out
    assert articles(house) == before

    publish(portal, [*FIRST, *NEWS])
    outcome = run(house, Mode.FULL)
    assert (outcome.counts.new, outcome.counts.restored) == (len(NEWS) - 1, 1), "what was rejected is judged anew"
    versions = {row.url: row.version_no for row in articles(house)}
    assert versions.pop(url) == 2
    assert set(versions.values()) == {1}
    assert len(versions) == len(FIRST) + len(NEWS) - 1
    assert house.run("doctor", "--full")[0] == 0


@pytest.mark.timeout(300)
def test_one_text_for_all_is_held(house: House, portal: Site) -> None:
    before = articles(house)
    publish(portal, [*FIRST, *NEWS], lambda _: NOTICE)
    outcome = run(house, Mode.FULL)
    assert outcome.judgement.verdict in {Verdict.DRIFTED, Verdict.MANY_REFUSED}, outcome.judgement.reason
    assert articles(house) == before


@pytest.mark.timeout(300)
def test_moved_needs_a_second_day(house: House, portal: Site) -> None:
    before = articles(house)
    away: Page = Reply(status=301, headers={"Location": "https://cong-moi.example.vn/"})
    for target in list(portal.pages):
        portal.pages[target] = away
    for _ in range(2):
        outcome = run(house)
        assert outcome.judgement.verdict is Verdict.REDIRECTED, outcome.judgement.reason
    the_day_before(house, Verdict.REDIRECTED)
    assert run(house).judgement.verdict is Verdict.MOVED
    assert articles(house) == before


def the_day_before(house: House, verdict: Verdict) -> None:
    """Have the runs that ended so have been yesterday's."""
    with house.engine.begin() as connection:
        moment = (now() - timedelta(days=1)).isoformat(timespec="seconds")
        connection.execute(
            text("UPDATE run SET started_at = :at WHERE verdict = :verdict"), {"at": moment, "verdict": verdict.value}
        )


@pytest.mark.timeout(300)
def test_silence_in_its_ways(house: House, portal: Site) -> None:
    """Nothing found for an hour, a listing without a row, nothing found on two days: each is said, no article suffers."""
    before, pages = articles(house), dict(portal.pages)
    portal.pages.clear()
    for _ in range(2):
        outcome = run(house, Mode.FULL)
        assert outcome.judgement.verdict is Verdict.UNREACHABLE, outcome.judgement.reason
        assert "Lần đầu thấy" in outcome.judgement.reason
    portal.pages |= pages
    assert run(house, Mode.FULL).judgement.verdict is Verdict.QUIET
    portal.pages[PATH] = listing([])
    outcome = run(house)
    assert outcome.judgement.verdict is Verdict.TOO_LITTLE, outcome.judgement.reason
    portal.pages[PATH] = NOTICE
    assert run(house).judgement.verdict is Verdict.TOO_LITTLE
    the_day_before(house, Verdict.TOO_LITTLE)
    portal.pages.clear()
    assert run(house).judgement.verdict is Verdict.UNREACHABLE, "the day before something was there"
    with house.engine.begin() as connection:
        connection.execute(text("DELETE FROM run WHERE verdict <> 'unreachable'"))
    the_day_before(house, Verdict.UNREACHABLE)
    outcome = run(house)
    assert outcome.judgement.verdict is Verdict.GONE, outcome.judgement.reason
    assert articles(house) == before


@pytest.mark.timeout(300)
def test_a_refused_page_is_released(house: House, portal: Site) -> None:
    """What the reader refuses by its words is an article if a person says so; what holds nothing cannot be one."""
    portal.pages[f"{PATH}/bai-50"] = (
        "<html><head><title>Thăm dò ý kiến</title></head><body><h1>Thăm dò ý kiến</h1><form><p>Bạn đánh giá thế nào về "
        "dịch vụ công của tỉnh trong năm qua, xin cho biết ý kiến của bạn ở dưới đây để chúng tôi làm tốt hơn.</p>"
        '<input type="radio"> Tốt <input type="radio"> Khá <button>Gửi</button></form></body></html>'
    )
    portal.pages[f"{PATH}/bai-51"] = "<html><body><h1>Lỗi</h1></body></html>"
    portal.pages[PATH] = listing([*FIRST, 50, 51])
    run(house)
    states = dict(tuple(row) for row in house.rows("SELECT url, state FROM v1_refusals WHERE purpose = 'article'"))
    assert states == {f"http://congthu.gov.vn{PATH}/bai-{number}": "refused" for number in (50, 51)}
    url = f"http://congthu.gov.vn{PATH}/bai-50"
    code, _, err = house.run("release", url, "--reason", "bài khảo sát", "--by", "an")
    assert code == 0, err
    (row,) = house.rows("SELECT text FROM v1_articles WHERE url = :url", url=url)
    assert "dịch vụ công của tỉnh" in row.text
    code, _, err = house.run("release", f"http://congthu.gov.vn{PATH}/bai-51", "--reason", "thử", "--by", "an")
    assert code == 1
    assert "không đọc ra bài" in err
    assert house.number("SELECT count(*) FROM decision") == 1
    assert house.run("release", url, "--reason", "nữa", "--by", "an")[0] == 1
    assert house.run("reject", "http://congthu.gov.vn/khong-co", "--reason", "thử")[0] == 1
    assert house.run("doctor")[0] == 0
    run(house, Mode.FULL)
    assert house.number("SELECT count(*) FROM v1_articles WHERE url = :url", url=url) == 1
