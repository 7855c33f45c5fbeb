"""With what a declaration begins that begins with nothing: a small network that can be played at once."""

NAME = "my_experiment"

_COMMENTS = {
    "en": {
        "head": "Lines that begin with # are comments. Every command is one that you could type at a shell.",
        "name": "a to z, digits and _; readers see the title and the claim, in their language",
        "articles": 'addresses of articles that it proves, such as "tcp-keepalive"',
        "date": "what the clocks of all hosts show when the recording begins",
        "hosts": "The machines. In commands and rules {server} stands for an address of that host.",
        "sysctl": 'a setting of its kernel, or rules = ["iptables …"]',
        "links": 'Cables between neighbours: also loss = "1%", rate = "10mbit", mtu = 1400',
        "record": "Where packets are recorded.",
        "step": "What is done, in the order of time. Hours cost nothing: time is virtual.",
        "expect": "What must be seen. Without an expectation nothing is proved.",
    },
    "ja": {
        "head": "# で始まる行はコメントです。コマンドは、シェルで入力するものをそのまま書きます。",
        "name": "a から z、数字、_。読者には title と claim がその言語で表示されます",
        "articles": 'この実験が証明する記事のアドレス。例: "tcp-keepalive"',
        "date": "記録を始めるときの、すべてのホストの時計",
        "hosts": "マシン。コマンドとルールの中の {server} は、そのホストのアドレスになります。",
        "sysctl": 'カーネルの設定。rules = ["iptables …"] も書けます',
        "links": '隣どうしを結ぶケーブル。loss = "1%"、rate = "10mbit"、mtu = 1400 なども使えます',
        "record": "パケットを記録する場所。",
        "step": "行うこと。時刻の順に書きます。仮想時間なので、何時間でも待ち時間はかかりません。",
        "expect": "見えなければならないもの。期待がなければ、何も証明されません。",
    },
}

_TEXT = """\
# %(head)s
name     = "my_experiment"  # %(name)s
title.en = "A short connection"
title.ja = "短い接続"
claim.en = "A client that connects to a listening port sends one SYN, and it is answered."
claim.ja = "待ち受けているポートに接続するクライアントは SYN を 1 つ送り、応答を受け取ります。"
articles = []  # %(articles)s
date     = "2026-01-15T09:00:00Z"  # %(date)s

# %(hosts)s
[hosts.client]
sysctl."net.ipv4.tcp_syn_retries" = 5  # %(sysctl)s
[hosts.server]

# %(links)s
[[links]]
path  = ["client", "server"]
delay = "5ms"

# %(record)s
[record]
captures = ["client", "server"]

# %(step)s
[[step]]
name = "listen"
at   = "500ms"
on   = "server"
run  = "nc -l 12345"
background = true
says.en = "A server waits for a connection."
says.ja = "サーバーが接続を待ちます。"

[[step]]
name = "connect"
at   = "1s"
on   = "client"
run  = "echo hello | nc -N {server} 12345"
says.en = "The client connects, says hello and closes."
says.ja = "クライアントが接続し、hello と送って閉じます。"

# %(expect)s
[[expect]]
packets = { at = "client", filter = "syn from client", count = 1 }
says.en = "One SYN leaves the client."
says.ja = "クライアントから SYN が 1 つ出ます。"
"""


def text(language: str) -> str:
    """The declaration, with comments in that language."""
    return _TEXT % _COMMENTS["ja" if language == "ja" else "en"]
