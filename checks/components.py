"""Components of the machine that tests need: found, installed when root, or named."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Component:
    """A program tests use for real, and the Debian package that brings it."""

    name: str
    package: str
    candidates: tuple[str, ...]
    slow: bool = False  # needed by `make test-all` only

    def path(self) -> str | None:
        """Return where it is, or None."""
        for candidate in self.candidates:
            if "*" in candidate:
                found = sorted(Path("/").glob(candidate.lstrip("/")))
                if found:
                    return str(found[-1])
            elif shutil.which(candidate):
                return shutil.which(candidate)
        return None


COMPONENTS = (
    Component("Chromium", "chromium", ("chromium", "chromium-browser")),
    Component("PostgreSQL server", "postgresql", ("/usr/lib/postgresql/*/bin/initdb",)),
    Component("ssh-keygen", "openssh-client", ("ssh-keygen",)),
    Component("nginx", "nginx", ("nginx", "/usr/sbin/nginx")),
    Component(
        "Python's venv", "python3-venv", ("/usr/lib/python3*/ensurepip/__init__.py",)
    ),  # the demo's recipe makes an environment with the system's Python
    Component("rpmbuild", "rpm", ("rpmbuild",), slow=True),
    Component("Caddy", "caddy", ("caddy",), slow=True),
    Component("tinyproxy", "tinyproxy", ("tinyproxy",), slow=True),
    Component("Squid", "squid", ("squid", "/usr/sbin/squid"), slow=True),
    Component("mitmproxy", "mitmproxy", ("mitmdump",), slow=True),
    Component("qemu", "qemu-system-x86", ("qemu-system-x86_64",), slow=True),
    Component("debootstrap", "debootstrap", ("debootstrap", "/usr/sbin/debootstrap"), slow=True),
    Component("ClamAV", "clamav-daemon", ("/usr/sbin/clamd",), slow=True),
    Component("a Chinese font", "fonts-noto-cjk", ("/usr/share/fonts/opentype/noto/NotoSansCJK*",)),
)


def missing(*, everything: bool = False) -> list[Component]:
    """Return the components this machine lacks; with `everything` those of slow tests too."""
    wanted = [component for component in COMPONENTS if everything or not component.slow]
    return [component for component in wanted if component.path() is None]


def install(components: list[Component]) -> bool:
    """Install Debian packages when we may; return whether nothing is missing afterwards."""
    if not components:
        return True
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    packages = [component.package for component in components]
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=environment,
        check=False,
        stdout=subprocess.DEVNULL,
    )
    return all(component.path() is not None for component in components)
