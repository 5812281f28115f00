# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens reports in Chromium through chromedriver's HTTP interface, and compares them with summary.json.

Only the standard library is used. See Scripts/check-report.
"""

import argparse
import base64
import json
import math
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

VIEWS = [
    (name, width, height, scheme)
    for name, width, height in [("desk", 1280, 900), ("phone", 390, 844)]
    for scheme in ["light", "dark"]
]

# What the page shows, and whether its charts are drawn, as one JSON value.
PROBE = r"""
const charts = [...document.querySelectorAll("[data-chart]")].map((node) => {
    const drawn = [...node.querySelectorAll("svg path")].filter((path) => {
        const box = path.getBBox();
        const paint = (path.getAttribute("stroke") || "none") + (path.getAttribute("fill") || "none");
        return paint !== "nonenone" && (path.getAttribute("d") || "").length > 8 && box.width + box.height > 12;
    });
    return {
        id: node.dataset.chart,
        paths: drawn.length,
        words: [...node.querySelectorAll("svg text")].map((text) => text.textContent),
        ink: [...node.querySelectorAll("svg text")].map((text) => getComputedStyle(text).fill)[0] || "",
        width: node.clientWidth,
    };
});
return {
    charts,
    values: [...document.querySelectorAll("[data-key]")].map(
        (node) => [node.dataset.key, node.dataset.value, node.textContent]),
    background: getComputedStyle(document.body).backgroundColor,
    scrollWidth: document.documentElement.scrollWidth,
    innerWidth: window.innerWidth,
    images: document.images.length,
    resources: performance.getEntriesByType("resource").map((entry) => entry.name),
    hasLibrary: Boolean(window.echarts),
    hasNotice: Boolean(document.getElementById("charts-missing")),
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].map((node) => Number(node.tagName[1])),
    uncaptioned: [...document.querySelectorAll("table")].filter((table) => !table.caption).length,
};
"""


class Browser:
    """One headless Chromium behind chromedriver, with its own profile."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="check-report.")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{port}"
        self.wait()
        self.address += "/session"
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={self.profile}",
        ]
        options = {"args": arguments}
        if shutil.which("chromium"):
            options["binary"] = shutil.which("chromium")
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self.request("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self.address += "/" + session["sessionId"]

    def wait(self):
        for _ in range(200):
            try:
                if self.request("GET", "/status")["ready"]:
                    return
            except OSError:
                time.sleep(0.05)
        self.driver.kill()
        raise SystemExit("check-report: chromedriver did not start")

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, data=data, method=method, headers={"Content-Type": "application/json"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def command(self, name, **parameters):
        return self.request("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def view(self, width, height, scheme):
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def run(self, script):
        return self.request("POST", "/execute/sync", {"script": script, "args": []})

    def console(self):
        return self.request("POST", "/se/log", {"type": "browser"})

    def screenshot(self, path):
        image = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(image["data"]))

    def print(self, path):
        paper = self.command("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)
        path.write_bytes(base64.b64decode(paper["data"]))

    def close(self):
        try:
            self.request("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=20)
            shutil.rmtree(self.profile, ignore_errors=True)


def lookup(summary, key):
    """The value at `ledger.delivered`; a backslash keeps a dot within a name. What is missing is null."""
    value = summary
    for part in split_escaped(key):
        if isinstance(value, list):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def split_escaped(key):
    parts, part, escaped = [], "", False
    for character in key:
        if escaped:
            part, escaped = part + character, False
        elif character == "\\":
            escaped = True
        elif character == ".":
            parts.append(part)
            part = ""
        else:
            part += character
    return parts + [part]


def is_same(value, exact):
    if value is None:
        return exact == "null"
    if isinstance(value, bool):
        return exact == str(value).lower()
    if isinstance(value, int):
        return exact.isdecimal() and int(exact) == value or float(exact) == value
    if isinstance(value, float):
        return float(exact) == value
    return exact == value


UNITS = {
    "": 1, "ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "k": 1e3, "M": 1e6, "bn": 1e9, "%": 0.01,
}


def reads_as(value, shown):
    """Whether a person who reads `shown` learns `value`, to three digits. Texts and truth values read as themselves."""
    if isinstance(value, bool) or isinstance(value, str) and value != "inf":
        return isinstance(value, bool) or shown == value
    if value is None:
        return shown == "–"
    if value == "inf":
        return shown == "inf"
    if shown == "> 99.99 %":
        return 0.9999 < value < 1
    total = 0.0
    parts = re.findall(r"([\d.,]+)\s*([^\d\s]*)", shown)
    for number, unit in parts:
        if unit not in UNITS:
            return False
        total += float(number.replace(",", "")) * UNITS[unit]
    return bool(parts) and math.isclose(total, value, rel_tol=6e-3, abs_tol=1e-12)


def leaves(value, key=""):
    """The keys of every number in a part of summary.json."""
    if isinstance(value, dict):
        for name, inner in value.items():
            escaped = name.replace("\\", "\\\\").replace(".", "\\.")
            yield from leaves(inner, f"{key}.{escaped}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{key}.{index}")
    else:
        yield key


def luminance(colour):
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour)[:3]]
    return sum(numbers) / 765 if len(numbers) == 3 else math.nan


def numbers_differ(summary, values):
    shown_keys = {key for key, _, _ in values}
    for key, exact, shown in values:
        value = lookup(summary, key)
        if not is_same(value, exact):
            yield f"{key} is {exact} on the page and {value!r} in summary.json"
        elif not reads_as(value, shown):
            yield f"{key} reads as {shown!r} and is {value!r} in summary.json"
    # A worker platform sends nothing to anybody.
    sent = [] if any(stage.get("jobs") for stage in summary["stages"].values()) else ["attempts", "amplification"]
    for part in ["ledger", "latency", "faults", "expectations", "digest", "seed", *sent]:
        for key in leaves(summary[part], part):
            if key not in shown_keys and not key.endswith(".implied"):
                yield f"{key} is not on the page"


def charts_differ(page, dark):
    if page["hasLibrary"] == page["hasNotice"]:
        yield "the page has neither charts nor the notice that they are missing, or both"
    for chart in page["charts"]:
        if chart["paths"] < 2 or len(chart["words"]) < 2:
            yield f"chart {chart['id']} is not drawn ({chart['paths']} paths, {len(chart['words'])} texts)"
        elif (luminance(chart["ink"]) > 0.5) != dark:
            yield f"chart {chart['id']} is not drawn for this colour scheme: its text is {chart['ink']}"
        if any("NaN" in word or "undefined" in word for word in chart["words"]):
            yield f"chart {chart['id']} says {chart['words']}"


def page_differs(page, summary, dark):
    yield from numbers_differ(summary, page["values"])
    yield from charts_differ(page, dark)
    if page["scrollWidth"] > page["innerWidth"]:
        yield f"the page scrolls sideways: {page['scrollWidth']} px in {page['innerWidth']} px"
    if page["images"]:
        yield "there is an image on the page"
    if page["resources"]:
        yield f"the page asked for {page['resources']}"
    if (luminance(page["background"]) < 0.5) != dark:
        yield f"the background is {page['background']}"
    if page["headings"].count(1) != 1 or any(b - a > 1 for a, b in zip(page["headings"], page["headings"][1:])):
        yield f"the headings skip a level: {page['headings']}"
    if page["uncaptioned"]:
        yield f"{page['uncaptioned']} tables without a caption"


def check(browser, folder, screenshots):
    summary = json.loads((folder / "summary.json").read_text())
    problems = []
    charts = 0
    for name, width, height, scheme in VIEWS:
        browser.view(width, height, scheme)
        browser.request("POST", "/url", {"url": (folder / "report.html").resolve().as_uri()})
        page = browser.run(PROBE)
        charts = len(page["charts"])
        found = list(page_differs(page, summary, scheme == "dark"))
        found += [f"console: {entry['message']}" for entry in browser.console() if entry["level"] != "DEBUG"]
        problems += [f"{folder.name}, {name}, {scheme}: {problem}" for problem in found]
        if screenshots:
            browser.screenshot(screenshots / f"{folder.name}-{name}-{scheme}.png")
    if screenshots:
        browser.print(screenshots / f"{folder.name}.pdf")
    if not problems:
        print(f"{folder.name}: {len(page['values'])} numbers and {charts} charts, in {len(VIEWS)} views")
    return problems


def main():
    parser = argparse.ArgumentParser(prog="check-report")
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        for name in ["report.html", "summary.json"]:
            if not (folder / name).is_file():
                parser.error(f"there is no {name} in {folder}")
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    try:
        problems = [
            problem for folder in arguments.folders for problem in check(browser, folder, arguments.screenshots)]
    finally:
        browser.close()
    for problem in problems:
        print(f"check-report: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
