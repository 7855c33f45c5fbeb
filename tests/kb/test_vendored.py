"""Scripts of others are the files that were published, with their licences."""

import hashlib
import re
from pathlib import Path

from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"


def test_vendored_scripts_are_unchanged_and_licensed():
    table = (VENDOR / "README.md").read_text()
    listed = dict(re.findall(r"^\| (\S+\.js) \|.*\| (\w{64}) \|$", table, re.M))
    found = {str(path.relative_to(VENDOR)): path for path in VENDOR.rglob("*.js")}
    assert set(listed) == set(found)
    for name, path in found.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name]
        assert (path.parent / "LICENSE").stat().st_size > 300


def test_the_sheet_for_plotly_holds_every_rule_that_it_would_write():
    script = next((VENDOR / "plotly").glob("*.js")).read_text("utf-8")
    sheet = (Path(settings.BASE_DIR) / "static" / "css" / "plotly.css").read_text("utf-8")
    for selector in re.findall(r'"X (\.(?:main-svg|crisp|cursor-[a-z-]+|user-select-none))":', script):
        assert f".js-plotly-plot .plotly {selector} {{" in sheet
