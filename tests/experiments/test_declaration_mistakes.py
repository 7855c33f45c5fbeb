"""Every mistake in a declaration is named with its line and one sentence, in both languages."""

import re

import pytest

from experiments.declaration import Mistakes, read, read_bytes, read_file

GOOD = """\
name = "sample"
title = { en = "A sample", ja = "見本" }
claim.en = "It works."
claim.ja = "動きます。"
date = "2026-01-15T09:00:00Z"
settle = "2s"

[parameters.retries]
value = 5
from = 0
to = 8
says = { en = "How often", ja = "回数" }

[hosts.client]
sysctl."net.ipv4.tcp_syn_retries" = "{retries}"
[hosts.fw]
rules = [
  "iptables -A FORWARD -j DROP",
  "iptables -A INPUT -s {client} -j DROP",
]
[hosts.server]
files."idle.py" = "print({})"

[[links]]
path = ["client", "fw", "server"]
delay = "5ms"
reorder = "1%"
[[links.faults]]
from = "client"
match = "data"
nth = [3]
do = "drop"
[[links.faults]]
from = "fw"
to = "server"
match = "syn"
nth = [1]
do = "delay"
by = "30ms"

[record]
captures = ["client", "fw:server"]

[[step]]
name = "connect"
at = "1s"
on = "client"
run = "nc {server} 12345"
background = true
[[step]]
at = "3s"
on = "client"
into = "connect"
type = "hello\\n"

[[expect]]
finding = "syn_unanswered"
at = "client"
[[expect]]
numbers = { of = "syn_unanswered", at = "client", syns = 6 }
[[expect]]
packets = { at = "client", filter = "syn from client", count = { least = 2, most = 4 } }
kernel = "<6.5"
[[expect]]
order = { at = "client", filters = ["syn", "rst from server"] }
[[expect]]
gaps = { at = "client", filter = "syn", seconds = [1, 2], tolerance = "10%" }
[[expect]]
ttl = { at = "client", filter = "rst", equals = 63 }
[[expect]]
output = { step = "connect", contains = "ETIMEDOUT", exit = 1, duration = "63s" }
[[expect]]
socket = { on = "client", at = "10s", state = "SYN-SENT", port = 12345 }
[[expect]]
states = { on = "client", sequence = ["SYN-SENT", "ESTAB"] }
[[expect]]
counter = { on = "client", name = "TcpRetransSegs", grows = 5 }
"""

