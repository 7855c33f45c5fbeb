"""The state machine, fed segment by segment: wrap, loss, order, probes, windows, times and reuse of ports."""

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets import columns as c
from packets.kernel import connection as k
from packets.kernel import fields as f
from packets.kernel import machine, nodes, tallies

CLIENT, SERVER = 0, 1
HANDSHAKE = [(CLIENT, c.SYN, 0, 0, 0), (SERVER, c.SYN | c.ACK, 0, 1, 0), (CLIENT, c.ACK, 1, 1, 0)]
MS = 1_000_000  # ns
ZEROS = (f.FLAGS, f.FRAGMENT, f.OFFSET, f.LENGTH, f.MARKS, f.SACKS, f.OPTIONS, f.EXTRAS, f.VERSION, f.TTL)
BLOCKS = (f.SACK_LEFT, f.SACK_RIGHT, f.SACK2_LEFT, f.SACK2_RIGHT)


@dataclass
class Played:
    """A connection after its segments, and their rows."""

    s: list[int]
    rows: list[list[int]]
    pool: list[int]
    g: list[int]

    def fact(self, side, name):
        return self.s[k.SIDES + side * k.SIDE_WIDTH + k.SIDE[name]]

    def column(self, field):
        return [row[field] for row in self.rows]

    def chain(self, side, which):
        """The nodes of a chain, from its first to its last."""
        at = k.SIDES + side * k.SIDE_WIDTH + which
        found, node = [], self.s[at]
        while node:
            found.append(node)
            node = self.pool[node - 1 + nodes.NEXT]
        assert self.s[at + 2] == len(found)
        assert self.s[at + 1] == (found[-1] if found else 0)
        return found


def packet(number, isn, side, flags, seq, ack, length, window=500, ms=None, blocks=(), **more):
    """The row of a segment as the decoder makes it; numbers are relative, ``ms`` the time in milliseconds."""
    row = [-1] * f.WIDTH
    for field in ZEROS:
        row[field] = 0
    row[f.FRAME], row[f.TIME] = number + 1, (number if ms is None else ms) * MS
    row[f.SIDE], row[f.FLAGS], row[f.LENGTH], row[f.WINDOW_RAW] = side, flags, length, window
    row[f.ABS_SEQ] = (seq + isn[side]) % 2**32
    row[f.ABS_ACK] = (ack + isn[1 - side]) % 2**32 if flags & c.ACK else 0
    row[f.SACKS] = len(blocks)
    for field, edge in zip(BLOCKS, (edge for block in blocks for edge in block), strict=False):
        row[field] = (edge + isn[1 - side]) % 2**32
    for name, value in more.items():
        row[getattr(f, name.upper())] = value
    return row


def play(segments, isn=(1000, 9000), room=20_000):
    """Let (side, flags, relative seq, relative ack, length[, window][, {more}]) pass, a millisecond apart."""
    s, g, pool = [0] * k.WIDTH, [0] * tallies.WIDTH, [0] * (nodes.NODE * room)
    k.begin(s, c.TCP, 0, 1, 0)
    rows = []
    for number, segment in enumerate(segments):
        plain = [value for value in segment if not isinstance(value, dict)]
        more = segment[-1] if len(plain) < len(segment) else {}
        row = packet(number, isn, *plain, **more)
        machine.step(s, row, pool, g)
        rows.append(row)
    return Played(s, rows, pool, g)


def marks(segments, **more):
    return play(segments, **more).column(f.MARKS)


def data(number, size=100, **more):
    """The client's segment number ``number`` of equal ones."""
    return (CLIENT, c.ACK, 1 + size * number, 1, size, more)


def acks(ack, *window, **more):
    return (SERVER, c.ACK, 1, ack, 0, *window, more)


@given(st.tuples(*[st.integers(0, 2**32 - 1)] * 2), st.lists(st.integers(1, 60_000), max_size=40))
def test_numbers_are_relative_and_count_on_through_the_wrap(isn, sizes):
    segments, at = list(HANDSHAKE), 1
    for size in sizes:
        segments.append((CLIENT, c.ACK, at, 1, size, 60_000))
        at += size
    played = play(segments, isn=isn)
    assert played.column(f.SEQ) == [segment[2] for segment in segments]
    assert not any(mark & ~c.WINDOW_FULL for mark in played.column(f.MARKS))
    assert played.fact(CLIENT, "payload") == sum(sizes)


