"""The recipes that come along, on real package managers: pip in a real environment, dpkg and apt
in a root directory of their own, rpm where this machine has one. No network.

Each script is run as the connector runs it: by `sh`, in a fresh environment, its answers as argv.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reachback.access.recipes.kinds import READY, STEPS

SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Step = Callable[..., "subprocess.CompletedProcess[str]"]


def _runner(kind: str, home: Path, path: str = SEARCH, **environment: str) -> Step:
    def run(step: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        version = READY[kind].version(step)
        script = home / f"{kind}-{step}"
        script.write_text(version.text, "utf-8")
        wanted = len(version.parameters)
        argv = [*arguments, *[""] * (wanted - len(arguments))]
        return subprocess.run(
            ["/bin/sh", str(script), *argv],
            env={"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _wheel(folder: Path, version: str, body: str = "TIDY = True\n") -> Path:
    """Build a wheel by hand: two files of metadata, one of code, and the record of them."""
    info = f"lotus_idcard-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: lotus-idcard\nVersion: {version}\n"
    wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {"lotus_idcard.py": body, f"{info}/METADATA": metadata, f"{info}/WHEEL": wheel}
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{name},sha256={digest.decode()},{len(text)}\n"
    path = folder / f"lotus_idcard-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in [*files.items(), (f"{info}/RECORD", f"{record}{info}/RECORD,,\n")]:
            archive.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with pip and nothing else, made once: that takes seconds."""
    place = tmp_path_factory.mktemp("bare") / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    return place


@pytest.mark.parametrize("kind", sorted(READY))
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_every_text_is_a_script_that_stops_at_the_first_error(
    kind: str, step: str, shell: str
) -> None:
    version = READY[kind].version(step)
    done = subprocess.run([shell, "-n"], input=version.text, text=True, check=False)
    assert done.returncode == 0
    assert "\nset -eu\n" in version.text
    names = [each.name for each in version.parameters]
    assert version.text.index(f"{names[0]}=$1 {names[1]}=$2") > 0


@pytest.mark.parametrize("kind", sorted(READY))
@pytest.mark.parametrize("step", ["check", "apply"])
def test_a_name_that_is_none_reaches_no_package_manager(
    kind: str, step: str, tmp_path: Path
) -> None:
    for hostile in ("--simulate", "a b", "$(touch x)", "a;b", "../a", "*"):
        before = (str(tmp_path / "no"),) if kind == "pip" else ()
        done = _runner(kind, tmp_path)(step, *before, hostile, "1.0")
        assert done.returncode == 64, (hostile, done.stdout, done.stderr)
    assert not (tmp_path / "x").exists()


