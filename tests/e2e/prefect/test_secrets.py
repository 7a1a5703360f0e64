"""A password goes nowhere: into no log, archive, file, row, message or payload of the screen, whatever fails."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from sqlalchemy import MetaData, create_engine, make_url, text

from storage.settings import settings
from tests.databases import Databases
from tests.e2e.crawl.site import Request
from tests.e2e.prefect.conftest import PORTAL, Place

CANARY = "Chim-Hoang-Yen-4711"


@pytest.fixture
def guarded(place: Place, migrated: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The place on PostgreSQL, with a password in the address."""
    with migrated.make("postgresql", tmp_path) as url:
        address = make_url(url).set(password=CANARY).render_as_string(hide_password=False)
        assert CANARY in address
        monkeypatch.setenv("CONGTIN_DATABASE_URL", address)
        settings.cache_clear()
        yield address


async def _payloads() -> str:
    """Return everything that the screen can be given of runs, tasks, logs and artifacts."""
    await asyncio.sleep(3)  # logs are sent by a thread of their own
    found: list[Any] = []
    async with get_client() as client:
        for kind in ("flow_runs", "task_runs", "logs", "artifacts", "flow_run_states", "deployments"):
            if kind == "flow_run_states":
                for run in await client.read_flow_runs(limit=200):
                    found += [state.model_dump(mode="json") for state in await client.read_flow_run_states(run.id)]
            else:
                answer = await client._client.post(f"/{kind}/filter", json={"limit": 200})
                assert answer.status_code == 200, answer.text
                found.append(answer.json())
    return json.dumps(found, ensure_ascii=False)


def _rows(address: str) -> str:
    engine = create_engine(address)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = "".join(str(connection.execute(table.select()).all()) for table in tables.sorted_tables)
    engine.dispose()
    return found


def _files(folder: Path) -> Iterator[bytes]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


async def test_a_password_is_nowhere(
    place: Place, guarded: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from flows.ingest import ingest

    second = str(place.site.pages["/tin-tuc?page=2"])

    def break_connections(request: Request) -> str:
        if request.before == 0:
            engine = create_engine(guarded, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid <> pg_backend_pid()"
                    )
                )
            engine.dispose()
        return second

    place.site.pages["/tin-tuc?page=2"] = break_connections
    state = await ingest(PORTAL, return_state=True)
    assert state.name == "Tốt [ok]", state
    bad = {
        "nobody answers": f"postgresql+psycopg://u:{CANARY}@127.0.0.1:1/x",
        "no such folder": f"postgresql+psycopg://u:{CANARY}@/x?host=/khong/co",
        "the port is none": f"postgresql+psycopg://u:{CANARY}@h:{CANARY}/x",
        "no such database": make_url(guarded).set(database="khong_co").render_as_string(hide_password=False),
    }
    for why, address in bad.items():
        monkeypatch.setenv("CONGTIN_DATABASE_URL", address)
        settings.cache_clear()
        failed = await ingest(PORTAL, return_state=True)
        assert failed.is_failed(), why

    shown = await _payloads()
    assert PORTAL in shown
    assert CANARY not in shown
    rows = _rows(guarded)
    assert "Bài viết số 3" in rows
    assert CANARY not in rows
    for content in _files(place.var):
        assert CANARY.encode() not in content
    out, err = capfd.readouterr()
    assert CANARY not in out + err
