"""On a real server: the automations are made once, respect people, and a failed or drifted run has the watch look."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.events import emit_event
from prefect.states import Running
from pydantic import SecretStr

from flows.operate import automations
from flows.operate.automations import automate, wanted_automations
from flows.operate.deployments import deploy
from flows.operate.plan import Act, Kept
from flows.operate.states import state_of
from flows.steps.order import Judgement
from storage.vocabulary import Verdict

BLOCK = "congtin-notification/truc-im"


async def _automate(client: PrefectClient, *blocks: str, reset: bool = False) -> tuple[list[Act], list[Kept]]:
    done, kept = await automate(client, blocks, reset=reset)
    return [step.act for step in done], [one.kept for one in kept]


async def _run(client: PrefectClient, state: State[Any]) -> FlowRun:
    """Make a run of all portals and set its state."""
    deployment = await client.read_deployment_by_name("ingest-all/tat-ca")
    made = await client.create_flow_run_from_deployment(deployment.id)
    await client.set_flow_run_state(made.id, state, force=True)
    return made


async def _looks(client: PrefectClient) -> Sequence[FlowRun]:
    """Return the runs of the watch that no schedule has made."""
    watch = await client.read_deployment_by_name("watch/truc")
    of_watch = DeploymentFilter(id=DeploymentFilterId(any_=[watch.id]))
    return [run for run in await client.read_flow_runs(deployment_filter=of_watch) if not run.auto_scheduled]


async def _await_look(client: PrefectClient) -> FlowRun:
    async with asyncio.timeout(60):
        while not (found := await _looks(client)):  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.1)
    return found[0]


async def test_made_once_respecting_people_and_calling_the_watch(
    prefect: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.notify import Notification

    monkeypatch.setattr(automations, "GATHER", timedelta(seconds=1))
    async with get_client() as client:
        await deploy(client, [], [], {})
        assert await _automate(client, BLOCK) == ([Act.CREATE] * 3, [])
        assert await _automate(client, BLOCK) == ([], [])
        await Notification(url=SecretStr("json://127.0.0.1:1/")).asave("truc-im")
        assert await _automate(client, BLOCK) == ([Act.CREATE], [])

        first, second, *_ = await client.read_automations()
        await client.pause_automation(first.id)
        await client.delete_automation(second.id)
        assert sorted((await _automate(client, BLOCK))[1]) == [Kept.PAUSED, Kept.REMOVED]
        assert (await _automate(client))[0] == [Act.DELETE]
        assert sorted((await _automate(client, reset=True))[0]) == [Act.CREATE, Act.UPDATE]
        assert await _automate(client) == ([], [])
        assert all(one.enabled for one in await client.read_automations())

        for verdict in (Verdict.FAILED, Verdict.DRIFTED):
            assert not await _looks(client)
            await _run(client, state_of(Judgement(verdict, "")))
            look = await _await_look(client)
            await client.delete_flow_run(look.id)


@pytest.mark.soak
async def test_a_run_that_gives_no_sign_of_life_is_shown_as_crashed(prefect: None) -> None:
    async with get_client() as client:
        await deploy(client, [], [], {})
        (for_silence, *_) = wanted_automations(UUID(int=1), [], silent=timedelta(seconds=12))
        made = await client.create_automation(for_silence)
        silent, alive, ended = [await _run(client, Running()) for _ in range(3)]
        for run in (silent, alive, ended):
            _beat(run)
        await client.set_flow_run_state(ended.id, state_of(Judgement(Verdict.OK, "")), force=True)
        async with asyncio.timeout(60):
            while (state := (await client.read_flow_run(silent.id)).state) is not None and not state.is_final():
                _beat(alive)
                await asyncio.sleep(1)
        assert state is not None
        assert (state.is_crashed(), state.name) == (True, "Đứt giữa chừng [crashed]")
        names = [state.name for run in (alive, ended) if (state := (await client.read_flow_run(run.id)).state)]
        assert names == ["Running", "Tốt [ok]"]
        await client.delete_automation(made)


def _beat(run: FlowRun) -> None:
    flow = {
        "prefect.resource.id": f"prefect.flow.{run.flow_id}",
        "prefect.resource.role": "flow",
        "prefect.resource.name": "ingest-all",
    }
    emit_event(
        "prefect.flow-run.heartbeat", resource={"prefect.resource.id": f"prefect.flow-run.{run.id}"}, related=[flow]
    )