# What is written instead of what; the text at whose line the mistake is; its sentence, or its beginning.
CASES = [
    # the head
    ('name = "sample"', 'name = "other"', "other", "the name must be that of the folder, 'sample'."),
    ('name = "sample"', 'name = "Sample"', "Sample", "'Sample' cannot be used: the name of an experiment is"),
    ('name = "sample"\n', "", "title", "'name' is missing."),
    ('name = "sample"', 'name = "sample"\ncolour = 1', "colour",
     "the key 'colour' is not known here; known are"),
    ("settle", "setle", "setle", re.compile(r"the key 'setle' is not known .* Did you mean 'settle'\?")),
    ('settle = "2s"', "settle = 2", "settle",
     "'settle' must be written with its unit, such as \"5s\", not 2."),
    ('settle = "2s"', 'settle = "2"', "settle", "'2' is not a time such as"),
    ('settle = "2s"', 'settle = "25h"', "settle", "'25h' is more than 24h."),
    ('settle = "2s"', "ipv6 = 1", "ipv6", "'ipv6' must be true or false, not 1."),
    ('settle = "2s"', 'twins = ["a", "a"]', "twins", "'a' stands here twice."),
    ('settle = "2s"', 'articles = ["A b"]', "articles", "'A b' cannot be used: the address of an article"),
    ('settle = "2s"', 'twins = ["sample"]', "twins", "an experiment is not its own twin."),
    ('settle = "2s"', 'twins = ["A"]', "twins", "'A' cannot be used: the name of an experiment"),
    ('settle = "2s"', "twins = 'a'", "twins", "'twins' must be a list, not 'a'."),
    ('claim.ja = "動きます。"\n', "", "claim.en",
     "'claim' is said in both languages: claim.en and claim.ja."),
    ('claim.ja = "動きます。"', 'claim.ja = " "', "claim.ja", "'ja' is empty."),
    ('claim.ja = "動きます。"', "claim.ja = 3", "claim.ja", "'ja' must be a text between quotes, not 3."),
    ('"It works."', '"a\\u202Eb"', "claim.en", "the control character U+202E stands in this text"),
    ('"It works."', '"a\\nb"', "claim.en", "this text must stay on one line."),
    ('"It works."', f'"{"x" * 4097}"', "claim.en", "this text has 4,097 bytes; 4,096 are allowed."),
    ('{ en = "A sample", ja = "見本" }', '"A sample"', "title", "'title' is said in both languages"),
    ("09:00:00Z", "09:00:00", "date", "'2026-01-15T09:00:00' is not a date such as"),
    ("2026-01-15T", "2026-02-30T", "date", "'2026-02-30T09:00:00Z' is not a date such as"),
    ('"2026-01-15T09:00:00Z"', "2026-01-15", "date", "2026-01-15 is not a date such as"),
    ("2026-01-15T", "1970-01-15T", "date", "'1970-01-15T09:00:00Z' is not a date"),
    # parameters
    ("value = 5", "value = 9", "value", "'retries' must be a whole number from 0 to 8, not 9."),
    ("value = 5", "value = true", "value", "'value' must be a whole number, not true."),
    ("value = 5", "value = 5.0", "value", "'value' must be a whole number, not 5.0."),
    ("value = 5\n", "", "[parameters.retries]", "'value' is missing."),
    ("from = 0", "from = 9", "from = 9", "'from' (9) is more than 'to' (8)."),
    ("to = 8", "to = 8000000000000", "to = 8", "'to' must be from -1000000000000 to 1000000000000"),
    ('says = { en = "How often", ja = "回数" }\n', "", "[parameters.retries]", "'says' is missing."),
    ("[parameters.retries]", "[parameters.Retries]", "[parameters.Retries]",
     "'Retries' cannot be used: the name of"),
    ("[parameters.retries]", "[parameters.client]", "[parameters.client]",
     "'{client}' stands for the address"),
    # hosts
    ("[hosts.server]", "[hosts.Server]", "[hosts.Server]", "'Server' cannot be used: the name of a host is"),
    ("[hosts.fw]", "[hosts.lo]", "[hosts.lo]", "'lo' cannot be used: the name of a host is"),
    ("[hosts.fw]", "[hosts.alone]\n[hosts.fw]", "[hosts.alone]", "no link leads from client to alone;"),
    ("[hosts.fw]", "[hosts.fw]\ncpu = 1", "cpu",
     "the key 'cpu' is not known here; known are sysctl, rules, files."),
    ('"{retries}"', '"{retrys}"', "{retrys}", "'{retrys}' is no placeholder; there are {retries}, {client},"),
    ('"{retries}"', '"{client6}"', "{client6}", "'{client6}' is no placeholder"),
    ('"{retries}"', "1.5", "= 1.5",
     "'net.ipv4.tcp_syn_retries' must be a text, a whole number, true or false, not"),
    ('"net.ipv4.tcp_syn_retries"', "net.ipv4.tcp_syn_retries", "sysctl",
     "'net' cannot be used: a sysctl is named in"),
    ('"net.ipv4.tcp_syn_retries"', '"../../x"', "sysctl",
     "'../../x' cannot be used: a sysctl is named in full"),
    ("-s {client}", "-s {clint}", "{clint}",
     re.compile(r".* Did you mean '\{client\}'\? For braces that the shell")),
    ('"iptables -A FORWARD -j DROP"', "5", "  5,", "'rules' must be a text between quotes, not 5."),
    ('"idle.py"', '"../idle.py"', "../idle", "'../idle.py' cannot be used: a file is named without a folder"),
    ('"print({})"', '"\\u0007"', "files", "the control character U+0007 stands in this text"),
    ('"print({})"', f'"{"x" * 20481}"', "files", "this text has 20,481 bytes; 20,480 are allowed."),
    # links
    ('"fw", "server"]\n', '"fw", "sever"]\n', "path",
     "no host is called 'sever'; there are client, fw, server. Did"),
    ('path = ["client", "fw", "server"]', "path = 3", "path", "'path' must be a list, not 3."),
    ('path = ["client", "fw", "server"]', 'path = ["fw"]', "path", "'path' needs at least 2."),
    ('["client", "fw", "server"]', '["client", "fw", "server", "fw"]', "path", "'fw' stands here twice."),
    ("[record]", '[[links]]\npath = ["fw", "client"]\n[record]', 'path = ["fw"',
     "fw and client are linked already"),
    ('delay = "5ms"', 'delay = "5 ms"', "delay", "'5 ms' is not a time such as"),
    ('delay = "5ms"\n', "", "reorder", "'reorder' sends packets without the delay, so"),
    ('reorder = "1%"', 'reorder = "1"', "reorder", "'1' is not a share from 0% to 100%"),
    ('reorder = "1%"', 'loss = "101%"', "loss", "'101%' is not a share from 0% to 100%"),
    ('reorder = "1%"', 'rate = "10mb"', "rate", "'10mb' is not a rate such as"),
    ('reorder = "1%"', 'rate = "101gbit"', "rate", "'101gbit' is more than 100gbit."),
    ('reorder = "1%"', "mtu = 20", "mtu", "'mtu' must be from 68 to 65535, not 20."),
    ('from = "client"', 'from = "fw"', 'from = "fw"',
     "fw has links to client, server here; say which with 'to'."),
    ('to = "server"', 'to = "fw"', 'to = "fw"',
     "no link of this path leads from fw to fw; there are links to"),
    ('match = "data"', 'match = "dat"', 'match = "dat"', "'dat' is not a word of filters; there are"),
    ('match = "data"', 'match = "probe"', "probe", "a link cannot tell a keepalive probe"),
    ("nth = [3]", "nth = [0]", "nth = [0]", "'nth' must be from 1 to 1000000, not 0."),
    ("nth = [3]", "nth = 3", "nth = 3", "'nth' must be a list, not 3."),
    ("nth = [3]", "nth = []", "nth = []", "'nth' needs at least 1."),
    ('do = "drop"', 'do = "dropp"', "dropp",
     "'do' must be one of drop, delay, duplicate, not 'dropp'. Did you"),
    ('do = "drop"', 'do = "drop"\nby = "1s"', 'by = "1s"', "'by' belongs to do = \"delay\"."),
    ('by = "30ms"\n', "", 'do = "delay"', 'do = "delay" needs to know by how much, such as by = "30ms".'),
    # record
    ('"fw:server"]', '"fw"]', "captures", "fw has 2 links; say on which it records: fw:client, fw:server."),
    ('"fw:server"]', '"fw:sever"]', "captures",
     "no interface is called 'fw:sever'; there are fw:client, fw:server"),
    ('"fw:server"]', '"client:fw"]', "captures", "'client' and 'client:fw' are the same interface."),
    ('"fw:server"]', '"srv"]', "captures", "no host is called 'srv'; there are client, fw, server."),
    ('captures = ["client", "fw:server"]', "captures = []", "captures", "'captures' needs at least 1."),
    # steps
    ('at = "1s"', "at = 1", "at = 1", "'at' must be written with its unit"),
    ('at = "1s"', 'at = "4s"', 'at = "3s"',
     "this step is earlier than the one before it; write steps in the order"),
    ('at = "1s"', 'at = "25h"', "25h", "'25h' is more than 24h."),
    ('at = "1s"\n', "", "[[step]]", "'at' is missing."),
    ('"nc {server} 12345"', "'nc ${HOME}'", "HOME",
     "'${HOME}' looks like a placeholder; write '${{HOME}}' for a"),
    ('"nc {server} 12345"', "\"awk '{print $1}'\"", "awk",
     re.compile(r".*should see write '\{\{print \$1\}\}'\.")),
    ('"nc {server} 12345"', "'echo }'", "echo", "a single '}' stands here; write '}}' for a brace"),
    ('"nc {server} 12345"', "'''nc \\\n1'''", "run", "this text must stay on one line."),
    ('"nc {server} 12345"', '""', "run", "'run' is empty."),
    ('run = "nc {server} 12345"', "", "[[step]]", "a step has either 'run' (a command) or 'type'"),
    ('into = "connect"\n', "", "type", "'type' and 'into' belong together"),
    ('into = "connect"', 'into = "conect"', "conect",
     "no step is called 'conect'; there is only connect. Did"),
    ('into = "connect"', 'into = "step 2"', "into", "no step is called 'step 2'; there is only connect."),
    ('on = "client"\ninto', 'on = "fw"\ninto', "into", "'connect' runs on client, not on fw."),
    ('into = "connect"', 'into = "connect"\nname = "connect"', 'name = "connect"\ntype',
     "'connect' is the name of an"),
    ('into = "connect"', 'into = "connect"\nbackground = true', "background = true\ntype",
     "'background' belongs to"),
    ('name = "connect"', 'name = "connect now"', "connect now",
     "'connect now' cannot be used: the name of a step"),
    ('"hello\\n"', '"\\u001b"', "type", "the control character U+001B stands in this text"),
    # expectations
    ('"syn_unanswered"\n', '"syn_unanswerd"\n', "syn_unanswerd",
     re.compile(r"no diagnosis is called .* Did you mean")),
    ('finding = "syn_unanswered"', 'finding = "*"', 'finding = "*"', "no diagnosis is called '*'; there are"),
    ('finding = "syn_unanswered"', "finding = 5", "finding = 5",
     "'finding' must be the code of a diagnosis, not 5."),
    ('finding = "syn_unanswered"\n', "", '[[expect]]\nat = "client"',
     "an expectation has one of finding, no_finding"),
    ('finding = "syn_unanswered"', 'finding = "keepalive"\nno_finding = "*"', "no_finding",
     "an expectation is of one"),
    ('finding = "syn_unanswered"\nat = "client"', 'finding = "keepalive"', '[[expect]]\nfinding',
     "'at' is missing;"),
    ('"syn_unanswered"\nat = "client"', '"keepalive"\nat = "fw"', 'at = "fw"',
     "no vantage is called 'fw'; there are"),
    ('kernel = "<6.5"', 'kernel = "<=6.5"', "kernel", "'<=6.5' cannot be used: kernels are named such as"),
    ('kernel = "<6.5"', 'at = "client"', 'at = "client"\n[[expect]]\norder',
     "'at' belongs inside: packets = {"),
    ('kernel = "<6.5"', "only_default = 1", "only_default", "'only_default' must be true or false, not 1."),
    (", syns = 6 }", " }", "numbers", "'numbers' needs at least 1."),
    ("syns = 6 }", "Syns = 6 }", "numbers", "'Syns' cannot be used: the name of a number is"),
    ("syns = 6 }", "syns = nan }", "numbers",
     "'syns' must be from -1000000000000 to 1000000000000, not nan."),
    ("syns = 6 }", "syns = 2026-01-01 }", "numbers", "'syns' must be a number, not 2026-01-01."),
    ('{ of = "syn_unanswered", at = "client", syns', '{ at = "client", syns', "numbers", "'of' is missing."),
    ('"syn from client"', '"syn from clint"', "clint",
     "no host is called 'clint'; there are client, fw, server."),
    ('"syn from client"', '"syn port {prt}"', "{prt}", "'{prt}' is no placeholder"),
    ("least = 2, most = 4", "least = 5, most = 4", "least = 5", "'least' is more than 'most'."),
    ("least = 2, most = 4", "lest = 2", "lest",
     "the key 'lest' is not known here; known are least, most. Did you"),
    ("least = 2, most = 4", "", "count", "'count' must be a number, or a table of 'least' or 'most' or both"),
    ("{ least = 2, most = 4 }", "-1", "count", "'count' must be from 0 to 1000000000000, not -1."),
    ("{ least = 2, most = 4 }", "true", "count", "'count' must be a whole number, not true."),
    ('["syn", "rst from server"]', '["syn"]', "order = {", "'filters' needs at least 2."),
    ('["syn", "rst from server"]', '["syn", "rst", "fin ack"]', "order = {",
     "no packet is both 'ack' and 'fin'"),
    ("seconds = [1, 2]", "seconds = [1, -2]", "gaps", "'seconds' must be from 0 to 86400, not -2."),
    ("seconds = [1, 2]", "seconds = [1, inf]", "gaps", "'seconds' must be from 0 to 86400, not inf."),
    ("seconds = [1, 2]", "seconds = []", "gaps", "'seconds' needs at least 1."),
    ('tolerance = "10%"', "tolerance = 10", "gaps",
     "'tolerance' must be written with its unit, such as \"1%\", not"),
    ("equals = 63", "equals = 256", "equals", "'equals' must be from 0 to 255, not 256."),
    ('step = "connect"', 'step = "conect"', "conect",
     "no step is called 'conect'; there are connect, step 2."),
    ('step = "connect"', 'step = "step 2"', "step 2",
     "'step 2' types into the terminal of 'connect'; the output"),
    (', contains = "ETIMEDOUT", exit = 1, duration = "63s"', "", "output",
     "say what of the output: one of contains"),
    ('exit = 1, duration = "63s"', 'tolerance = "1%"', "output", "'tolerance' belongs to 'duration'."),
    ("exit = 1", "exit = 256", "output", "'exit' must be from 0 to 255, not 256."),
    ('state = "SYN-SENT"', 'state = "SYN_SENT"', "SYN_SENT",
     re.compile(r"'state' must be .* Did you mean 'SYN-SENT'")),
    ('state = "SYN-SENT"', 'state = "ESTABLISHED"', "ESTABLISHED", re.compile(r".* Did you mean 'ESTAB'\?")),
    ('state = "SYN-SENT"', 'state = "CLOSED"', "CLOSED", "'state' must be one of LISTEN,"),
    ("port = 12345", "port = 0", "port = 0", "'port' must be from 1 to 65535, not 0."),
    ("port = 12345", 'none = "no"', "none", "'none' must be true or false, not 'no'."),
    ('["SYN-SENT", "ESTAB"]', '["CLOSED", "ESTAB"]', "states",
     "CLOSED is the end of a socket; it can only stand"),
    ('["SYN-SENT", "ESTAB"]', '["ESTAB", "ESTAB"]', "states", "'ESTAB' stands here twice."),
    ('"TcpRetransSegs"', '"tcp_retrans"', "counter",
     "'tcp_retrans' cannot be used: a counter is named as nstat"),
    ('counter = { on = "client"', 'counter = { on = "klient"', "klient",
     "no host is called 'klient'; there are"),
]  # fmt: skip
IDS = [f"{number}-{case[2][:20]}" for number, case in enumerate(CASES)]


