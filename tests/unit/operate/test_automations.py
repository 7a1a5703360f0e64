"""What is done to the automations: once, and nothing that a person did on the screen is undone unasked."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.events.schemas.automations import AutomationCore
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import ReceivedEvent

from flows.operate.automations import SetLast, changes, digest, wanted_automations
from flows.operate.plan import Act, Kept
from flows.operate.states import state_of
from flows.steps.order import Judgement
from storage.vocabulary import VERDICTS, PrefectState, Verdict

WATCH, BLOCK = uuid4(), uuid4()
WANTED = wanted_automations(WATCH, [BLOCK])[0]
RECORD = {WANTED.name: SetLast("1", digest(WANTED))}


def acts(
    wanted: list[AutomationCore], found: AutomationCore | None, *, reset: bool = False
) -> tuple[list[Act], list[Kept]]:
    todo, kept = changes(wanted, RECORD, {"1": found} if found else {}, reset=reset)
    return [change.act for change in todo], [one.kept for one in kept]


def test_made_once_then_nothing() -> None:
    todo, kept = changes([WANTED], {}, {})
    assert ([change.act for change in todo], kept) == ([Act.CREATE], [])
    assert acts([WANTED], WANTED) == ([], [])
    assert acts([WANTED], WANTED, reset=True) == ([], [])


def test_sets_have_no_order() -> None:
    turned = WANTED.model_dump(mode="json")
    turned["trigger"]["match_related"]["prefect.resource.name"].reverse()
    assert digest(AutomationCore.model_validate(turned)) == digest(WANTED)


@pytest.mark.parametrize(
    ("found", "kept", "undo"),
    [
        (None, Kept.REMOVED, Act.CREATE),
        (WANTED.model_copy(update={"enabled": False}), Kept.PAUSED, Act.UPDATE),
        (WANTED.model_copy(update={"name": "tên khác"}), Kept.CHANGED, Act.UPDATE),
    ],
)
def test_what_people_did_is_left_and_listed(found: AutomationCore | None, kept: Kept, undo: Act) -> None:
    assert acts([WANTED], found) == ([], [kept])
    assert acts([WANTED], found, reset=True) == ([undo], [])


def test_a_change_of_the_code_is_brought_in_and_what_was_switched_off_stays_off() -> None:
    other = wanted_automations(WATCH, [], silent=timedelta(hours=1))[0]
    off = WANTED.model_copy(update={"enabled": False})
    (change,), _ = changes([other], RECORD, {"1": off})
    assert (change.act, change.id) == (Act.UPDATE, "1")
    assert change.wanted is not None
    assert (change.wanted.enabled, change.wanted.trigger) == (False, other.trigger)
    edited = WANTED.model_copy(update={"description": "sửa"})
    assert acts([other], edited) == ([], [Kept.CHANGED])


def test_what_nobody_wants_goes_unless_a_person_has_made_it_his() -> None:
    assert acts([], WANTED) == ([Act.DELETE], [])
    edited = WANTED.model_copy(update={"description": "sửa"})
    assert acts([], edited) == ([], [])
    assert acts([], edited, reset=True) == ([Act.DELETE], [])


def test_without_a_block_nobody_can_be_told() -> None:
    assert len(wanted_automations(WATCH, [])) == len(wanted_automations(WATCH, [BLOCK])) - 1


def covering(flow: str, verdict: Verdict) -> list[int]:
    """Return which automations the server would have count the end of a run."""
    state = state_of(Judgement(verdict, ""))
    event = ReceivedEvent.model_validate(
        {
            "id": uuid4(),
            "occurred": datetime.now(UTC),
            "event": f"prefect.flow-run.{state.name}",
            "resource": {
                "prefect.resource.id": f"prefect.flow-run.{uuid4()}",
                "prefect.state-name": state.name,
                "prefect.state-type": state.type.value,
            },
            "related": [
                {
                    "prefect.resource.id": f"prefect.flow.{uuid4()}",
                    "prefect.resource.role": "flow",
                    "prefect.resource.name": flow,
                }
            ],
        }
    )
    made = wanted_automations(WATCH, [BLOCK])
    triggers = [EventTrigger.model_validate(one.trigger.model_dump(mode="json")) for one in made]
    return [number for number, trigger in enumerate(triggers) if trigger.covers(event) and trigger.expects(event.event)]


@pytest.mark.parametrize("verdict", Verdict)
def test_every_end_is_a_sign_of_life_and_bad_ones_call_the_watch_once(verdict: Verdict) -> None:
    state = VERDICTS[verdict].prefect_state
    bad = [2 if verdict is Verdict.DRIFTED else 1] if state in {PrefectState.FAILED, PrefectState.CRASHED} else []
    for flow in ("ingest", "ingest-all", "care"):
        assert covering(flow, verdict) == [0, *bad]
    assert covering("watch", verdict) == ([0, 3] if state is PrefectState.COMPLETED else [0])
    assert covering("của người khác", verdict) == []
