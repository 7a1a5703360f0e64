"""Prefect's settings, as congtin wants them. Free of Prefect: they are read when it is imported.

`congtin serve` and every command that talks to its server set them first.
"""

import os
from datetime import timedelta
from ipaddress import ip_address

from storage.settings import Settings

HEARTBEAT = 30
"""Seconds between two signs of life of a run on the screen: as often as Prefect allows."""
_TUNED = {
    # A mistyped address must not start a temporary server in silence.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # The screen asks the server that it came from, whatever name a browser or a proxy knows it by.
    "PREFECT_UI_API_URL": "/api",
    # Events only by default; runs, logs and artifacts would stay for ever.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    # A hundred scheduled runs of each deployment are of no use to anybody.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "10",
    "PREFECT_WORKER_QUERY_SECONDS": "5",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT),
    # A run's log is on the screen and in the portal's log file; the worker's own output needs no third copy.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
}


def api_url(settings: Settings) -> str:
    """Return the address of the API: that of `PREFECT_API_URL`, else of `congtin serve` on this machine."""
    return os.environ.get("PREFECT_API_URL") or f"{site_url(settings)}/api"


def site_url(settings: Settings) -> str:
    """Return the address of the screen that `congtin serve` shows, as this machine's browser opens it."""
    host = settings.serve_host
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - every address: ours is loopback
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.serve_port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address to listen on."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def prefect_environment(settings: Settings, api: str) -> dict[str, str]:
    """Return the environment of Prefect's processes, and make their folder.

    What the operator has set of it wins, but for the place.

    Args:
        settings: congtin's.
        api: address of the API.
    """
    kept = str(int(timedelta(days=settings.serve_keep_days).total_seconds()))
    tuned = _TUNED | {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": kept,
        "PREFECT_SERVER_API_HOST": settings.serve_host,
        "PREFECT_SERVER_API_PORT": str(settings.serve_port),
    }
    made = {name: os.environ.get(name, value) for name, value in tuned.items()}
    home = settings.var / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    made |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": api}
    if settings.serve_auth is not None:
        secret = settings.serve_auth.get_secret_value()
        made |= {"PREFECT_SERVER_API_AUTH_STRING": secret, "PREFECT_API_AUTH_STRING": secret}
    return made
