"""What a stage of the chain has given, in one line."""

from collections import Counter

from tinyml.plan import Plan
from tinyml.plan.budget import Budget, RegionBudget
from tinyml.quantize import Converted


def conversion_text(converted: Converted) -> str:
    """Return how a model was converted."""
    if converted.accuracy is None:
        return f"{converted.source} is taken untouched, {len(converted.data):,} bytes"
    text = f"{converted.source} -> int8, {len(converted.data):,} bytes, {converted.calibration_samples} samples"
    agreement = converted.accuracy.agreement
    return text if agreement is None else f"{text}, top-1 as the float model on {agreement:.1%}"


def operators_text(plan: Plan) -> str:
    """Return how many operators of each kind a plan has."""
    counts = Counter(layer.operator.name for layer in plan.layers)
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def memory_text(needs: Budget) -> str:
    """Return what a model needs of each memory region."""

    def use(region: RegionBudget) -> str:
        bound = "at most " if region.kind == "flash" else ""
        return (
            f"{region.region} {bound}{region.needed:,} of {region.available:,} bytes ({', '.join(region.parts)})"
        )

    return ", ".join(map(use, needs.regions))
