"""Operators whose results nobody reads are left out; those that keep a state between inferences stay."""

from tinyml.plan.rewrite.draft import Draft


def rewrite(draft: Draft) -> list[str]:
    """Take out what is not read, from the last operator to the first, so that what only it reads goes too."""
    done = []
    variables = draft.variables
    for operator in reversed(draft.operators()):
        if not any(map(draft.is_read, operator.outputs)) and variables.isdisjoint(operator.inputs):
            draft.remove(operator)
            done.append(f"{draft.label(operator)}: nobody reads it")
    return done[::-1]
