"""The fields of the form do what they say: addresses, refusals, a rehearsal; what a scheduled run decides by itself."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from prefect.client.schemas.objects import StateType
from sqlalchemy import text

from flows import ingest as flows
from flows.steps.order import Mode
from storage.database.engine import connect
from tests.e2e.crawl.site import Reply, Request, article_page
from tests.e2e.prefect.conftest import PORTAL, Place
from tests.e2e.prefect.test_flows import _artifacts, _run

LOGIN = "<html><head><title>Đăng nhập</title></head><body><form><input type=password></form></body></html>"
HOST = "http://congthu.gov.vn"


def _rows(place: Place, query: str) -> list[tuple[Any, ...]]:
    engine = connect(place.database)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query)).all()]
    engine.dispose()
    return rows


@contextmanager
def _scheduled(at: datetime) -> Iterator[None]:
    """Let the flow take its run for one that the schedule has started."""
    own = flows._flow_run

    def found() -> Any:
        return own().model_copy(update={"auto_scheduled": True, "expected_start_time": at})

    with patch.object(flows, "_flow_run", found):
        yield


async def test_addresses_refusals_and_a_rehearsal(place: Place) -> None:
    good = place.site.pages["/tin-tuc/bai-viet-so-3"]
    place.site.pages["/tin-tuc/bai-viet-so-3"] = LOGIN
    await _run()
    first = _rows(place, "SELECT run_id FROM v1_runs")[0][0]
    place.site.pages["/tin-tuc/bai-viet-so-4"] = article_page("Bài viết số 4 đã đính chính")
    state, run = await _run(dry_run=8)
    assert run.name == f"{PORTAL} · phần mới [incremental] · chạy thử 8 trang"
    rows = (await _artifacts(run.id))["chay-thu-cong-thu"]
    would = {row["địa chỉ"].rpartition("/")[2]: row["nếu chạy thật"] for row in rows}
    assert would["bai-viet-so-1"] == "như cũ [same]"
    assert would["bai-viet-so-3"] == "sẽ từ chối [refused]"
    assert would["bai-viet-so-4"] == "sẽ thêm phiên bản [updated]"
    assert _rows(place, "SELECT count(*) FROM v1_runs") == [(1,)]

    place.site.pages["/tin-tuc/bai-viet-so-3"] = good
    state, run = await _run(refused_by=first)
    assert (state.name, run.name) == ("Tốt [ok]", f"{PORTAL} · địa chỉ nêu tên [chosen]")
    state, run = await _run(urls=[f"{HOST}/tin-tuc/bai-viet-so-4"])
    assert _rows(place, "SELECT count(*), max(version_no) FROM v1_articles") == [(30, 2)]


async def test_an_unverified_portal_starts_as_a_probe_when_it_runs_by_itself(place: Place) -> None:
    listing = place.site.pages["/tin-tuc"]
    place.site.pages["/tin-tuc"] = Reply("", 503)
    now = datetime.now(UTC)
    with _scheduled(now - timedelta(minutes=1)):
        state, _ = await _run()
        assert (state.type, state.name) == (StateType.FAILED, "Không kết nối được [unreachable]")
        assert len(place.site.seen) < 10
        place.site.pages["/tin-tuc"] = listing
        state, _ = await _run()
        assert state.name == "Tốt [ok]"
    with _scheduled(datetime.now(UTC)):
        state, _ = await _run()
    modes = [mode for (mode,) in _rows(place, "SELECT mode FROM v1_runs ORDER BY started_at")]
    assert modes == ["probe", "probe", "incremental", "incremental"]


async def test_of_ticks_that_were_missed_one_runs(place: Place) -> None:
    due = datetime.now(UTC) - timedelta(days=2)
    ends = []
    for days in range(3):
        with _scheduled(due + timedelta(days=days)):
            ends.append(await _run(mode=Mode.FULL))
    assert [state.name for state, _ in ends] == ["Tốt [ok]", "Bỏ qua: lỡ lịch [missed]", "Bỏ qua: lỡ lịch [missed]"]
    assert _rows(place, "SELECT count(*) FROM v1_runs") == [(1,)]
    assert ends[1][0].type is StateType.CANCELLED


async def test_a_second_run_beside_the_first_says_so(place: Place) -> None:
    listing = str(place.site.pages["/tin-tuc"])
    asked, answered = threading.Event(), threading.Event()

    def slow(_: Request) -> str:
        asked.set()
        answered.wait(60)
        return listing

    place.site.pages["/tin-tuc"] = slow
    first = asyncio.create_task(_run())
    assert await asyncio.to_thread(asked.wait, 60)
    second, _ = await _run()
    answered.set()
    assert [str(state.name) for state in (second, (await first)[0])] == ["Bỏ qua: đang chạy [skipped]", "Tốt [ok]"]
