"""Every value of a declaration knows its line, and a text that is not TOML is said so with its line."""

import time
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.declaration.mistakes import Mistakes
from experiments.declaration.source import Source

TEXT = '''\
# line 1
name = "x"
title.en = "a"
title.ja = """
two
lines"""
list = [
  "one",  # a comment with ] and "
  { a = 1, b.c = [2,
     3] },
]

[hosts.client]
sysctl."net.ipv4.x" = 5
"quo\\u0074ed" = 1
files.'a b' = \'\'\'
[not.a.table]
x = 1
\'\'\'

[[step]]
at = "1s"
[step.says]
en = "\\"] x"

[[step]]
at = 2026-01-15 09:00:00Z  # a date with a space
run.x = -1.5e3

[[links]]
  [[links.faults]]
  nth = [1, 2]
  [[links.faults]]
  nth = []
[[links]]
[[links.faults]]
do = ""
'''

ROWS = [
    (("name",), 2), (("title",), 3), (("title", "en"), 3), (("title", "ja"), 4),
    (("list",), 7), (("list", 0), 8), (("list", 1), 9), (("list", 1, "a"), 9), (("list", 1, "b", "c"), 9),
    (("list", 1, "b", "c", 1), 10),
    (("hosts",), 13), (("hosts", "client"), 13), (("hosts", "client", "sysctl", "net.ipv4.x"), 14),
    (("hosts", "client", "quoted"), 15), (("hosts", "client", "files", "a b"), 16),
    (("step", 0), 21), (("step", 0, "at"), 22), (("step", 0, "says"), 23), (("step", 0, "says", "en"), 24),
    (("step", 1), 26), (("step", 1, "at"), 27), (("step", 1, "run", "x"), 28),
    (("links", 0), 30), (("links", 0, "faults", 0), 31), (("links", 0, "faults", 0, "nth", 1), 32),
    (("links", 0, "faults", 1), 33), (("links", 0, "faults", 1, "nth"), 34),
    (("links", 1), 35), (("links", 1, "faults", 0), 36), (("links", 1, "faults", 0, "do"), 37),
    (("step", 1, "nothing"), 26), (("nothing",), 1), ((), 1),
]  # fmt: skip


@pytest.mark.parametrize(("path", "row"), ROWS)
def test_a_value_knows_its_line(path, row):
    assert Source(TEXT).row(path) == row


@pytest.mark.parametrize(("path", "row"), ROWS)
def test_line_ends_of_windows_count_once(path, row):
    assert Source(TEXT.replace("\n", "\r\n")).row(path) == row


def paths(value, here=()):
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from paths(below, (*here, key))


def test_every_path_that_tomllib_reads_was_walked():
    source = Source(TEXT)
    assert source.values == tomllib.loads(TEXT)
    assert set(paths(source.values)) - {()} == set(source._rows)


@pytest.mark.parametrize(
    ("text", "row", "sentence"),
    [
        ("a = 1\nb\n", 2, "an '=' is missing after the key"),
        ("a = 1\nb = \n", 2, "no value can be read here"),
        ("a = yes", 1, "no value can be read here"),
        ("a = 1\na = 2", 2, "this key was given before"),
        ("a = 1 b = 2", 1, "something stands after the value"),
        ("\n\na = 'x", 3, "a text is not closed by its quotes"),
        ('a = "x\ny"', 1, "a text of one line ends on it"),
        ("a = '''x\ny", 1, "a text is not closed by its quotes"),
        ("a = [1, 2\nb = 3", 2, "the list is not closed"),
        ("a = { b = 1\nc = 2 }", 1, "the table between { and } is not closed on its line"),
        ("[a]\n[b]\n[a]\n", 3, "this table was declared before"),
        ("a = {}\n[a.b]\nc=1", 2, "this is not TOML"),
        ("[a\nb = 1", 1, "the name of a table is not closed"),
        ('a = "\\d"', 1, "no such escape exists"),
        ("a = 2026-02-30T00:00:00Z", 1, "no such date exists"),
        ("a = 1\n\x00", 2, "this is not TOML"),
        ("?", 1, "a line is KEY = VALUE"),
        ("= 1", 1, "a line is KEY = VALUE"),
        ("a.=1", 1, "a key cannot begin like this"),
        ("a = '\x01'", 1, "a control character stands here"),
        ("a = 1\nb = " + "9" * 5000, 2, "no number or date is so long"),
        ("a = 1\nb = " + "[" * 60000, 2, "tables and lists lie more than 16 deep here"),
        ("a = 1\nb = " + "{a=" * 30000, 2, "tables and lists lie more than 16 deep here"),
        ("a = 1\n" + "a." * 60000 + "a = 1", 2, "tables and lists lie more than 16 deep here"),
        ("a = 1\n[" + "a." * 60000 + "a]", 2, "tables and lists lie more than 16 deep here"),
        ("a = 1\nb = {" + "'a'." * 30000 + "a = 1}", 2, "tables and lists lie more than 16 deep here"),
    ],
)
def test_a_text_that_is_not_toml_is_said_so_with_its_line(text, row, sentence):
    began = time.perf_counter()
    with pytest.raises(Mistakes) as caught:
        Source(text)
    [mistake] = caught.value.mistakes
    assert (mistake.row, sentence in mistake.en) == (row, True), mistake
    assert mistake.ja
    assert time.perf_counter() - began < 1


PIECES = st.sampled_from(
    [*"[]{}a='\"\n,# 1\\é", "[[", "]]", "b.c", '"""', "'''", "a = ", "1979-05-27 07:32:00"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_walk_stops_only_where_tomllib_does(text):
    """A text that tomllib reads is walked to its end, and no path is missed."""
    try:
        values = tomllib.loads(text)
    except ValueError:
        with pytest.raises(Mistakes):
            Source(text)
    else:
        source = Source(text)
        assert source.values == values
        assert set(paths(values)) - {()} <= set(source._rows)


SIMPLE = ("1", "true", "'a]'", '"\\"}"', '"""\n"#"""', "'''\n''a'''")


def table(values):
    return "{" + ", ".join(f"k{k} = {value}" for k, value in enumerate(values)) + "}"


VALUES = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: "[\n" + ",#,]\n".join(values) + "]"),
        st.lists(inner, max_size=3).map(table),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, max_size=4))
def test_values_of_any_shape_are_walked(values):
    text = "".join(f"[[t]]\n[t.u]\nx.y = {value}\n" for value in values)
    try:
        read = tomllib.loads(text)
    except ValueError:  # a comment or a line's end between { }
        return
    source = Source(text)
    assert set(paths(read)) - {()} <= set(source._rows)
