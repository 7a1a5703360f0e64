"""The locks install the same packages everywhere: hashes, no addresses, and the app's pins within the developers'."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    return dict(PIN.findall(lock.read_text(encoding="utf-8")))


def test_there_is_a_lock_each_for_app_developers_and_peers() -> None:
    assert [lock.name for lock in LOCKS] == ["app.lock", "bench.lock", "dev.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_developers_run_what_is_deployed() -> None:
    app, dev, bench = (pins(ROOT / "requirements" / f"{name}.lock") for name in ("app", "dev", "bench"))
    assert app.items() <= dev.items()
    assert all(dev.get(name, version) == version for name, version in bench.items())


def test_every_declared_dependency_is_locked_and_has_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert listed
    lines = listed[1].strip().splitlines()
    assert all("#" in line for line in lines)
    names = [re.sub(r"[-_.]+", "-", re.split(r"[\[><=]", line.strip().strip('",'))[0].lower()) for line in lines]
    assert set(names) <= set(pins(ROOT / "requirements" / "app.lock"))
