"""How long things take and what they take up: `pytest benchmarks --benchmark-enable`, `python -m benchmarks.report`."""
