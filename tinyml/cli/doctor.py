"""`tinyml doctor`: what is installed and what is missing."""

from tinyml.cli import options
from tinyml.errors import MissingToolError


def command(json: options.Json = False) -> int:
    """Check the tools that the chain needs, and say exactly what to install; exit 3 where one is missing."""
    from tinyml import doctor
    from tinyml.report import facts, terminal

    checks = doctor.check()
    terminal.show(facts.doctor(checks), json)
    return MissingToolError.exit_code if any(c.required and not c.found for c in checks) else 0
