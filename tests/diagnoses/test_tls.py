"""TLS that does not come about, and why."""

import pytest

from diagnoses import report
from experiments.scripted.__main__ import captures

SCENE = """\
name = "a_handshake"
claim = {{ en = "It is so.", ja = "そうです。" }}
date = "2026-03-01T12:00:00Z"
vantage = "{vantage}"

[hosts.client]
address = "{client}"
hops = {near}
[hosts.server]
address = "{server}"
hops = {far}
port = {port}

[healthy]
never = ["none"]
{extra}
packets = '''
{packets}
'''
"""
OPEN = ("SYN", "SYN,ACK", "ACK")
CLOSE = ("FIN,ACK", "FIN,ACK", "ACK")


def scene(*said, port=443, end=CLOSE, v6=False, at="client", extra=""):
    """The text of a scene: a connection that says these payloads: "> client's words", "< server's words"."""
    lines, time = [], 0.0
    shake = [f"> {OPEN[0]}", f"< {OPEN[1]}", f"> {OPEN[2]}"]
    first = ">" if not said or said[-1][0] == "<" else "<"
    other = "<" if first == ">" else ">"
    closing = [f"{way} {what}" for way, what in zip((first, other, first), end, strict=False)]
    for line in (*shake, *(f"{one[0]} PSH,ACK {one[2:]}" for one in said), *closing):
        time += 0.01
        ends = "client > server" if line[0] == ">" else "server > client"
        lines.append(f"{time:.2f} {ends} {line[2:]}")
    near, far = (0, 4) if at == "client" else (4, 0)
    addresses = ("2001:db8::1", "2001:db8:7::7") if v6 else ("192.0.2.1", "198.51.100.7")
    return SCENE.format(
        packets="\n".join(lines), client=addresses[0], server=addresses[1], near=near, far=far, port=port,
        vantage=at, extra=extra,
    )  # fmt: skip


def told(tmp_path, *said, **more):
    """The report of such a scene."""
    folder = tmp_path / "scene"
    folder.mkdir(exist_ok=True)
    (folder / "experiment.toml").write_text(scene(*said, **more), "utf-8")
    [(path, content)] = captures(folder / "experiment.toml")
    path.write_bytes(content)
    return report(path)


def only(found, code):
    """The one finding of the connection, which is its verdict."""
    assert [f["code"] for f in found["findings"]] == [code]
    assert found["connections"][0]["verdict"] == code
    return found["findings"][0]


def certificate(
    since="2025-06-01", until="2026-06-01", subject="shop.example", issuer="Example_CA", sans=None
):
    return (
        f"certificate subject {subject} issuer {issuer} sans {sans or subject} from {since} until {until}"
        " + server-hello-done"
    )


HELLO = '> TLS "client-hello sni shop.example version 1.2"'
GOES_ON = (
    '> TLS "client-key-exchange + change-cipher-spec + finished"',
    '< TLS "change-cipher-spec + finished"',
)
DATA = ('> TLS "data 200"', '< TLS "data 800"')


def flight(*about, **more):
    return f'< TLS "server-hello version 1.2 + {certificate(*about, **more)}"'


@pytest.mark.parametrize("at", ["client", "server"])
@pytest.mark.parametrize("v6", [False, True])
@pytest.mark.parametrize(("number", "name"), [
    (42, "bad_certificate"), (43, "unsupported_certificate"), (44, "certificate_revoked"),
    (46, "certificate_unknown"), (48, "unknown_ca"),
])  # fmt: skip
def test_an_alert_of_the_client_about_the_certificate_is_named(tmp_path, number, name, v6, at):
    said = only(
        told(tmp_path, HELLO, flight(), f'> TLS "alert {number}"', v6=v6, at=at), "tls_certificate_rejected"
    )
    assert (said["severity"], said["confidence"]) == ("error", "certain")
    assert (said["numbers"]["alert"], said["numbers"]["alert_number"]) == (name, number)
    assert said["culprit"]["kind"] == "unknown"
    assert "shop.example" in said["explanation"]


def test_an_expired_certificate_is_the_servers(tmp_path):
    said = only(
        told(tmp_path, HELLO, flight("2025-01-01", "2026-02-01"), '> TLS "alert 45"'),
        "tls_certificate_rejected",
    )
    assert said["culprit"]["kind"] == "server"
    assert (said["numbers"]["not_after"], said["numbers"]["expired_days"]) == ("2026-02-01", 28)
    assert "2026-02-01" in said["title"]


def test_an_alert_about_dates_that_are_right_points_to_the_clients_clock(tmp_path):
    said = only(told(tmp_path, HELLO, flight(), '> TLS "alert 45"'), "tls_certificate_rejected")
    assert said["culprit"]["kind"] == "client"
    assert "clock" in said["explanation"]


def test_an_expired_certificate_that_is_accepted_is_a_warning(tmp_path):
    found = told(tmp_path, HELLO, flight("2025-01-01", "2026-02-01"), *GOES_ON, *DATA)
    said = only(found, "tls_certificate_rejected")
    assert (said["severity"], said["confidence"]) == ("warning", "certain")


