"""Where a tunnel may lead: names are looked up on the device, and what they lead to is judged."""

import socket

import pytest

from reachback_connector.errors import NetworkError
from reachback_connector.tunnel.target import Target, forbidden, leads_back, lookup


def _leading_to(*addresses: str) -> object:
    return lambda _host, _port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "0.0.0.0",  # noqa: S104 - the address, not a listener
        "::",
        "169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_a_name_never_leads_here_or_to_the_networks_services(address: str) -> None:
    assert forbidden(address)
    with pytest.raises(NetworkError) as refused:
        Target.parse("till-3:80").addresses(_leading_to(address))  # type: ignore[arg-type]
    assert refused.value.code == "target-refused"


def test_an_ordinary_address_is_dialled_and_a_forbidden_one_beside_it_is_not() -> None:
    found = Target.parse("till-3:80").addresses(_leading_to("127.0.0.1", "10.1.2.3"))  # type: ignore[arg-type]
    assert found == ["10.1.2.3"]


def test_a_name_that_leads_elsewhere_later_is_judged_again() -> None:
    answers = iter([["10.1.2.3"], ["127.0.0.1"]])
    target = Target.parse("rebind.test:80")

    def resolve(_host: str, _port: int) -> list[str]:
        return next(answers)

    assert target.addresses(resolve) == ["10.1.2.3"]
    with pytest.raises(NetworkError) as refused:
        target.addresses(resolve)
    assert refused.value.code == "target-refused"


def test_other_spellings_of_loopback_are_names_and_do_not_pass() -> None:
    for spelling in ("127.1", "2130706433", "0x7f.1"):
        with pytest.raises(NetworkError) as refused:
            Target.parse(f"{spelling}:80").addresses(lookup)
        assert refused.value.code == "target-refused", spelling


def test_an_address_in_figures_and_localhost_stand_as_the_customer_wrote_them() -> None:
    assert Target.parse("127.0.0.1:80").addresses(lookup) == ["127.0.0.1"]
    assert Target.parse("[::1]:80").addresses(lookup) == ["::1"]
    found = Target.parse("localhost:80").addresses(_leading_to("10.9.9.9", "127.0.0.1"))  # type: ignore[arg-type]
    assert found == ["127.0.0.1"]


@pytest.mark.parametrize("target", ["0.0.0.0:80", "[::]:80", "224.0.0.1:80"])
def test_an_address_that_is_no_machine_is_refused_even_when_named(target: str) -> None:
    with pytest.raises(NetworkError):
        Target.parse(target).addresses(lookup)


def test_a_name_that_ends_on_this_device_by_its_own_address_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert leads_back(client, Target("till-3", port))
            assert not leads_back(client, Target("127.0.0.1", port))
            assert not leads_back(client, Target("localhost", port))


def test_a_name_nobody_knows_is_named() -> None:
    with pytest.raises(NetworkError) as refused:
        Target.parse("no-such-name.invalid:80").addresses(lookup)
    assert refused.value.code == "dns"
    assert "no-such-name.invalid" in refused.value.sentence
