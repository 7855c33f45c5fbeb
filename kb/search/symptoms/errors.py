"""Errors of the operating system: errno by name, number and sentence (English, Japanese), and Windows."""

from kb.search.symptoms.sign import sign

TABLE = (
    sign(
        r"\bETIMEDOUT\b|\bWSAETIMEDOUT\b|\b10060\b|connection timed out"
        r"|connect(?:ion)? (?:attempt )?timed? ?out"
        r"|errno[ =:]*110\b|接続がタイムアウト|接続タイムアウト|接続済みの呼び出し先が一定の時間を過ぎても"
        r"|did not properly respond after a period of time|i/o timeout|operation timed out",
        "syn_unanswered accept_queue_full half_open_silent gave_up_retransmitting keepalive_failed",
        "The program waited in vain: the SYN, or later its data or probes, got no answer (ETIMEDOUT,"
        " Windows 10060).",
        "応答を待ったまま時間切れになっています (ETIMEDOUT、Windows では 10060)。SYN、またはその後のデータ"
        "やプローブに応答がありません。",
    ),
    sign(
        r"\bECONNREFUSED\b|\bWSAECONNREFUSED\b|\b10061\b|connection refused|errno[ =:]*111\b|actively refused"
        r"|接続を拒否|接続が拒否|接続できませんでした。対象のコンピューターによって拒否",
        "port_closed refused_on_path refused_sender_unknown icmp_unreachable",
        "The connection was refused (ECONNREFUSED, Windows 10061): a RST came back, from the server or"
        " from a device that speaks for it.",
        "接続が拒否されています (ECONNREFUSED、Windows では 10061)。サーバー、または途中の機器が RST を返し"
        "ています。",
    ),
    sign(
        r"\bECONNRESET\b|\bWSAECONNRESET\b|\b10054\b|reset by peer|connection (?:was )?reset|errno[ =:]*104\b"
        r"|forcibly closed by the remote host|接続がリセット|接続が.{0,8}リセットされ"
        r"|既存の接続はリモート ?ホストに強制的に切断"
        r"|ピアによ(?:る|って)接続.{0,4}リセット|相手から(?:の接続が)?リセット",
        "reset_on_path application_abort half_open_reset idle_flow_reset_on_path data_after_close"
        " closed_before_answer",
        "An open connection was reset (ECONNRESET, Windows 10054): by the other program, its host, or a"
        " device between.",
        "確立した接続がリセットされています (ECONNRESET、Windows では 10054)。相手のプログラム、そのホスト"
        "、または途中の機器によるものです。",
    ),
    sign(
        r"\bEPIPE\b|broken pipe|\bWSAESHUTDOWN\b|\b10058\b|パイプが(?:切断|壊れ)|\bWSAECONNABORTED\b"
        r"|\b10053\b|software caused connection abort",
        "data_after_close reset_after_close application_abort half_open_reset",
        "The program wrote into a connection that the other side had closed or reset (EPIPE, Windows 10053).",
        "相手がすでに閉じた、またはリセットした接続に書き込んでいます (EPIPE、Windows では 10053)。",
    ),
    sign(
        r"\bEHOSTUNREACH\b|\bWSAEHOSTUNREACH\b|\b10065\b|no route to host|host (?:is )?unreachable"
        r"|errno[ =:]*113\b"
        r"|ホストへの(?:経路|ルート)がありません|ホストに到達できません",
        "arp_unanswered icmp_unreachable ttl_expired routing_loop refused_on_path",
        "The host is said to be unreachable (EHOSTUNREACH): the next hop does not answer ARP, or a router"
        " reported it by ICMP.",
        "ホストに到達できないとされています (EHOSTUNREACH)。隣接ホストが ARP に応答しないか、ルーターが"
        " ICMP で通知しています。",
    ),
    sign(
        r"\bENETUNREACH\b|\bWSAENETUNREACH\b|\b10051\b|network is unreachable|ネットワークに到達できません",
        "icmp_unreachable",
        "There is no route to the network (ENETUNREACH): on this host, or a router said so by ICMP.",
        "そのネットワークへの経路がありません (ENETUNREACH)。このホスト自身か、ICMP で通知したルーターにあ"
        "りません。",
    ),
    sign(
        r"\bEMSGSIZE\b|message too long|message too large|メッセージが長すぎます|\b10040\b",
        "pmtu_discovery pmtu_black_hole",
        "A packet is too large for the way (EMSGSIZE): look at the path MTU.",
        "パケットが経路に対して大きすぎます (EMSGSIZE)。経路 MTU を調べてください。",
    ),
    sign(
        r"\bEADDRNOTAVAIL\b|cannot assign requested address|\b10048\b|\b10049\b"
        r"|要求アドレスに割り当てられません",
        "port_reuse_ignored",
        "No local port is left, or they are used again too soon (EADDRNOTAVAIL): connections in TIME-WAIT"
        " hold them.",
        "使えるローカルポートがないか、再利用が早すぎます (EADDRNOTAVAIL)。TIME-WAIT の接続が占めています。",
    ),
    sign(
        r"\bEAI_AGAIN\b|temporary failure in name resolution|名前解決に(?:一時的に)?失敗"
        r"|timed out; no servers could be reached",
        "dns_no_answer dns_servfail dns_slow",
        "The name could not be resolved for now (EAI_AGAIN): the resolver does not answer, or answers with"
        " a failure.",
        "名前を一時的に解決できません (EAI_AGAIN)。リゾルバーが応答しないか、失敗を返しています。",
    ),
    sign(
        r"\bEAI_NONAME\b|\bENOTFOUND\b|name or service not known|no such host|nodename nor servname"
        r"|unknown host"
        r"|could not resolve host|名前またはサービスが不明|ホストが見つかりません|\b11001\b",
        "dns_nxdomain dns_no_answer dns_servfail",
        "The name does not exist for the resolver, or it could not be asked.",
        "リゾルバーにはその名前がないか、問い合わせができていません。",
    ),
)