def test_an_expired_certificate_without_anything_afterwards_is_likely(tmp_path):
    said = only(told(tmp_path, HELLO, flight("2025-01-01", "2026-02-01")), "tls_certificate_rejected")
    assert (said["severity"], said["confidence"]) == ("error", "likely")


def test_a_certificate_of_tomorrow_is_not_valid_yet(tmp_path):
    said = only(
        told(tmp_path, HELLO, flight("2026-03-11", "2027-03-01"), *GOES_ON, *DATA), "tls_certificate_rejected"
    )
    assert "2026-03-11" in said["title"]


def test_a_wrong_name_is_said_and_a_right_one_is_not(tmp_path):
    for sans, wrong in (("other.example", True), ("*.example", False), ("*.shop.example", True)):
        found = told(tmp_path, HELLO, flight(sans=sans), '> TLS "alert 46"')
        assert ("asked for shop.example" in found["findings"][0]["explanation"]) is wrong


def test_a_certificate_that_came_alone_or_is_signed_by_itself_is_said(tmp_path):
    found = told(tmp_path, HELLO, flight(), '> TLS "alert 48"')
    assert "alone" in found["findings"][0]["explanation"]
    found = told(tmp_path, HELLO, flight(issuer="shop.example"), '> TLS "alert 48"')
    assert "signed by itself" in found["findings"][0]["explanation"]


@pytest.mark.parametrize("end", [("RST,ACK",), CLOSE])
def test_how_the_connection_ends_is_folded_away(tmp_path, end):
    only(told(tmp_path, HELLO, flight(), '> TLS "alert 48"', end=end), "tls_certificate_rejected")


def test_a_readable_alert_of_tls_1_3_is_told_without_the_certificate(tmp_path):
    hello, answer = (
        HELLO.replace("1.2", "1.3"),
        '< TLS "server-hello version 1.3 + change-cipher-spec + data 900"',
    )
    said = only(told(tmp_path, hello, answer, '> TLS "alert 45"'), "tls_certificate_rejected")
    assert (said["severity"], said["culprit"]["kind"]) == ("error", "unknown")
    assert "not readable" in said["explanation"]
    assert "frames )" not in said["explanation"]


def test_an_ordinary_exchange_is_healthy(tmp_path):
    only(told(tmp_path, HELLO, flight(), *GOES_ON, *DATA), "clean_close")


def test_a_close_notify_is_no_refusal(tmp_path):
    only(told(tmp_path, HELLO, flight(), *GOES_ON, *DATA, '> TLS "alert 0 warning"'), "clean_close")


def test_a_version_that_the_server_does_not_speak_is_named(tmp_path):
    for at, v6 in (("client", False), ("server", True)):
        said = only(told(tmp_path, HELLO, '< TLS "alert 70"', at=at, v6=v6), "tls_no_common_version")
        assert (said["severity"], said["confidence"]) == ("error", "certain")
        assert said["numbers"]["offered_version"] == "TLS 1.2"
        assert (said["numbers"]["alert"], said["numbers"]["refused_by"]) == ("protocol_version", "server")


def test_a_client_that_refuses_the_chosen_version_is_named(tmp_path):
    flight_1_0 = f'< TLS "server-hello version 1.0 cipher 0xc014 + {certificate()}"'
    said = only(told(tmp_path, HELLO, flight_1_0, '> TLS "alert 70"'), "tls_no_common_version")
    assert (said["numbers"]["chosen_version"], said["numbers"]["refused_by"]) == ("TLS 1.0", "client")


def test_a_handshake_failure_is_likely_and_only_before_a_server_hello(tmp_path):
    said = only(told(tmp_path, HELLO, '< TLS "alert 40"'), "tls_no_common_version")
    assert said["confidence"] == "likely"
    late = told(tmp_path, HELLO, flight(), GOES_ON[0], '< TLS "alert 40"')
    assert "tls_no_common_version" not in {f["code"] for f in late["findings"]}


def test_a_client_that_falls_back_and_is_served_is_a_note(tmp_path):
    text = scene(HELLO, '< TLS "alert 70"')
    again = scene('> TLS "client-hello version 1.3"', '< TLS "server-hello version 1.3 + data 900"', *DATA)
    lines = again.split("packets = '''")[1].split("'''")[0].strip().splitlines()
    later = [f"{float(line.split()[0]) + 9:.2f} {line.split(maxsplit=1)[1]}" for line in lines]
    later = [
        line.replace("client >", "client:50001 >").replace("> client", "> client:50001") for line in later
    ]
    folder = tmp_path / "scene"
    folder.mkdir()
    (folder / "experiment.toml").write_text(
        text[: text.rindex("'''")] + "\n".join(later) + "\n'''\n", "utf-8"
    )
    [(path, content)] = captures(folder / "experiment.toml")
    path.write_bytes(content)
    said = next(f for f in report(path)["findings"] if f["code"] == "tls_no_common_version")
    assert said["severity"] == "note"
    assert "TLS 1.3" in said["explanation"]