@given(st.permutations(range(8)))
def test_every_byte_is_counted_once_in_whatever_order_it_comes(order):
    played = play([*HANDSHAKE, *(data(n) for n in order)])
    found = played.column(f.MARKS)
    assert played.fact(CLIENT, "payload") == 800
    assert played.fact(CLIENT, "missing_bytes") == 0
    assert not played.chain(CLIENT, k.MISSING)
    assert not any(mark & (c.SEEN_TWICE | c.SEEN_PARTLY) for mark in found)
    late = sum(bool(mark & c.FILLS_GAP) for mark in found)
    assert late == sum(any(later > n for later in order[:at]) for at, n in enumerate(order))
    assert played.fact(CLIENT, "late") == late


@given(st.lists(st.integers(0, 7), min_size=1, max_size=30))
def test_a_segment_seen_before_is_marked_and_not_counted_again(again):
    segments = [data(n) for n in range(8)]
    played = play([*HANDSHAKE, *segments, *(segments[n] for n in again)])
    # The last segment's repeat covers the same bytes; all of them are repeats.
    assert all(mark & c.SEEN_TWICE for mark in played.column(f.MARKS)[len(HANDSHAKE) + 8 :])
    assert played.fact(CLIENT, "payload") == 800
    assert played.fact(CLIENT, "repeated") == len(again)
    assert played.fact(CLIENT, "repeated_bytes") == 100 * len(again)


def test_a_segment_that_overlaps_the_highest_byte_is_seen_partly():
    found = marks([*HANDSHAKE, data(0), (CLIENT, c.ACK, 51, 1, 100)])
    assert found[-1] == c.SEEN_PARTLY


def test_a_gap_is_marked_where_it_opens_and_where_it_closes():
    assert marks([*HANDSHAKE, data(1), data(0)])[3:] == [c.GAP_BEFORE, c.FILLS_GAP]


def test_a_keepalive_sits_one_before_the_next_number_and_its_answer_is_no_duplicate_ack():
    segments = [*HANDSHAKE, acks(1), (CLIENT, c.ACK, 0, 1, 0), acks(1)]
    assert marks(segments)[4:] == [c.KEEPALIVE_SHAPED, c.ANSWERS_KEEPALIVE]


def test_an_answer_to_a_probe_may_open_the_window():
    closed = [*HANDSHAKE, data(0), acks(101, 0), (CLIENT, c.ACK, 100, 1, 0)]
    assert marks([*closed, acks(101, 0)])[-1] == c.ANSWERS_KEEPALIVE | c.WINDOW_ZERO
    assert marks([*closed, acks(101, 700)])[-1] == c.ANSWERS_KEEPALIVE | c.WINDOW_UPDATE


def test_what_follows_data_answers_the_data_and_no_keepalive_before_it():
    assert marks([*HANDSHAKE, acks(1), (CLIENT, c.ACK, 0, 1, 0), data(0), acks(1)])[-1] == c.DUPLICATE_ACK


def test_a_window_that_closes_is_no_update_and_an_ack_that_came_late_repeats_nothing():
    assert marks([*HANDSHAKE, data(0), acks(101), acks(101, 0)])[-1] == c.WINDOW_ZERO
    late = (SERVER, c.ACK, 1, 1, 0, 700)
    assert marks([*HANDSHAKE, acks(1), (SERVER, c.ACK, 1, 1, 50), data(0), late])[-1] == 0


def test_a_side_that_only_acknowledges_repeats_itself_all_the_same():
    segments = [data(0), acks(101), data(1), acks(101), acks(101)]
    assert marks(segments)[3:] == [c.DUPLICATE_ACK, c.DUPLICATE_ACK]


def test_a_keepalive_may_carry_one_old_byte():
    played = play([*HANDSHAKE, data(0, 50), (CLIENT, c.ACK, 50, 1, 1)])
    assert played.column(f.MARKS)[-1] == c.KEEPALIVE_SHAPED
    assert (played.fact(CLIENT, "payload"), played.fact(CLIENT, "keepalives")) == (50, 1)


def test_the_same_ack_again_is_a_duplicate_only_while_something_is_outstanding():
    assert marks([*HANDSHAKE, acks(1), acks(1)])[-1] == 0
    assert marks([*HANDSHAKE, acks(1), data(0), acks(1)])[-1] == c.DUPLICATE_ACK
    assert marks([*HANDSHAKE, acks(1), data(0), acks(1, 700)])[-1] == c.WINDOW_UPDATE


