"""A model that replaces the one of a running device: sent, tried, proven by its answers, and only then kept."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinyml.errors import DeviceError, FitError, MismatchError, SessionLostError
from tinyml.link import watch
from tinyml.link.answers import Slots
from tinyml.link.client import Client
from tinyml.measure.agreement import agreeing
from tinyml.measure.expectations import Expectations
from tinyml.measure.interpreter import Array
from tinyml.plan import Plan
from tinyml.plan.interpreter import arena_bytes
from tinyml.protocol import load

_UNHARMED = "The device goes on with the model that it had; run `tinyml swap` again."


@dataclass(frozen=True)
class Swap:
    """A swap that was kept.

    Attributes:
        sequence: its number, counted by the device; 0 where the device was back at its image's own model.
        model_bytes: of the model's file, with its plan.
        slot_model_bytes: the most that it may have.
        samples: how many were answered bit for bit before it was kept.
    """

    sequence: int
    model_bytes: int
    slot_model_bytes: int
    samples: int


class Swapper:
    """Replaces the model of one device.

    Args:
        client: the device, in a session.
        build_id: the firmware's, as its project's manifest has it.
        plan: the new model, whose file has the plan for the interpreter.
        expectations: its answers to the samples that it has to prove itself by.
    """

    def __init__(self, client: Client, build_id: int, plan: Plan, expectations: Expectations) -> None:
        self._client = client
        self._build_id = build_id
        self._plan = plan
        self._data = plan.graph.data
        self._sha256 = bytes.fromhex(plan.graph.sha256)
        self._expectations = expectations

    def run(
        self,
        proven: Callable[[], None] = lambda: None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Swap:
        """Send the model, hold its answers against the expectations, and keep it; the old one stays until then.

        Args:
            proven: called before the model is kept.
            progress: called with how many bytes are written.

        Raises:
            DeviceError: the device runs another firmware, has no slots, refuses the model, or falls silent.
            FitError: the model is larger than a slot, or needs a larger arena.
            MismatchError: an answer was wrong; the model is not kept.
        """
        self._begin()
        slots = self._client.slots()
        check_fit(self._plan, slots)
        for attempt in range(load().limits["resumptions"] + 1):
            try:
                sequence = self._attempt(proven, progress, again=attempt > 0)
                return Swap(sequence, len(self._data), slots.model_bytes, len(self._expectations))
            except SessionLostError as error:
                lost = error
            except DeviceError as error:
                error.hint = error.hint or _UNHARMED
                raise
        raise DeviceError(f"the link was lost in mid-swap each time: {lost}", _UNHARMED)

    def _attempt(self, proven: Callable[[], None], progress: Callable[[int], None], again: bool) -> int:
        """Swap, or find out that the attempt before did and only its answer was lost; return the number."""
        # The hello begins a session, with which a trial that was broken off has ended.
        if again and self._client.hello().model_sha256 == self._sha256:
            return self._client.slots().sequence
        self._prove(progress)
        proven()
        return self._client.keep_slot()

    def _begin(self) -> None:
        """Check that the device runs the project's firmware; it is to end a model that hangs."""
        hello = self._client.hello()
        if hello.build_id != self._build_id:
            raise DeviceError(
                f"the device runs the firmware {hello.build_id:08x}, the project's is {self._build_id:08x}",
                "Build the project and write it into the board with `tinyml flash DIR`.",
            )
        watch.arm(self._client, hello.clock_hz, self._plan.macs)

    def _prove(self, progress: Callable[[int], None]) -> None:
        self._client.write_slot(self._data, self._sha256, progress)
        self._client.try_slot()
        expected = self._expectations
        answers = [self._infer(sample) for sample in range(len(expected))]
        outputs = tuple(np.stack(values) for values in zip(*answers, strict=True))
        exact = agreeing(expected.outputs, outputs)
        if not all(exact):
            self._client.hello()  # ends the trial
            raise MismatchError(
                f"the new model was refused: on the device {exact.count(False)} of {len(exact)} samples differ "
                f"from {expected.oracle}; the device runs the one before it again",
                "Deploy the model to a project of its own: `tinyml validate` names the layer that differs.",
            )

    def _infer(self, sample: int) -> list[Array]:
        for i, values in enumerate(self._expectations.inputs):
            self._client.set_input(i, np.ascontiguousarray(values[sample]).tobytes())
        self._client.invoke()
        tensors = [self._plan.graph.tensors[t] for t in self._plan.graph.outputs]
        return [
            np.frombuffer(self._client.get_output(i), np.dtype(tensor.type)).reshape(tensor.shape)
            for i, tensor in enumerate(tensors)
        ]


def check_fit(plan: Plan, slots: Slots) -> None:
    """Check that a slot and the arena are large enough for `plan`.

    Raises:
        FitError: one is not.
    """
    size, arena = len(plan.graph.data), arena_bytes(plan, "interpreter")
    if size > slots.model_bytes:
        raise FitError(
            f"the model with its plan has {size:,} bytes, and a slot of the device takes {slots.model_bytes:,}: "
            f"{size - slots.model_bytes:,} too many",
            f"Generate, build and flash the project again with `--slots {size}` or more.",
        )
    if arena > slots.arena_bytes:
        raise FitError(
            f"the model needs an arena of {arena:,} bytes, and the device's has {slots.arena_bytes:,}: "
            f"{arena - slots.arena_bytes:,} too few",
            "Generate, build and flash a project of the model that needs the largest arena; swap the others in.",
        )