GET = r'> "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"'
BAD = r'< "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"'


@pytest.mark.parametrize(("said", "sure"), [
    ((GET, '< TLS "alert 10"'), "certain"),
    ((GET, BAD), "likely"),
    ((HELLO, BAD), "certain"),
    ((HELLO, r'< "<!DOCTYPE HTML>\n<html><head><title>Error</title></head></html>"'), "certain"),
])  # fmt: skip
@pytest.mark.parametrize("end", [CLOSE, ("RST,ACK",)])
def test_two_protocols_on_one_port_are_told_apart(tmp_path, said, sure, end):
    finding = only(told(tmp_path, *said, end=end), "plaintext_on_tls_port")
    assert (finding["severity"], finding["confidence"]) == ("error", sure)


def test_a_server_that_closes_without_a_byte_is_possible_on_a_port_for_tls_only(tmp_path):
    text = [GET, "< FIN,ACK"]
    lines = scene(*text, end=("FIN,ACK", "ACK")).replace("PSH,ACK FIN,ACK", "FIN,ACK")
    for port, expected in ((443, "possible"), (8080, None)):
        folder = tmp_path / str(port)
        folder.mkdir()
        (folder / "experiment.toml").write_text(lines.replace("port = 443", f"port = {port}"), "utf-8")
        [(path, content)] = captures(folder / "experiment.toml")
        path.write_bytes(content)
        found = [f for f in report(path)["findings"] if f["code"] == "plaintext_on_tls_port"]
        assert [f["confidence"] for f in found] == ([expected] if expected else [])


@pytest.mark.parametrize("port", [80, 8080])
def test_a_bad_request_on_a_plain_port_is_a_bad_request(tmp_path, port):
    only(told(tmp_path, GET, BAD, port=port), "clean_close")


def test_a_proxy_that_is_asked_to_connect_is_healthy(tmp_path):
    ask = r'> "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n"'
    agree = r'< "HTTP/1.1 200 OK\r\n\r\n"'
    only(told(tmp_path, ask, agree, HELLO, flight(), *GOES_ON, *DATA), "clean_close")


def test_tls_that_begins_after_the_server_spoke_is_healthy(tmp_path):
    greeting = (r'< "220 mail.example ESMTP\r\n"', r'> "STARTTLS\r\n"', r'< "220 go ahead\r\n"')
    only(told(tmp_path, *greeting, HELLO, flight(), *GOES_ON, *DATA, port=25), "clean_close")


def test_an_answer_that_the_snaplen_cut_is_not_judged(tmp_path):
    found = told(tmp_path, HELLO, BAD, extra="snaplen = 60")
    assert "plaintext_on_tls_port" not in {f["code"] for f in found["findings"]}


HELLO_1_3 = '> TLS "client-hello sni shop.example version 1.3"'
FLIGHT_1_3 = '< TLS "server-hello version 1.3 + change-cipher-spec + data 1100"'


@pytest.mark.parametrize("end", [CLOSE, ("RST,ACK",)])
def test_an_encrypted_alert_is_known_by_its_length(tmp_path, end):
    found = told(tmp_path, HELLO_1_3, FLIGHT_1_3, '> TLS "change-cipher-spec + data 19"', end=end)
    said = only(found, "tls_handshake_failed")
    assert (said["severity"], said["confidence"]) == ("error", "likely")
    assert said["numbers"]["ended_by"] == "client"


@pytest.mark.parametrize(
    ("number", "name"), [(80, "internal_error"), (112, "unrecognized_name"), (120, "no_application_protocol")]
)
def test_an_alert_of_the_server_that_is_readable_is_named(tmp_path, number, name):
    said = only(told(tmp_path, HELLO, f'< TLS "alert {number}"'), "tls_handshake_failed")
    assert said["confidence"] == "certain"
    assert (said["numbers"]["alert"], said["numbers"]["ended_by"]) == (name, "server")


def test_a_failure_after_the_server_hello_is_none_of_versions(tmp_path):
    said = only(told(tmp_path, HELLO, flight(), GOES_ON[0], '< TLS "alert 40"'), "tls_handshake_failed")
    assert said["numbers"]["chosen_version"] == "TLS 1.2"


def test_a_close_right_after_the_server_hello_is_only_a_note(tmp_path):
    said = only(told(tmp_path, HELLO, flight()), "tls_handshake_failed")
    assert (said["severity"], said["confidence"]) == ("note", "possible")


def test_a_handshake_that_goes_on_is_healthy(tmp_path):
    only(told(tmp_path, HELLO_1_3, FLIGHT_1_3, '> TLS "change-cipher-spec + data 53"'), "clean_close")
    only(told(tmp_path, HELLO, flight(), *GOES_ON), "clean_close")