def mistakes(text, **more):
    with pytest.raises(Mistakes) as caught:
        read(text, name="sample", **more)
    for mistake in caught.value.mistakes:
        assert (mistake.en + mistake.ja).isprintable()
        assert re.search("[.?]$", mistake.en)
        assert re.search("[ぁ-ん].*。$", mistake.ja)
    return [(mistake.row, mistake.en) for mistake in caught.value.mistakes]


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_declaration_without_mistakes_is_read():
    assert read(GOOD, name="sample").name == "sample"


@pytest.mark.parametrize(("old", "new", "where", "sentence"), CASES, ids=IDS)
def test_a_mistake_is_named_with_its_line_and_one_sentence(old, new, where, sentence):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = mistakes(text)
    fits = sentence.match if isinstance(sentence, re.Pattern) else lambda said: said.startswith(sentence)
    assert [row for row, said in found if fits(said)] == [line_of(text, where)], found


@pytest.mark.parametrize(("old", "new", "where", "sentence"), CASES, ids=IDS)
def test_one_mistake_is_one_sentence(old, new, where, sentence):
    """A mistake does not drag others behind it, but for what depends on a name that was changed."""
    found = mistakes(GOOD.replace(old, new, 1))
    named = ("[hosts.", "[parameters.", 'name = "connect', "path =", '"fw", ', "captures =")
    assert len(found) == 1 or old.startswith(named), found


