"""The site: `sphinx-build -W -b html docs OUT`. The reference is made from names.md."""

import sys
from pathlib import Path

import fastscope

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "fastscope"
author = "the fastscope authors"
version = release = fastscope.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax", "reference", "shown"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"fastscope {version}"
html_static_path = ["drawings"]
html_theme_options = {
    "source_repository": "https://github.com/fastscope/fastscope/",
    "source_branch": "main",
    "source_directory": "docs/",
}
exclude_patterns = ["_build"]
nitpicky = False  # signatures name NumPy's types, and nothing is fetched while the site is built
autodoc_typehints = "none"
autodoc_member_order = "bysource"
suppress_warnings = ["config.cache"]
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]
