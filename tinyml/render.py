"""Texts with holes: renders the templates of `templates/`."""

from functools import cache

import jinja2

from tinyml import resources


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.templates()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the texts are C, TOML and INI, not HTML
    )


def render(template: str, **values: object) -> str:
    """Return the text of `templates/TEMPLATE` with its holes filled from `values`.

    Raises:
        jinja2.UndefinedError: a hole has no value (an error in tinyml).
    """
    return _environment().get_template(template).render(**values)