def test_a_window_of_zero_is_marked_but_not_on_a_rst():
    assert marks([*HANDSHAKE, acks(1, 0)])[-1] & c.WINDOW_ZERO
    assert not marks([*HANDSHAKE, (SERVER, c.RST | c.ACK, 1, 1, 0, 0)])[-1]


def test_a_window_of_zero_lasts_until_another_one_is_advertised():
    times = [acks(101, 0, ms=100), acks(101, 0, ms=300), acks(101, 0, ms=600), acks(101, 800, ms=1500)]
    played = play([*HANDSHAKE, data(0), *times, acks(101, 0, ms=2000)])
    assert played.fact(SERVER, "zero_time") == 1400 * MS  # the last one was not seen to open
    assert played.fact(SERVER, "zero_windows") == 4


def test_zero_window_time_never_runs_backwards():
    played = play([*HANDSHAKE, acks(1, 0, ms=900), acks(1, 500, ms=100)])
    assert played.fact(SERVER, "zero_time") == 0


def test_one_byte_into_a_window_of_zero_is_shaped_like_a_probe():
    probe = (CLIENT, c.ACK, 101, 1, 1)
    played = play([*HANDSHAKE, data(0), acks(101, 0), probe, acks(101, 0), probe])
    assert [played.rows[at][f.MARKS] for at in (5, 7)] == [c.PROBE_SHAPED, c.PROBE_SHAPED]
    assert (played.fact(CLIENT, "probes"), played.fact(CLIENT, "payload")) == (2, 100)
    assert marks([*HANDSHAKE, data(0), acks(101), probe])[-1] == 0


def test_a_probe_whose_byte_was_taken_moves_the_numbers_on_and_nothing_is_missing():
    probe = (CLIENT, c.ACK, 101, 1, 1)
    played = play([*HANDSHAKE, data(0), acks(101, 0), probe, acks(102, 400), (CLIENT, c.ACK, 102, 1, 50)])
    assert not played.rows[6][f.MARKS] & c.ACKS_UNSEEN
    assert played.rows[7][f.MARKS] == 0
    assert played.fact(CLIENT, "missing_bytes") == 0


def test_a_segment_that_ends_where_the_window_ends_fills_it():
    played = play([*HANDSHAKE, acks(1, 300), data(0), data(1), data(2)])
    assert played.column(f.MARKS)[4:] == [0, 0, c.WINDOW_FULL]
    assert played.fact(CLIENT, "window_fulls") == 1


def test_the_window_that_is_filled_is_the_scaled_one():
    syn = (CLIENT, c.SYN, 0, 0, 0, {"wscale": 7, "mss": 1460})
    syn_ack = (SERVER, c.SYN | c.ACK, 0, 1, 0, 60_000, {"wscale": 2, "mss": 1460})
    played = play([syn, syn_ack, HANDSHAKE[2], acks(1, 50), data(0), data(1)])
    assert played.rows[3][f.WINDOW] == 200
    assert played.column(f.MARKS)[4:] == [0, c.WINDOW_FULL]


def test_bytes_in_flight_include_the_segment_and_end_with_the_acknowledgement():
    played = play([*HANDSHAKE, acks(1), data(0), data(1), acks(101), data(2), acks(301), data(3)])
    assert played.column(f.IN_FLIGHT)[4:] == [100, 200, -1, 200, -1, 100]
    assert played.fact(CLIENT, "most_in_flight") == 200


def test_an_ack_of_bytes_that_the_capture_missed_is_marked_once():
    played = play([*HANDSHAKE, acks(501), (CLIENT, c.ACK, 501, 1, 100)])
    assert played.rows[3][f.MARKS] & c.ACKS_UNSEEN
    assert played.fact(SERVER, "acked_unseen") == 500
    assert played.rows[4][f.MARKS] == 0


def test_missing_bytes_are_those_of_gaps_until_they_come():
    first = [*HANDSHAKE, data(2), data(5)]
    assert play(first).fact(CLIENT, "missing_bytes") == 400
    assert play([*first, data(0)]).fact(CLIENT, "missing_bytes") == 300
    middle = (CLIENT, c.ACK, 341, 1, 20)  # splits a gap
    assert play([*first, middle]).fact(CLIENT, "missing_bytes") == 380
    assert play([*first, middle, data(0), data(1), data(3), data(4)]).fact(CLIENT, "missing_bytes") == 0


