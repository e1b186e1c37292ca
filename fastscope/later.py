"""Names of the faces that are imported when they are first asked for: one table.

What a training program needs around its network (flags, summaries, files of records, queues) is left alone by programs
that do without, so `import fastscope` does not pay for it. A face lists such a name in its `__all__`, and tells a type
checker where it comes from.
"""

from __future__ import annotations

__all__ = ["HOMES"]

# name below tf -> the module that has it; itself where it is a module
HOMES: dict[str, str] = {
    "app": "app",
    "as_string": "ops.strings",
    "bitwise": "bitwise",
    "compat": "compat",
    "flags": "flags",
    "gfile": "gfile",
    "histogram_fixed_width": "ops.histograms",
    "histogram_fixed_width_bins": "ops.histograms",
    "image.extract_glimpse": "ops.glimpses",
    "logging": "logging",
    "reduce_join": "ops.strings",
    "regex_replace": "ops.strings",
    "resource_loader": "resource_loader",
    "string_join": "ops.strings",
    "string_strip": "ops.strings",
    "string_to_number": "ops.strings",
    "strings": "strings",
    "substr": "ops.strings",
    "test": "test",
}
