"""The forms of operators with weights: types of inputs, weights and biases, and what can be drawn for each."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.ops.single import factors, zero_points


@dataclass(frozen=True)
class Types:
    """The types of an operator's tensors.

    Attributes:
        data: of the input and the output.
        weights: of the filter.
        biases: of the bias, where there is one.
    """

    data: str = "int8"
    weights: str = "int8"
    biases: tuple[str, ...] = ("int32",)

    def zero_points(self) -> st.SearchStrategy[tuple[int, int]]:
        """Draw the zero points of input and output; those of int16 are 0."""
        return st.just((0, 0)) if self.data == "int16" else st.tuples(zero_points, zero_points)

    def filter_zero_points(self) -> st.SearchStrategy[int]:
        """Draw a zero point that the weights' type can hold."""
        return zero_points if self.weights == "int8" else st.integers(-8, 7)

    def factors(self) -> st.SearchStrategy[float]:
        """Draw ratios of scales; TFLM shifts a sum of 64 bits left by 7 bits at most."""
        return factors() if self.data == "int8" else factors().map(lambda factor: min(factor, 2.0**6))

    def bias_types(self) -> st.SearchStrategy[str]:
        """Draw the type of a bias."""
        return st.sampled_from(self.biases)


INT8 = Types()
INT4 = Types(weights="int4")


def wide(*biases: str) -> Types:
    """Return the types of the form 16x8 with biases of these types."""
    return Types("int16", "int8", biases)