def test_missing_bytes_that_are_acknowledged_did_arrive():
    played = play([*HANDSHAKE, data(1), acks(201)])
    assert (played.fact(CLIENT, "missing_bytes"), played.fact(CLIENT, "acked_missing")) == (100, 100)
    assert played.rows[-1][f.MARKS] == c.ACKS_UNSEEN
    assert played.fact(SERVER, "acked_unseen") == 0  # the number was passed, though with a gap
    played = play([*HANDSHAKE, data(1), data(3), acks(201)])
    assert (played.fact(CLIENT, "missing_bytes"), played.fact(CLIENT, "acked_missing")) == (200, 100)
    played = play([*HANDSHAKE, data(1), acks(201), data(0)])  # recorded late
    assert (played.fact(CLIENT, "missing_bytes"), played.fact(CLIENT, "acked_missing")) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=40), st.integers(0, 36))
def test_missing_bytes_are_what_a_set_of_numbers_says(pieces, acknowledged):
    """Whatever the order, the overlaps and the cuts: compared with plain sets."""
    segments = [(CLIENT, c.ACK, 10 + 10 * first, 1, 10 * size) for first, size in pieces]
    played = play([*HANDSHAKE, (CLIENT, c.ACK, 1, 1, 9), *segments, acks(10 + 10 * acknowledged)])
    seen = {n for first, size in pieces for n in range(first, first + size)}
    highest = max(seen, default=-1) + 1
    missing = set(range(max(highest, acknowledged))) - seen
    assert played.fact(CLIENT, "missing_bytes") == 10 * len(missing)
    unseen = max(acknowledged - highest, 0)
    assert played.fact(SERVER, "acked_unseen") == 10 * unseen


def test_a_round_trip_runs_from_the_segment_to_the_acknowledgement_of_its_last_byte():
    played = play(
        [*HANDSHAKE, data(0, ms=10), data(1, ms=11), acks(201, ms=40), data(2, ms=50), acks(301, ms=75)]
    )
    assert played.column(f.RTT)[3:] == [-1, -1, 29 * MS, -1, 25 * MS]
    assert [played.fact(CLIENT, name) for name in ("rtts", "rtt_sum", "rtt_least", "rtt_most")] == [
        3, 55 * MS, 1 * MS, 29 * MS,
    ]  # fmt: skip
    assert played.column(f.RTT)[:3] == [-1, MS, MS]  # the handshake: of the SYN and of the SYN-ACK


def test_an_acknowledgement_inside_a_segment_tells_no_round_trip():
    assert play([*HANDSHAKE, data(0), acks(51)]).rows[-1][f.RTT] == -1


def test_karn_a_segment_sent_twice_tells_no_round_trip():
    played = play([*HANDSHAKE, data(0, ms=10), data(0, ms=300), acks(101, ms=320)])
    assert played.rows[-1][f.RTT] == -1
    assert played.fact(CLIENT, "rtts") == 1  # the SYN
    joined = play([*HANDSHAKE, data(0), data(1), (CLIENT, c.ACK, 1, 1, 250), acks(251)])
    assert joined.rows[-1][f.RTT] == -1


def test_an_echoed_timestamp_tells_which_sending_is_acknowledged():
    def stamped(ms, tsval, echo):
        again = [data(0, ms=10, tsval=100), data(0, ms=ms, tsval=tsval), acks(101, ms=ms + 30, tsecr=echo)]
        return play([*HANDSHAKE, *again]).rows[-1][f.RTT]

    assert stamped(ms=300, tsval=129, echo=129) == 30 * MS
    assert stamped(ms=300, tsval=129, echo=100) == -1  # the first one is acknowledged: it was no loss
    assert stamped(ms=15, tsval=100, echo=100) == -1  # the clock has not ticked between them


def test_rare_options_are_kept_by_name():
    syn = (CLIENT, c.SYN, 0, 0, 0, {"extras": c.FAST_OPEN})
    played = play([syn, *HANDSHAKE[1:], data(0, extras=c.MPTCP)])
    assert played.fact(CLIENT, "extras") == c.FAST_OPEN | c.MPTCP
    assert played.fact(SERVER, "extras") == 0


