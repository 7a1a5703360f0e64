"""Prefect's server, in a process that ends with the one that started it: `python -m flows.operate.server`.

Its settings are those of the environment (`flows.operate.environment`). It watches its stdin: whoever started it may
be killed, and no server is left behind.
"""

import sys
import threading
from typing import Any

STOP_SECONDS = 3
"""Open event streams are given no longer than this."""


def _let_schedule() -> None:
    """Let Prefect insert scheduled runs under SQLAlchemy 2.1.

    Its rows carry the key `state`, which is no column but a hybrid; 2.0 passed over it, 2.1 raises unless the hybrid
    says what becomes of it in a bulk insert (3.8.8: no run is ever scheduled). Nothing does: the states are inserted
    after the runs.
    """
    from prefect.server.database.orm_models import FlowRun  # noqa: PLC0415
    from sqlalchemy import inspect  # noqa: PLC0415

    hybrid: Any = inspect(FlowRun).all_orm_descriptors["state"]
    if getattr(hybrid, "bulk_dml_setter", None) is None:  # its decorator `bulk_dml` is broken in 2.1.9
        hybrid.bulk_dml_setter = lambda _class, _mapping, _value: None


def main() -> None:
    """Serve API and screen until SIGTERM, or until stdin ends."""
    import uvicorn  # noqa: PLC0415 - Prefect's import takes a second: not for whoever wants a constant
    from prefect.server.api.server import create_app  # noqa: PLC0415
    from prefect.settings import get_current_settings  # noqa: PLC0415

    import flows.notify  # noqa: F401, PLC0415 - its block is loaded by automations that tell people

    _let_schedule()
    here = get_current_settings().server.api
    config = uvicorn.Config(
        create_app(), host=here.host, port=here.port, log_level="warning", timeout_graceful_shutdown=STOP_SECONDS
    )
    server = uvicorn.Server(config)

    def watch() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
