"""Operators of branches run in the order in which the fewest bytes are alive at once.

A set of operators that have run leaves the same tensors alive whatever their order was. So the best way to each
such set is found from the best ways to smaller ones, the way with the smallest peak so far first; where branches
are so many that the sets are too, the file's order stays.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinyml.graph import Operator
from tinyml.plan.rewrite.draft import Draft

_MOST_SETS = 3000


@dataclass(frozen=True)
class _Problem:
    """What the search needs to know, with sets of operators as bits of a number.

    Attributes:
        needs: for each operator, the operators that have to run before it.
        sizes: the bytes of each tensor, by index.
        made: the tensors that each operator makes.
        makers: the operator that makes a tensor, as a set; 0 for inputs of the model.
        readers: the operators that read a tensor, and for outputs of the model one more that never runs.
    """

    needs: Sequence[int]
    sizes: Mapping[int, int]
    made: Sequence[tuple[int, ...]]
    makers: Mapping[int, int]
    readers: Mapping[int, int]

    def live(self, done: int) -> int:
        """Return the bytes that are alive when the set `done` has run."""
        return sum(
            size
            for tensor, size in self.sizes.items()
            if self.makers[tensor] & done == self.makers[tensor] and self.readers[tensor] & ~done
        )

    def peak(self, done: int, operator: int) -> int:
        """Return the bytes that are alive while `operator` runs after the set `done`."""
        return self.live(done) + sum(self.sizes.get(tensor, 0) for tensor in self.made[operator])

    def ready(self, done: int) -> list[int]:
        """Return the operators that can run after the set `done`."""
        return [k for k, needs in enumerate(self.needs) if not done >> k & 1 and needs & ~done == 0]


def _problem(draft: Draft, operators: Sequence[Operator]) -> _Problem:
    tensors = draft.tensors
    makers = {tensor: 1 << k for k, operator in enumerate(operators) for tensor in operator.outputs}
    readers: dict[int, int] = dict.fromkeys(makers, 0)
    for k, operator in enumerate(operators):
        for tensor in operator.inputs:
            if tensor != -1 and not tensors[tensor].is_constant:
                readers[tensor] = readers.get(tensor, 0) | 1 << k
    never = 1 << len(operators)
    readers = {tensor: found | (never if draft.is_output(tensor) else 0) for tensor, found in readers.items()}
    needs = [
        sum({makers.get(tensor, 0) for tensor in operator.inputs if tensor in makers}) for operator in operators
    ]
    return _Problem(
        needs=needs,
        sizes={tensor: tensors[tensor].nbytes for tensor in readers},
        made=[operator.outputs for operator in operators],
        makers={tensor: makers.get(tensor, 0) for tensor in readers},
        readers=readers,
    )


def _peak(problem: _Problem, order: Sequence[int]) -> int:
    done, most = 0, 0
    for operator in order:
        most = max(most, problem.peak(done, operator))
        done |= 1 << operator
    return most


def _best(problem: _Problem, below: int) -> list[int] | None:
    """Return an order whose peak is the smallest and less than `below`, or None where none was found."""
    count = len(problem.needs)
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_SETS:
        peak, _, order = heapq.heappop(waiting)
        done = sum(1 << operator for operator in order)
        if done in seen:
            continue
        seen.add(done)
        if len(order) == count:
            return list(order)
        for operator in problem.ready(done):
            most = max(peak, problem.peak(done, operator))
            if most < below and done | 1 << operator not in seen:
                # Of equal peaks the longer way first: it may already lead to the end.
                heapq.heappush(waiting, (most, -len(order), (*order, operator)))
    return None


def _branches(problem: _Problem) -> bool:
    """Return whether more than one order is possible."""
    done = 0
    for operator in range(len(problem.needs)):
        if len(problem.ready(done)) > 1:
            return True
        done |= 1 << operator
    return False


def rewrite(draft: Draft) -> list[str]:
    """Let operators run earlier or later where that makes the peak smaller."""
    operators = draft.operators()
    if draft.variables:  # when a state is written is part of what the model says
        return []
    problem = _problem(draft, operators)
    if not _branches(problem):
        return []
    order = _best(problem, _peak(problem, range(len(operators))))
    if order is None:
        return []
    moved = [k for at, k in enumerate(order) if at != k]
    done = [f"{draft.label(operators[k])} runs in place {order.index(k)}" for k in moved]
    draft.reorder([operators[k] for k in order])
    return done
