"""What an operator sees in Prefect is what the database says: state, artifacts, log; and cancelling leaves no process."""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    LogFilter,
    LogFilterFlowRunId,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelling
from sqlalchemy import text

from storage.database.engine import connect
from storage.settings import settings
from tests.e2e.crawl.site import Reply, articles
from tests.e2e.prefect.conftest import PORTAL, Place
from tests.replicas import Fault, serve


async def _run(**parameters: Any) -> tuple[State[Any], FlowRun]:
    from flows.ingest import ingest

    state: State[Any] = await ingest(PORTAL, **parameters, return_state=True)
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    async with get_client() as client:
        return state, await client.read_flow_run(run_id)


async def _artifacts(run_id: UUID) -> dict[str, Any]:
    """Return the artifacts of a run by key: tables as lists of rows."""
    of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
    async with get_client() as client:
        found = await client.read_artifacts(artifact_filter=of_run)
    return {str(one.key): json.loads(str(one.data)) if one.type == "table" else one.data for one in found}


async def _logs(run_id: UUID, part: str) -> list[str]:
    """Return the log of a run once a message with `part` has come: it is sent by a thread of its own."""
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id]))
    deadline = time.monotonic() + 30
    while True:
        async with get_client() as client:
            messages = [log.message for log in await client.read_logs(of_run, limit=200)]
        if any(part in message for message in messages) or time.monotonic() > deadline:
            return messages
        await asyncio.sleep(0.2)


async def test_a_run_shows_what_the_database_says(place: Place) -> None:
    state, run = await _run()
    assert (state.type, state.name) == (StateType.COMPLETED, "Tốt [ok]")
    assert run.name == f"{PORTAL} · phần mới [incremental]"

    artifacts = await _artifacts(run.id)
    funnel = {row["bước"].rsplit("[", 1)[1].rstrip("]"): row["số"] for row in artifacts["pheu-cong-thu"]}
    engine = connect(place.database)
    with engine.connect() as connection:

        def number(query: str) -> int:
            return int(connection.execute(text(query)).scalar_one())

        assert funnel["new"] == number("SELECT count(*) FROM v1_articles") == 30
        assert funnel["fetched"] == number("SELECT count(*) FROM capture WHERE purpose = 'article'")
        titles = connection.execute(text("SELECT title, url FROM v1_articles")).all()
    engine.dispose()
    assert funnel["listed"] == 30
    assert funnel["requests"] == len(place.site.seen)
    for title, url in titles:
        assert f"[{title}](<{url}>)" in artifacts["bai-cong-thu"]

    report, bar = artifacts["bao-cao-cong-thu"], artifacts["tien-do-cong-thu"]
    assert "| 30 | " + "█" * 20 in report
    assert "](<http://congthu.gov.vn/tin-tuc>)" in report
    assert bar == 100.0
    row = next(row for row in artifacts["tong-quan"] if row["cổng"] == PORTAL)
    assert (row["kết cục"], row["bài"], row["mới hôm nay"]) == ("Tốt [ok]", 30, 30)

    logs = await _logs(run.id, "crawl ended")
    assert any("listing tin page 3" in message for message in logs), "the spider's log is the run's"
    async with get_client() as client:
        tasks = await client.read_task_runs(
            task_run_filter=TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[run.id]))
        )
    assert {"lap ke hoach", "tai trang", "doc va nap"} <= {task.name for task in tasks}

    state, run = await _run()
    assert (state.type, state.name) == (StateType.COMPLETED, "Yên ắng [quiet]")


async def test_refusals_and_their_reasons(place: Place) -> None:
    page = "<html><head><title>Đăng nhập</title></head><body><form><input type=password></form></body></html>"
    place.site.pages |= {f"/tin-tuc/bai-viet-so-{number}": page for number in range(1, 16)}
    state, run = await _run()
    assert (state.type, state.name) == (StateType.FAILED, "Nhiều trang bị từ chối [many_refused]")
    refused = (await _artifacts(run.id))["tu-choi-cong-thu"]
    assert len(refused) == 15
    assert all(row["lý do"] for row in refused)
    assert {row["địa chỉ"] for row in refused} == {
        f"http://congthu.gov.vn/tin-tuc/bai-viet-so-{number}" for number in range(1, 16)
    }


async def test_a_portal_that_is_led_elsewhere_fails_by_name(place: Place) -> None:
    place.site.pages["/tin-tuc"] = Reply("", 301, {"Location": "https://congmoi.gov.vn/"})
    state, _ = await _run()
    assert (state.type, state.name) == (StateType.FAILED, "Chuyển hướng lạ [redirected]")
    assert "https://congmoi.gov.vn/" in str(state.message)


