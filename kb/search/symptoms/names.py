"""Output of dig, nslookup, host and resolvers."""

from kb.search.symptoms.sign import sign

TABLE = (
    sign(
        r"status: SERVFAIL|server failure|\bServFail\b|2\(SERVFAIL\)|rcode 2\b",
        "dns_servfail",
        "The resolver answered SERVFAIL: it could not find the answer out.",
        "リゾルバーが SERVFAIL を返しています。答えを調べられませんでした。",
    ),
    sign(
        r"status: NXDOMAIN|non-existent domain|\bNXDomain\b|3\(NXDOMAIN\)|server can't find [^:]+: NXDOMAIN",
        "dns_nxdomain",
        "The resolver answered NXDOMAIN: the name does not exist.",
        "リゾルバーが NXDOMAIN を返しています。その名前はありません。",
    ),
    sign(
        r"status: REFUSED|query refused|5\(REFUSED\)|\d+ Refused[ *-]",
        "dns_refused",
        "The resolver refused the question (REFUSED).",
        "リゾルバーが問い合わせを拒否しています (REFUSED)。",
    ),
    sign(
        r"no servers could be reached|communications error .*timed out|DNS request timed out"
        r"|connection timed out; no servers",
        "dns_no_answer udp_port_unreachable",
        "No DNS server answered the question.",
        "どの DNS サーバーも問い合わせに応答していません。",
    ),
    sign(
        r"communications error .*connection refused",
        "udp_port_unreachable dns_no_answer",
        "Nothing listens at the resolver's address.",
        "リゾルバーのアドレスで待ち受けているものがありません。",
    ),
    sign(
        r"Truncated, retrying in TCP|flags:[^;]*\btc\b",
        "dns_truncated_tcp_blocked",
        "The answer was too long for UDP, so that it is asked for again by TCP.",
        "応答が UDP に入りきらず、TCP で問い合わせ直しています。",
    ),
    sign(
        r"Query time: [1-9]\d{3,} msec",
        "dns_slow",
        "The answer took more than a second.",
        "応答に 1 秒以上かかっています。",
    ),
)
