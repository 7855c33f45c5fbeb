"""A filter of packets is a few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.declaration.filters import NEVER, WORDS, Filter, parse
from experiments.declaration.mistakes import Wrong


def test_all_parts_of_a_filter_are_read():
    wanted = Filter(frozenset({"syn"}), "client", "server", 80)
    assert parse("syn from client to server port 80") == wanted
    assert parse("port 80  to server from client syn") == wanted


def test_any_is_every_packet():
    assert parse("any") == Filter(frozenset())


def test_a_host_may_be_called_like_a_word():
    assert parse("tcp from udp") == Filter(frozenset({"tcp"}), "udp")


@pytest.mark.parametrize("word", WORDS)
def test_every_word_stands_alone(word):
    assert parse(word).words == frozenset({word} - {"any"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is no filter"),
        ("syn " * 100, "is no filter"),
        ("sin", "'sin' is not a word of filters"),
        ("SYN", "Did you mean 'syn'?"),
        ("syn from", "'from' needs the name of a host after it."),
        ("syn port", "'port' needs a number after it."),
        ("from a from b", "'from' stands twice"),
        ("port http", "'http' is not a port from 1 to 65535."),
        ("port 0", "'0' is not a port"),
        ("port 65536", "'65536' is not a port"),
        ("port ８０", "is not a port"),
        ("any syn", "'any' is every packet and stands alone"),
        ("any from a", "'any' is every packet and stands alone"),
        ("tcp udp", "no packet is both 'tcp' and 'udp'"),
        ("udp syn", "no packet is both 'syn' and 'udp'"),
        ("fin ack", "no packet is both 'ack' and 'fin'"),
        ("data empty", "no packet is both 'data' and 'empty'"),
        ("icmp port 80", "ICMP and ARP have no ports."),
    ],
)
def test_a_filter_that_is_none_is_refused(text, sentence):
    with pytest.raises(Wrong) as caught:
        parse(text)
    assert sentence in str(caught.value)
    assert caught.value.ja


def test_impossible_pairs_are_pairs_of_words():
    assert all(len(pair) == 2 and pair <= set(WORDS) for pair in NEVER)


@given(st.text(max_size=300))
def test_any_text_is_a_filter_or_a_sentence(text):
    try:
        parse(text)
    except Wrong as wrong:
        sentences = wrong.en + wrong.ja
    else:
        sentences = ""
    assert sentences.isprintable()