def test_a_repeated_syn_tells_no_round_trip_either():
    played = play([HANDSHAKE[0], HANDSHAKE[0], *HANDSHAKE[1:]])
    assert played.column(f.RTT) == [-1, -1, -1, MS]


def test_a_clock_that_steps_back_tells_no_round_trip():
    played = play([*HANDSHAKE, data(0, ms=1000), acks(101, ms=10)])
    assert played.rows[-1][f.RTT] == -1


def test_a_repeated_segment_says_how_long_ago_its_bytes_were_sent_last():
    played = play([*HANDSHAKE, data(0, ms=10), data(1, ms=11), data(0, ms=211), data(0, ms=611)])
    assert played.column(f.REPEAT)[3:] == [-1, -1, 201 * MS, 400 * MS]


def test_what_was_acknowledged_before_is_marked_and_has_no_time_of_repeat():
    played = play([*HANDSHAKE, data(0), acks(101), data(0, ms=300)])
    assert played.rows[-1][f.MARKS] == c.SEEN_TWICE | c.SEEN_ACKNOWLEDGED
    assert played.rows[-1][f.REPEAT] == -1


def test_sack_blocks_become_relative_numbers():
    found = play([*HANDSHAKE, data(0), data(2), acks(101, blocks=[(201, 301)])], isn=(2**32 - 150, 5))
    row = found.rows[-1]
    assert (row[f.SACK_LEFT], row[f.SACK_RIGHT]) == (201, 301)
    assert row[f.MARKS] & (c.SACKS | c.REPORTS_TWICE) == c.SACKS


@pytest.mark.parametrize("blocks", [[(1, 101)], [(51, 101)], [(301, 401), (201, 501)]])
def test_a_first_block_below_the_ack_or_inside_the_second_reports_bytes_received_twice(blocks):
    segments = [*HANDSHAKE, data(0), data(2), data(3), data(4), acks(101, blocks=blocks)]
    played = play(segments)
    assert played.rows[-1][f.MARKS] & c.REPORTS_TWICE
    assert played.fact(SERVER, "dsacks") == 1


def test_a_first_block_above_the_ack_and_outside_the_second_reports_no_repeat():
    segments = [*HANDSHAKE, *(data(n) for n in range(8)), acks(101, blocks=[(501, 601), (201, 301)])]
    assert not marks(segments)[-1] & c.REPORTS_TWICE


def test_a_challenge_ack_before_the_syn_ack_acknowledges_an_older_connection():
    played = play([HANDSHAKE[0], (SERVER, c.ACK, 77, 5000, 0)])
    assert not played.rows[1][f.MARKS] & c.ACKS_UNSEEN
    assert played.fact(SERVER, "acked_unseen") == 0

    late = play([HANDSHAKE[0], (SERVER, c.ACK, 77, 5000, 0), *HANDSHAKE[:2], HANDSHAKE[2], data(0), data(0)])
    assert late.column(f.MARKS)[3:] == [0, 0, 0, c.SEEN_TWICE]
    assert late.rows[-1][f.IN_FLIGHT] == 100
    assert late.s[k.SHAKEN_TIME] - late.s[k.SYN_TIME] == 2 * MS


def test_where_only_the_syn_ack_was_missed_acknowledgements_count_as_ever():
    played = play([HANDSHAKE[0], HANDSHAKE[2], data(0), acks(101), acks(501)])
    assert played.column(f.MARKS)[3:] == [0, c.ACKS_UNSEEN]


def test_a_segment_without_data_tells_what_was_sent_before_it():
    played = play([*HANDSHAKE, (CLIENT, c.ACK, 201, 1, 0), data(0), data(1)])
    assert played.column(f.MARKS)[3:] == [c.GAP_BEFORE, c.FILLS_GAP, c.FILLS_GAP]
    assert played.fact(CLIENT, "missing_bytes") == 0


@pytest.mark.parametrize("ack", [51, 101, 201])
def test_the_first_acknowledgement_of_bytes_in_a_gap_is_marked_once(ack):
    played = play([*HANDSHAKE, data(1), acks(ack), acks(201), acks(201)])
    assert [bool(mark & c.ACKS_UNSEEN) for mark in played.column(f.MARKS)[4:]] == [True, False, False]


