"""Runs samples on a device and compares every byte with what was expected; locates the first difference."""

import statistics
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from tinyml.errors import DeviceError
from tinyml.generate import Project
from tinyml.link import throughput, watch
from tinyml.link.answers import Count
from tinyml.link.client import Client, RefusedError
from tinyml.link.clock import Clock
from tinyml.link.realtime import RealClock
from tinyml.measure.agreement import agreeing
from tinyml.measure.expectations import Expectations
from tinyml.measure.interpreter import Array, run_oracle
from tinyml.plan import Layer, Plan, Stream
from tinyml.run import Session


@dataclass(frozen=True)
class Mismatch:
    """The first place where the device differs from the oracle.

    Attributes:
        sample: which sample, counted from 0.
        layer: the layer's label, or "output" where each layer agrees when it is run by itself.
        element: the first differing element of the layer's output, counted from 0; None where it is not known.
        expected, got: that element's values.
        differing: how many elements differ; None where it is not known.
        note: what else is known of it, for people.
    """

    sample: int
    layer: str
    element: int | None = None
    expected: float | None = None
    got: float | None = None
    differing: int | None = None
    note: str = ""


@dataclass(frozen=True)
class LayerCount:
    """A layer in one inference: its instructions in an emulator, its microseconds where a real clock was measured.

    A layer that runs by itself is counted with what enters and leaves the loop over the layers, which an inference
    has once. All layers' runs have it once each, so that their sum exceeds the inference by all but one of them:
    that tells how much it is, and it is taken out.
    """

    label: str
    instructions: int | None
    microseconds: float | None = None


@dataclass(frozen=True, eq=False)
class Measurements:
    """What a device answered and needed.

    Attributes:
        outputs: for each output of the model, an array of shape [n, *shape].
        samples: n, how many samples ran.
        instructions: of each sample's inference; empty where the device has no clock that counts them.
        layers: instructions of each layer for the first sample.
        exact: for each sample, whether every output byte was the expected one; empty where nothing was expected.
        mismatch: the first difference, or None.
        stack_bytes: the most stack that was ever used.
        run_stack_bytes: of each sample, the stack that was used when its inference ended; empty where nothing was
            counted.
        microseconds: of each sample's inference; empty where no real clock was measured.
    """

    outputs: tuple[Array, ...]
    samples: int
    instructions: tuple[int, ...]
    layers: tuple[LayerCount, ...]
    exact: tuple[bool, ...]
    mismatch: Mismatch | None
    stack_bytes: int
    run_stack_bytes: tuple[int, ...] = ()
    microseconds: tuple[float, ...] = ()

    @property
    def instruction_summary(self) -> dict[str, int] | None:
        """The least, the median and the most instructions of an inference; None where they are not counted."""
        if not self.instructions:
            return None
        return {
            "min": min(self.instructions),
            "median": int(statistics.median(self.instructions)),
            "max": max(self.instructions),
        }

    @property
    def microsecond_summary(self) -> dict[str, float] | None:
        """The least, the median and the most microseconds of an inference, none left out; None without a clock."""
        if not self.microseconds:
            return None
        return {
            "min": min(self.microseconds),
            "median": statistics.median(self.microseconds),
            "max": max(self.microseconds),
        }


@dataclass(frozen=True, eq=False)
class Run:
    """A run on a device.

    Attributes:
        project: the project's folder.
        measurements: what the device answered and needed.
        outputs_file: where the outputs were saved, as arrays `output0`, ... of shape [n, *shape].
    """

    project: Path
    measurements: Measurements
    outputs_file: Path