@pytest.mark.timeout(240)
async def test_all_portals_in_one_overview(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "portals" / f"{PORTAL}.py").unlink()
    from flows.ingest import ingest_all

    with serve(seed=11, articles=12) as replicas:
        monkeypatch.setenv("CONGTIN_CONNECT_TO", replicas.connect_to)
        monkeypatch.setenv("CONGTIN_CA_FILE", str(replicas.ca_file))
        settings.cache_clear()
        replicas.fault("laocai.gov.vn", Fault.MOVED)
        state = await ingest_all(return_state=True)
    assert (state.type, state.name) == (StateType.FAILED, "Chuyển hướng lạ [redirected]")
    assert "Tốt [ok] 4" in str(state.message)
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    overview = {row["cổng"]: row for row in (await _artifacts(run_id))["tong-quan"]}
    engine = connect(place.database)
    with engine.connect() as connection:
        counted: dict[str, int] = dict(
            connection.execute(text("SELECT portal, count(*) FROM v1_articles GROUP BY portal")).all()
        )
    engine.dispose()
    assert {name: row["bài"] for name, row in overview.items()} == {**counted, "lao_cai": 0}
    assert overview["lao_cai"]["kết cục"] == "Chuyển hướng lạ [redirected]"
    assert overview["lao_cai"]["việc cần làm"]


async def test_nothing_a_page_says_becomes_markup(place: Place) -> None:
    title = "Bài <b>một</b> [bấm](https://xau.example) *sao* | `mã`"
    written = title.replace("<", "&lt;").replace(">", "&gt;")
    place.site.pages["/tin-tuc/bai-viet-so-1"] = str(place.site.pages["/tin-tuc/bai-viet-so-1"]).replace(
        "Bài viết số 1 về phát triển kinh tế", written
    )
    _, run = await _run()
    assert "](https://xau.example)" not in (await _artifacts(run.id))["bai-cong-thu"]


SERVE = """
from flows.ingest import ingest
ingest.serve(name="test", limit=1, print_starting_message=False)
"""


def _crawls(var: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            words = entry.read_bytes().decode("utf-8", "replace").split("\0")
            if "crawlers.crawl" in words and any(word.startswith(str(var)) for word in words):
                found.append(entry.parent.name)
    return found


@pytest.mark.timeout(180)
async def test_cancelling_leaves_no_process(place: Place) -> None:
    place.site.pages |= {
        target: Reply(page, wait=0.3) for target, page in articles(range(1, 31)).items() if isinstance(page, str)
    }
    from prefect.settings import get_current_settings

    environment = os.environ | {
        **place.environment,
        "PREFECT_API_URL": str(get_current_settings().api.url),
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    runner = subprocess.Popen([sys.executable, "-c", SERVE], env=environment)  # noqa: ASYNC220 - it runs beside the test
    try:
        async with get_client() as client:
            run = await _wait(_started(client, place))
            await client.set_flow_run_state(run.id, Cancelling(), force=True)
            ended = await _wait(_final(client, run.id))
        assert ended.state_type is StateType.CANCELLED
        assert not _crawls(place.var)
        engine = connect(place.database)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT verdict FROM v1_runs")).scalars().all() == ["cancelled"]
        engine.dispose()
        assert not list((place.var / "archive" / PORTAL).glob("*.open"))
    finally:
        runner.terminate()
        await asyncio.to_thread(runner.wait, 30)


async def _wait(step: Any, seconds: float = 90) -> FlowRun:
    async with asyncio.timeout(seconds):
        found: FlowRun = await step
        return found


async def _started(client: Any, place: Place) -> FlowRun:
    """Wait for the deployment, start it, and wait until its crawl is under way."""
    while True:
        with suppress(Exception):
            deployment = await client.read_deployment_by_name("ingest/test")
            break
        await asyncio.sleep(0.3)
    run: FlowRun = await client.create_flow_run_from_deployment(deployment.id, parameters={"portal": PORTAL})
    while len(place.site.seen) < 4:  # noqa: ASYNC110 - another process sets it
        await asyncio.sleep(0.1)
    return run


async def _final(client: Any, run_id: UUID) -> FlowRun:
    while True:
        run: FlowRun = await client.read_flow_run(run_id)
        if run.state is not None and run.state.is_final():
            return run
        await asyncio.sleep(0.2)
