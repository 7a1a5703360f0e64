"""The state that Prefect shows of a run: always the one that its verdict stands for."""

from prefect.client.schemas.objects import State, StateType

from flows.steps.order import Judgement


def state_of(judgement: Judgement) -> State[None]:
    """Return the final state of a verdict: its type from the table, its name the label with the code in brackets."""
    facts = judgement.facts
    return State(
        type=StateType(facts.prefect_state.value),
        name=f"{facts.label} [{judgement.verdict.value}]",
        message=judgement.reason,
    )
