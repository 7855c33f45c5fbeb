"""The state machine, fed segment by segment: wrap, loss, order, probes and reuse of ports."""

from hypothesis import given
from hypothesis import strategies as st

from packets import columns as c
from packets import machine
from packets.facts import SIDE

CLIENT, SERVER = 0, 1
HANDSHAKE = [(CLIENT, c.SYN, 0, 0, 0), (SERVER, c.SYN | c.ACK, 0, 1, 0), (CLIENT, c.ACK, 1, 1, 0)]


def play(segments, isn=(1000, 9000)):
    """Let (side, flags, relative seq, relative ack, length[, window]) pass: the flow, and the results."""
    flow, out = machine.Flow(), []
    for row, (side, flags, seq, ack, length, *window) in enumerate(segments):
        absolute = (seq + isn[side]) % 2**32, (ack + isn[1 - side]) % 2**32 if flags & c.ACK else 0
        out.append(machine.step(flow, row, side, flags, *absolute, length, *(window or [500])))
    return flow, out


def marks(segments, **more):
    return [found[2] for found in play(segments, **more)[1]]


def fact(flow, side, name):
    return flow.sides[side][SIDE[name]]


@given(st.tuples(*[st.integers(0, 2**32 - 1)] * 2), st.lists(st.integers(1, 60_000), max_size=40))
def test_numbers_are_relative_and_count_on_through_the_wrap(isn, sizes):
    segments, at = list(HANDSHAKE), 1
    for size in sizes:
        segments.append((CLIENT, c.ACK, at, 1, size))
        at += size
    flow, out = play(segments, isn=isn)
    assert [found[0] for found in out] == [segment[2] for segment in segments]
    assert not any(found[2] for found in out)
    assert fact(flow, CLIENT, "payload") == sum(sizes)


@given(st.permutations(range(8)))
def test_every_byte_is_counted_once_in_whatever_order_it_comes(order):
    flow, out = play([*HANDSHAKE, *((CLIENT, c.ACK, 1 + 100 * n, 1, 100) for n in order)])
    assert fact(flow, CLIENT, "payload") == 800
    assert not any(found[2] & (c.SEEN_TWICE | c.SEEN_PARTLY) for found in out)
    late = sum(bool(found[2] & c.FILLS_GAP) for found in out)
    assert late == sum(any(later > n for later in order[:at]) for at, n in enumerate(order))


@given(st.lists(st.integers(0, 7), min_size=1, max_size=30))
def test_a_segment_seen_before_is_marked_and_not_counted_again(again):
    data = [(CLIENT, c.ACK, 1 + 100 * n, 1, 100) for n in range(8)]
    flow, out = play([*HANDSHAKE, *data, *(data[n] for n in again)])
    # The last segment's repeat covers the same bytes; all of them are repeats.
    assert all(found[2] & c.SEEN_TWICE for found in out[len(HANDSHAKE) + 8 :])
    assert fact(flow, CLIENT, "payload") == 800
    assert fact(flow, CLIENT, "repeated") == len(again)


def test_a_gap_is_marked_where_it_opens_and_where_it_closes():
    opens, closes = (CLIENT, c.ACK, 101, 1, 100), (CLIENT, c.ACK, 1, 1, 100)
    assert marks([*HANDSHAKE, opens, closes])[3:] == [c.GAP_BEFORE, c.FILLS_GAP]


def test_a_keepalive_sits_one_before_the_next_number_and_its_answer_is_no_duplicate_ack():
    segments = [*HANDSHAKE, (SERVER, c.ACK, 1, 1, 0), (CLIENT, c.ACK, 0, 1, 0), (SERVER, c.ACK, 1, 1, 0)]
    assert marks(segments)[4:] == [c.KEEPALIVE_SHAPED, c.ANSWERS_KEEPALIVE]


def test_a_keepalive_may_carry_one_old_byte():
    data, probe = (CLIENT, c.ACK, 1, 1, 50), (CLIENT, c.ACK, 50, 1, 1)
    assert marks([*HANDSHAKE, data, probe])[-1] == c.KEEPALIVE_SHAPED


def test_the_same_ack_again_is_a_duplicate_only_while_something_is_outstanding():
    data, ack = (CLIENT, c.ACK, 1, 1, 100), (SERVER, c.ACK, 1, 1, 0)
    assert marks([*HANDSHAKE, ack, ack])[-1] == 0
    assert marks([*HANDSHAKE, ack, data, ack])[-1] == c.DUPLICATE_ACK
    assert marks([*HANDSHAKE, ack, data, (*ack, 700)])[-1] == c.WINDOW_UPDATE


def test_a_window_of_zero_is_marked_but_not_on_a_rst():
    assert marks([*HANDSHAKE, (SERVER, c.ACK, 1, 1, 0, 0)])[-1] & c.WINDOW_ZERO
    assert not marks([*HANDSHAKE, (SERVER, c.RST | c.ACK, 1, 1, 0, 0)])[-1]


def test_an_ack_of_bytes_that_the_capture_missed_is_marked_once():
    flow, out = play([*HANDSHAKE, (SERVER, c.ACK, 1, 501, 0), (CLIENT, c.ACK, 501, 1, 100)])
    assert out[3][2] & c.ACKS_UNSEEN
    assert fact(flow, SERVER, "acked_unseen") == 500
    assert out[4][2] == 0


def test_a_challenge_ack_before_the_syn_ack_acknowledges_an_older_connection():
    flow, out = play([HANDSHAKE[0], (SERVER, c.ACK, 77, 5000, 0)])
    assert not out[1][2] & c.ACKS_UNSEEN
    assert fact(flow, SERVER, "acked_unseen") == 0


def test_a_rst_teaches_no_numbers():
    flow, _ = play([HANDSHAKE[0], (SERVER, c.RST | c.ACK, 123456, 1, 0)])
    _, found = play([HANDSHAKE[0], (SERVER, c.RST | c.ACK, 123456, 1, 0), HANDSHAKE[1]])
    assert found[2][:2] == (0, 1)
    assert fact(flow, SERVER, "rst") == 1


def test_a_syn_with_another_number_is_a_new_connection_and_the_same_one_a_repeat():
    flow, _ = play(HANDSHAKE)
    assert machine.starts_anew(flow, CLIENT, c.SYN, 4242)
    assert not machine.starts_anew(flow, CLIENT, c.SYN, 1000)
    assert not machine.starts_anew(flow, CLIENT, c.SYN | c.ACK, 4242)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, 511),
            *[st.integers(0, 2**32 - 1)] * 2,
            st.integers(0, 65535),
            st.integers(0, 65535),
        ),
        max_size=60,
    )
)
def test_whatever_passes_nothing_breaks_and_state_stays_bounded(segments):
    flow = machine.Flow()
    for row, segment in enumerate(segments):
        machine.step(flow, row, *segment)
    assert all(len(holes) <= 2 * machine.MOST_HOLES for holes in flow.holes)
    assert sum(side[SIDE["rst"]] for side in flow.sides) == sum(bool(s[1] & c.RST) for s in segments)
