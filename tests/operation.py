"""`congtin serve` as an operator runs it, over a site on loopback: started, asked, stopped; with its processes counted."""

import base64
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import create_engine, text

T = TypeVar("T")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(found: Callable[[], T | Literal[False] | None], seconds: float, what: str) -> T:
    """Ask again until something is found; a server that does not answer is asked again too."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError):
            if value := found():
                return value
        assert time.monotonic() < deadline, f"not seen in {seconds} s: {what}"
        time.sleep(0.3)


@dataclass
class Operation:
    """An installation under `congtin serve`; `environment` holds its settings."""

    var: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def site(self) -> str:
        """Address of the screen."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """Its whole environment."""
        own = {"CONGTIN_VAR": str(self.var), "CONGTIN_SERVE_PORT": str(self.port), "PREFECT_WORKER_QUERY_SECONDS": "1"}
        return {**os.environ, **own, **self.environment}

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command of congtin to its end; give exit code, stdout and stderr."""
        command = [str(Path(sys.executable).parent / "congtin"), *arguments]
        done = subprocess.run(command, env=self.settings, capture_output=True, text=True, check=False, timeout=180)
        return done.returncode, done.stdout, done.stderr

    def start(self) -> None:
        """Start it and wait until it says where the screen is."""
        self.var.mkdir(parents=True, exist_ok=True)
        log = (self.var / "serve.log").open("a", encoding="utf-8")
        command = [str(Path(sys.executable).parent / "congtin"), "serve"]
        self.process = subprocess.Popen(command, env=self.settings, stdout=log, stderr=log, text=True)
        log.close()
        before = self.said.count("Mở http")
        process = self.process
        until(lambda: self.said.count("Mở http") > before or process.poll() is not None, 240, "the screen's address")
        assert process.poll() is None, self.said

    @property
    def said(self) -> str:
        """All that it has said so far."""
        file = self.var / "serve.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(120)

    def ask(self, path: str, body: object = None) -> Any:
        """Ask Prefect's API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if auth := self.environment.get("CONGTIN_SERVE_AUTH"):
            headers["Authorization"] = f"Basic {base64.b64encode(auth.encode()).decode()}"
        request = urllib.request.Request(f"{self.site}/api{path}", data, headers)
        with _DIRECT.open(request, timeout=20) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def deployment(self, name: str, flow: str = "ingest") -> dict[str, Any]:
        """Return a deployment by name."""
        found: dict[str, Any] = self.ask(f"/deployments/name/{flow}/{name}")
        return found

    def trigger(self, name: str, flow: str = "ingest", **parameters: Any) -> str:
        """Start a deployment; return the flow run's id. A busy server (503) is asked again."""
        path = f"/deployments/{self.deployment(name, flow)['id']}/create_flow_run"
        asked = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        return str(until(lambda: self.ask(path, asked)["id"], 60, "a run that was started"))

    def state(self, flow_run: str) -> tuple[str, str]:
        """Return type and name of a flow run's state."""
        state = self.ask(f"/flow_runs/{flow_run}")["state"]
        return state["type"], state["name"]

    def ended(self, flow_run: str, seconds: float = 180) -> tuple[str, str]:
        """Wait for a flow run's end as congtin words it; return type and name of its state."""
        return until(
            lambda: (seen := self.state(flow_run))[1].endswith("]") and seen, seconds, f"the end of {flow_run}"
        )

    def processes(self, *words: str) -> list[int]:
        """Return the processes of this installation whose command line holds all of some words."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                own = f"CONGTIN_VAR={self.var}\0".encode() in (entry / "environ").read_bytes()
                line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
                if own and all(word in line for word in words):
                    found.append(int(entry.name))
        return found

    def crawls(self) -> list[int]:
        """Return the crawl processes."""
        return self.processes("crawlers.crawl")

    def rows(self, query: str) -> Sequence[Any]:
        """Return the rows of a query."""
        engine = create_engine(self.environment.get("CONGTIN_DATABASE_URL", f"sqlite:///{self.var / 'congtin.db'}"))
        with engine.connect() as connection:
            found = connection.execute(text(query)).all()
        engine.dispose()
        return found


def miss(here: Operation, portal: str, due: Sequence[datetime]) -> None:
    """Set a portal's next scheduled runs into the past, as an outage does."""
    with closing(sqlite3.connect(here.var / "prefect" / "prefect.db")) as database, database:
        (deployment,) = database.execute("SELECT id FROM deployment WHERE name = ?", (portal,)).fetchone()
        rows = database.execute(
            "SELECT id FROM flow_run WHERE deployment_id = ? AND auto_scheduled = 1 ORDER BY expected_start_time LIMIT ?",
            (deployment, len(due)),
        ).fetchall()
        for (run,), moment in zip(rows, due, strict=True):
            written = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
            database.execute(
                "UPDATE flow_run SET expected_start_time = ?, next_scheduled_start_time = ? WHERE id = ?",
                (written, written, run),
            )


@contextmanager
def operated(var: Path, environment: dict[str, str]) -> Iterator[Operation]:
    """Give an installation; whatever of it still runs at the end is killed."""
    here = Operation(var, environment)
    try:
        yield here
    finally:
        if here.process is not None and here.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                here.stop()
        for pid in here.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
