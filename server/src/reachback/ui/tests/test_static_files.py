"""Addresses of static files, and what lies beside them compressed."""

import gzip
import hashlib
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags.static import static
from pytest_django import Settings

from reachback.ui.static_files import RememberedAddresses

SHEET = "ui/css/tokens.css"


def test_an_address_names_the_content_it_stands_for() -> None:
    found = finders.find(SHEET)
    assert isinstance(found, str)
    digest = hashlib.sha256(Path(found).read_bytes()).hexdigest()
    assert static(SHEET) == f"/static/{SHEET}?v={digest[:12]}"


def test_a_file_that_was_not_built_has_a_plain_address() -> None:
    assert RememberedAddresses().url("ui/built/nothing.js") == "/static/ui/built/nothing.js"


def test_what_is_collected_lies_there_compressed_too(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", verbosity=0, interactive=False)
    sheet = tmp_path / SHEET
    small = tmp_path / f"{SHEET}.gz"
    assert gzip.decompress(small.read_bytes()) == sheet.read_bytes()
    assert len(small.read_bytes()) < len(sheet.read_bytes())


def test_a_newer_copy_of_another_release_is_replaced(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", verbosity=0, interactive=False)
    sheet, small = tmp_path / SHEET, tmp_path / f"{SHEET}.gz"
    right = sheet.read_bytes()
    sheet.write_text("of a release that was taken back")
    call_command("collectstatic", verbosity=0, interactive=False)
    assert sheet.read_bytes() == right
    assert gzip.decompress(small.read_bytes()) == right
