"""The rules of identity, versions and disappearance, on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from flows.steps.outage import says
from storage.database.engine import connect
from storage.database.load import FetchFailed, Held, ReadResult, Whole, load
from storage.records import (
    VIETNAM,
    Attachment,
    DateBasis,
    Image,
    ListingItem,
    Precision,
    Refusal,
)
from storage.vocabulary import CaptureState, FetchError, Purpose, RefusalKind
from tests.unit.database.makers import FIRST_DAY, LONG, Desk, article, capture, dump, one, reading_as, row, rows, url

SHORT = "Năm chữ thôi nhé bạn."


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def changes(engine: Engine) -> list[tuple[str, str]]:
    return [
        (found["change"], found["changed_fields"]) for found in rows(engine, "SELECT * FROM v1_changes ORDER BY seq")
    ]


def kinds(engine: Engine) -> list[str]:
    return [kind for kind, _ in changes(engine)]


def test_a_first_article_is_whole(desk: Desk) -> None:
    counts = desk.serve(
        "a",
        authors=("Nguyễn Văn A",),
        byline_raw="Nguyễn Văn A",
        section="Tin thời sự",
        images=(Image("https://x.vn/1.jpg", caption="Quang cảnh", caption_id="c1"),),
        attachments=(Attachment("https://x.vn/1.pdf", "12-QĐ-UBND.pdf", "application/pdf"),),
        view_count=7,
    )
    assert (counts.new, counts.same, counts.articles) == (1, 0, {1})
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert found["title"] == "Họp báo quý I"
    assert found["authors"] == '["Nguyễn Văn A"]'
    assert found["published_at"] == "2025-03-10T05:00:00+07:00"
    assert (found["published_on"], found["sort_date"], found["sort_date_basis"]) == (
        "2025-03-10",
        "2025-03-10",
        "published_at",
    )
    assert (found["version_no"], found["capture_id"]) == (1, desk.last[0].capture.record_id)
    assert one(desk.engine, "SELECT * FROM v1_images")["caption"] == "Quang cảnh"
    assert one(desk.engine, "SELECT * FROM v1_attachments")["state"] == "wanted"
    assert one(desk.engine, "SELECT * FROM v1_view_counts")["view_count"] == 7
    assert one(desk.engine, "SELECT * FROM v1_addresses")["role"] == "primary"
    assert kinds(desk.engine) == ["created"]


def test_the_same_batch_twice_changes_nothing(desk: Desk) -> None:
    batch = [row(desk.capture(name), article(url(name), f"{LONG} {name}", title=name)) for name in "abc"]
    first = desk.load(*batch)
    before = dump(desk.engine)
    again = desk.load(*batch)
    assert dump(desk.engine) == before
    assert again == first
    assert load(desk.engine, "another-run", batch).new == 0


def test_a_capture_twice_in_a_batch_counts_once(desk: Desk) -> None:
    result = row(desk.capture("a"), article(url("a"), view_count=3))
    assert desk.load(result, result).new == 1


def test_a_counter_alone_makes_an_observation(desk: Desk) -> None:
    desk.serve("a", view_count=7)
    desk.next_day()
    counts = desk.serve("a", view_count=9)
    assert (counts.same, counts.changed) == (1, 0)
    assert [
        found["view_count"] for found in rows(desk.engine, "SELECT * FROM v1_view_counts ORDER BY observed_at")
    ] == [7, 9]
    assert len(rows(desk.engine, "SELECT * FROM v1_article_versions")) == 1
    assert kinds(desk.engine) == ["created"]
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert found["last_seen_at"] == "2025-03-11T05:00:00+07:00"
    assert len(rows(desk.engine, "SELECT * FROM reading")) == 1


def test_an_edited_number_makes_a_second_version(desk: Desk) -> None:
    desk.serve("a", f"{LONG} 12 tỷ đồng")
    first = desk.last[0].capture.record_id
    desk.next_day()
    assert desk.serve("a", f"{LONG} 21 tỷ đồng").changed == 1
    versions = rows(desk.engine, "SELECT * FROM v1_article_versions ORDER BY version_no")
    assert [found["text"][-10:] for found in versions] == ["12 tỷ đồng", "21 tỷ đồng"]
    assert [found["is_current"] for found in versions] == [0, 1]
    assert versions[0]["capture_id"] == first
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["version_no"], found["text"][-10:]) == (2, "21 tỷ đồng")
    assert changes(desk.engine) == [("created", "[]"), ("updated", '["text"]')]


def test_an_edit_taken_back_is_a_third_version(desk: Desk) -> None:
    for body in ("một", "hai", "một"):
        desk.serve("a", f"{LONG} {body}")
        desk.next_day()
    assert [found["version_no"] for found in rows(desk.engine, "SELECT * FROM v1_article_versions ORDER BY 3")] == [
        1,
        2,
        3,
    ]


def test_a_new_skin_makes_no_version(desk: Desk) -> None:
    desk.serve("a")
    desk.next_day()
    counts = desk.serve("a", capture={"body": "<html class=new>another skin</html>"})
    assert counts.same == 1
    assert len(rows(desk.engine, "SELECT * FROM v1_article_versions")) == 1


def test_another_field_makes_a_change_without_a_version(desk: Desk) -> None:
    desk.serve("a", images=(Image("https://x.vn/1.jpg?t=1"),))
    desk.next_day()
    assert (
        desk.serve("a", images=(Image("https://x.vn/1.jpg?t=1"), Image("https://x.vn/2.jpg")), section="Kinh tế").same
        == 1
    )
    assert changes(desk.engine)[1:] == [("updated", '["section","images"]')]
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["version_no"], found["section"]) == (1, "Kinh tế")
    assert found["capture_id"] == desk.last[0].capture.record_id
    version = one(desk.engine, "SELECT * FROM v1_article_versions")
    assert version["capture_id"] != version["reading_capture_id"]
    assert len(rows(desk.engine, "SELECT * FROM v1_images")) == 2


def test_the_same_text_at_two_addresses_is_one_article(desk: Desk) -> None:
    desk.serve("a")
    assert desk.serve("b").joined == 1
    assert len(rows(desk.engine, "SELECT * FROM v1_articles")) == 1
    found = rows(desk.engine, "SELECT * FROM v1_addresses ORDER BY url")
    assert [(one["article_id"], one["role"]) for one in found] == [(1, "primary"), (1, "duplicate")]
    assert changes(desk.engine) == [("created", "[]"), ("relinked", '["addresses"]')]


@pytest.mark.parametrize(("body", "title"), [(SHORT, "Họp báo quý I"), (LONG, "Tiêu đề khác")])
def test_short_texts_and_other_titles_never_join(desk: Desk, body: str, title: str) -> None:
    desk.serve("a", body, lead=None)
    desk.serve("b", body, title=title, lead=None)
    assert len(rows(desk.engine, "SELECT * FROM v1_articles")) == 2


def test_two_addresses_in_one_batch_are_one_article(desk: Desk) -> None:
    counts = desk.load(*(row(desk.capture(name), article(url(name))) for name in "ab"))
    assert (counts.new, counts.joined) == (1, 1)


def test_the_same_text_on_two_portals_is_two_articles(engine: Engine) -> None:
    Desk(engine).serve("a")
    assert Desk(engine, portal="tien_giang").serve("a").new == 1


def test_a_second_address_that_reads_differently_splits_off(desk: Desk) -> None:
    desk.serve("a")
    desk.serve("b")
    desk.next_day()
    desk.serve("a")
    assert desk.serve("b", f"{LONG} và một câu khác").split == 1
    found = rows(desk.engine, "SELECT * FROM v1_articles ORDER BY article_id")
    assert [(one["url"], one["version_no"]) for one in found] == [(url("a"), 1), (url("b"), 1)]
    assert kinds(desk.engine)[2:] == ["created", "relinked"]
    last = rows(desk.engine, "SELECT * FROM v1_changes ORDER BY seq")[-1]
    assert (last["article_id"], last["other_article_id"]) == (1, 2)


def test_an_edit_seen_first_at_the_second_address_is_no_split_in_the_end(desk: Desk) -> None:
    desk.serve("a")
    desk.serve("b")
    desk.next_day()
    edited = f"{LONG} đã sửa"
    desk.serve("b", edited)
    desk.serve("a", edited)
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["article_id"], found["version_no"]) == (1, 2)
    assert {one["article_id"] for one in rows(desk.engine, "SELECT * FROM v1_addresses")} == {1}
    last = rows(desk.engine, "SELECT * FROM v1_changes ORDER BY seq")[-1]
    assert (last["change"], last["article_id"], last["other_article_id"]) == ("relinked", 2, 1)


def test_a_refused_page_never_replaces_a_good_version(desk: Desk) -> None:
    desk.serve("a")
    before = rows(desk.engine, "SELECT * FROM v1_articles")
    desk.next_day()
    fetched = desk.capture("a")
    counts = desk.load(row(fetched, Refusal(fetched.url, RefusalKind.MAINTENANCE, "Hệ thống đang bảo trì")))
    assert counts.refused == 1
    assert rows(desk.engine, "SELECT * FROM v1_articles") == before
    found = one(desk.engine, "SELECT * FROM v1_refusals")
    assert (found["state"], found["reason"], found["article_id"]) == ("refused", "maintenance", 1)


def test_a_held_page_publishes_nothing(desk: Desk) -> None:
    fetched = desk.capture("a")
    assert desk.load(row(fetched, Held(article(fetched.url), "drifted", "published_at"))).held == 1
    assert rows(desk.engine, "SELECT * FROM v1_articles") == []
    assert one(desk.engine, "SELECT * FROM v1_refusals")["state"] == "held"


def test_missing_on_two_days_is_gone_and_comes_back(desk: Desk) -> None:
    desk.serve("a")
    desk.next_day()
    desk.miss("a")
    desk.miss("a")
    desk.serve("b", title="khác")
    assert one(desk.engine, "SELECT * FROM v1_articles WHERE article_id = 1")["gone_at"] is None
    desk.next_day()
    assert desk.miss("a", 410).gone == 1
    found = one(desk.engine, "SELECT * FROM v1_articles WHERE article_id = 1")
    assert (found["gone_at"], found["text"]) == ("2025-03-12T05:00:00+07:00", LONG)
    desk.next_day()
    assert desk.miss("a").gone == 0
    desk.next_day()
    assert desk.serve("a").restored == 1
    assert one(desk.engine, "SELECT * FROM v1_articles WHERE article_id = 1")["gone_at"] is None
    assert [kind for kind in kinds(desk.engine) if kind != "created"] == ["gone", "restored"]


def test_nothing_is_gone_while_the_host_answers_nothing_else(desk: Desk) -> None:
    desk.serve("a")
    for _ in range(3):
        desk.next_day()
        desk.miss("a")
    assert one(desk.engine, "SELECT * FROM v1_articles")["gone_at"] is None


def test_misses_with_the_article_between_do_not_add_up(desk: Desk) -> None:
    desk.serve("a")
    for _ in range(3):
        desk.next_day()
        desk.miss("a")
        desk.serve("a")
    assert one(desk.engine, "SELECT * FROM v1_articles")["gone_at"] is None


def test_an_article_lives_as_long_as_one_address(desk: Desk) -> None:
    desk.serve("a")
    desk.serve("b")
    for _ in range(2):
        desk.next_day()
        desk.miss("a")
        desk.serve("b")
    desk.next_day()
    desk.miss("a")
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["gone_at"], found["url"]) == (None, url("b"))
    assert ("relinked", '["url","addresses"]') in changes(desk.engine)


def test_a_gone_article_under_a_new_address_is_the_same_one(desk: Desk) -> None:
    desk.serve("a")
    for _ in range(2):
        desk.next_day()
        desk.serve("x", title="khác")
        desk.miss("a")
        desk.serve("x", title="khác")
    desk.serve("b")
    found = one(desk.engine, "SELECT * FROM v1_articles WHERE title = 'Họp báo quý I'")
    assert (found["article_id"], found["url"], found["gone_at"]) == (1, url("b"), None)


def test_not_modified_is_the_same(desk: Desk) -> None:
    desk.serve("a", capture={"headers": {"etag": '"1"', "last-modified": "Mon, 10 Mar 2025 00:00:00 GMT"}})
    desk.next_day()
    assert desk.not_modified("a").same == 1
    found = one(desk.engine, "SELECT * FROM address")
    assert (found["etag"], found["last_seen_at"]) == ('"1"', "2025-03-11T05:00:00+07:00")


def test_not_modified_without_an_article_is_an_error(desk: Desk) -> None:
    assert desk.not_modified("a").errors == 1


def test_a_redirect_makes_an_address_of_the_article(desk: Desk) -> None:
    desk.redirect("cu", "moi")
    desk.serve("moi")
    found = rows(desk.engine, "SELECT * FROM v1_addresses ORDER BY url")
    assert [(one["url"], one["role"]) for one in found] == [(url("cu"), "redirect"), (url("moi"), "primary")]


@pytest.mark.parametrize("body", [SHORT, f"{LONG} đã sửa"])
def test_an_article_that_moved_by_redirect_keeps_its_identity(desk: Desk, body: str) -> None:
    desk.serve("cu", SHORT if body == SHORT else LONG)
    desk.next_day()
    desk.redirect("cu", "giua")
    desk.redirect("giua", "moi")
    desk.serve("moi", body)
    assert one(desk.engine, "SELECT url FROM v1_articles")["url"] == url("cu"), "one redirect may be an accident"
    desk.next_day()
    desk.redirect("cu", "giua")
    desk.redirect("giua", "moi")
    desk.serve("moi", body)
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["article_id"], found["url"], found["version_no"]) == (1, url("moi"), 1 if body == SHORT else 2)


def test_an_article_found_first_at_its_new_address_takes_in_the_old_one(desk: Desk) -> None:
    desk.serve("cu", SHORT)
    desk.next_day()
    desk.serve("moi", SHORT)
    desk.next_day()
    for _ in range(2):
        assert len(rows(desk.engine, "SELECT * FROM v1_articles")) == 2
        desk.redirect("cu", "moi")
        desk.serve("moi", SHORT)
        desk.next_day()
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["url"], found["first_seen_at"]) == (url("moi"), "2025-03-10T05:00:00+07:00")


@pytest.mark.parametrize("status", [200, 304])
def test_a_second_address_that_the_first_leads_to_later_becomes_the_one_shown(desk: Desk, status: int) -> None:
    desk.serve("cu")
    desk.next_day()
    desk.serve("moi")
    desk.next_day()
    for _ in range(2):
        assert one(desk.engine, "SELECT * FROM v1_articles")["url"] == url("cu")
        desk.redirect("cu", "moi")
        desk.serve("moi") if status == 200 else desk.not_modified("moi")
        desk.next_day()
    found = rows(desk.engine, "SELECT * FROM v1_addresses ORDER BY url")
    assert [(one["url"], one["role"]) for one in found] == [(url("cu"), "redirect"), (url("moi"), "primary")]
    assert one(desk.engine, "SELECT * FROM v1_articles")["url"] == url("moi")
    assert len(rows(desk.engine, "SELECT * FROM v1_article_versions")) == 1


def test_redirects_of_two_times_are_not_one_move(desk: Desk) -> None:
    """Between them the address served a page of its own again: the count begins anew."""
    desk.serve("cu")
    for _ in range(3):
        desk.next_day()
        desk.redirect("cu", "moi")
        desk.serve("moi")
        assert one(desk.engine, "SELECT * FROM v1_articles")["url"] == url("cu")
        desk.next_day()
        desk.serve("cu")


def test_an_old_address_that_serves_another_piece_becomes_an_article_of_its_own(desk: Desk) -> None:
    desk.serve("cu")
    desk.next_day()
    for _ in range(2):
        desk.redirect("cu", "moi")
        desk.serve("moi")
        desk.next_day()
    desk.serve("cu", title="Một bài khác", body=f"{LONG} của bài khác")
    desk.serve("moi")
    found = rows(desk.engine, "SELECT url, version_no FROM v1_articles ORDER BY article_id")
    assert [(one["url"], one["version_no"]) for one in found] == [(url("moi"), 1), (url("cu"), 1)]


def test_dead_addresses_sent_to_one_page_do_not_become_it(desk: Desk) -> None:
    desk.serve("a", title="Bài a", body=f"{LONG} a")
    desk.serve("b", title="Bài b", body=f"{LONG} b")
    desk.next_day()
    desk.redirect("a", "thong-bao")
    desk.redirect("b", "thong-bao")
    desk.serve("thong-bao", title="Thông báo")
    assert len(rows(desk.engine, "SELECT * FROM v1_articles")) == 3


def test_no_date_has_a_reason_and_a_sort_date(desk: Desk) -> None:
    desk.serve("a", title="a", published_at=None)
    desk.serve("b", title="b", published_at=None, inferred_from=date(2025, 3, 1), inferred_to=date(2025, 3, 9))
    desk.serve("c", title="c", published_at=None, event_date=date(2025, 2, 2))
    found = rows(desk.engine, "SELECT * FROM v1_articles ORDER BY title")
    assert [(one["published_at"], one["published_on"], one["published_missing_reason"]) for one in found] == [
        (None, None, "not_printed")
    ] * 3
    assert [(one["sort_date"], one["sort_date_basis"]) for one in found] == [
        ("2025-03-10", "first_seen_at"),
        ("2025-03-01", "inferred_from"),
        ("2025-02-02", "event_date"),
    ]


def test_a_date_of_the_listing_is_kept_when_a_visit_knows_no_row(desk: Desk) -> None:
    item = ListingItem(url("a"), "Họp báo quý I", "10/03/2025")
    desk.serve("a", capture={"item": item}, published_basis=DateBasis.LISTING)
    desk.next_day()
    desk.serve("a", published_at=None)
    assert one(desk.engine, "SELECT * FROM v1_articles")["published_basis"] == "listing"
    assert kinds(desk.engine) == ["created"]


def test_an_inference_does_not_widen_with_every_visit(desk: Desk) -> None:
    for _ in range(3):
        desk.serve("a", published_at=None, inferred_from=date(2025, 3, 1), inferred_to=desk.now.date())
        desk.next_day()
    assert one(desk.engine, "SELECT * FROM v1_articles")["inferred_to"] == "2025-03-10"
    assert kinds(desk.engine) == ["created"]


def test_a_date_that_is_printed_at_last_is_a_change(desk: Desk) -> None:
    desk.serve("a", published_at=None)
    desk.next_day()
    desk.serve("a")
    assert changes(desk.engine)[1] == (
        "updated",
        '["published_at","published_precision","published_basis","published_missing_reason"]',
    )
    assert one(desk.engine, "SELECT * FROM v1_articles")["sort_date_basis"] == "published_at"


def test_a_coarse_date_has_no_day(desk: Desk) -> None:

    desk.serve("a", published_precision=Precision.MONTH)
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["published_on"], found["sort_date"]) == (None, "2025-03-10")


def test_better_reading_is_not_an_edit(desk: Desk) -> None:
    """The reader changes; the old capture, read again, tells that the publisher changed nothing."""
    desk.serve("a", f"Trang chủ {LONG}")

    def reread(whole: Whole) -> ReadResult:
        capture, location = whole.first
        assert location.segment == "segment-1.warc.gz"
        return ReadResult(capture, location, article(capture.url, LONG, reader_version="2"))

    desk.reread = reread
    desk.next_day()
    assert desk.serve("a", LONG, reader_version="2").same == 1
    assert [(one["change"], one["cause"]) for one in rows(desk.engine, "SELECT * FROM v1_changes ORDER BY seq")] == [
        ("created", "source"),
        ("reread", "reread"),
    ]
    found = one(desk.engine, "SELECT * FROM v1_article_versions")
    assert (found["text"], found["reader_version"]) == (LONG, "2")
    assert len(rows(desk.engine, "SELECT * FROM reading")) == 2
    desk.next_day()
    assert desk.serve("a", f"{LONG} 5", reader_version="2").changed == 1


def test_better_reading_and_an_edit_are_told_apart(desk: Desk) -> None:
    desk.serve("a", f"Trang chủ {LONG}")
    desk.reread = reading_as(LONG, reader_version="2")
    desk.next_day()
    assert desk.serve("a", f"{LONG} sửa", reader_version="2").changed == 1
    versions = rows(desk.engine, "SELECT * FROM v1_article_versions ORDER BY version_no")
    assert [one["text"] for one in versions] == [LONG, f"{LONG} sửa"]
    assert kinds(desk.engine) == ["created", "reread", "updated"]


def test_poison_is_quarantined_alone(desk: Desk) -> None:
    def result(name: str, **fields: Any) -> ReadResult:
        fetched = desk.capture(name)
        return row(fetched, article(fetched.url, f"{LONG} {name}", **({"title": name} | fields)))

    long_address = url("x" * 3000)
    fetched = capture(long_address)
    batch = [
        result("a"),
        result("nul", title="a\x00b"),
        result("surrogate", byline_raw="\ud800"),
        result("huge", title="T" * 10_000_000),
        result("words", title=" ".join(f"từ{number}" for number in range(150_000))),
        result("far", published_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        row(fetched, article(long_address, f"{LONG} dài", title="dài")),
        result("views", view_count=2**70),
        result("z"),
    ]
    counts = desk.load(*batch)
    assert (counts.new, counts.quarantined) == (5, 4)
    assert {one["url"] for one in rows(desk.engine, "SELECT url FROM v1_articles")} == {
        url("a"),
        url("huge"),
        url("words"),
        long_address,
        url("z"),
    }
    bad = rows(desk.engine, "SELECT url, state, detail FROM v1_refusals ORDER BY url")
    assert [one["url"] for one in bad] == [url("far"), url("nul"), url("surrogate"), url("views")]
    assert bad[1]["detail"] == "character U+0000 cannot be stored"


def test_a_database_that_takes_nothing_says_nothing_against_a_record(desk: Desk) -> None:
    batch = [row(fetched := desk.capture(name), article(fetched.url, LONG * 50, title=name)) for name in "abc"]
    desk.enter(*(one.capture for one in batch), state=CaptureState.PENDING)
    address = desk.engine.url.render_as_string(hide_password=False)
    full = connect(address)
    if full.dialect.name == "sqlite":

        @event.listens_for(full, "connect")
        def fill(connection: Any, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # no page more than there are: the disk is full

    else:

        @event.listens_for(full, "begin")
        def stand_by(connection: Connection) -> None:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    with pytest.raises(DBAPIError) as caught:
        load(full, desk.run_id, batch)
    assert says(caught.value).endswith(("is full", "in a read-only transaction"))
    full.dispose()
    assert {one["state"] for one in rows(desk.engine, "SELECT state FROM capture")} == {"pending"}
    assert load(desk.engine, desk.run_id, batch).new == 3


def test_a_poisoned_capture_is_quarantined_alone(desk: Desk) -> None:
    good = desk.capture("a")
    bad = replace(desk.capture("b"), url=url("b\x00"), headers={"x": "\ud800"})
    counts = desk.load(row(bad, article(bad.url)), row(good, article(good.url)))
    assert counts.new == 1
    assert one(desk.engine, "SELECT * FROM v1_refusals")["state"] == "quarantined"


def test_errors_and_refusals_are_counted_once_each(desk: Desk) -> None:
    a, b, c = (desk.capture(name) for name in "abc")
    counts = desk.load(
        row(a, article(a.url)),
        row(b, Refusal(b.url, RefusalKind.LOGIN, "có ô mật khẩu")),
        row(c, FetchFailed(FetchError.CUT, "gzip")),
    )
    assert (counts.new, counts.refused, counts.errors) == (1, 1, 1)
    assert {one["reason"] for one in rows(desk.engine, "SELECT * FROM v1_refusals")} == {"login", "cut_body"}


def test_units_follow_the_day_of_publication(engine: Engine) -> None:
    from storage.database.portals import PortalRow, sync_portals

    def portal(name: str, level: str, province: str, district: str | None, unit: str) -> PortalRow:
        return PortalRow(
            name,
            name,
            "vnportal",
            level,
            unit,
            "gso-2004",
            province,
            district,
            "active",
            "x",
            None,
            None,
            None,
            "official",
        )

    facts = [
        portal("lao_cai", "province", "10", None, "Tỉnh Lào Cai"),
        portal("kien_giang_kien_luong", "district", "91", "902", "Huyện Kiên Lương"),
    ]
    sync_portals(engine, facts)
    sync_portals(engine, facts)
    for name in ("lao_cai", "kien_giang_kien_luong"):
        desk = Desk(engine, portal=name)
        desk.serve("a", title="trước")
        desk.serve("b", title="sau", published_at=datetime(2025, 7, 1, tzinfo=VIETNAM))
    columns = (
        "unit_code_system, unit_code, unit_name, unit_code_today, province_code, province_name, province_code_today"
    )
    found = rows(engine, f"SELECT {columns} FROM v1_articles ORDER BY article_id")
    assert [tuple(one.values()) for one in found] == [
        ("gso-2004", "10", "Tỉnh Lào Cai", "15", "10", "Tỉnh Lào Cai", "15"),
        ("qd19-2025", "15", "Tỉnh Lào Cai", "15", "15", "Tỉnh Lào Cai", "15"),
        ("gso-2004", "902", "Huyện Kiên Lương", None, "91", "Tỉnh Kiên Giang", "91"),
        (None, None, None, None, "91", "Tỉnh An Giang", "91"),
    ]
    assert {one["province_name_today"] for one in rows(engine, "SELECT * FROM v1_portals")} == {
        "Tỉnh Lào Cai",
        "Tỉnh An Giang",
    }


def test_times_of_another_zone_read_as_vietnam(desk: Desk) -> None:
    from datetime import UTC

    desk.serve("a", published_at=datetime(2025, 3, 9, 18, 30, tzinfo=UTC))
    found = one(desk.engine, "SELECT * FROM v1_articles")
    assert (found["published_at"], found["published_on"], found["sort_date"]) == (
        "2025-03-10T01:30:00+07:00",
        "2025-03-10",
        "2025-03-10",
    )


def test_an_attachment_archived_before_its_article_is_found(desk: Desk) -> None:
    pdf = capture("https://x.vn/1.pdf", purpose=Purpose.ATTACHMENT, body="%PDF", at=FIRST_DAY - timedelta(days=1))
    desk.enter(pdf)
    desk.serve("a", attachments=(Attachment("https://x.vn/1.pdf", "1.pdf"), Attachment("https://x.vn/1.exe", "1.exe")))
    found = rows(desk.engine, "SELECT * FROM v1_attachments ORDER BY position")
    assert [(one["state"], one["capture_id"]) for one in found] == [("stored", pdf.record_id), ("not_allowed", None)]
