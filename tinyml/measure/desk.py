"""How often the desktop's interpreter answers with the same bytes as a device."""

from collections.abc import Sequence
from typing import Any

from tinyml.errors import ModelError
from tinyml.measure.agreement import agreeing
from tinyml.measure.interpreter import Array, desk_available, desk_name, run_desk
from tinyml.plan import Plan
from tinyml.progress import Progress


def desk_agreement(
    plan: Plan, inputs: tuple[Array, ...], outputs: Sequence[Array], progress: Progress
) -> dict[str, Any] | None:
    """Return how many samples the desktop interpreter answers with the same bytes; None where there is none.

    It is no part of the proof, so that its refusal of a model is told and is no error.
    """
    if not desk_available():
        return None
    with progress.stage("desk") as stage:
        try:
            agree = sum(agreeing(run_desk(plan.graph, inputs, plan.macs), outputs))
        except ModelError as error:
            stage.text = str(error)
            return {"interpreter": desk_name(), "agree": None, "error": str(error)}
        stage.text = f"{agree} of {len(inputs[0])} samples agree with {desk_name()}"
    return {"interpreter": desk_name(), "agree": agree}
