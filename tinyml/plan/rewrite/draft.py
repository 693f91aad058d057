"""A graph while a rewriting changes it: who writes and reads each tensor stays known from change to change."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tinyml.errors import ModelError
from tinyml.graph import Graph, Operator, Tensor
from tinyml.ops import Lowered, lower_operator


class Draft:
    """A graph under change.

    Tensors keep their indices; new ones come behind them. Operators keep the `index` that they have at the
    beginning until `graph` numbers them anew.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._operators: dict[int, Operator] = {}
        self._writer: dict[int, int] = {}
        self._readers: dict[int, list[int]] = {}
        self._lowered: dict[int, tuple[Operator, Lowered | None]] = {}
        for operator in graph.operators:
            self._put(operator)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All tensors, by index."""
        return self._graph.tensors

    @property
    def variables(self) -> frozenset[int]:
        """The indices of the tensors that keep their values between inferences."""
        return frozenset(tensor.index for tensor in self._graph.variables)

    def operators(self) -> list[Operator]:
        """Return the operators as they are now, in the order in which they run."""
        return [self._operators[index] for index in sorted(self._operators)]

    def current(self) -> Iterator[Operator]:
        """Yield the operators in the order in which they run, each as it is when its turn comes."""
        for index in sorted(self._operators):
            if index in self._operators:
                yield self._operators[index]

    def label(self, operator: Operator) -> str:
        """Return the name that users know an operator by."""
        return self._graph.label(operator)

    def lowered(self, operator: Operator) -> Lowered | None:
        """Return an operator's kernel calls as it would be in this graph; None where it cannot be so."""
        known = self._lowered.get(operator.index)
        if known is None or known[0] is not operator:  # tables of functions take long to compute
            known = self._lowered[operator.index] = operator, self._lower(operator)
        return known[1]

    def _lower(self, operator: Operator) -> Lowered | None:
        try:
            return lower_operator(self._graph, operator)
        except ModelError:
            return None

    def is_output(self, tensor: int) -> bool:
        """Return whether the model gives `tensor` to its caller."""
        return tensor in self._graph.outputs

    def writer(self, tensor: int) -> Operator | None:
        """Return the operator that computes `tensor`."""
        return self._operators[self._writer[tensor]] if tensor in self._writer else None

    def is_read(self, tensor: int) -> bool:
        """Return whether an operator or the model's caller reads `tensor`."""
        return self.is_output(tensor) or bool(self._readers.get(tensor))

    def readers(self, tensor: int) -> list[Operator]:
        """Return the operators that read `tensor`, one twice that reads it twice."""
        return [self._operators[index] for index in self._readers.get(tensor, ())]

    def only_reader(self, tensor: int) -> Operator | None:
        """Return the operator that alone reads `tensor`, and once; None where more needs its values."""
        readers = self._readers.get(tensor, [])
        return self._operators[readers[0]] if len(readers) == 1 and not self.is_output(tensor) else None

    def _put(self, operator: Operator) -> None:
        self._operators[operator.index] = operator
        self._writer |= dict.fromkeys(operator.outputs, operator.index)
        for tensor in operator.inputs:
            self._readers.setdefault(tensor, []).append(operator.index)

    @staticmethod
    def number(operator: Operator) -> int:
        """Return an operator's place in the model's file."""
        return operator.index if operator.number is None else operator.number

    def remove(self, operator: Operator) -> None:
        """Take an operator out."""
        del self._operators[operator.index]
        for tensor in operator.outputs:
            del self._writer[tensor]
        for tensor in operator.inputs:
            self._readers[tensor].remove(operator.index)

    def replace(self, operator: Operator, other: Operator) -> None:
        """Put an operator of the same index in the place of `operator`."""
        self.remove(operator)
        self._put(other)

    def merge(self, part: Operator, whole: Operator, other: Operator) -> None:
        """Put `other`, of the index of one of them, in the place of two operators.

        It goes by the name of `whole`; `part` is told as a part of it.
        """
        labels = (*part.merged.labels, self.label(part), *whole.merged.labels)
        self.remove(part)
        self.remove(whole)
        self._put(replace(other, merged=replace(other.merged, labels=labels)))

    def set_tensor(self, tensor: Tensor) -> None:
        """Put a tensor in the place of that of its index."""
        self._lowered = {}  # who reads it may be another call now
        tensors = list(self._graph.tensors)
        tensors[tensor.index] = tensor
        self._graph = replace(self._graph, tensors=tuple(tensors))

    def add_tensors(self, tensors: Sequence[Tensor]) -> list[int]:
        """Append tensors, whatever their index says; return their indices."""
        first = len(self._graph.tensors)
        added = [replace(tensor, index=first + i) for i, tensor in enumerate(tensors)]
        self._graph = replace(self._graph, tensors=(*self._graph.tensors, *added))
        return [tensor.index for tensor in added]

    def reorder(self, operators: Sequence[Operator]) -> None:
        """Let the operators, all of them, run in another order."""
        self._operators, self._writer, self._readers, self._lowered = {}, {}, {}, {}
        for index, operator in enumerate(operators):
            self._put(replace(operator, index=index, number=self.number(operator)))

    def graph(self) -> Graph:
        """Return the graph with its operators numbered from 0."""
        numbered = (
            replace(operator, index=i, number=self.number(operator)) for i, operator in enumerate(self.operators())
        )
        return replace(self._graph, operators=tuple(numbered))
