"""Declarations without a mistake, for the tests."""

TIMEOUT = """\
# A firewall drops the client's SYN. The client repeats it, and gives up after 63 seconds.
name     = "timeout"
title.en = "Connect timeout"
title.ja = "接続のタイムアウト"
claim.en = "A connect to a silent port fails with ETIMEDOUT after 63 seconds."
claim.ja = "応答のないポートへの接続は、63 秒後に ETIMEDOUT で失敗します。"
twins    = ["connect_refused"]
date     = "2026-01-15T18:00:00+09:00"
lasts    = "90s"
settle   = "2s"

[parameters.syn_retries]
value = 5
from  = 0
to    = 8
says.en = "How often the SYN is repeated."
says.ja = "SYN を再送する回数です。"
[parameters.delay_ms]
value = 5
from  = 0
to    = 1000
says  = { en = "Delay of each link, one way.", ja = "リンクごとの片道の遅延です。" }

[hosts.client]
sysctl."net.ipv4.tcp_syn_retries" = "{syn_retries}"
sysctl."net.ipv4.tcp_timestamps" = false
sysctl."net.ipv4.tcp_mem" = "4096 8192 16384"
sysctl."net.ipv4.tcp_fin_timeout" = 60
[hosts.fw]
rules = ["iptables -A FORWARD -s {client} -p tcp --dport 12345 -j DROP"]
[hosts.server]
files."idle.py" = '''
import time
print({"slept": time.sleep(5)})
'''

[[links]]
path    = ["client", "fw", "server"]
delay   = "{delay_ms}ms"
loss    = "1%"
reorder = "25%"
rate    = "10mbit"
mtu     = 1400
  [[links.faults]]
  from  = "client"
  match = "data"
  nth   = [3]
  do    = "drop"
  [[links.faults]]
  from  = "fw"
  to    = "server"
  match = "syn from client port 12345"
  nth   = [2, 1]
  do    = "delay"
  by    = "{delay_ms}ms"

[record]
captures = ["client", "fw:server", "client:lo"]

[[step]]
name = "connect"
at   = "1s"
on   = "client"
run  = "telnet {server} 12345 2>&1 | awk '{{ print $1 }}' > ${{HOME}}/{syn_retries}"
background = true
says.en = "The client asks for a connection."
says.ja = "クライアントが接続を要求します。"
[[step]]
at   = "1m3s"
on   = "client"
into = "connect"
type = "{server}\\n\\u0003"
[[step]]
at   = "1m3s"
on   = "server"
run  = "python3 idle.py"

[[expect]]
finding = "syn_unanswered"
at      = "client"
says.en = "Nothing answers."
says.ja = "応答がありません。"
[[expect]]
no_finding = "*"
at      = "fw:server"
kernel  = ">=6.5"
[[expect]]
numbers = { of = "syn_unanswered", at = "client", syn_retransmissions = "{syn_retries}", gaps_s = [1, 2.5] }
[[expect]]
packets = { at = "client", filter = "syn from client port 12345", count = 6 }
only_default = true
[[expect]]
packets = { at = "client", filter = "syn", count = { most = "{syn_retries}" } }
[[expect]]
[expect.no_packets]
at      = "fw:server"
filter  = "any"
[[expect]]
order   = { at = "client", filters = ["syn from client", "syn-ack from server", "ack from client"] }
[[expect]]
gaps    = { at = "client", filter = "syn", seconds = [1, 2, "{syn_retries}"] }
[[expect]]
ttl     = { at = "client", filter = "rst", equals = 63 }
[[expect]]
output  = { step = "connect", contains = "{server}", lacks = "{{", duration = "63s", tolerance = "5%" }
[[expect]]
output  = { step = "step 3", exit = 0 }
[[expect]]
socket  = { on = "client", at = "10s", state = "SYN-SENT", port = 12345, none = true }
[[expect]]
states  = { on = "client", sequence = ["SYN-SENT", "ESTAB", "CLOSED"], port = 12345 }
[[expect]]
counter = { on = "client", name = "TcpRetransSegs", grows = { least = 1, most = 5 } }
"""

ALONE = """\
name  = "alone"
title = { en = "Alone", ja = "単独のホスト" }
claim = { en = "Nothing listens.", ja = "待ち受けがありません。" }
date  = 2026-01-15T09:00:00Z
hosts.one = {}
record.captures = ["one"]
[[step]]
at = "0s"
on = "one"
run = "nc {one} 80"
[[expect]]
finding = "port_closed"
"""

SIX = """\
name = "six"
ipv6 = true
date = "2026-01-15T09:00:00Z"
step = [{ at = "1s", on = "a", run = "ping -c 1 {b6}; ping -c 1 {b}" }]
expect = [{ packets = { filter = "icmp from a to b", count = 4 } }]
links = [{ path = ["a", "b"] }, { path = ["b", "c"], mtu = 1280 }]
[title]
en = "Two families"
ja = "2 つのファミリー"
[claim]
en = "Both answer."
ja = "どちらも応答します。"
[hosts]
a = {}
b = { rules = [] }
c = {}
[record]
captures = ["a"]
"""

GOOD = {"timeout": TIMEOUT, "alone": ALONE, "six": SIX}
