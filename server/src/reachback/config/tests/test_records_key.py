"""The key of the recordings is made with the installation."""

from pathlib import Path

from reachback.config import installation


def test_the_key_is_made_once_and_never_in_place_of_a_lost_one(tmp_path: Path) -> None:
    data = tmp_path / "new"
    installation.prepare(data)
    path = data / "keys" / "records_key"
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    installation.prepare(data)
    assert path.read_text() == first
    (data / "keys" / "records").mkdir()
    (data / "keys" / "records" / "lotus.json").write_text("{}")
    path.unlink()
    installation.prepare(data)
    assert not path.exists()
