"""What `congtin show` and `congtin status` are told."""

from datetime import date

import pytest
from sqlalchemy import Engine

from storage.consume.article import find_articles, show_article
from storage.consume.status import portal_status
from storage.database.failures import MAX_TRIES, Unfetched, note_failures
from storage.database.portals import PortalRow, sync_portals
from storage.database.runs import finish_run, start_run
from storage.records import Provenance, Refusal
from storage.vocabulary import CaptureState, FetchError, Purpose, RefusalKind, Verdict
from tests.unit.database.makers import LONG, PORTAL, Desk, row, url


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_an_article_is_found_by_number_and_by_any_spelling_of_its_addresses(desk: Desk) -> None:
    desk.serve("a")
    desk.serve("b")
    http = url("a").replace("https://", "http://www.") + "?utm_source=zalo#x"
    for ref in ("1", url("a"), url("b"), http):
        assert find_articles(desk.engine, ref) == [1]
    for ref in ("2", url("c"), "9" * 30, "không phải địa chỉ", ""):
        assert find_articles(desk.engine, ref) == []


def test_a_merged_article_leads_to_the_one_that_is_shown(desk: Desk) -> None:
    desk.serve("a")
    desk.serve("b")
    desk.next_day()
    desk.serve("b", f"{LONG} sửa")
    desk.serve("a", f"{LONG} sửa")
    assert find_articles(desk.engine, "2") == [1]


def test_a_page_shows_the_version_of_a_day_and_leads_to_its_bytes(desk: Desk) -> None:
    desk.serve("a", provenance={"title": Provenance("rule", "h1.title")})
    first = desk.last[0]
    desk.next_day()
    desk.serve("a", f"{LONG} sửa")
    page = show_article(desk.engine, 1)
    assert (page.version or {})["version_no"] == 2
    assert [kind["change"] for kind in page.changes] == ["created", "updated"]
    page = show_article(desk.engine, 1, at=date(2025, 3, 10))
    assert (page.version or {})["text"] == LONG
    assert page.archived is not None
    assert page.archived["capture_id"] == first.capture.record_id
    assert page.archived["segment_offset"] == first.location.offset
    assert page.provenance == {"title": {"method": "rule", "evidence": "h1.title"}}
    page = show_article(desk.engine, 1, at=date(2025, 3, 9))
    assert (page.version, page.archived) == (None, None)
    with pytest.raises(LookupError):
        show_article(desk.engine, 7)


def test_the_state_of_portals(desk: Desk) -> None:
    engine = desk.engine
    facts = (
        "Cổng",
        "vnportal",
        "province",
        "Tỉnh Lào Cai",
        "gso-2004",
        "10",
        None,
        "active",
        "x",
        None,
        None,
        None,
        "official",
    )
    sync_portals(engine, [PortalRow(PORTAL, *facts), PortalRow("khac", *facts)])
    finish_run(engine, start_run(engine, PORTAL, "full"), Verdict.PARTIAL, "Hết hạn mức.", {})
    desk.list_page("tin", 1, ["a", "b", "c", "d", "e"])
    desk.serve("a")
    desk.next_day()
    desk.serve("a", f"{LONG} sửa")
    refused = desk.capture("b")
    desk.load(row(refused, Refusal(refused.url, RefusalKind.HOME, "")))
    desk.enter(desk.capture("c"), state=CaptureState.PENDING)
    for number in range(MAX_TRIES):
        note_failures(engine, PORTAL, f"run-{number}", [Unfetched(url("d"), Purpose.ARTICLE, FetchError.DNS)])
    other, lao_cai = portal_status(engine)
    assert (other.name, other.last_run, other.articles, other.newest_at) == ("khac", None, 0, None)
    assert lao_cai.last_run is not None
    assert (lao_cai.last_run.verdict, lao_cai.last_run.reason) == (Verdict.PARTIAL, "Hết hạn mức.")
    assert (lao_cai.articles, lao_cai.versions, lao_cai.refused, lao_cai.unread) == (1, 2, 1, 1)
    assert (lao_cai.unfetched, lao_cai.abandoned, lao_cai.gone, lao_cai.held) == (2, 1, 0, 0)
    assert lao_cai.newest_at is not None
    assert (lao_cai.since, lao_cai.last_good_at) == (lao_cai.last_run.started_at, lao_cai.last_run.started_at)
    assert (other.since, other.last_end) == (None, None)
