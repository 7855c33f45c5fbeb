"""Healthy connections of any shape: no warning, no error, and the verdict that they worked."""

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnoses import report
from experiments.scripted.__main__ import captures

HEALTHY = {"clean_close", "simultaneous_close", "keepalive"}
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Talk:
    """Writes a healthy conversation as a scene: every byte arrives and is acknowledged in time."""

    trip: float
    at: float = 0.0
    text: str = ""

    def say(self, who, what, after=0.0):
        peer = "server" if who == "client" else "client"
        self.at += after
        self.text += f"{self.at:.6f} {who} > {peer} {what}\n"

    def open(self):
        self.say("client", "SYN")
        self.say("server", "SYN,ACK", self.trip)
        self.say("client", "ACK", 0.00005)

    def send(self, who, sizes, pause):
        """A burst of segments, and the acknowledgement a round trip later."""
        peer = "server" if who == "client" else "client"
        for number, size in enumerate(sizes):
            self.say(who, f"PSH,ACK {size}", pause if number == 0 else 0.00001)
        self.say(peer, "ACK", self.trip)

    def close(self, who, at_once):
        peer = "server" if who == "client" else "client"
        self.say(who, "FIN,ACK", 0.001)
        if not at_once:
            self.say(peer, "ACK", self.trip)
        self.say(peer, "FIN,ACK", self.trip)
        self.say(who, "ACK", 0.00005)


SEGMENTS = st.lists(st.integers(1, 1400), min_size=1, max_size=6)
TURNS = st.lists(
    st.tuples(st.sampled_from(["client", "server"]), SEGMENTS, st.floats(0.0001, 0.9)), max_size=8
)
ENDS = st.sampled_from(["client", "server"])


@st.composite
def talks(draw):
    """A conversation from the handshake to both FINs."""
    talk = Talk(draw(st.sampled_from([0.0002, 0.004, 0.03, 0.25])))
    talk.open()
    turns, closing = draw(TURNS), draw(ENDS)
    for who, sizes, pause in turns:
        talk.send(who, sizes, pause)
    if closing == "server" and turns and turns[-1][0] == "client":
        talk.send("server", [2], 0.01)  # who closes on an unanswered request is not healthy
    talk.close(closing, draw(st.booleans()))
    return talk


HOST = '[hosts.{name}]\naddress = "{address}"\nhops = {hops}\nttl = {ttl}\ntimestamps = {stamps}\n'


@st.composite
def hosts(draw):
    """Two hosts, and the capture at the client, at the server or between, where a tap sends nothing."""
    near, far, tap = draw(st.sampled_from([(0, 4, "client"), (3, 0, "server"), (2, 3, "tap"), (1, 9, "tap")]))
    six, text = draw(st.booleans()), ""
    for name, hops, last in (("client", near, 21), ("tap", 0, 99), ("server", far, 80)):
        text += HOST.format(
            name=name,
            address=f"2001:db8:{last}::{last}" if six else f"192.0.2.{last}",
            hops=hops,
            ttl=draw(st.sampled_from([64, 128, 255])),
            stamps=str(draw(st.booleans())).lower(),
        )
    return text + "port = 8080\n", tap


def judged(folder, hosts_text, vantage, packets):
    """The report of such a conversation."""
    scene = (
        f"name = 'benign'\nclaim.en = 'Healthy.'\nclaim.ja = '正常。'\ndate = '2026-01-16T10:30:00Z'\n"
        f"vantage = '{vantage}'\n{hosts_text}[healthy]\nexpect = ['clean_close']\n"
        f"packets = '''\n{packets}'''\n"
    )
    (folder / "benign").mkdir(exist_ok=True)
    (folder / "benign" / "experiment.toml").write_text(scene, "utf-8")
    for path, data in captures(folder / "benign" / "experiment.toml"):
        path.write_bytes(data)
    return report(folder / "benign" / "healthy.pcap")


@SETTINGS
@given(place=hosts(), talk=talks())
def test_a_healthy_connection_is_never_accused(tmp_path_factory, place, talk):
    found = judged(tmp_path_factory.mktemp("benign"), *place, talk.text)
    assert [f["code"] for f in found["findings"] if f["severity"] in ("error", "warning")] == []
    assert found["connections"][0]["verdict"] in HEALTHY
    assert not found["capture"]["quality"]