def cut(table):
    """The declaration without its tables of this name."""
    return re.sub(rf"(?ms)^\[\[?{table}\b[^\n]*\n.*?(?=^\[(?!\[?{table}\b)|\Z)", "", GOOD)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("hosts", "'hosts' is missing."),
        ("record", "'record' is missing."),
        ("step", "'step' is missing."),
        ("expect", "'expect' is missing."),
        ("links", "no link leads from client to fw, server; every host must be reached by [[links]]."),
    ],
)
def test_a_part_that_is_missing_is_named(table, sentence):
    assert sentence in [said for _, said in mistakes(cut(table))]


@pytest.mark.parametrize("table", ["expect", "step"])
def test_an_empty_list_is_refused_as_a_missing_one(table):
    assert (1, f"'{table}' needs at least 1.") in mistakes(f"{table} = []\n" + cut(table))


def many(count, line):
    return "".join(line.replace("#", str(k)) for k in range(count))


LINK = '[[links]]\npath = ["fw", "server"]\n'
FAULT = '[[links.faults]]\nfrom = "client"\nmatch = "any"\nnth = [1]\ndo = "drop"\n'
STEP = '[[step]]\nat = "3s"\non = "fw"\nrun = "date"\n'
EXPECT = '[[expect]]\nfinding = "keepalive"\nat = "client"\n'
PARAMETER = '[parameters.p#]\nvalue = 1\nfrom = 1\nto = 1\nsays = { en = "a", ja = "あ" }\n'


