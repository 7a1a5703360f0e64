"""Settings: read from the environment, relative to the project's root, loud about typos, silent about secrets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from storage.settings import PROJECT_ROOT, Settings, UnknownSettingError, settings


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_relative_paths_resolve_against_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONGTIN_VAR", "var/elsewhere")
    monkeypatch.setenv("CONGTIN_PORTALS", f"more:{tmp_path}")
    monkeypatch.chdir(tmp_path)
    assert settings().var == PROJECT_ROOT / "var/elsewhere"
    assert settings().portals == (PROJECT_ROOT / "more", tmp_path)
    assert settings().database == f"sqlite:///{PROJECT_ROOT / 'var/elsewhere/congtin.db'}"


def test_a_typo_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGTIN_DATABSE_URL", "sqlite://")
    with pytest.raises(UnknownSettingError, match=r"CONGTIN_DATABSE_URL.*CONGTIN_DATABASE_URL"):
        settings()


def test_a_bad_value_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGTIN_READERS", "none")
    with pytest.raises(ValidationError, match="readers"):
        settings()


def test_the_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGTIN_DATABASE_URL", "postgresql+psycopg://congtin:canary-7f3a@db/congtin")
    value = settings()
    assert value.database.endswith("canary-7f3a@db/congtin")
    assert "canary-7f3a" not in f"{value!r} {value} {value.model_dump_json()}"


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())
