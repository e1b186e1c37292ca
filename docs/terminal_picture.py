"""Draws drawings/terminal.svg: what a terminal shows of the commands on looking.md; `pip install rich`, and run it."""

import html
import io
import re
from pathlib import Path

HERE = Path(__file__).parent
PICTURE = HERE / "drawings" / "terminal.svg"


def shown() -> str:
    """Return the commands of the page with what they print."""
    block = re.search(r"^```console\n(.*?)^```$", (HERE / "looking.md").read_text(), re.S | re.M)
    assert block is not None
    return block[1].rstrip("\n")


def text_of(svg: str) -> str:
    """Return the lines that a picture shows."""
    lines: dict[float, str] = {}
    for y, text in re.findall(r'<text class="[^"]*" x="[^"]*" y="([\d.]+)"[^>]*clip-path="[^"]*">([^<]*)</text>', svg):
        lines[float(y)] = lines.get(float(y), "") + html.unescape(text).replace("\xa0", " ")
    return "\n".join(line.rstrip() for _, line in sorted(lines.items())).rstrip("\n")


def draw() -> str:
    """Return the picture."""
    from rich.console import Console
    from rich.text import Text

    text = shown()
    console = Console(record=True, width=max(map(len, text.splitlines())), file=io.StringIO(), highlight=False)
    for line in text.splitlines():
        console.print(Text(line, "bold green" if line.startswith("$ ") else ""), soft_wrap=True)
    svg = console.export_svg(title="fastscope tree", unique_id="terminal")
    return re.sub(r"@font-face \{.*?\}\n?", "", svg, flags=re.S)  # what a viewer has of these fonts is good enough


if __name__ == "__main__":
    PICTURE.write_text(draw())