@pytest.mark.parametrize(
    ("before", "more", "sentence"),
    [
        ("[hosts.fw]", many(14, "[hosts.h#]\n"), "there are 17 hosts; at most 16 are allowed."),
        ("[record]", many(25, LINK), "there are 26 links; at most 24 are allowed."),
        ("[record]", many(17, FAULT), "there are 19 faults; at most 16 are allowed."),
        ('"client", "fw:server"]', many(8, '"client",'), "there are 10 captures; at most 8 are allowed."),
        ("[[expect]]", many(64, STEP), "there are 66 steps; at most 64 are allowed."),
        ("[[expect]]", many(64, EXPECT), "there are 74 expectations; at most 64 are allowed."),
        ("[hosts.client]", many(16, PARAMETER), "there are 17 parameters; at most 16 are allowed."),
        ('"iptables', many(32, '"date",'), "there are 34 rules; at most 32 are allowed."),
        ("[hosts.fw]", many(64, 'sysctl."net.x#" = 1\n'), "there are 65 sysctls; at most 64 are allowed."),
        ("[[links]]", many(8, 'files."f#" = ""\n'), "there are 9 files; at most 8 are allowed."),
        ("settle", "twins = [" + many(17, "'a#',") + "]\n", "there are 17 twins; at most 16 are allowed."),
    ],
)
def test_every_limit_is_kept(before, more, sentence):
    found = mistakes(GOOD.replace(before, more + before, 1))
    assert sentence in [said for _, said in found], found


