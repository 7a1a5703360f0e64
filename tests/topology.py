"""The topology of deploy/compose.yaml as processes of this machine: all parts are the real ones.

PostgreSQL (congtin's database and Prefect's), an S3 server (rclone), Prefect's server on loopback behind Caddy with
deploy/Caddyfile, which asks who one is, and any number of `congtin work`, each with a folder of its own.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from storage.database.engine import connect
from storage.database.migrate import upgrade
from tests.databases import Server, dying_with_us, postgres
from tests.object_store import ObjectStore, object_store
from tests.operation import free_port, until

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
USER, PASSWORD = "vanhanh", "matkhau-canary"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Topology:
    """What is running. `settings` are those of every machine; a worker is a process by its name."""

    folder: Path
    database: str
    s3: ObjectStore
    api: str
    settings: dict[str, str]
    workers: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment of a machine."""
        own = {"CONGTIN_VAR": str(self.folder / name), "PREFECT_API_URL": self.api, "PREFECT_WORKER_QUERY_SECONDS": "1"}
        return {**os.environ, **own, **self.settings}

    def command(self, *arguments: str, machine: str = "jobs") -> tuple[int, str, str]:
        """Run a command of congtin to its end on a machine; give exit code, stdout and stderr."""
        command = [str(PROGRAMS / "congtin"), *arguments]
        done = subprocess.run(
            command, env=self.environment(machine), capture_output=True, text=True, check=False, timeout=600
        )
        return done.returncode, done.stdout, done.stderr

    def work(self, name: str) -> None:
        """Start a worker."""
        (self.folder / name).mkdir(parents=True, exist_ok=True)
        log = (self.folder / name / "work.log").open("ab")
        self.workers[name] = subprocess.Popen(
            [str(PROGRAMS / "congtin"), "work"], env=self.environment(name), stdout=log, stderr=log
        )
        log.close()

    def ask(self, path: str, body: object = None, *, secret: str = f"{USER}:{PASSWORD}") -> Any:
        """Ask Prefect's API through the proxy."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {_base64(secret)}"}
        with _DIRECT.open(urllib.request.Request(f"{self.api}{path}", data, headers), timeout=60) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def refuses(self, secret: str | None) -> bool:
        """Whether the proxy lets nobody in who shows this secret, or none."""
        headers = {} if secret is None else {"Authorization": f"Basic {_base64(secret)}"}
        try:
            _DIRECT.open(urllib.request.Request(f"{self.api}/health", None, headers), timeout=60).close()
        except urllib.error.HTTPError as error:
            return error.code == 401
        return False

    def trigger(self, portal: str) -> str:
        """Start a portal's deployment; return the flow run's id."""
        deployment = self.ask(f"/deployments/name/ingest/{portal}")["id"]
        asked = {"parameters": {}, "state": {"type": "SCHEDULED"}}
        return str(until(lambda: self.ask(f"/deployments/{deployment}/create_flow_run", asked)["id"], 120, "a run"))

    def state(self, flow_run: str) -> str:
        """Return the name of a flow run's state."""
        return str(self.ask(f"/flow_runs/{flow_run}")["state"]["name"])

    def ended(self, flow_runs: Sequence[str], seconds: float = 900) -> list[str]:
        """Wait until runs have ended as congtin words it; return the names of their states."""
        return [
            until(lambda one=one: (name := self.state(one)).endswith("]") and name, seconds, f"the end of {one}")  # type: ignore[misc]
            for one in flow_runs
        ]

    def rows(self, query: str) -> Sequence[Any]:
        """Return the rows of a query."""
        engine = create_engine(self.database)
        with engine.connect() as connection:
            found = connection.execute(text(query)).all()
        engine.dispose()
        return found

    def processes(self, machine: str) -> list[int]:
        """Return all processes of a machine."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"CONGTIN_VAR={self.folder / machine}\0".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
        return found

    def kill(self, machine: str) -> None:
        """Have a machine gone: every process of it at once."""
        for pid in self.processes(machine):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.workers.pop(machine).wait()

    def stop_workers(self) -> None:
        """Stop the workers as an operator does."""
        for process in self.workers.values():
            process.send_signal(signal.SIGTERM)
        for process in self.workers.values():
            process.wait(120)
        self.workers.clear()


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()


@contextmanager
def topology(folder: Path, settings: Mapping[str, str]) -> Iterator[Topology]:
    """Start everything but workers: databases made, deployments made by `congtin deploy` through the proxy."""
    with postgres() as server, object_store(folder / "s3") as s3:
        server.execute("CREATE DATABASE congtin")
        server.execute("CREATE DATABASE prefect")
        with _screen(folder, server) as api:
            made = Topology(folder, server.url("congtin"), s3, api, {})
            made.settings = {
                "CONGTIN_DATABASE_URL": made.database,
                "CONGTIN_SERVE_AUTH": f"{USER}:{PASSWORD}",
                **s3.environment,
                **settings,
            }
            engine = connect(made.database)
            upgrade(engine)
            engine.dispose()
            code, out, err = made.command("deploy")
            assert code == 0, out + err
            try:
                yield made
            finally:
                for name in list(made.workers):
                    made.kill(name)


@contextmanager
def _screen(folder: Path, server: Server) -> Iterator[str]:
    """Run Prefect's server and the proxy before it; give the API's address behind the proxy."""
    screen, door, admin = free_port(), free_port(), free_port()
    home = folder / "prefect"
    home.mkdir(parents=True)
    hashed = subprocess.run(
        [PROGRAMS / "caddy", "hash-password", "--plaintext", PASSWORD], capture_output=True, text=True, check=True
    ).stdout.strip()
    log = (folder / "screen.log").open("wb")
    prefect = subprocess.Popen(
        [sys.executable, "-m", "flows.operate.server"],
        cwd=ROOT,
        env={
            **os.environ,
            "PREFECT_HOME": str(home),
            "PREFECT_API_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://postgres@/prefect?host={server.folder}",
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": str(screen),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        },
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
    )
    caddy = subprocess.Popen(
        [*dying_with_us(), PROGRAMS / "caddy", "run", "--adapter", "caddyfile", "--config", ROOT / "deploy/Caddyfile"],
        env={
            **os.environ,
            "XDG_DATA_HOME": str(folder),
            "SITE_ADDRESS": f"http://127.0.0.1:{door}",
            "WORKERS_PORT": str(free_port()),
            "ADMIN_PORT": str(admin),
            "SCREEN_PORT": str(screen),
            "SCREEN_USER": USER,
            "SCREEN_PASSWORD_HASH": hashed,
        },
        stdout=log,
        stderr=log,
    )
    log.close()
    try:
        until(lambda: not _DIRECT.open(f"http://127.0.0.1:{screen}/api/health", timeout=5).close(), 240, "Prefect")
        until(lambda: not _DIRECT.open(f"http://127.0.0.1:{door}/healthz", timeout=5).close(), 60, "Caddy")
        yield f"http://127.0.0.1:{door}/api"
    finally:
        caddy.kill()
        caddy.wait()
        assert prefect.stdin is not None
        prefect.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            prefect.wait(20)
        prefect.kill()
        prefect.wait()
