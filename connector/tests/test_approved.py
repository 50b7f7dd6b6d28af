"""A contract that demands approval, on the device: forged and replayed ones open nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from link_front import Front
from lotus_customer import HOUR, USER, now
from lotus_device import Device

from reachback_wire.documents import (
    Approval,
    ApprovalRequest,
    ApprovalRule,
    CarriedApproval,
    KeysetKey,
    seal,
)
from reachback_wire.signing import PrivateKey

MINUTE = HOUR // 60
APPROVER, STRANGER = PrivateKey.generate(), PrivateKey.generate()


@pytest.fixture
async def guarded(front: Front, tmp_path: Path) -> AsyncIterator[Device]:
    """A linked device whose contract asks for Li Na's yes to every shell."""
    customer = front.customer
    li = KeysetKey(APPROVER.public_line, "Li Na", ("approve",))
    customer.keyset = replace(customer.keyset, keys=(*customer.keyset.keys, li))
    customer.with_clause(approval=ApprovalRule(1, (), 60))
    found = Device(tmp_path / "state")
    status, _, err = await found.enrol(front, customer)
    assert status == 0, err
    front.documents = customer.documents()
    await found.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 2)
    yield found
    await found.end()


def approved(front: Front, signer: PrivateKey = APPROVER, **changes: object) -> CarriedApproval:
    """A yes to a shell in the session s1, signed a minute ago unless `changes` say otherwise."""
    asked = ApprovalRequest(
        device=front.customer.device,
        session="s1",
        capabilities=("shell.user",),
        parameter=USER,
        technician="Tomas Rivera",
        case="Registration page",
        reason="The page answers 500.",
        start=now() - 2 * HOUR,
        until=now() + HOUR,
    )
    asked = replace(asked, **changes)  # type: ignore[arg-type]
    yes = Approval(asked.digest, "Li Na", now() - MINUTE, now() + HOUR)
    return CarriedApproval(asked.to_body(), seal(yes, signer))


async def opens(front: Front, *approvals: CarriedApproval) -> tuple[str, dict[str, object]]:
    sealed = front.customer.sealed_grant(front.nonces[-1], approvals=approvals)
    return await front.open(sealed, front.customer.wish())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"signer": STRANGER}, "unknown-key", id="forged"),
        pytest.param({"session": "s2"}, "approval-missing", id="other-session"),
        pytest.param({"parameter": "nobody-here"}, "approval-missing", id="other-user"),
        pytest.param({"device": STRANGER.public_line}, "approval-missing", id="other-device"),
        pytest.param({"until": now() - MINUTE}, "approval-expired", id="expired"),
    ],
)
async def test_a_forged_or_replayed_approval_opens_nothing_on_the_device(
    front: Front, guarded: Device, changes: dict[str, object], code: str
) -> None:
    word, value = await opens(front, approved(front, **changes))  # type: ignore[arg-type]
    assert (word, value["code"], value["by"]) == ("refused", code, "device")
    assert value["receipt"], "the device testifies to its refusal"
    assert not guarded.holders()


async def test_nothing_opens_without_a_yes_and_it_opens_with_one(
    front: Front, guarded: Device
) -> None:
    word, value = await opens(front)
    assert (word, value["code"]) == ("refused", "approval-missing")
    word, value = await front.open(
        front.customer.sealed_grant(
            front.nonces[0], id="grant-2", approvals=(approved(front, until=now() + 5 * MINUTE),)
        ),
        front.customer.wish(grant="grant-2"),
    )
    assert word == "opened", value
    assert int(str(value["expires"])) <= now() + 5 * MINUTE
