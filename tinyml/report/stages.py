"""What a stage of the chain has given, in one line."""

from collections import Counter

from tinyml.plan import Plan, total
from tinyml.plan.budget import Budget, RegionBudget
from tinyml.progress import Progress
from tinyml.quantize import Converted
from tinyml.run import Session


def conversion_text(converted: Converted) -> str:
    """Return how a model was converted."""
    if converted.accuracy is None:
        return f"{converted.source} is taken untouched, {len(converted.data):,} bytes"
    text = f"{converted.source} -> int8, {len(converted.data):,} bytes, {converted.calibration_samples} samples"
    agreement = converted.accuracy.agreement
    return text if agreement is None else f"{text}, top-1 as the float model on {agreement:.1%}"


def _operators_text(plan: Plan) -> str:
    """Return how many operators of each kind a plan has."""
    counts = Counter(layer.operator.name for layer in plan.parts)
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def plan_text(plan: Plan) -> str:
    """Return what a plan consists of and takes."""
    return (
        f"{_operators_text(plan)}; {plan.macs:,} MACs, arena {plan.memory.arena_bytes:,} bytes, "
        f"constants {plan.constant_bytes:,} bytes{_recomputed_text(plan)}{_rewritings_text(plan)}"
    )


def _recomputed_text(plan: Plan) -> str:
    if not plan.recomputed:
        return ""
    share = plan.recomputed / (plan.macs - plan.recomputed)
    return f"; for the RAM budget {plan.recomputed:,} of the MACs ({share:.1%} more) are computed again"


def _rewritings_text(plan: Plan) -> str:
    if not plan.rewritings:
        return ""
    names = ", ".join(f"{rewriting.name} ({len(rewriting.done)})" for rewriting in plan.rewritings)
    saved = total(plan.rewritings)
    return (
        f"; exact rewriting of {names} saved {saved.macs:,} MACs, {saved.constant_bytes:,} bytes of constants and "
        f"tables, {saved.arena_bytes:,} bytes of the arena"
    )


def memory_text(needs: Budget) -> str:
    """Return what a model needs of each memory region."""

    def use(region: RegionBudget) -> str:
        bound = "at most " if region.kind == "flash" else ""
        return (
            f"{region.region} {bound}{region.needed:,} of {region.available:,} bytes ({', '.join(region.parts)})"
        )

    return ", ".join(map(use, needs.regions))


def tell_crash(session: Session, progress: Progress) -> None:
    """Tell of a crash that is over: the device keeps its report until somebody has asked for it."""
    if session.crash is not None:
        with progress.stage("crash") as stage:
            stage.text = f"an earlier run ended so: {session.crash}"