def test_pip_installs_into_an_environment_and_knows_it_afterwards(
    bare: Path, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels of the hotel"
    wheels.mkdir()
    _wheel(wheels, "1.4.2")
    place = tmp_path / "an environment"
    shutil.copytree(bare, place, symlinks=True)
    run = _runner("pip", tmp_path)
    asked = (str(place), "lotus-idcard", "1.4.2", str(wheels), "", sys.executable)
    assert run("check", *asked).returncode == 10
    assert run("verify", *asked).returncode != 0
    applied = run("apply", *asked)
    assert applied.returncode == 0, applied.stderr
    found = run("check", *asked)
    assert (found.returncode, found.stdout) == (0, "lotus-idcard 1.4.2 is there.\n")
    verified = run("verify", *asked)
    assert verified.returncode == 0, verified.stderr
    assert "files are whole" in verified.stdout
    other = (str(place), "lotus-idcard", "1.5", *asked[3:])
    assert run("check", *other).returncode == 11
    assert run("verify", *other).returncode != 0
    installed = next(place.glob("lib/python*/site-packages/lotus_idcard.py"))
    installed.write_text("TIDY = False\n", "utf-8")
    spoiled = run("verify", *asked)
    assert spoiled.returncode != 0
    assert "differs from the package's record" in spoiled.stderr


@pytest.mark.slow
def test_pip_makes_the_environment_it_needs(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    _wheel(wheels, "1.4.2")
    run = _runner("pip", tmp_path)
    asked = (str(tmp_path / "new"), "lotus-idcard", "1.4.2", str(wheels), "", sys.executable)
    absent = run("check", *asked)
    assert (absent.returncode, "no environment" in absent.stdout) == (10, True)
    applied = run("apply", *asked)
    assert applied.returncode == 0, applied.stderr
    assert run("verify", *asked).returncode == 0


def test_pip_takes_no_archive_whose_digest_is_not_written_down(bare: Path, tmp_path: Path) -> None:
    wheel = _wheel(tmp_path, "1.4.2")
    good = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements = tmp_path / "requirements.txt"
    place = tmp_path / "environment"
    shutil.copytree(bare, place, symlinks=True)
    run = _runner("pip", tmp_path)
    asked = (str(place), "lotus-idcard", "1.4.2", str(tmp_path), str(requirements), sys.executable)
    requirements.write_text(f"lotus-idcard==1.4.2 --hash=sha256:{'0' * 64}\n", "utf-8")
    refused = run("apply", *asked)
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert run("check", *asked).returncode == 10
    requirements.write_text(f"lotus-idcard==1.4.2 --hash=sha256:{good}\n", "utf-8")
    applied = run("apply", *asked)
    assert applied.returncode == 0, applied.stderr
    assert run("verify", *asked).returncode == 0


def _deb(folder: Path, version: str) -> Path:
    """Build a package of one file and one configuration file with the real dpkg-deb."""
    tree = folder / f"tree-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "opt/lotus").mkdir(parents=True)
    (tree / "etc").mkdir()
    (tree / "opt/lotus/idcard").write_text(f"version {version}\n", "utf-8")
    (tree / "etc/lotus.conf").write_text("reader = usb\n", "utf-8")
    (tree / "DEBIAN/conffiles").write_text("/etc/lotus.conf\n", "utf-8")
    digest = hashlib.md5((tree / "opt/lotus/idcard").read_bytes(), usedforsecurity=False)
    (tree / "DEBIAN/md5sums").write_text(f"{digest.hexdigest()}  opt/lotus/idcard\n", "utf-8")
    control = f"Package: lotus-idcard\nVersion: {version}\nArchitecture: all\n"
    control += "Maintainer: Lotus <it@lotus.example>\nDescription: reads identity cards\n"
    (tree / "DEBIAN/control").write_text(control, "utf-8")
    path = folder / f"lotus-idcard_{version}_all.deb"
    build = ["dpkg-deb", "--root-owner-group", "--build", str(tree), str(path)]
    subprocess.run(build, check=True, capture_output=True)
    return path


def _source(folder: Path, packages: Sequence[Path]) -> str:
    """Make the folder a source that apt reads; return its line."""
    entries = []
    for each in packages:
        fields = subprocess.run(
            ["dpkg-deb", "--field", str(each)], check=True, capture_output=True, text=True
        ).stdout
        digest = hashlib.sha256(each.read_bytes()).hexdigest()
        size = each.stat().st_size
        entries.append(f"{fields}Filename: ./{each.name}\nSize: {size}\nSHA256: {digest}\n")
    (folder / "Packages").write_text("\n".join(entries), "utf-8")
    return f"deb [trusted=yes] file:{folder} ./\n"


@pytest.fixture
def debian(tmp_path: Path) -> Step:
    """A Debian in a directory: the real dpkg and apt, with a root and a source of its own."""
    if shutil.which("apt-get") is None:
        pytest.fail("This test needs Debian's dpkg and apt.")
    root = tmp_path / "root"
    for each in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/apt/lists/partial", "etc"):
        (root / each).mkdir(parents=True)
    for each in ("var/cache/apt/archives/partial", "var/log/apt", "etc/apt/apt.conf.d"):
        (root / each).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    (root / "etc/apt/preferences.d").mkdir()
    source = tmp_path / "source"
    source.mkdir()
    line = _source(source, [_deb(source, "1.4.1"), _deb(source, "1.4.2")])
    (root / "etc/apt/sources.list").write_text(line, "utf-8")
    options = [f'Dir "{root}/";', f'Dir::State::status "{root}/var/lib/dpkg/status";']
    options += [
        'Dir::Bin::methods "/usr/lib/apt/methods";',
        'Acquire::AllowInsecureRepositories "1";',
    ]
    options += ['APT::Sandbox::User "";', 'APT::Architecture "amd64";', 'Dir::Bin::dpkg "dpkg";']
    if os.geteuid() != 0:
        options += ['Debug::NoLocking "1";', 'Dpkg::Options:: "--force-not-root";']
    (tmp_path / "apt.conf").write_text("\n".join(options), "utf-8")
    return _runner(
        "deb",
        tmp_path,
        APT_CONFIG=str(tmp_path / "apt.conf"),
        DPKG_ROOT=str(root),
        DPKG_ADMINDIR=str(root / "var/lib/dpkg"),
    )


def test_deb_installs_a_version_from_the_sources_and_verifies_its_files(
    debian: Step, tmp_path: Path
) -> None:
    asked = ("lotus-idcard", "1.4.1", "", "true")
    assert debian("check", *asked).returncode == 10
    applied = debian("apply", *asked)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert debian("check", *asked).returncode == 0
    assert debian("verify", *asked).returncode == 0
    newer = ("lotus-idcard", "1.4.2", "", "false")
    other = debian("check", *newer)
    assert (other.returncode, other.stdout) == (11, "lotus-idcard 1.4.1 is there, not 1.4.2.\n")
    (tmp_path / "root/etc/lotus.conf").write_text("reader = serial\n", "utf-8")
    applied = debian("apply", *newer)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert (tmp_path / "root/etc/lotus.conf").read_text("utf-8") == "reader = serial\n"
    assert debian("verify", *newer).returncode == 0
    (tmp_path / "root/opt/lotus/idcard").write_text("spoiled\n", "utf-8")
    spoiled = debian("verify", *newer)
    assert spoiled.returncode == 1
    assert "/opt/lotus/idcard" in spoiled.stderr


def test_deb_installs_a_file_that_holds_what_was_asked_for_and_no_other(
    debian: Step, tmp_path: Path
) -> None:
    folder = tmp_path / "brought along"
    folder.mkdir()
    file = str(_deb(folder, "1.4.2"))
    wrong = debian("apply", "lotus-idcard", "1.4.9", file)
    assert (wrong.returncode, "nothing was installed" in wrong.stderr) == (65, True)
    applied = debian("apply", "lotus-idcard", "1.4.2", file)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert debian("verify", "lotus-idcard", "1.4.2").returncode == 0
    assert debian("check", "lotus-idcard", "").returncode == 0


def _rpm(folder: Path, version: str) -> Path:
    """Build a package of one file and one configuration file with the real rpmbuild."""
    spec = folder / f"lotus-{version}.spec"
    spec.write_text(
        f"Name: lotus-idcard\nVersion: {version}\nRelease: 1\nSummary: Reads identity cards\n"
        "License: Apache-2.0\nBuildArch: noarch\n%description\nReads identity cards.\n"
        "%install\nmkdir -p %{buildroot}/opt/lotus %{buildroot}/etc\n"
        f"echo {version} >%{{buildroot}}/opt/lotus/idcard\n"
        "echo reader = usb >%{buildroot}/etc/lotus.conf\n"
        "%files\n/opt/lotus/idcard\n%config(noreplace) /etc/lotus.conf\n",
        "utf-8",
    )
    build = ["rpmbuild", "-bb", "--define", f"_topdir {folder}", str(spec)]
    subprocess.run(build, check=True, capture_output=True)
    return folder / f"RPMS/noarch/lotus-idcard-{version}-1.noarch.rpm"


@pytest.mark.slow
def test_rpm_installs_a_file_and_verifies_it_with_a_database_of_its_own(tmp_path: Path) -> None:
    """The real rpm; without dnf and yum, which Debian's tests do not have."""
    if os.geteuid() != 0 and os.environ.get("REACHBACK_ALLOW_SKIPS") == "1":
        pytest.skip("needs root: rpm --root changes the root directory")
    root, commands = tmp_path / "root", tmp_path / "commands"
    root.mkdir()
    commands.mkdir()
    wrapper = commands / "rpm"
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("rpm")} --root "{root}" "$@"\n', "utf-8")
    wrapper.chmod(0o755)
    path = f"{commands}:/usr/bin:/bin"
    run = _runner("rpm", tmp_path, path)
    older, newer = (_rpm(tmp_path, version) for version in ("1.4.1", "1.4.2"))
    for each in (older, newer):
        shutil.copy(each, root / each.name)
    asked = ("lotus-idcard", "1.4.1", str(older))
    absent = run("check", *asked)
    assert absent.returncode == 10, absent.stderr
    assert run("apply", "lotus-idcard", "1.4.1").returncode == 69
    assert run("apply", "lotus-idcard", "1.4.9", str(older)).returncode == 65
    applied = run("apply", *asked)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert run("check", "lotus-idcard", "1.4.1-1").returncode == 0
    assert run("verify", *asked).returncode == 0
    assert run("check", "lotus-idcard", "1.4.2").returncode == 11
    (root / "etc/lotus.conf").write_text("reader = serial\n", "utf-8")
    applied = run("apply", "lotus-idcard", "1.4.2", str(newer))
    assert applied.returncode == 0, applied.stdout + applied.stderr
    verified = run("verify", "lotus-idcard", "1.4.2")
    assert verified.returncode == 0, verified.stderr
    (root / "opt/lotus/idcard").write_text("spoiled\n", "utf-8")
    assert "/opt/lotus/idcard" in run("verify", "lotus-idcard", "1.4.2").stderr
