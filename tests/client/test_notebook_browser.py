"""Panels in a real browser: on light and dark pages, with the filter box used.

The screenshot lies in the folder of the test run, or in that which DYNCLIENT_SCREENSHOTS names.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.consoles import ORDERS
from support.processes import MAX_RUN_S

import dynclient

#: Read before each test loses the variables of the machine.
SCREENSHOTS = os.environ.get("DYNCLIENT_SCREENSHOTS")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Starts without a window, without a profile of anybody, and without asking the net for anything.
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

#: Each panel stands on a light and on a dark page, between rules that Jupyter has for all outputs.
PAGE = """<!doctype html><meta charset="utf-8"><title>panels</title>
<style>body{{margin:0}} .page{{padding:16px}}
.jupyter table{{table-layout:fixed;font-size:12px}} .jupyter td{{text-align:right}}
.light{{background:#fff;color:#000}} .dark{{background:#111;color:#eee}}</style>
<div class="page light jupyter">{panels}</div><div class="page dark jupyter">{panels}</div>
<script>{script}</script>"""

#: What is measured: contrast of each text, panels wider than the page, and the filter box.
MEASURE = """
const parse = text => text.match(/[\\d.]+/g).map(Number);
const blend = (over, under) => {
  const alpha = over.length > 3 ? over[3] : 1;
  return [0, 1, 2].map(i => over[i] * alpha + under[i] * (1 - alpha));
};
const findBackground = element => {
  if (!element) return [255, 255, 255];
  return blend(parse(getComputedStyle(element).backgroundColor), findBackground(element.parentElement));
};
const luminance = color => {
  const [r, g, b] = color.map(c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const measureContrast = element => {
  const background = findBackground(element);
  let alpha = 1;
  for (let each = element; each; each = each.parentElement) alpha *= getComputedStyle(each).opacity;
  const color = blend([...parse(getComputedStyle(element).color).slice(0, 3), alpha], background);
  const [high, low] = [luminance(color), luminance(background)].sort((a, b) => b - a);
  return (high + .05) / (low + .05);
};
const all = [...document.querySelectorAll('.dynclient *')].filter(element =>
  element.tagName !== 'STYLE' && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
const cells = [...document.querySelectorAll('.dynclient td')];
const panels = [...document.querySelectorAll('.dynclient')];
const countRows = panel => [...panel.querySelectorAll('tr[data-row]')].filter(row => row.style.display !== 'none').length;
const before = countRows(panels[0]);
const box = panels[0].querySelector('input');
box.value = 'create';
box.dispatchEvent(new Event('input'));
const facts = {
  texts: all.length,
  contrast: Math.min(...all.map(measureContrast)),
  wide: panels.filter(panel => panel.scrollWidth > panel.clientWidth).length,
  right: cells.filter(cell => getComputedStyle(cell).textAlign !== 'left').length,
  rows: [before, countRows(panels[0]), countRows(panels[1])],
};
box.value = '';
box.dispatchEvent(new Event('input'));
document.title = JSON.stringify(facts);
"""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def find_browser():
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)}")


def build_views():
    client = dynclient.Client(ORDERS, transport=dynclient.Sandbox(ORDERS), credentials={"key": "x"})
    broken = {
        "openapi": "3.1.0",
        "info": {"title": "x"},
        "paths": {"/a/{b}": {"get": {"security": [{"nowhere": []}], "responses": {}}}},
    }
    result = client.create_order.send(customer={"name": "Ada"}, lines=[])
    changed = dynclient.diff(ORDERS, broken)
    problems = dynclient.load(broken).problems
    return [client, client.operations, client.tags, client.create_order, result, changed, problems]


def run_browser(browser, folder, *arguments):
    profile = f"--user-data-dir={folder / 'profile'}"
    return subprocess.run(
        [browser, *FLAGS, profile, "--window-size=1100,4800", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=MAX_RUN_S,
    )


def test_panels_are_readable_on_light_and_dark_pages_in_a_browser(tmp_path, record_property):
    browser = find_browser()
    panels = "<hr>".join(view._repr_html_() for view in build_views())
    page = tmp_path / "panels.html"
    page.write_text(PAGE.format(panels=panels, script=MEASURE), encoding="utf-8")
    shots = Path(SCREENSHOTS or tmp_path)
    picture = shots / "panels.png"
    run_browser(browser, tmp_path, f"--screenshot={picture}", page.as_uri())
    assert picture.read_bytes().startswith(PNG_SIGNATURE)
    record_property("screenshot", str(picture))

    shown = run_browser(browser, tmp_path, "--dump-dom", page.as_uri()).stdout
    facts = json.loads(html.unescape(re.search("<title>(.*?)</title>", shown)[1]))
    assert facts["texts"] > 200
    assert facts["contrast"] > 4.5  # WCAG 2.1, 1.4.3
    assert facts["wide"] == 0
    assert facts["right"] == 0
    before, filtered, of_the_next_panel = facts["rows"]
    assert 0 < filtered < before
    assert of_the_next_panel > filtered
