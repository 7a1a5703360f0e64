"""The watch as a flow: people get a message by mail, Telegram and Slack, once, and another when it is over."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram
from prefect.client.schemas.objects import State, StateType
from pydantic import SecretStr

from flows.steps.locks import work_lock
from flows.steps.slips import find_slips, folder_of
from storage.database.engine import connect
from storage.database.leases import Leases
from storage.settings import settings
from tests.e2e.prefect.conftest import Place
from tests.e2e.prefect.test_flows import _artifacts
from tests.operation import free_port


@dataclass
class Inbox:
    """What has come: mails as subject and text, posts as path and body."""

    mails: list[tuple[str, str]] = field(default_factory=list)
    posts: list[tuple[str, str]] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)

    def telling(self, word: str) -> list[list[str]]:
        """Return what came of a message by each way: mail, Telegram, Slack."""
        return [
            [f"{title}\n{text}" for title, text in self.mails if word in title],
            [body for path, body in self.posts if path.startswith("/bot") and word in body.partition("\\n")[0]],
            [body for path, body in self.posts if path.startswith("/services") and word in body],
        ]

    async def handle_DATA(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, as aiosmtpd asks for it."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("plain", "html"))
        assert body is not None
        self.mails.append((str(mail["Subject"]), str(body.get_content())))
        return "250 OK"


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A mail server, and one of HTTP in place of Telegram's and Slack's, on loopback."""
    made = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.posts.append((self.path, json.dumps(body, ensure_ascii=False)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments: object) -> None:
            """Be silent."""

    port = free_port()
    mail = Controller(made, hostname="127.0.0.1", port=port)
    mail.start()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{there}/bot")
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{there}/services")
        made.addresses = {
            "thu": f"mailto://127.0.0.1:{port}/?from=congtin@don-vi.example&to=truc@don-vi.example",
            "telegram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
            "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#truc",
        }
        yield made
        server.shutdown()
    mail.stop()


async def test_people_are_told_once(place: Place, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.notify import Notification
    from flows.watch import watch

    names = [f"congtin-notification/{name}" for name in ("khong-co", *inbox.addresses)]
    monkeypatch.setenv("CONGTIN_NOTIFY", ",".join(names))
    settings.cache_clear()
    broken = Path(place.environment["CONGTIN_PORTALS"]) / "hong.py"
    broken.write_text("PORTAL = 1 +", encoding="utf-8")

    state: State[Any] = await watch(return_state=True)
    assert (state.type, state.name) == (StateType.FAILED, "Không báo được [notify]"), "there is no such block"
    for name, address in inbox.addresses.items():
        await Notification(url=SecretStr(address), allow_private_urls=True).asave(name, overwrite=True)
    state = await watch(return_state=True)
    assert "congtin-notification/khong-co: không có khối này" in str(state.message)
    assert str(state.message).count("congtin-notification") == 1, "the others took it"
    state = await watch(return_state=True)
    assert state.name == "Đã xem [watch]"
    by_mail, by_telegram, by_slack = inbox.telling("Sự cố: hong")
    assert [len(by_mail), len(by_telegram), len(by_slack)] == [1, 1, 1], "sent by the look that could, and once"
    for message in (*by_mail, *by_telegram, *by_slack):
        assert "hong.py" in message
        assert "Việc cần làm: Sửa tệp." in message
    assert [len(came) for came in inbox.telling("Congtin, sáng")] in ([0] * 3, [1] * 3), "the digest, if it is due"
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    assert "hong" in str((await _artifacts(run_id))["su-co"])

    broken.unlink()
    await watch(return_state=True)
    assert [len(came) for came in inbox.telling("Đã ổn: hong")] == [1, 1, 1]


async def test_one_look_and_one_care_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.watch import watch

    flows = import_module("flows.watch"), import_module("flows.care")
    monkeypatch.setattr(flows[0], "_WAIT", 0)
    engine = connect(place.database)
    with closing(Leases(engine)) as leases:
        for name, flow in (("watch", watch), ("care", flows[1].care)):
            async with work_lock(place.var / "locks", name, leases, 0):
                beside: State[Any] = await flow(return_state=True)
            assert (beside.type, beside.name) == (StateType.CANCELLED, "Bỏ qua: đang chạy [skipped]")
            after: State[Any] = await flow(return_state=True)
            assert after.type is StateType.COMPLETED
    engine.dispose()
    slips = find_slips(folder_of(settings()))
    assert sorted(slip.slip.portal for slip in slips if slip.slip) == ["care", "care", "watch", "watch"]
    assert not any(slip.held for slip in slips)