class Measurer:
    """Drives one device through samples of one model.

    Args:
        client: the device.
        plan: the model that its firmware was generated from.
        build_id: the firmware's, as its project's manifest has it.
        clock: turns the device's counts into instructions; None for a device whose counter tells time instead.
        real_clock: turns them into microseconds; None for a device without time, or whose rate is not known.
    """

    def __init__(
        self, client: Client, plan: Plan, build_id: int, clock: Clock | None, real_clock: RealClock | None = None
    ) -> None:
        self._real_clock = real_clock
        self._client = client
        self._plan = plan
        self._build_id = build_id
        self._clock = clock
        client.layers = [layer.label for layer in plan.layers]

    def _set_inputs(self, inputs: tuple[Array, ...], sample: int) -> None:
        for i, values in enumerate(inputs):
            self._client.set_input(i, np.ascontiguousarray(values[sample]).tobytes())

    def _instructions(self, count: Count) -> int | None:
        return None if self._clock is None else self._clock.instructions(count)

    def _unwrapped(self, count: int, layers: tuple[LayerCount, ...]) -> int:
        """Return an inference's count where the counter may have begun anew during it.

        The layers' sum, each counted by itself, is nearly the whole count; the difference is whole turns.
        """
        if self._clock is None:
            return count
        total = sum(layer.instructions or 0 for layer in layers)
        return count + self._clock.span * round((total - count) / self._clock.span)

    def _infer(self, inputs: tuple[Array, ...], sample: int) -> tuple[Count, list[Array]]:
        self._set_inputs(inputs, sample)
        count = self._client.invoke()
        graph = self._plan.graph
        outputs = []
        for i, t in enumerate(graph.outputs):
            tensor = graph.tensors[t]
            outputs.append(np.frombuffer(self._client.get_output(i), np.dtype(tensor.type)).reshape(tensor.shape))
        return count, outputs

    def _warm_up(self, inputs: tuple[Array, ...]) -> None:
        """Run an inference that nothing is counted of: caches and flash buffers are as any later one finds them.

        An emulator has none, and all its counts of the same work are the same.
        """
        if self._real_clock is not None:
            self._set_inputs(inputs, 0)
            self._client.invoke()

    def _infer_within_arena(self, inputs: tuple[Array, ...], sample: int) -> tuple[Count, list[Array]]:
        """Run an inference; where the model wrote outside its arena, find out which layer did."""
        try:
            return self._infer(inputs, sample)
        except RefusedError as error:
            if error.status != "guard_overwritten":
                raise
            layer = self._culprit(inputs, sample)
            raise DeviceError(
                f"{error}{'' if layer is None else f', in layer {layer.label}'}", error.hint
            ) from None

    def _culprit(self, inputs: tuple[Array, ...], sample: int) -> Layer | None:
        """Return the layer after which the guards are not as they were; None where that does not come again."""
        layer = None
        with suppress(DeviceError):
            self._client.reset()  # it paints the guards anew
            self._client.hello()
            self._set_inputs(inputs, sample)
            for layer in self._plan.layers:
                self._client.run_layer(layer.index)
            return None
        return layer

    def _layer_counts(self, inputs: tuple[Array, ...], whole: Count) -> tuple[LayerCount, ...]:
        """Count each layer for the first sample, of which `whole` is the inference."""
        self._set_inputs(inputs, 0)
        runs = [self._client.run_layer(layer.index).count for layer in self._plan.layers]
        labels = [layer.label for layer in self._plan.layers]
        if (clock := self._clock) is not None:
            excess = (sum(map(clock.instructions, runs)) - clock.instructions(whole)) % clock.span
            entering = excess // max(len(runs) - 1, 1) if excess < clock.span // 2 else 0
            return tuple(
                LayerCount(n, clock.instructions(r) - entering) for n, r in zip(labels, runs, strict=True)
            )
        if (real := self._real_clock) is not None:
            left = sum(map(real.microseconds, runs)) - real.microseconds(whole)
            spent = max(left, 0.0) / max(len(runs) - 1, 1)
            times = [max(real.microseconds(run) - spent, 0.0) for run in runs]
            return tuple(LayerCount(n, None, t) for n, t in zip(labels, times, strict=True))
        return tuple(LayerCount(label, None) for label in labels)

    def _element(self, layer: Layer, expectations: Expectations, sample: int) -> Mismatch:
        """Return the mismatch of `layer`, which has just run on the device, down to the element."""
        tensor = self._plan.graph.tensors[layer.operator.outputs[0]]
        raw = self._client.get_layer_output(layer.index)
        got = np.frombuffer(raw, np.dtype(tensor.type))
        one = tuple(values[sample : sample + 1] for values in expectations.inputs)
        answer = run_oracle(self._plan.graph, one, [tensor.index], self._plan.macs, values=True)
        expected = answer.tensors[tensor.index].reshape(-1)
        # Bytes are compared, not values: two NaNs of the same bits are equal here.
        size = got.dtype.itemsize
        differs = (expected.view(np.uint8) != got.view(np.uint8)).reshape(-1, size).any(axis=1)
        at = int(np.argmax(differs))
        return Mismatch(sample, layer.label, at, float(expected[at]), float(got[at]), int(differs.sum()))

    def _written(self, layer: Layer, stream: Stream, inputs: tuple[Array, ...]) -> list[int]:
        """Return the digest of what each operator of a stream writes, for one sample."""
        digests: list[int] = []
        while len(digests) < len(stream.parts):
            self._set_inputs(inputs, 0)
            for before in range(layer.index):
                self._client.run_layer(before)
            count, told = self._client.trace_layer(layer.index, len(digests))
            if count != len(stream.parts) or not told:
                raise DeviceError(
                    f"the device told of {len(told)} of {count} operators in {layer.label}, "
                    f"which has {len(stream.parts)}",
                    "Build the project and write it into the board with `tinyml flash DIR`.",
                )
            digests += told
        return digests

    def _first_wrong(self, layer: Layer, stream: Stream, inputs: tuple[Array, ...]) -> str:
        """Return which operator of a stream is the first that writes other rows than the oracle, as a note."""
        graph = self._plan.graph
        outputs = [part.operator.outputs[0] for part in stream.parts]
        answer = run_oracle(graph, inputs, list(dict.fromkeys(outputs)), self._plan.macs, values=True)
        for k, digest in enumerate(self._written(layer, stream, inputs)):
            expected = stream.written(k, answer.tensors[outputs[k]][0])
            if digest != zlib.crc32(np.ascontiguousarray(expected).tobytes()):
                return f"the first rows that differ as they are written are those of {stream.parts[k].label}"
        return "each of its operators wrote the right rows when that was asked"

    def _locate(self, expectations: Expectations, sample: int, oracle: bool) -> Mismatch:
        self._set_inputs(expectations.inputs, sample)
        for layer in self._plan.layers:
            run = self._client.run_layer(layer.index)
            if run.digest != int(expectations.layer_digests[sample, layer.index]):
                if not oracle:
                    return Mismatch(sample, layer.label)
                found = self._element(layer, expectations, sample)
                if layer.stream is None:
                    return found
                one = tuple(values[sample : sample + 1] for values in expectations.inputs)
                return replace(found, note=self._first_wrong(layer, layer.stream, one))
        return Mismatch(sample, "output")

    def run(
        self,
        inputs: tuple[Array, ...],
        expectations: Expectations | None = None,
        oracle: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Measurements:
        """Run `inputs` (one array of n samples for each input of the model, shape [n, *shape]).

        Args:
            inputs: the samples.
            expectations: what the model must answer to them, or None to compare nothing.
            oracle: whether the oracle can be asked again, to name the first differing element.
            progress: called after each sample with how many are done.

        Raises:
            DeviceError: the device runs another model, stops answering or reports a fault.
        """
        self._begin()
        self._client.persevere(partial(self._warm_up, inputs))
        runs = []
        for sample in range(len(inputs[0])):
            runs.append(self._client.persevere(partial(self._infer_within_arena, inputs, sample)))
            progress(sample + 1)
        outputs = tuple(np.stack([out[i] for _, out in runs]) for i in range(len(self._plan.graph.outputs)))
        exact: tuple[bool, ...] = ()
        mismatch = None
        if expectations is not None:
            exact = agreeing(expectations.outputs, outputs)
            if not all(exact):
                locate = partial(self._locate, expectations, exact.index(False), oracle)
                mismatch = self._client.persevere(locate)
        layers = self._client.persevere(partial(self._layer_counts, inputs, runs[0][0]))
        stack = self._client.persevere(self._client.memory).stack_bytes
        counted = [self._instructions(count) for count, _ in runs]
        return Measurements(
            outputs,
            len(runs),
            tuple(self._unwrapped(count, layers) for count in counted if count is not None),
            layers,
            exact,
            mismatch,
            stack,
            tuple(count.stack_bytes for count, _ in runs),
            tuple(self._real_clock.microseconds(count) for count, _ in runs) if self._real_clock else (),
        )

    def stream(
        self,
        inputs: tuple[Array, ...],
        baud: int,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Measurements:
        """Run `inputs` in throughput mode: samples are on their way while the device computes; nothing is counted.

        Args:
            inputs: the samples, as for `run`.
            baud: the line's rate, in bits a second.
            progress: called with how many samples are done.

        Raises:
            DeviceError: as `run` does.
        """
        self._begin()
        graph = self._plan.graph
        kinds = [(np.dtype(graph.tensors[t].type), graph.tensors[t].shape) for t in graph.outputs]
        sizes = [graph.tensors[t].nbytes for t in graph.outputs]
        samples = [
            b"".join(np.ascontiguousarray(values[sample]).tobytes() for values in inputs)
            for sample in range(len(inputs[0]))
        ]
        answered = throughput.run(self._client, samples, sum(sizes), baud, progress=progress)
        raw = np.frombuffer(b"".join(answered), np.uint8).reshape(len(samples), sum(sizes))
        outputs = tuple(
            np.ascontiguousarray(part).view(kind).reshape(len(samples), *shape)
            for part, (kind, shape) in zip(np.split(raw, np.cumsum(sizes)[:-1], axis=1), kinds, strict=True)
        )
        stack = self._client.persevere(self._client.memory).stack_bytes
        return Measurements(outputs, len(samples), (), (), (), None, stack)

    def _begin(self) -> None:
        """Check that the device runs the project's firmware, and have it report a run that hangs."""
        hello = self._client.hello()
        device, model = hello.model_sha256.hex(), self._plan.graph.sha256
        if (device, hello.build_id) != (model, self._build_id):
            raise DeviceError(
                f"the device runs the firmware {hello.build_id:08x} with the model {device[:12]}, "
                f"the project's are {self._build_id:08x} and {model[:12]}",
                "Build the project and write it into the board with `tinyml flash DIR`."
                if hello.build_id != self._build_id
                else "Another model was swapped in; `tinyml swap MODEL DIR` brings this one back.",
            )
        watch.arm(self._client, hello.clock_hz, self._plan.macs)


def measurer_of(session: Session, plan: Plan, project: Project) -> Measurer:
    """Return what drives the device of `session`, which runs the firmware of `project`."""
    return Measurer(session.client, plan, project.manifest["build_id"], session.clock, session.real_clock)
