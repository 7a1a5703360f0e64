"""On a real server: deployments follow the files and respect people; what died is shown as what it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import get_current_settings
from prefect.states import Crashed, Running, Scheduled
from sqlalchemy import Engine

from crawlers import portals
from crawlers.portal import Portal
from flows.operate.deployments import deploy, deployed
from flows.operate.plan import TAG, Act, Kept
from flows.operate.reconcile import reconcile
from flows.steps.slips import find_slips, hold_slip
from flows.steps.upcoming import upcoming
from storage.database.engine import connect
from storage.database.runs import finish_run, start_run
from storage.vocabulary import Verdict
from tests.databases import Databases

NAMES = ("lao_cai", "tien_giang")


@pytest.fixture
def files() -> list[Portal]:
    return [portals.load(name) for name in NAMES]


@pytest.fixture
def engine(migrated: Databases, tmp_path: Path) -> Iterator[Engine]:
    with migrated.make("sqlite", tmp_path) as address:
        made = connect(address)
        yield made
        made.dispose()


async def _empty(client: PrefectClient) -> None:
    """Take away what another test has left."""
    for one in await deployed(client):
        await client.delete_deployment(one.id)


async def _deploy(client: PrefectClient, files: list[Portal], **options: Any) -> tuple[list[Act], list[Kept]]:
    done, kept = await deploy(client, files, [], options.pop("verdicts", {}), **options)
    return [step.act for step in done], [one.kept for one in kept]


async def test_deployments_follow_the_files_and_people(prefect: None, files: list[Portal]) -> None:
    async with get_client() as client:
        await _empty(client)
        made, kept = await _deploy(client, files)
        assert (set(made), kept) == ({Act.CREATE}, [])
        assert await _deploy(client, files) == ([], [])

        lao_cai = await client.read_deployment_by_name("ingest/lao_cai")
        (schedule,) = lao_cai.schedules
        assert schedule.schedule == CronSchedule(cron="20 0,6,12,18 * * *", timezone="Asia/Ho_Chi_Minh")
        await client.pause_deployment(lao_cai.id)
        await client.update_deployment_schedule(
            lao_cai.id, schedule.id, schedule=CronSchedule(cron="0 9 * * *", timezone="Asia/Ho_Chi_Minh"), active=True
        )
        assert await _deploy(client, files) == ([], [Kept.PAUSED, Kept.SCHEDULE_CHANGED])
        changed = await client.read_deployment(lao_cai.id)
        assert changed.paused
        assert changed.schedules[0].schedule.cron == "0 9 * * *"  # type: ignore[union-attr]

        assert await _deploy(client, files, reset=True) == ([Act.SCHEDULE, Act.RESUME], [])
        assert await _deploy(client, files) == ([], [])
        again = await client.read_deployment(lao_cai.id)
        assert (again.paused, again.schedules[0].schedule) == (False, schedule.schedule)

        moved = {"tien_giang": Verdict.MOVED}
        assert await _deploy(client, files, verdicts=moved) == ([Act.SCHEDULE, Act.UPDATE], [])
        weekly = await client.read_deployment_by_name("ingest/tien_giang")
        assert weekly.schedules[0].parameters == {"mode": "probe"}
        assert await _deploy(client, files[1:], verdicts=moved) == ([Act.DELETE], [])
        names = {one.name for one in await deployed(client)}
        assert {"tien_giang", "tat-ca"} <= names
        assert "lao_cai" not in names
        following = upcoming(str(client.api_url).rstrip("/"), None, TAG)
        assert following is not None
        assert set(following) == names


async def _flow_run(client: PrefectClient, name: str, state: Any) -> FlowRun:
    deployment = await client.read_deployment_by_name(f"ingest/{name}")
    made = await client.create_flow_run_from_deployment(deployment.id)
    await client.set_flow_run_state(made.id, state, force=True)
    return made


async def _state(client: PrefectClient, run_id: UUID) -> tuple[StateType, str]:
    state = (await client.read_flow_run(run_id)).state
    assert state is not None
    return state.type, str(state.name)


async def test_what_died_is_shown_as_what_it_was(
    prefect: None, files: list[Portal], engine: Engine, tmp_path: Path
) -> None:
    async with get_client() as client:
        await _deploy(client, files)
        died, done, alive = [await _flow_run(client, "lao_cai", Running()) for _ in range(3)]
        run_id = start_run(engine, "lao_cai", "incremental")
        finish_run(engine, run_id, Verdict.QUIET, "Danh sách đọc đủ.", {})
        with hold_slip(tmp_path, str(died.id), "lao_cai"), hold_slip(tmp_path, str(done.id), "lao_cai") as slip:
            slip.begun(run_id)
        with hold_slip(tmp_path, str(uuid4()), "lao_cai"):
            pass
        with hold_slip(tmp_path, str(alive.id), "lao_cai"):
            await client.set_flow_run_state(alive.id, Crashed(), force=True)  # its signs of life were not heard
            said = await reconcile(client, tmp_path, engine)
            assert len(said) == 3
            assert await _state(client, died.id) == (StateType.CRASHED, "Đứt giữa chừng [crashed]")
            assert await _state(client, done.id) == (StateType.COMPLETED, "Yên ắng [quiet]")
            assert await _state(client, alive.id) == (StateType.RUNNING, "Running")
            assert await reconcile(client, tmp_path, engine) == []
            assert [one.flow_run for one in find_slips(tmp_path)] == [str(alive.id)]


async def test_of_late_runs_the_last_one_stays(prefect: None, files: list[Portal], tmp_path: Path) -> None:
    async with get_client() as client:
        await _deploy(client, files)
        tien_giang = await client.read_deployment_by_name("ingest/tien_giang")
        due = [datetime.now(UTC) - timedelta(hours=hours) for hours in (3, 2, 1)]
        by_hand, missed, last = [
            await client.create_flow_run_from_deployment(tien_giang.id, state=Scheduled(scheduled_time=moment))
            for moment in due
        ]
        _as_by_schedule(missed.id, last.id)
        (said,) = await reconcile(client, tmp_path, None)
        assert "làm thay" in said
        assert await _state(client, missed.id) == (StateType.CANCELLED, "Bỏ qua: lỡ lịch [missed]")
        assert (await _state(client, last.id))[0] is StateType.SCHEDULED
        assert (await _state(client, by_hand.id))[0] is StateType.SCHEDULED
        await _empty(client)


def _as_by_schedule(*runs: UUID) -> None:
    """Mark flow runs as made by the schedule, in the server's own database: its API lets nobody else say so."""
    with closing(sqlite3.connect(get_current_settings().home / "prefect.db")) as database, database:
        for run in runs:
            changed = database.execute("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (str(run),))
            assert changed.rowcount == 1
