"""The nightly care: a backup is made, damage in the archive is found and told."""

from datetime import datetime, timedelta
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

    with patch.object(care, "now", lambda: NIGHT + timedelta(days=number)):
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


async def test_a_backup_that_fails_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.ingest import ingest

    monkeypatch.setenv("CONGTIN_BACKUP", "/proc/none")
    settings.cache_clear()
    await ingest(PORTAL, limit=2, return_state=True)
    state = await _night(0)
    assert state.is_failed()
    assert "/proc/none: chưa có bản sao lưu nào" in str(state.message)
