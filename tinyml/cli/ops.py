"""`tinyml ops`: the contract of exactness."""

from tinyml.cli import options


def command(json: options.Json = False) -> None:
    """List the operators of TFLM: which run here, with which types, and how close to TFLM's bits."""
    from tinyml.ops import contract
    from tinyml.report import facts, terminal

    terminal.show(facts.operators(contract.table()), json)
