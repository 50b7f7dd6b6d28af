"""Put the hotel's service into its directory, break its file as somebody at the desk would,
repair it.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONF = "guest-registration.conf"
GOOD = """\
# Guest registration, Lotus Lijiang front desk.
# Call Northstar before changing this file: +47 55 01 02 03

[hotel]
name = 莲花酒店·丽江 入住登记
language = zh-Hans

[registration]
rooms = 101-124, 201-224
identity-card = required
report-to = 10.12.0.4:8443
report-at = 23:00

[printer]
queue = frontdesk-a5
"""
# Saved from a word processor: typographic quotes, full-width equals signs, the last section cut
# off.
BROKEN = (
    GOOD.replace("identity-card = required", "identity-card ＝ “required”")
    .replace("report-to = 10.12.0.4:8443", "report-to ＝ 10.12.0.4：8443")
    .split("\n[printer]")[0]
    + "\n"
)


#: The software of the identity-card reader, which a recipe installs from a folder of wheels.
PACKAGE = ("lotus-idcard", "1.4.2")
WHEELS = "wheels"
READER = """\
def read(port: str = "usb") -> str:
    return f"Card reader on {port}: ready."
"""


def wheel(folder: Path) -> Path:
    """Write the reader's wheel: code, metadata, and the record of both (PEP 427)."""
    name, version = PACKAGE[0].replace("-", "_"), PACKAGE[1]
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {PACKAGE[0]}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {f"{name}.py": READER, f"{info}/METADATA": metadata, f"{info}/WHEEL": tags}
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return made


def place(folder: Path, *, port: int, python: str) -> None:
    """Write service, control script, configuration, its backup and the checks; keep what exists."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "service.py", folder / "service.py")
    control = (HERE / "control.sh").read_text("utf-8")
    control = control.replace("@PYTHON@", python).replace("@PORT@", str(port))
    script = folder / "guest-registration"
    script.write_text(control, "utf-8")
    script.chmod(0o755)
    wheel(folder / WHEELS)
    if not (folder / CONF).exists():
        (folder / CONF).write_text(GOOD, "utf-8")
    (folder / f"{CONF}.backup").write_text(GOOD, "utf-8")


def checks(folder: Path, *, port: int) -> str:
    """Return the connector's checks.json for this service."""
    every = 2  # seconds; a demo should not make people wait, a real desk uses 30
    rows = [
        {
            "name": "guest registration",
            "kind": "http",
            "url": f"http://127.0.0.1:{port}/health",
            "status": 200,
            "every": every,
            "watch": [{"path": str(folder / CONF)}],
        },
    ]
    return json.dumps({"checks": rows}, indent=1)


def run(folder: Path, verb: str) -> str:
    """Run the control script; return what it said, or nothing where no service was placed yet."""
    if not (folder / "guest-registration").exists():
        return ""
    owner = folder.stat().st_uid
    done = subprocess.run(
        [str(folder / "guest-registration"), verb],
        capture_output=True,
        text=True,
        check=False,
        user=owner if os.geteuid() == 0 else None,
    )
    return done.stdout.strip()


def break_it(folder: Path) -> None:
    """Save the file the way a word processor would."""
    (folder / CONF).write_text(BROKEN, "utf-8")


def repair(folder: Path) -> None:
    """Put the backup back and restart, as the technician does by hand."""
    (folder / CONF).write_text((folder / f"{CONF}.backup").read_text("utf-8"), "utf-8")
    run(folder, "restart")
