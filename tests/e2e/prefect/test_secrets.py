"""A password goes nowhere: into no log, archive, file, row, message or payload of the screen, whatever fails."""

import asyncio
import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.logging.handlers import APILogHandler
from prefect.settings import PREFECT_HOME
from pydantic import SecretStr
from sqlalchemy import MetaData, create_engine, make_url, text
from typer.testing import CliRunner

from flows.cli import app
from storage.settings import settings
from tests.databases import Databases
from tests.e2e.crawl.site import Request
from tests.e2e.prefect.conftest import PORTAL, Place
from tests.object_store import KEY, SECRET, object_store

CANARY = "Chim-Hoang-Yen-4711"
SCREEN, MESSAGES, PROXY, STORE = "Chim-Khuyen-2201", "Chim-Son-Ca-3302", "Chim-Se-Nau-4403", "Chim-Chich-Choe-5504"
"""Of the screen, of the way by which people are told, of a proxy and a store of the surroundings."""
EVERY = (CANARY, SCREEN, MESSAGES, PROXY, STORE)


@pytest.fixture
def guarded(place: Place, migrated: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The place on PostgreSQL, with a password in the address."""
    with migrated.make("postgresql", tmp_path) as url:
        address = make_url(url).set(password=CANARY).render_as_string(hide_password=False)
        assert CANARY in address
        monkeypatch.setenv("CONGTIN_DATABASE_URL", address)
        monkeypatch.setenv("CONGTIN_SERVE_AUTH", f"nguoi:{SCREEN}")
        monkeypatch.setenv("CONGTIN_NOTIFY", "congtin-notification/ops")
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://u:{PROXY}@127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):  # Prefect's own server
            monkeypatch.setenv(name, "127.0.0.1,localhost")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", STORE)
        settings.cache_clear()
        yield address


async def _payloads() -> str:
    """Return everything that the screen can be given of runs, tasks, logs and artifacts."""
    await APILogHandler.aflush()
    found: list[Any] = []
    async with get_client() as client:
        kinds = ("flow_runs", "task_runs", "logs", "artifacts", "flow_run_states", "deployments", "block_documents")
        for kind in kinds:
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


def _commands(folder: Path) -> str:
    """Return what the command line says, and what it writes for others."""
    said = ""
    for words in (
        ["status"],
        ["doctor", "--full"],
        ["held"],
        ["show", "1"],
        ["search", "kinh tế"],
        ["export", str(folder / "ra"), "--format", "jsonl"],
        ["export", str(folder / "ra"), "--format", "jsonl"],
        ["db", "upgrade"],
    ):
        done = CliRunner().invoke(app, words)
        said += f"{done.output}{done.exception!r}"
    return said


async def test_a_password_is_nowhere(
    place: Place, guarded: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from flows.ingest import ingest
    from flows.notify import Notification
    from flows.watch import watch

    nobody = f"json://u:{MESSAGES}@127.0.0.1:1/{MESSAGES}?key={MESSAGES}"
    await Notification(url=SecretStr(nobody), allow_private_urls=True).asave("ops", overwrite=True)

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
    said = await asyncio.to_thread(_commands, tmp_path)
    assert "Bài viết số 3" in "".join(file.read_text() for file in (tmp_path / "ra").rglob("*.jsonl"))
    (place.var.parent / "portals" / "hong.py").write_text("PORTAL = 1 +", encoding="utf-8")
    told = await watch(return_state=True)
    assert told.is_failed(), "nobody takes the message"
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

        said += await asyncio.to_thread(_commands, tmp_path)

    shown, rows = await _payloads(), _rows(guarded)
    assert PORTAL in shown
    assert "Bài viết số 3" in rows
    out, err = capfd.readouterr()
    bytes_of = {"commands": said, "payloads": shown, "rows": rows, "stdout": out, "stderr": err}
    found = {where: _canaries(what.encode()) for where, what in bytes_of.items()}
    homes = (place.var, tmp_path / "ra", PREFECT_HOME.value())
    found |= {home.name: _canaries(content) for home in homes for content in _files(home) if _canaries(content)}
    assert not any(found.values()), found


def _canaries(content: bytes) -> list[str]:
    return [canary for canary in EVERY if canary.encode() in content]


@pytest.mark.soak
async def test_the_keys_of_a_store_are_nowhere(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Neither where the store takes what it is given, nor where it refuses the key or is away."""
    from flows.ingest import ingest

    with object_store(tmp_path / "store") as store:
        said = ""
        for keys in ({}, {"CONGTIN_ARCHIVE_STORE_SECRET": f"{SECRET}-sai"}, None):
            for name, value in {**store.environment, **(keys or {})}.items():
                monkeypatch.setenv(name, value)
            if keys is None:
                store.stop()
            settings.cache_clear()
            await ingest(PORTAL, return_state=True)
            said += await asyncio.to_thread(_commands, tmp_path / str(len(said)))
        assert [path for path in store.folder.rglob("*.warc.gz") if path.is_file()], "something went there"
    shown = await _payloads()
    out, err = capfd.readouterr()
    with sqlite3.connect(make_url(place.database).database or "") as database:
        rows = "\n".join(database.iterdump())
    told = {"commands": said, "payloads": shown, "rows": rows, "stdout": out, "stderr": err}
    found = {where: what for where, what in told.items() if KEY in what or SECRET in what}
    assert not found, {where: what[max(0, what.find(KEY) - 300) :][:600] for where, what in found.items()}
    for home in (place.var, PREFECT_HOME.value()):
        assert not [content for content in _files(home) if KEY.encode() in content or SECRET.encode() in content]
