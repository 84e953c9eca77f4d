"""Write the expected values anew: ``python -m tests.expected.regenerate`` (explain the change in the changelog)."""

from __future__ import annotations

import json

from tests.expected.quick import FILE, values

if __name__ == "__main__":
    FILE.write_text(json.dumps(values(), indent=1) + "\n", encoding="utf-8")
