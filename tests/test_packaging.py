"""What stands around the code says what is so: links, extras, groups."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
HOME = PROJECT["project"]["urls"]["Repository"]
PAGES = ["README.md", "CONTRIBUTING.md", *(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md"))]


def links(page: str) -> list[str]:
    text = (ROOT / page).read_text()
    return re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.M)


def test_readme_s_links_and_picture_are_absolute_and_lead_to_what_is_there() -> None:
    """A package index shows README too, where a relative link leads nowhere."""
    raw = HOME.replace("https://github.com/", "https://raw.githubusercontent.com/") + "/main/"
    found = links("README.md")
    assert len(found) > 6
    for link in found:
        path = link.removeprefix(f"{HOME}/blob/main/").removeprefix(raw).partition("#")[0]
        assert (ROOT / path).is_file(), link
        assert link.startswith(raw) == link.endswith(".png")


def test_readme_s_references_are_defined() -> None:
    text = (ROOT / "README.md").read_text()
    used = set(re.findall(r"\]\[([^\]]+)\]", text))
    defined = set(re.findall(r"^\[([^\]]+)\]: ", text, re.M))
    assert used <= defined
    assert all(f"[{name}]" in text.replace(f"[{name}]: ", "") for name in defined)


@pytest.mark.parametrize("page", PAGES)
def test_every_extra_and_group_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    asked = {
        extra.strip() for extras in re.findall(r"(?:fastscope|\.)\[([\w, ]+)\]", text) for extra in extras.split(",")
    }
    assert asked <= set(PROJECT["project"]["optional-dependencies"])
    assert set(re.findall(r"--group (\w+)", text)) <= set(PROJECT["dependency-groups"])


def test_what_only_developers_need_is_no_extra() -> None:
    assert not set(PROJECT["project"]["optional-dependencies"]) & {"dev", "peers", "docs"}
