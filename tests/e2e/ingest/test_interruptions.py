"""Killed, cancelled or cut, a run loses nothing: the next one goes on, and every article is there once."""

import os
import signal
import time

import pytest

from storage.vocabulary import VERDICTS, Verdict
from tests.e2e.crawl.site import Site, paged_listing
from tests.e2e.ingest.site import House

PORTAL = "cong_thu"
SLOW = {"CONGTIN_DELAY": "0.05"}
"""Twenty requests a second, so that a run lasts long enough to be cut."""

one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For what does not depend on the database."""


def _whole_once(house: House) -> None:
    titles = [row.title for row in house.rows("SELECT title FROM v1_articles")]
    assert sorted(titles) == sorted(f"Bài viết số {number} về phát triển kinh tế" for number in range(1, 61))
    assert house.number("SELECT count(*) FROM v1_article_versions") == 60
    assert house.number("SELECT count(*) FROM v1_changes") == 60


def _verdicts(house: House) -> list[str]:
    return [row.verdict for row in house.rows("SELECT verdict FROM v1_runs ORDER BY started_at")]


@pytest.mark.parametrize("engine", [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"], indirect=True)
def test_killed_and_run_again(house: House, paged: Site) -> None:
    with house.command("ingest", PORTAL, **SLOW) as process:
        house.wait_for_archive(PORTAL)
        process.kill()
        process.wait()
        code, _, err = house.run("ingest", PORTAL)  # at once: the crawl process of the dead run may still be ending
    assert code == 0, err
    assert not house.crawls()
    _whole_once(house)
    assert _verdicts(house) == [Verdict.CRASHED, Verdict.OK]
    assert len(paged.targets()) < 2 * len(set(paged.targets())), "the second run went on where the first was cut"


@one_engine
@pytest.mark.soak
def test_the_crawl_process_killed(house: House, paged: Site) -> None:
    with house.command("ingest", PORTAL, **SLOW) as process:
        house.wait_for_archive(PORTAL)
        (crawl,) = house.crawls()
        os.kill(crawl, signal.SIGKILL)
        assert process.wait(60) == VERDICTS[Verdict.CRASHED].exit_code
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    _whole_once(house)


@one_engine
@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.soak), signal.SIGTERM])
def test_cancelled_and_run_again(house: House, paged: Site, number: signal.Signals) -> None:
    with house.command("ingest", PORTAL, **SLOW) as process:
        house.wait_for_archive(PORTAL)
        process.send_signal(number)
        assert process.wait(30) == VERDICTS[Verdict.CANCELLED].exit_code
    assert not house.crawls()
    assert _verdicts(house) == [Verdict.CANCELLED]
    assert not list((house.var / "archive" / PORTAL).glob("*.open"))
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.OK
    _whole_once(house)


@one_engine
def test_a_second_run_is_skipped_at_once(house: House, paged: Site) -> None:
    with house.command("ingest", PORTAL, **SLOW) as process:
        house.wait_for_archive(PORTAL)
        started = time.monotonic()
        outcome = house.ingest(PORTAL)[PORTAL]
        assert outcome.judgement.verdict is Verdict.SKIPPED
        assert time.monotonic() - started < 5
        assert process.wait(60) == 0
    _whole_once(house)
    assert _verdicts(house) == [Verdict.OK]


@one_engine  # the marks are tested over both in tests/unit/database
@pytest.mark.timeout(300)
@pytest.mark.soak
def test_two_hundred_pages_filled_by_five_cut_runs(house: House, paged: Site) -> None:
    paged.pages = paged_listing("/tin-tuc", 400, 2)
    verdicts = [house.ingest(PORTAL, limit=130)[PORTAL].judgement.verdict for _ in range(5)]
    assert verdicts == [Verdict.PARTIAL] * 4 + [Verdict.OK]
    titles = [row.title for row in house.rows("SELECT title FROM v1_articles")]
    assert sorted(titles) == sorted(f"Bài viết số {number} về phát triển kinh tế" for number in range(1, 401))
    assert house.number("SELECT count(*) FROM v1_article_versions") == 400
    asked = [target for target in paged.targets() if "bai-viet" in target]
    assert len(asked) == len(set(asked)), "no article was asked for twice"
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.QUIET


@one_engine
@pytest.mark.soak
def test_cut_by_the_limit_it_goes_on_without_a_hole(house: House, paged: Site) -> None:
    verdicts: list[Verdict] = []
    while Verdict.PARTIAL in verdicts[-1:] or not verdicts:
        outcome = house.ingest(PORTAL, limit=17)[PORTAL]
        assert outcome.requests <= 17
        verdicts.append(outcome.judgement.verdict)
        assert len(verdicts) < 10
    assert len(verdicts) >= 4
    assert verdicts[-1] in {Verdict.OK, Verdict.QUIET}
    _whole_once(house)
    asked = paged.targets()
    assert house.ingest(PORTAL)[PORTAL].judgement.verdict is Verdict.QUIET
    assert not any("bai-viet" in target for target in paged.targets()[len(asked) :])
