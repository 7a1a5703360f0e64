"""What Prefect keeps: ended runs go with their logs and artifacts after the days of the setting, nothing else does."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate, LogCreate
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings
from prefect.states import Completed

from flows.operate.environment import prefect_environment
from flows.watch import watch
from storage.settings import Settings
from tests.operation import until
from tests.prefect_server import prefect_server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]
DAYS = 60


async def test_ended_runs_go_after_their_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(var=tmp_path / "var", serve_keep_days=DAYS)
    own = prefect_environment(settings, "http://127.0.0.1:1/api")
    file = tmp_path / "var" / "prefect" / "prefect.db"
    with (
        prefect_server(os.environ | own) as api,
        temporary_settings({PREFECT_HOME: file.parent, PREFECT_API_URL: api}),
    ):
        async with get_client() as client:
            ages = {}
            for days in (DAYS + 1, DAYS - 1):
                run = await client.create_flow_run(watch, state=Completed())
                moment = datetime.now(UTC)
                log = LogCreate(name="x", level=20, message="dòng", timestamp=moment, flow_run_id=run.id)
                await client.create_logs([log])
                await client.create_artifact(
                    ArtifactCreate(key=f"a-{days}", type="markdown", data="x", flow_run_id=run.id)
                )
                ages[str(run.id)] = moment - timedelta(days=days)
    with closing(sqlite3.connect(file)) as database, database:
        for run_id, ended in ages.items():
            written = ended.strftime("%Y-%m-%d %H:%M:%S.%f")
            database.execute("UPDATE flow_run SET end_time = ? WHERE id = ?", (written, run_id))
    with prefect_server(os.environ | own | {"PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "1"}):
        young = max(ages, key=lambda run: ages[run])

        def left(table: str, column: str) -> list[str]:
            with closing(sqlite3.connect(file)) as database:
                return [row[0] for row in database.execute(f"SELECT {column} FROM {table}")]

        until(lambda: left("artifact", "flow_run_id") == [young], 120, "the end of the old run's artifact")
        assert left("flow_run", "id") == left("log", "flow_run_id") == [young]