def test_a_fin_is_no_byte_in_flight():
    fin = (CLIENT, c.FIN | c.ACK, 101, 1, 50)
    played = play([*HANDSHAKE, acks(1), data(0), fin, data(0), acks(152), data(0)])
    assert played.column(f.IN_FLIGHT)[4:] == [100, 150, 150, -1, 0]


def test_a_rst_teaches_no_numbers():
    played = play([HANDSHAKE[0], (SERVER, c.RST | c.ACK, 123456, 1, 0), HANDSHAKE[1]])
    assert (played.rows[2][f.SEQ], played.rows[2][f.ACK]) == (0, 1)
    assert played.fact(SERVER, "rst") == 1


def test_a_syn_with_another_number_is_a_new_connection_and_the_same_one_a_repeat():
    s = play(HANDSHAKE).s
    for flags, number, anew in ((c.SYN, 4242, True), (c.SYN, 1000, False), (c.SYN | c.ACK, 4242, False)):
        row = packet(3, (number, 0), CLIENT, flags, 0, 0, 0)
        assert machine.starts_anew(s, row) == anew


def test_a_copy_is_placed_without_moving_the_state():
    played = play([*HANDSHAKE, data(0)])
    before, row = list(played.s), packet(4, (1000, 9000), *data(0)[:5])
    machine.place(played.s, row)
    assert (row[f.SEQ], row[f.ACK], row[f.WINDOW]) == (1, 1, 500)
    assert played.s == before


def test_the_chain_of_holes_is_bounded_and_forgets_the_oldest():
    played = play([*HANDSHAKE, *(data(2 * n + 1) for n in range(machine.MOST_HOLES + 10))])
    holes = played.chain(CLIENT, k.MISSING)
    assert len(holes) == machine.MOST_HOLES
    assert played.pool[holes[0] - 1 + nodes.START] == 1 + 200 * 10
    assert played.fact(CLIENT, "missing_bytes") == 100 * (
        machine.MOST_HOLES + 10
    )  # what is forgotten stays missing


def test_the_chain_of_what_was_sent_is_bounded_and_forgets_the_oldest():
    played = play([*HANDSHAKE, *(data(n) for n in range(machine.MOST_SENT + 10))])
    sent = played.chain(CLIENT, k.SENT)
    assert len(sent) == machine.MOST_SENT
    assert played.pool[sent[0] - 1 + nodes.END] == 1 + 100 * 11


def test_without_a_free_node_facts_are_lost_but_nothing_else():
    played = play([*HANDSHAKE, data(1), data(3), acks(401), data(0)], room=1)
    assert played.fact(CLIENT, "missing_bytes") == 200
    assert played.g[tallies.NODES] <= 1


NUMBER = st.integers(0, 2**32 - 1) | st.integers(0, 40).map(lambda n: n * 10 + 990)
SEGMENTS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 511),
        NUMBER,
        NUMBER,
        st.integers(0, 65535) | st.integers(0, 3),
        st.integers(0, 65535) | st.just(0),
        st.fixed_dictionaries({"blocks": st.lists(st.tuples(NUMBER, NUMBER), max_size=2)}),
    ),
    max_size=60,
)


@given(SEGMENTS, st.sampled_from([0, 2, 20_000]))
def test_whatever_passes_nothing_breaks_and_state_stays_bounded(segments, room):
    played = play(segments, room=room)
    for side in (CLIENT, SERVER):
        assert len(played.chain(side, k.MISSING)) <= machine.MOST_HOLES
        assert len(played.chain(side, k.SENT)) <= machine.MOST_SENT
        assert 0 <= played.fact(side, "acked_missing") <= played.fact(side, "missing_bytes")
    assert sum(played.fact(side, "rst") for side in (CLIENT, SERVER)) == sum(
        bool(s[1] & c.RST) for s in segments
    )


@given(SEGMENTS)
def test_holes_are_apart_and_lie_below_the_next_number(segments):
    played = play(segments)
    for side in (CLIENT, SERVER):
        spans = [(played.pool[node - 1 + nodes.START], played.pool[node - 1 + nodes.STOP])
                 for node in played.chain(side, k.MISSING)]  # fmt: skip
        assert all(start < stop for start, stop in spans)
        ordered = sorted(spans)
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(ordered))
        if len(spans) < machine.MOST_HOLES:
            assert played.fact(side, "missing_bytes") == sum(stop - start for start, stop in spans)