def test_as_much_as_a_limit_allows_is_allowed():
    text = GOOD.replace("[[expect]]", many(62, STEP) + "[[expect]]", 1)
    assert len(read(text, name="sample").steps) == 64


def test_a_path_of_hosts_counts_as_its_links():
    hosts = many(13, "[hosts.h#]\n")
    row = ["client", *(f"h{k}" for k in range(13))]
    links = many(2, f"[[links]]\npath = {row}\n").replace("'", '"')
    text = GOOD.replace("[hosts.fw]", hosts + "[hosts.fw]", 1).replace("[record]", links + "[record]")
    assert any(said == "there are 28 links; at most 24 are allowed." for _, said in mistakes(text))


def test_all_mistakes_are_found_at_once_in_the_order_of_their_lines():
    text = (
        GOOD.replace('settle = "2s"', "settle = 2")
        .replace("equals = 63", "equals = 256")
        .replace("-s {client}", "{")
    )
    found = mistakes(text)
    assert len(found) == 3
    assert [row for row, _ in found] == sorted(row for row, _ in found)


def test_ipv6_makes_names_that_would_mean_two_things_a_mistake():
    text = GOOD.replace('settle = "2s"', "ipv6 = true").replace(
        "[hosts.fw]", "[hosts.client6]\n[hosts.fw]", 1
    )
    text = text.replace("[record]", '[[links]]\npath = ["fw", "client6"]\n[record]')
    [(row, said)] = [one for one in mistakes(text) if "{client6}" in one[1]]
    assert (row, said[:22]) == (line_of(text, "[hosts.client6]"), "'{client6}' stands for")


