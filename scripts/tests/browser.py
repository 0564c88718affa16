"""Headless Chromium over the DevTools pipe: opens a page, and reports every error and every request beyond
its file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import select
import shutil
import subprocess
import tempfile
import time
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
TIME_LIMIT_S = 200.0


@dataclass
class Page:
    """An open page, what went wrong on it, and what it asked the network for."""

    browser: Browser
    session: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page."""
        answer = self.browser.call(
            "Runtime.evaluate",
            {"expression": expression, "returnByValue": True, "awaitPromise": True},
            self.session,
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def shape(self, width: int, height: int = 900, scheme: str = "light") -> None:
        """Sets the window's size and the preferred colours."""
        self.browser.call(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
            self.session,
        )
        self.browser.call(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
            self.session,
        )

    def screenshot(self, path: Path, clip: tuple[int, int, int, int] | None = None) -> None:
        """The whole page, or (x, y, width, height) of it, as PNG."""
        options: dict[str, Any] = {"captureBeyondViewport": True}
        if clip:
            options["clip"] = dict(zip(("x", "y", "width", "height"), clip)) | {"scale": 1}
        path.write_bytes(
            base64.b64decode(self.browser.call("Page.captureScreenshot", options, self.session)["data"])
        )


class Browser:
    """One Chromium process with a profile of its own."""

    def __init__(self, process: subprocess.Popen[bytes], reader: int, writer: int) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self._number = 0
        self._buffer = b""
        self._pages: dict[str, Page] = {}

    def open(self, url: str) -> Page:
        """Opens a page and waits until it is loaded and idle."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable", {}, session)
        self.call("Page.navigate", {"url": url}, session)
        ready = (
            "new Promise(done => document.readyState === 'complete' ? setTimeout(done, 100) "
            ": addEventListener('load', () => setTimeout(done, 100)))"
        )
        deadline = time.monotonic() + TIME_LIMIT_S
        while page.evaluate("location.href") == "about:blank":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        page.evaluate(ready)
        return page

    def call(self, method: str, parameters: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        """Sends a command and returns its result; events that come meanwhile are noted with their page."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters} | (
            {"sessionId": session} if session else {}
        )
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIME_LIMIT_S
        while True:
            answer = self._next(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reader], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self._reader, 1 << 16) if ready else b""
            if not chunk:
                raise AssertionError("Chromium did not answer in time" if not ready else "Chromium ended")
            self._buffer += chunk
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        page = self._pages.get(event.get("sessionId", ""))
        if page is None:
            return
        details = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                page.errors.append(
                    str(details["exceptionDetails"].get("exception", details["exceptionDetails"]))
                )
            case "Runtime.consoleAPICalled" if details["type"] in ("error", "assert"):
                page.errors.append(str([a.get("value", a.get("description")) for a in details["args"]]))
            case "Log.entryAdded" if details["entry"]["level"] == "error":
                page.errors.append(details["entry"]["text"])
            case "Network.requestWillBeSent":
                page.requests.append(details["request"]["url"])


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium that is gone afterwards, with its profile."""
    assert CHROMIUM, "Chromium is not installed"
    to_read, to_write = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="contend-chromium-", ignore_cleanup_errors=True) as profile:
        # Chromium reads commands from descriptor 3 and answers on 4.
        script = f'exec "$0" "$@" 3<&{to_read[0]} 4>&{to_write[1]}'
        process = subprocess.Popen(
            ["bash", "-c", script, CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_read[0], to_write[1]),
        )
        os.close(to_read[0])
        os.close(to_write[1])
        try:
            yield Browser(process, to_write[0], to_read[1])
        finally:
            os.close(to_read[1])
            os.close(to_write[0])
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def beyond(page: Page, own: str) -> list[str]:
    """Requests for anything but the page itself and data within it."""
    return [url for url in page.requests if not url.startswith("data:") and url.split("#")[0] != own]
