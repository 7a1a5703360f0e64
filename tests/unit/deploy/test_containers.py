"""deploy/compose.yaml and what belongs to it hold together: with each other, with the settings and with the command."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.cli import app
from storage.settings import PROJECT_ROOT, Settings

DEPLOY = PROJECT_ROOT / "deploy"
PROGRAMS = Path(sys.executable).parent
SAMPLE = DEPLOY / "compose.env.example"
OURS = ("screen", "worker", "migrate")


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    """The configuration as Docker Compose reads it, with the sample's values."""
    command = [
        str(PROGRAMS / "docker-compose"),
        "--env-file",
        str(SAMPLE),
        "-f",
        str(DEPLOY / "compose.yaml"),
        "config",
    ]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "level=warning" not in done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_only_the_proxy_is_published(composed: dict[str, Any]) -> None:
    assert [name for name, service in composed["services"].items() if service.get("ports")] == ["proxy"]
    assert [port["target"] for port in composed["services"]["proxy"]["ports"]] == [443]
    assert composed["services"]["screen"]["network_mode"] == "service:proxy"


def test_versions_are_pinned_and_health_is_looked_at(composed: dict[str, Any]) -> None:
    for name, service in composed["services"].items():
        assert re.search(r":\d+\.\d+", service["image"]), name
        assert ("healthcheck" in service) != (name == "migrate"), name
        assert service["restart"] in {"unless-stopped", "on-failure"}, name
    for line in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("FROM "):
            assert re.search(r":\d+\.\d+\.\d+", line), line


def test_its_settings_exist_and_are_usable(composed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    known = {f"CONGTIN_{name.upper()}" for name in Settings.model_fields}
    for name in OURS:
        given = {k: v for k, v in composed["services"][name]["environment"].items() if k.startswith("CONGTIN_")}
        assert given.keys() <= known, name
        with monkeypatch.context() as patched:
            for key, value in given.items():
                patched.setenv(key, value)
            Settings(_env_file=None)


def test_its_commands_exist(composed: dict[str, Any]) -> None:
    for name in OURS:
        program, *words = composed["services"][name]["command"]
        assert program == "congtin"
        command = typer.main.get_command(app)
        for word in words:
            command = command.commands[word]  # type: ignore[attr-defined]


def test_all_machines_have_one_database_and_one_store(composed: dict[str, Any]) -> None:
    shared = [
        {
            key: value
            for key, value in composed["services"][name]["environment"].items()
            if "STORE" in key or "URL" in key
        }
        for name in OURS
    ]
    for name in ("CONGTIN_DATABASE_URL", "CONGTIN_ARCHIVE_STORE", "CONGTIN_ARCHIVE_STORE_ENDPOINT"):
        assert len({one[name] for one in shared}) == 1, name


def test_every_value_of_the_sample_is_used_and_none_is_missing() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+):\?\}", text))
    assert asked == set(re.findall(r"^([A-Z_]+)=", SAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert not re.search(r"(?i)(password|secret|key): +[^$\s]", text)  # no secret stands in it


def test_what_it_mounts_and_copies_is_there(composed: dict[str, Any]) -> None:
    for service in composed["services"].values():
        for volume in service.get("volumes", ()):
            if volume["type"] == "bind":
                assert Path(volume["source"]).is_file()
    for line in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = line.split()[1:]
            assert all((PROJECT_ROOT / source).exists() for source in sources), line


def test_the_proxy_reads_its_configuration(tmp_path: Path) -> None:
    environment = {"SITE_ADDRESS": "localhost", "SCREEN_USER": "vanhanh", "XDG_DATA_HOME": str(tmp_path)}
    environment["SCREEN_PASSWORD_HASH"] = "$2a$04$d9gKWnYxnVmV1G5X5eIX1.CHmX0kWvAL.MVzRGrfGmyRrTqEyUTdG"
    command = [str(PROGRAMS / "caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
