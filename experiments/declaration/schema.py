"""The JSON Schema of declarations, for editors that know TOML: made of the forms that validate them.

It knows keys, limits and how values are written. What needs more than one value at a time (hosts that exist,
the order of times, placeholders) only reading.py knows; a text with a placeholder passes.
"""

import json
from pathlib import Path
from typing import Any

from experiments.declaration.document import EXPERIMENT

FILE = Path(__file__).with_name("experiment.schema.json")


def schema() -> dict[str, Any]:
    """The schema, of draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Experiment",
        "description": "A small network on which something goes wrong, and what must be seen of it.",
        **EXPERIMENT.schema(),
    }


def schema_text() -> str:
    """The schema as it stands in experiment.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"
