"""The JSON contract, for scripts."""

from __future__ import annotations

import json

from convzoo.analyses.report import Report
from convzoo.rendering import FORMATS


@FORMATS.register("json")
def render_json(report: Report) -> str:
    """The report as one JSON object, on one line per report."""
    return json.dumps(report.to_dict(), indent=2)
