"""A visitor with a connection of their own making: any header, any path, cookies kept."""

from __future__ import annotations

import http.client
import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """One person at one of the demo's hosts, without a browser that would protect anybody."""

    def __init__(self, port: int, host: str) -> None:
        self.port = port
        self.host = f"{host}.localhost:{port}" if host else f"localhost:{port}"
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes | str = b"", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers (lower case) and body; headers are given as `X_Name`."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        sent = {"Host": self.host, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        try:
            line.request(method, path, content, sent)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            line.close()
        for value in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, text

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        return self.ask("GET", path)

    def post(self, path: str, form: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        """Post a form as its own page would, hidden field included."""
        found = HIDDEN.search(self.get(path)[2])
        token = found.group(1) if found else ""
        body = urlencode({**form, "csrfmiddlewaretoken": token})
        origin = f"http://{self.host}"
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, body, Content_Type=kind, Origin=origin)

    def enter(self) -> Visitor:
        """Sign in with the demo's one click."""
        status, _, _ = self.get("/demo/enter/")
        assert status == 302, status
        return self
