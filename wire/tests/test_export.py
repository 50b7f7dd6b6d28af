import hashlib
import io
import json
import tarfile

import pytest
from lotus import CUSTOMER, DEVICE, contract, grant, keyset, sealed_grant, statement

from reachback_wire.documents import Envelope, seal
from reachback_wire.export import Export, ExportChannel, ExportSegment

FIRST, SECOND = b"first segment" * 100, b"second"


def segment(data: bytes, size: int | None = None) -> ExportSegment:
    pieces = (data[:7], data[7:])
    digest = hashlib.sha256(data).hexdigest()
    return ExportSegment(size or len(data), digest, lambda: pieces)


def export(*segments: ExportSegment) -> Export:
    return Export(
        session="session-1",
        device=DEVICE.public_line,
        organisation="lotus",
        case={"number": 4711, "reference": "down"},
        keysets=(seal(keyset(), CUSTOMER),),
        statement=seal(statement(), CUSTOMER),
        contract=seal(contract(), CUSTOMER),
        grant=sealed_grant(),
        channels=(ExportChannel("session-1.1", "shell", segments),),
    )


def test_an_export_is_a_plain_tar_with_the_manifest_first() -> None:
    data = b"".join(export(segment(FIRST), segment(SECOND)).chunks())
    assert len(data) % 10_240 == 0
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == [
            "manifest.json",
            "documents/keyset-1.json",
            "documents/device.json",
            "documents/contract.json",
            "documents/grant.json",
            "channels/0/0000.rbs",
            "channels/0/0001.rbs",
        ]
        content = {name: archive.extractfile(name) for name in archive.getnames()}
        files = {name: file.read() for name, file in content.items() if file}
    assert files["channels/0/0000.rbs"] == FIRST
    assert files["channels/0/0001.rbs"] == SECOND
    manifest = json.loads(files["manifest.json"])
    assert manifest["case"] == {"number": 4711, "reference": "down"}
    assert manifest["channels"][0]["segments"][1] == {
        "name": "channels/0/0001.rbs",
        "size": len(SECOND),
        "sha256": hashlib.sha256(SECOND).hexdigest(),
    }
    assert Envelope.from_json(files["documents/grant.json"].decode()).body == grant().to_body()


@pytest.mark.parametrize("size", [len(FIRST) - 1, len(FIRST) + 1])
def test_a_segment_that_changes_while_it_is_exported_spoils_the_export(size: int) -> None:
    with pytest.raises(ValueError, match="changed its size"):
        b"".join(export(segment(FIRST, size)).chunks())
