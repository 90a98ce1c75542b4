"""The JSON contract, for scripts."""

from __future__ import annotations

import io
import json

from convzoo.analyses.report import Report
from convzoo.rendering import FORMATS


@FORMATS.register("json")
def render_json(report: Report) -> str:
    """The report as one JSON object."""
    text = io.StringIO()
    # Piece by piece: `dumps` keeps all pieces until it joins them, which takes several times as
    # much memory as the text.
    json.dump(report.to_dict(), text, indent=2)
    return text.getvalue()
