"""What the doctor finds at the end of a run, in the run's verdict."""

from collections.abc import Sequence
from dataclasses import replace

from flows.steps.doctor.model import Checked
from flows.steps.order import Judgement
from storage.vocabulary import VERDICTS, Verdict


def proved(judgement: Judgement, checked: Sequence[Checked]) -> Judgement:
    """Return the judgement with what was found: `broken`, unless the run ended worse; the reason says both."""
    found = [one for one in checked if one.findings]
    if not found:
        return judgement
    said = "; ".join(f"{one.invariant.value} ({one.label}): {len(one.findings)} phát hiện" for one in found)
    first = found[0].findings[0]
    reason = f"{said}. Trước hết: {first.subject}: {first.what}. {judgement.reason}".strip()
    order = list(VERDICTS)
    worse = order.index(judgement.verdict) > order.index(Verdict.BROKEN)
    evidence = dict(judgement.evidence) | {"broken": {one.invariant.value: len(one.findings) for one in found}}
    return replace(judgement, verdict=judgement.verdict if worse else Verdict.BROKEN, reason=reason, evidence=evidence)
