"""The watch as a flow: people get a message through a block, once, and another when it is over."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import State
from pydantic import SecretStr

from storage.settings import settings
from tests.e2e.prefect.conftest import Place

Messages = list[tuple[str, str]]


@pytest.fixture
def inbox() -> Iterator[tuple[str, Messages]]:
    """A server that takes messages as Apprise posts them; its address, and what came."""
    messages: Messages = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            values = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            messages.append((values["title"], values["message"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_address[1]}/", messages
        server.shutdown()


async def test_people_are_told_once(place: Place, inbox: tuple[str, Messages], monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.notify import Notification
    from flows.watch import watch

    address, messages = inbox
    monkeypatch.setenv("CONGTIN_NOTIFY", "congtin-notification/ops")
    settings.cache_clear()
    broken = Path(place.environment["CONGTIN_PORTALS"]) / "hong.py"
    broken.write_text("PORTAL = 1 +", encoding="utf-8")

    state: State[str] = await watch(return_state=True)
    assert state.is_failed(), "there is no such block"
    await Notification(url=SecretStr(address), allow_private_urls=True).asave("ops", overwrite=True)
    for _ in range(2):
        state = await watch(return_state=True)
        assert state.is_completed(), state.message
    problems = [message for message in messages if message[0].startswith("Sự cố")]
    assert [title for title, _ in problems] == ["Sự cố: hong"], "what could not be sent is sent by the next look, once"
    assert "hong.py" in problems[0][1]
    assert len(messages) - len(problems) <= 1, "and the morning's digest, if it is due"
    async with get_client() as client:
        made = await client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["su-co"])))
    assert "hong" in str(made[0].data)

    broken.unlink()
    await watch(return_state=True)
    assert messages[-1][0] == "Đã ổn: hong"
