"""What a model must answer, bit for bit: the oracle's outputs and layer digests for given samples.

They are kept in the project (`expectations.npz`), so that a machine without the oracle can validate too.
"""

import hashlib
import importlib.metadata
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tinyml.errors import ProjectError
from tinyml.files import write_arrays
from tinyml.generate.project import EXPECTATIONS
from tinyml.measure.interpreter import Array, run_oracle
from tinyml.plan import Plan


@dataclass(frozen=True, eq=False)
class Expectations:
    """The oracle's answers to n samples.

    Attributes:
        inputs: for each input of the model, the samples as the device takes them, shape [n, *shape].
        outputs: for each output of the model, shape [n, *shape].
        layer_digests: CRC-32 of each layer's output, shape [n, layers], uint32.
        model_sha256: the model that they belong to.
        oracle: the interpreter that computed them, with its version.
    """

    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    layer_digests: npt.NDArray[np.uint32]
    model_sha256: str
    oracle: str

    def __len__(self) -> int:
        """Return n, how many samples there are."""
        return len(self.layer_digests)

    @property
    def inputs_sha256(self) -> str:
        """The hash of the samples as the device takes them, whatever file or seed they come from."""
        total = hashlib.sha256()
        for values in self.inputs:
            total.update(f"{values.dtype.str}{list(values.shape)}\n".encode())
            total.update(np.ascontiguousarray(values).tobytes())
        return total.hexdigest()

    def save(self, folder: Path) -> None:
        """Write the expectations into the project `folder`."""
        arrays: dict[str, Array] = {f"input{i}": a for i, a in enumerate(self.inputs)}
        arrays |= {f"output{i}": a for i, a in enumerate(self.outputs)}
        arrays |= {
            "layer_digests": self.layer_digests,
            "model_sha256": np.array(self.model_sha256),
            "oracle": np.array(self.oracle),
        }
        write_arrays(folder / EXPECTATIONS, arrays)

    def _check(self, plan: Plan) -> None:
        graph, count = plan.graph, len(self)
        if count < 1 or self.layer_digests.shape != (count, len(plan.layers)):
            raise ValueError(f"the digests have the shape {self.layer_digests.shape}")
        ends = zip((*self.inputs, *self.outputs), (*graph.inputs, *graph.outputs), strict=True)
        for array, tensor in ((array, graph.tensors[t]) for array, t in ends):
            if array.dtype != np.dtype(tensor.type) or array.size != count * tensor.elements:
                raise ValueError(f"{array.dtype} of the shape {array.shape} are not {count} times {tensor.name}")

    @staticmethod
    def load(folder: Path, plan: Plan) -> "Expectations":
        """Read the expectations of the project in `folder`, whose model is planned as `plan`.

        Raises:
            ProjectError: there are none, they cannot be read, or they belong to another model.
        """
        hint = "Give --random N or --data FILE on Linux x86-64, where the oracle is available; that records them."
        try:
            with np.load(folder / EXPECTATIONS, allow_pickle=False) as found:
                graph = plan.graph
                if str(found["model_sha256"]) != graph.sha256:
                    raise ProjectError(f"{folder / EXPECTATIONS} belongs to another model", hint)
                expectations = Expectations(
                    tuple(found[f"input{i}"] for i in range(len(graph.inputs))),
                    tuple(found[f"output{i}"] for i in range(len(graph.outputs))),
                    found["layer_digests"],
                    str(found["model_sha256"]),
                    str(found["oracle"]),
                )
                expectations._check(plan)
                return expectations
        except FileNotFoundError:
            raise ProjectError(f"the project has no recorded expectations ({EXPECTATIONS})", hint) from None
        except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise ProjectError(f"{folder / EXPECTATIONS} cannot be read: {error}", hint) from None


def expect(plan: Plan, inputs: tuple[Array, ...]) -> Expectations:
    """Ask the oracle what the model answers to `inputs`, one array of shape [n, *shape] for each input.

    Raises:
        MissingToolError: the oracle is not installed.
        ModelError: the oracle refuses the model.
    """
    tensors = [layer.operator.outputs[0] for layer in plan.layers]
    answer = run_oracle(plan.graph, inputs, tensors, plan.macs)
    oracle = f"tflite-micro {importlib.metadata.version('tflite-micro')}"
    return Expectations(inputs, answer.outputs, answer.digests, plan.graph.sha256, oracle)