def test_ipv6_needs_an_mtu():
    text = GOOD.replace('settle = "2s"', "ipv6 = true").replace('reorder = "1%"', "mtu = 1000")
    assert mistakes(text) == [(line_of(text, "mtu"), "IPv6 needs an mtu of at least 1280.")]


@pytest.mark.parametrize(
    ("changes", "row", "sentence"),
    [
        ({"retries": 9}, 8, "'retries' must be a whole number from 0 to 8, not 9."),
        ({"retries": True}, 8, "'retries' must be a whole number from 0 to 8, not true."),
        ({"retries": "5"}, 8, "'retries' must be a whole number from 0 to 8, not '5'."),
        ({"retrys": 5}, 0, "no parameter is called 'retrys'; there is only retries. Did you mean 'retries'?"),
    ],
)
def test_a_change_is_checked(changes, row, sentence):
    assert mistakes(GOOD, changes=changes) == [(row, sentence)]


@pytest.mark.parametrize(
    ("data", "row", "sentence"),
    [
        (b"a = 1\n\xff", 2, "this is not text in UTF-8."),
        (b"a = 1\n\n# \0", 3, "a NUL byte stands in this text."),
        (b"#" * (128 * 1024 + 1), 0, "a declaration has at most 128 kB; this has 129 kB or more."),
    ],
)
def test_bytes_that_are_no_declaration_are_refused(data, row, sentence):
    with pytest.raises(Mistakes) as caught:
        read_bytes(data, name="sample")
    assert [(one.row, one.en) for one in caught.value.mistakes] == [(row, sentence)]


def test_a_file_bears_the_name_of_its_folder_or_its_own(tmp_path):
    folder = tmp_path / "sample"
    folder.mkdir()
    for path in (folder / "experiment.toml", tmp_path / "sample.toml"):
        path.write_text(GOOD, encoding="utf-8")
        assert read_file(path).name == "sample"
    assert read_file(path, {"retries": 2}).changed == {"retries": 2}


def test_codes_may_be_given():
    with pytest.raises(Mistakes, match="no diagnosis is called 'syn_unanswered'; there is only other"):
        read(GOOD, name="sample", codes=["other"])
