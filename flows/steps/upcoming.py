"""When the portals run next, asked of Prefect's server over its API.

Plain HTTP, so that a command need not load Prefect.
"""

import base64
import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_SECONDS = 3.0
"""Longest wait for an answer: whoever asks shows the rest without it."""
_PAGE = 200
_MOST = 10_000
"""Scheduled runs looked at: ten for each of a thousand portals."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """When a portal runs next; `paused` if a person has stopped it, or its schedules."""

    at: datetime | None
    paused: bool


def upcoming(api: str, auth: str | None, tag: str) -> dict[str, Upcoming] | None:
    """Return when each deployment runs next, by name; None where the server does not answer.

    Args:
        api: address of the API.
        auth: `user:password`, if it asks for that.
        tag: of the deployments.
    """
    tagged = {"deployments": {"tags": {"all_": [tag]}}}
    scheduled = {
        **tagged,
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "sort": "EXPECTED_START_TIME_ASC",
    }
    try:
        deployments = {one["id"]: one for one in _pages(api, auth, "deployments", tagged)}
        first: dict[str, datetime] = {}
        for run in _pages(api, auth, "flow_runs", scheduled):
            if run["deployment_id"] in deployments:
                first.setdefault(run["deployment_id"], datetime.fromisoformat(run["expected_start_time"]))
            if len(first) == len(deployments):
                break
    except OSError:
        return None
    return {one["name"]: Upcoming(first.get(id_), _paused(one)) for id_, one in deployments.items()}


def _paused(deployment: Mapping[str, Any]) -> bool:
    schedules = deployment["schedules"]
    return bool(deployment["paused"]) or (bool(schedules) and not any(one["active"] for one in schedules))


def _pages(api: str, auth: str | None, kind: str, query: Mapping[str, Any]) -> Iterator[Any]:
    for offset in range(0, _MOST, _PAGE):
        page = _ask(f"{api}/{kind}/filter", auth, {**query, "limit": _PAGE, "offset": offset})
        yield from page
        if len(page) < _PAGE:
            return


def _ask(address: str, auth: str | None, body: Mapping[str, Any]) -> list[Any]:
    headers = {"Content-Type": "application/json"}
    if auth is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(auth.encode()).decode()}"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310 - an address of ours
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=_SECONDS) as answer:
        found: list[Any] = json.load(answer)
        return found
