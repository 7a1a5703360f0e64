"""`congtin portal probe`: what a look says of each fact, and the day it writes."""

from datetime import date, datetime
from pathlib import Path

import pytest

from crawlers import portals
from crawlers.plan import CrawlReport, Failure, ListingReport, Stop
from flows.steps.portals.fetch import Answer, Fetched
from flows.steps.portals.probe import Found, confirmed, found_of, judge, write_verified
from storage.records import VIETNAM, Capture
from storage.vocabulary import FetchError, Purpose
from tests.unit.portals.test_try import PAGE, URL

NOW = datetime(2025, 6, 13, 8, tzinfo=VIETNAM)
LISTING = "https://laocai.gov.vn/tin-thoi-su"


def look(rows: int, body: bytes = PAGE.encode(), failures: tuple[Failure, ...] = ()) -> Fetched:
    listing = ListingReport(key="tin_thoi_su", first_rows=rows, stop=Stop.END if rows else Stop.NO_ROWS)
    report = CrawlReport(
        run_id="x",
        portal="lao_cai",
        started_at=NOW,
        ended_at=NOW,
        reason="probe",
        listings=(listing,),
        failures=failures,
    )
    capture = Capture("urn:uuid:1", "x", "lao_cai", Purpose.ARTICLE, URL, NOW, 200, {}, "", len(body))
    return Fetched((Answer(capture, body),) if rows else (), report)


def test_a_good_look_confirms_all() -> None:
    facts = judge(
        portals.load("lao_cai"), look(9, PAGE.replace("<html>", "<html><!-- storage-vnportal.vnpt.vn -->").encode())
    )
    assert [(fact.fact, fact.found) for fact in facts] == [
        ("listings[tin_thoi_su]", Found.CONFIRMED),
        ("platform=vnportal", Found.CONFIRMED),
        ("bài", Found.CONFIRMED),
    ]
    assert all(fact.evidence for fact in facts)
    assert confirmed(facts)


def test_another_cms_and_pages_that_read_as_nothing_are_wrong() -> None:
    facts = judge(portals.load("lao_cai"), look(9, b"<html><meta name=generator content='NukeViet v4.5'>x</html>"))
    assert [fact.found for fact in facts] == [Found.CONFIRMED, Found.WRONG, Found.WRONG]
    assert "nukeviet" in facts[1].evidence
    assert not confirmed(facts)


@pytest.mark.parametrize(
    ("error", "detail", "want"),
    [
        (FetchError.REDIRECT, "https://khac.gov.vn", Found.MOVED),
        (FetchError.HTTP, "404", Found.GONE),
        (FetchError.HTTP, "403", Found.BLOCKED),
        (FetchError.HTTP, "503", Found.UNREACHABLE),
        (FetchError.DNS, "", Found.GONE),
        (FetchError.TIMEOUT, "", Found.UNREACHABLE),
    ],
)
def test_what_does_not_come_says_why(error: FetchError, detail: str, want: Found) -> None:
    failure = Failure(url=LISTING, purpose=Purpose.LISTING, error=error, detail=detail)
    (fact,) = judge(portals.load("lao_cai"), look(0, failures=(failure,)))
    assert fact.found is want is found_of(error, detail)
    assert error.value in fact.evidence
    assert not confirmed([fact])
    assert not confirmed([])


@pytest.mark.parametrize("name", ["lao_cai", "tien_giang"])
def test_the_day_is_written_once(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.py"
    file.write_text(portals.portal_files()[name].read_text(encoding="utf-8"), encoding="utf-8")
    for day in (date(2026, 1, 2), date(2026, 3, 4)):
        write_verified(file, day)
        assert portals.load_file(name, file).verified == day
    assert file.read_text(encoding="utf-8").count("verified=") == 1
