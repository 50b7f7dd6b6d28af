"""Guest registration of a small hotel: a real HTTP service that reads a configuration file.

Standard library only, run by path on the device: ``python service.py CONF PORT``. The
configuration is read again when the file changes. A file it cannot read closes registration until
somebody repairs the file *and restarts the service*, as such programs do.
"""

from __future__ import annotations

import configparser
import html
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
body{{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:34rem;margin:3rem auto;
padding:0 1rem;color:#292524;background:#fafaf9}}label{{display:block;margin:.8rem 0 .2rem}}
input{{font:inherit;width:100%;padding:.4rem}}button{{font:inherit;margin-top:1rem;
padding:.5rem 1.2rem}}.bad{{color:#b42318}}</style>
<h1>{title}</h1>{body}</html>"""
FORM = """<p>欢迎入住。请登记您的信息。</p><form method="post" action="/register">
<label>姓名<input name="name" required></label><label>房间号<input name="room" required></label>
<label>证件号码<input name="document"></label><button>登记入住</button></form>"""
CLOSED = """<p class="bad">入住登记暂时无法使用，请联系前台。</p><p>{reason}</p>"""
LARGEST_FORM = 8192  # a name, a room and a document number


class Registration:
    """The configuration in force, or why there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.modified = 0
        self.title = ""
        self.reason = ""
        self.guests = 0

    def refresh(self) -> None:
        """Read the file when it changed; a failure stays until the service is restarted."""
        with self.lock:
            if self.reason:
                return
            try:
                modified = self.path.stat().st_mtime_ns
                if modified == self.modified:
                    return
                parser = configparser.ConfigParser(strict=True, interpolation=None)
                parser.read_string(self.path.read_text("utf-8"))
                self.title = parser["hotel"]["name"]
                for needed in ("rooms", "report-to"):
                    parser["registration"][needed]
            except (OSError, ValueError, KeyError, configparser.Error) as error:
                first = str(error).splitlines()[0] if str(error) else ""
                self.reason = f"{self.path.name}: {type(error).__name__}: {first}"
            else:
                self.modified = modified


class Desk(BaseHTTPRequestHandler):
    """The pages guests and the front desk see, and /health for the check."""

    registration: Registration
    server_version = "guest-registration"

    def answer(self, status: int, kind: str, text: str) -> None:
        """Send one whole answer."""
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        """Serve the form, or say that registration is closed."""
        state = self.registration
        state.refresh()
        if self.path == "/health":
            body = {"ok": not state.reason, "guests": state.guests, "reason": state.reason}
            self.answer(503 if state.reason else 200, "application/json", json.dumps(body))
        elif state.reason:
            body_text = CLOSED.format(reason=html.escape(state.reason))
            self.answer(503, "text/html", PAGE.format(title="入住登记", body=body_text))
        else:
            self.answer(200, "text/html", PAGE.format(title=html.escape(state.title), body=FORM))

    def do_POST(self) -> None:
        """Register a guest."""
        state = self.registration
        state.refresh()
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_FORM)
        self.rfile.read(length)
        if state.reason:
            self.answer(503, "text/plain", "closed")
            return
        state.guests += 1
        self.answer(200, "text/html", PAGE.format(title="登记完成", body="<p>谢谢，祝您愉快。</p>"))

    # Run on the device with the standard library alone, whose 3.11 knows no @override.
    def log_message(  # type: ignore[explicit-override]
        self,
        format: str,  # noqa: A002 - named by http.server
        *args: object,
    ) -> None:
        """Write the access log as a service would."""
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")


def main() -> None:
    """Serve on loopback until killed."""
    Desk.registration = Registration(Path(sys.argv[1]))
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Desk).serve_forever()


if __name__ == "__main__":
    main()
