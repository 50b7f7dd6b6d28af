"""The other end of the Unix-socket protocol: a small waitress program that speaks front.md.

Run as `python web_process.py SOCKET SECRET FOLDER`. What it answers is read from JSON files in
FOLDER at each question, what it was told is appended to `FOLDER/told.jsonl`.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import waitress

Start = Callable[[str, list[tuple[str, str]]], Any]
_WRITING = threading.Lock()


class Web:
    """A WSGI application: `/-/front/…` from files, a few pages of its own for the proxy's tests."""

    def __init__(self, secret: str, folder: Path) -> None:
        self.secret = secret
        self.folder = folder
        self.busy = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/-/front/"):
            return self._front(environ, start, path.removeprefix("/-/front/"))
        return self._page(environ, start, path)

    def _front(self, environ: dict[str, Any], start: Start, question: str) -> Iterable[bytes]:
        if environ.get("HTTP_X_REACHBACK_FRONT") != self.secret:
            return _json(start, 403, {"code": "wrong-secret", "sentence": "No."})
        if question == "ready":
            return _json(start, 200, {})
        body = json.loads(environ["wsgi.input"].read())
        with _WRITING, (self.folder / "told.jsonl").open("a") as told:
            told.write(json.dumps({"question": question, "body": body}) + "\n")
        answer = getattr(self, "_" + question.replace("/", "_"), self._accepted)(body)
        return _json(start, answer.pop("status", 200), answer)

    def _accepted(self, body: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _who(self, body: dict[str, Any]) -> dict[str, Any]:
        known = self._read("people.json")
        return known.get(body["cookie"], {"status": 401, "code": "signed-out", "sentence": "Who?"})

    def _devices_hello(self, body: dict[str, Any]) -> dict[str, Any]:
        hello = json.loads(body["hello"]["body"])
        known = self._read("devices.json").get(hello["key"])
        return known or {"status": 403, "code": "unknown-key", "sentence": "Not enrolled."}

    def _tickets_redeem(self, body: dict[str, Any]) -> dict[str, Any]:
        with _WRITING:
            tickets = self._read("tickets.json")
            found = tickets.pop(body["ticket"], None)
            (self.folder / "tickets.json").write_text(json.dumps(tickets))
        return found or {"status": 403, "code": "ticket-spent", "sentence": "Spent or unknown."}

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        return json.loads(path.read_text()) if path.exists() else {}

    def _page(self, environ: dict[str, Any], start: Start, path: str) -> Iterable[bytes]:
        if path == "/echo":
            return self._echo(environ, start)
        if path == "/big":
            size = int(environ["QUERY_STRING"])
            start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(size))])
            return (b"x" * 65536 for _ in range(size // 65536))
        if path == "/half":
            start("200 OK", [("Content-Type", "text/plain")])
            return _half()
        if path == "/slow":
            time.sleep(float(environ["QUERY_STRING"]))
        start("200 OK", [("Content-Type", "text/plain"), ("X-Kept", "yes")])
        return [b"page " + path.encode()]

    def _echo(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        seen = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
        seen |= {"size": len(body), "method": environ["REQUEST_METHOD"]}
        return _json(start, 200, seen | {"query": environ["QUERY_STRING"]})


def _half() -> Iterable[bytes]:
    yield b"y" * 1000
    raise RuntimeError("the program broke in the middle")


def _json(start: Start, status: int, value: dict[str, Any]) -> Iterable[bytes]:
    body = json.dumps(value).encode()
    head = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start(f"{status} X", head)
    return [body]


def main() -> None:
    socket, secret, folder = sys.argv[1:]
    Path(socket).unlink(missing_ok=True)
    web = Web(secret, Path(folder))
    waitress.serve(
        web,
        unix_socket=socket,
        unix_socket_perms="600",
        threads=4,
        ident="web",
        clear_untrusted_proxy_headers=False,
    )


if __name__ == "__main__":
    main()
