import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.http.address import is_public, origin_of, path_of, same_origin

WITHOUT_ORIGIN = [
    "",
    "university.example",
    "file:///etc/passwd",
    "ftp://university.example",
    "https://",
    "https:///offers",
    "https://university.example:99999",
    "https://university.example:port",
    "https://[::1",
    "https://university.example@attacker.example",
    "https://:@university.example",
]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://university.example/offers/1?x=y#z", "https://university.example"),
        ("HTTPS://University.Example", "https://university.example"),
        ("https://university.example:443/", "https://university.example"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:8701/token", "http://127.0.0.1:8701"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
    ],
)
def test_an_origin_has_one_spelling(address, origin):
    assert origin_of(address) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize("address", WITHOUT_ORIGIN)
def test_an_address_without_origin_is_the_same_as_nothing_not_even_itself(address):
    assert origin_of(address) is None
    assert not same_origin(address, address)


@pytest.mark.parametrize(
    "other",
    [
        "http://university.example",
        "https://university.example:8443",
        "https://university.example.attacker.example",
        "https://sub.university.example",
        "https://university.example@attacker.example",
    ],
)
def test_another_scheme_host_or_port_is_another_origin(other):
    assert not same_origin("https://university.example", other)
    assert not same_origin(other, "https://university.example")


@given(st.text(max_size=60))
def test_any_text_has_an_origin_or_none(text):
    assert same_origin(text, text) is (origin_of(text) is not None)
    assert same_origin(f"https://{text}", f"https://{text}") is (origin_of(f"https://{text}") is not None)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://university.example", "/"),
        ("https://university.example/offers/1", "/offers/1"),
        ("https://university.example/offers?id=1&x=2#here", "/offers?id=1&x=2"),
        ("https://university.example?id=1", "/?id=1"),
    ],
)
def test_path_and_query_are_what_is_sent(address, path):
    assert path_of(address) == path


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "2606:2800:220:1::1",
        "64:ff9b::93.184.216.34",
        "::ffff:93.184.216.34",
        "::93.184.216.34",
    ],
)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 — an address to be refused, not one to listen at
        "224.0.0.1",
        "239.1.1.1",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_inside_a_network_or_of_many_hosts_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:224.0.0.1",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::224.0.0.1",
        "64:ff9b:1::5db8:d822",
        "2002:a00:1::",
        "2002:e000:1::",
        "2001:0:a00:1::",
    ],
)
def test_an_address_that_gateways_lead_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("text", ["", "system.example", "10.0.0", "0x7f.1", "[::1]", "1.2.3.4/8", "١.1.1.1"])
def test_what_is_no_ip_address_is_not_public(text):
    assert not is_public(text)
