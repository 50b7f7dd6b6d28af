"""The disk of a Debian guest with the connector installed as its handbook says.

The system itself (debootstrap, about two minutes) is kept in `REACHBACK_GUEST_CACHE`, or
~/.cache/reachback, under the digest of its recipe; the connector of this tree is laid over it anew
for each run. Needs root and a Debian mirror; nothing is mounted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
PACKAGES = (
    "ca-certificates",
    "dbus",
    "initramfs-tools",
    "iproute2",
    "linux-image-cloud-amd64",
    "netbase",
    "python3",
    "systemd-sysv",
    "udev",
)
# What a machine of two minutes needs nothing of.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_reap.service", "fstrim.timer")
MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "ext4")
HOME = Path("opt/reachback-connector")
USER, CONTROL_USER = "kiosk", "reachback-connector"
FILES = {
    "etc/fstab": "/dev/vda / ext4 defaults 0 1\n",
    "etc/hostname": "lijiang-kiosk\n",
    "etc/hosts": "127.0.0.1 localhost lijiang-kiosk\n",
    "etc/systemd/network/10-all.network": "[Match]\nName=e*\n[Network]\nDHCP=yes\n",
    "etc/systemd/system/serial-getty@ttyS0.service.d/root.conf": (
        "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --keep-baud 115200 "
        "ttyS0 dumb\n"
    ),
    "etc/initramfs-tools/modules": "\n".join(MODULES) + "\n",
    "etc/initramfs-tools/conf.d/small": "MODULES=list\n",
}
STARTER = """#!/opt/reachback-connector/bin/python
import sys

from reachback_connector.cli import main

sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Image:
    """What qemu needs: kernel, initial file system, disk."""

    kernel: Path
    initrd: Path
    disk: Path


def build(folder: Path, authority: Path) -> Image:
    """Make the disk of one run in `folder`; `authority` is the certificate the guest trusts."""
    base = _base()
    root = folder / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", str(base / "root"), str(root)], check=True)
    _install_connector(root)
    shutil.copy(authority, root / "etc/reachback-authority.pem")
    disk = folder / "disk.ext4"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(disk), "1400M"], check=True)
    shutil.rmtree(root)
    return Image(base / "vmlinuz", base / "initrd.img", disk)


def _recipe() -> str:
    parts = (SUITE, MIRROR, *PACKAGES, *MASKED, USER, CONTROL_USER, str(FILES))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _base() -> Path:
    """The system without the connector, made once for each recipe."""
    named = os.environ.get("REACHBACK_GUEST_CACHE", "")
    cache = Path(named) if named else Path.home() / ".cache" / "reachback"
    base = cache / f"guest-{_recipe()}"
    if (base / "initrd.img").exists():
        return base
    if os.geteuid() != 0:
        raise AssertionError("A Debian guest is made by debootstrap, which needs root.")
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir(parents=True)
    root = base / "root"
    options = ["--variant=minbase", f"--include={','.join(PACKAGES)}"]
    program = shutil.which("debootstrap") or "/usr/sbin/debootstrap"
    _run(program, *options, SUITE, str(root), MIRROR, log=base / "debootstrap.log")
    _configure(root, base / "configure.log")
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(next((root / "boot").glob(f"{name}-*")), base / f"{name}.part")
    (base / "vmlinuz.part").rename(base / "vmlinuz")
    (base / "initrd.img.part").rename(base / "initrd.img")  # last: from now on it is complete
    return base


def _configure(root: Path, log: Path) -> None:
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    inside = ("chroot", str(root))
    _run(*inside, "systemctl", "enable", "systemd-networkd", log=log)
    _run(*inside, "systemctl", "mask", *MASKED, log=log)
    _run(*inside, "useradd", "--create-home", "--shell", "/bin/bash", USER, log=log)
    system = ("--system", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
    _run(*inside, "useradd", *system, CONTROL_USER, log=log)
    _run(*inside, "update-initramfs", "-u", "-k", "all", log=log)
    _run(*inside, "apt-get", "clean", log=log)


def _install_connector(root: Path) -> None:
    """docs/handbook/connector.md, Install: a virtual environment and the units."""
    subprocess.run(
        ["chroot", str(root), "python3", "-m", "venv", "--without-pip", f"/{HOME}"], check=True
    )
    packages = root / HOME / "lib/python3.11/site-packages"
    install = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet"]
    install += ["--target", str(packages), "--python-version", "3.11", "--only-binary", ":all:"]
    install += ["--python-platform", "x86_64-manylinux_2_28", "--link-mode", "copy"]
    install += ["--no-binary", "reachback-wire", "--no-binary", "reachback-connector"]
    subprocess.run([*install, str(ROOT / "wire"), str(ROOT / "connector")], check=True)
    starter = root / HOME / "bin/reachback-connector"
    starter.write_text(STARTER)
    starter.chmod(0o755)
    for unit in (ROOT / "deploy/systemd").glob("reachback-connector*"):
        shutil.copy(unit, root / "etc/systemd/system" / unit.name)


def _run(*command: str, log: Path) -> None:
    """Run a step; its output is kept, and shown when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    with log.open("ab") as stream:
        done = subprocess.run(
            command, stdout=stream, stderr=subprocess.STDOUT, env=environment, check=False
        )
    if done.returncode:
        raise AssertionError(f"{command[0]} failed:\n{log.read_text(errors='replace')[-3000:]}")
