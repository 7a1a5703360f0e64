"""The nightly care: a backup is made, damage in the archive is found and told."""

import shutil
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from prefect.client.schemas.objects import State
from sqlalchemy import text

from storage.backup import backups, read_manifest
from storage.database.engine import connect
from storage.records import VIETNAM
from storage.settings import settings
from tests.e2e.prefect.conftest import PORTAL, Place

NIGHT = datetime(2025, 6, 1, 2, 0, tzinfo=VIETNAM)
"""A Sunday."""


async def _night(number: int) -> State[Any]:
    from flows import care

    def clock() -> datetime:
        return NIGHT + timedelta(days=number)

    taking = import_module("storage.backup.take")  # the package's own name `take` is the function
    with patch.object(care, "now", clock), patch.object(taking, "now", clock):
        state: State[Any] = await care.care(return_state=True)
    return state


async def test_a_month_of_nights(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.ingest import ingest
    from flows.steps import care as steps

    monkeypatch.setattr(steps, "PARTS", 3)
    monkeypatch.setenv("CONGTIN_BACKUP", str(tmp_path / "saoluu"))
    monkeypatch.setenv("CONGTIN_BACKUP_KEEP", "2")
    settings.cache_clear()
    await ingest(PORTAL, return_state=True)
    state = await _night(0)
    assert (state.name, state.message) == ("Tốt [ok]", "Kho lưu đọc lại đúng. Đã sao lưu.")
    (saved,) = backups(tmp_path / "saoluu")
    engine = connect(place.database)
    with engine.connect() as connection:
        assert read_manifest(saved).rows["article"] == connection.scalar(text("SELECT count(*) FROM article")) == 30
    engine.dispose()

    (segment,) = (place.var / "archive" / PORTAL).glob("*.warc.gz")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0xFF
    segment.write_bytes(content)
    states = [await _night(number) for number in range(1, 4)]
    assert [state.is_failed() for state in states].count(True) == 1, "each part is read once in so many nights"
    (told,) = (state for state in states if state.is_failed())
    assert str(told.message).startswith(f"{PORTAL}: ")


async def test_a_backup_that_fails_is_told(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.ingest import ingest

    target = tmp_path / "saoluu"
    monkeypatch.setenv("CONGTIN_BACKUP", str(target))
    settings.cache_clear()
    await ingest(PORTAL, limit=2, return_state=True)
    assert (await _night(0)).is_completed()
    (saved,) = backups(target)
    shutil.rmtree(target / "archive")
    (target / "archive").write_text("", encoding="utf-8")  # no folder: nothing can be copied into it
    state = await _night(1)
    assert state.is_failed(), "though the last backup is young"
    assert f"bản cuối là {saved.name}" in str(state.message)
