"""A Sphinx extension: `{shown}` runs a block of Python and shows its last value as a notebook would."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from last_value import last_value
from sphinx.util.docutils import SphinxDirective


class Shown(SphinxDirective):
    """The directive."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the program and its value."""
        text = "\n".join(self.content)
        page = f"{self.env.docname}.md"
        value = last_value(text, page, self.content_offset)
        program = nodes.literal_block(text, text, language="python")
        return [program, nodes.raw("", f'<div class="shown">{value._repr_html_()}</div>', format="html")]


def setup(app: Any) -> dict[str, bool]:
    """Join Sphinx."""
    app.add_directive("shown", Shown)
    return {"parallel_read_safe": True}
