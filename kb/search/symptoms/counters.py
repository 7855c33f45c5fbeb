"""Counters of nstat, netstat -s, tcpdump and interfaces that have grown."""

from kb.search.symptoms.sign import sign

_GROWN = r"\s+[1-9]\d*"
TABLE = (
    sign(
        rf"TcpExtListen(?:Overflows|Drops){_GROWN}|times the listen queue of a socket overflowed",
        "accept_queue_full syn_flood",
        "A listener's queue overflowed: connections or SYNs were dropped.",
        "待ち受けのキューがあふれ、接続または SYN が捨てられています。",
    ),
    sign(
        rf"TcpExtTCPSynRetrans{_GROWN}",
        "syn_unanswered",
        "SYNs were sent again.",
        "SYN が再送されています。",
    ),
    sign(
        rf"TcpExtTCPTimeouts{_GROWN}",
        "timeout_retransmission gave_up_retransmitting syn_unanswered",
        "Retransmission timers ran out.",
        "再送タイマーが満了しています。",
    ),
    sign(
        rf"TcpExtTCPFastRetrans{_GROWN}|TcpExtTCPSackRecovery{_GROWN}",
        "fast_retransmission reordering",
        "Gaps were told by the receiver and filled at once.",
        "受信側が知らせた欠けを、すぐに埋めています。",
    ),
    sign(
        rf"TcpExtTCPLossProbes{_GROWN}",
        "tail_loss_probe",
        "The end of something was sent again as a probe.",
        "末尾がプローブとして再送されています。",
    ),
    sign(
        rf"TcpExtTCPDSACK(?:Recv|OldSent|Recv){_GROWN}|TcpExtTCPSpuriousRTOs?{_GROWN}",
        "spurious_retransmission duplicate_frames",
        "What had arrived was sent again.",
        "届いていたものが再送されています。",
    ),
    sign(
        rf"TcpExtTCPAbortOn(?:Data|Close){_GROWN}",
        "application_abort closed_before_answer",
        "A program closed with unread or unsent data: the kernel reset the connection.",
        "未読または未送信のデータを残して閉じたため、カーネルが接続をリセットしています。",
    ),
    sign(
        rf"TcpExtTCPAbortOnTimeout{_GROWN}",
        "gave_up_retransmitting keepalive_failed syn_unanswered",
        "Connections were given up because nothing answered.",
        "応答がないため、接続をあきらめています。",
    ),
    sign(
        rf"TcpExtTCP(?:ToZeroWindowAdv|FromZeroWindowAdv|WantZeroWindowAdv|WinProbe){_GROWN}|zero ?window",
        "zero_window zero_window_probe",
        "A window went to zero.",
        "ウィンドウが 0 になっています。",
    ),
    sign(
        rf"TcpExtTCPKeepAlive{_GROWN}",
        "keepalive keepalive_failed",
        "Keepalive probes were sent.",
        "キープアライブのプローブが送られています。",
    ),
    sign(
        rf"TcpExtTCPReqQFullDo(?:Cookies|Drop){_GROWN}|TcpExtSyncookiesSent{_GROWN}",
        "syn_flood accept_queue_full",
        "The queue of half-open connections was full.",
        "ハーフオープンの接続のキューが満杯でした。",
    ),
    sign(
        rf"TcpExtTCP(?:TS|SACK|Reno|FACK)Reorder{_GROWN}|TcpExtTCPOFOQueue{_GROWN}",
        "reordering fast_retransmission",
        "Segments arrived in another order, or with gaps.",
        "セグメントの順序が入れ替わったか、欠けがありました。",
    ),
    sign(
        rf"UdpNoPorts{_GROWN}|IcmpOutDestUnreachs{_GROWN}",
        "udp_port_unreachable icmp_unreachable",
        "Datagrams came for a port at which nothing listens.",
        "待ち受けのないポートにデータグラムが届いています。",
    ),
    sign(
        r"[1-9]\d* packets dropped by kernel",
        "capture_drops",
        "tcpdump itself lost packets: what the capture lacks may have been on the wire.",
        "tcpdump 自身がパケットを取りこぼしています。写っていないパケットも、実際には流れていた可能性があり"
        "ます。",
    ),
)
