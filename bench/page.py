#!/usr/bin/env python3
"""Frames a second of the page of runner serve in real Chromium, and how soon it shows the first of 10,000 runs.

    bench/page.py          the built page over made-up runs (bench/page_frames.mjs)

Chromium draws without a GPU here, so that the figures are those of processors alone."""

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests/serve"))
from page_test import NODE, page_tools  # noqa: E402

subprocess.run([NODE, SOURCE / "bench/page_frames.mjs"], check=True, env={
    **os.environ, "FOLIO_PAGE_TOOLS": str(page_tools()), "FOLIO_PAGE_FILES": str(SOURCE / "build/page")})
