"""Output of ss and netstat: states of sockets, their queues and timers."""

from kb.search.symptoms.sign import sign

_ROW = r"^\s*(?:(?:tcp|udp)\w*\s+)?"
TABLE = (
    sign(
        r"\bSYN[-_]SENT\b",
        "syn_unanswered syn_ack_lost",
        "A socket in SYN-SENT: its SYN has had no answer yet.",
        "SYN-SENT のソケットがあります。SYN にまだ応答がありません。",
    ),
    sign(
        r"\bSYN[-_]RECV\b",
        "syn_ack_lost handshake_ack_lost accept_queue_full syn_flood",
        "A socket in SYN-RECV: the SYN-ACK was sent, and the last ACK of the handshake is missing or was"
        " not taken.",
        "SYN-RECV のソケットがあります。SYN-ACK は送られ、ハンドシェイクの最後の ACK が届いていないか、受け"
        "取られていません。",
    ),
    sign(
        r"\bFIN[-_]WAIT[-_]?1\b|\bLAST[-_]ACK\b|\bCLOSING\b",
        "fin_unanswered half_open_silent simultaneous_close",
        "A socket waits for the acknowledgement of its FIN.",
        "自分の FIN への確認応答を待つソケットがあります。",
    ),
    sign(
        r"\bCLOSE[-_]WAIT\b",
        "half_close_stuck",
        "A socket in CLOSE-WAIT: the other side has closed, and the program here does not.",
        "CLOSE-WAIT のソケットがあります。相手は閉じていて、こちらのプログラムが閉じていません。",
    ),
    sign(
        r"\bFIN[-_]WAIT[-_]?2\b",
        "half_close_stuck fin_unanswered",
        "A socket in FIN-WAIT-2: its FIN was acknowledged, and the other side does not close.",
        "FIN-WAIT-2 のソケットがあります。FIN は確認応答され、相手が閉じていません。",
    ),
    sign(
        r"timer:\(on,[^)]*,[1-9]\d*\)|\bon \(\d+\.\d+/[1-9]\d*/",
        "timeout_retransmission gave_up_retransmitting half_open_silent",
        "The retransmission timer of a socket runs, and has sent again already.",
        "再送タイマーが動いていて、すでに再送したソケットがあります。",
    ),
    sign(
        r"timer:\(persist|\bprobe \(\d",
        "zero_window zero_window_probe zero_window_dead_peer",
        "The persist timer runs: the peer's window is zero, and it is probed.",
        "持続タイマーが動いています。相手のウィンドウが 0 で、プローブを送っています。",
    ),
    sign(
        r"timer:\(keepalive,[^)]*,[1-9]\d*\)|keepalive \(\d+\.\d+/\d+/[1-9]",
        "keepalive_failed half_open_silent",
        "Keepalive probes go out, and have not been answered.",
        "キープアライブのプローブに応答がありません。",
    ),
    sign(
        r"timer:\(keepalive,|\bkeepalive \(\d",
        "keepalive",
        "A socket with keepalive: its timer shows when the next probe goes out.",
        "キープアライブを使うソケットです。タイマーは次のプローブまでの時間を示します。",
    ),
    sign(
        r"\bTIME[-_]WAIT\b",
        "clean_close port_reuse_ignored",
        "A socket in TIME-WAIT: it was closed in good order and keeps its port for a minute.",
        "TIME-WAIT のソケットがあります。正常に閉じられ、1 分間ポートを占めています。",
    ),
    sign(
        r"backlog:?\s*\d|(?:Listen|accept) queue|^\s*LISTEN\s+(?P<recv>[1-9]\d*)\s+(?P<send>\d+)\b",
        "accept_queue_full",
        "Connections wait in a listener's queue: the program does not accept them quickly enough.",
        "待ち受けのキューに接続がたまっています。プログラムの accept が間に合っていません。",
    ),
    sign(
        r"\bESTAB(?:LISHED)?\s+[1-9]\d{3,}\s+\d",
        "zero_window window_full",
        "Received data lies in the socket (Recv-Q): the program here does not read.",
        "受信データがソケットにたまっています (Recv-Q)。こちらのプログラムが読んでいません。",
    ),
    sign(
        r"\bESTAB(?:LISHED)?\s+0\s+[1-9]\d*\b",
        "half_open_silent timeout_retransmission zero_window window_full",
        "Sent data is not acknowledged yet (Send-Q): the peer is silent, slow, or has no room.",
        "送ったデータが確認応答されていません (Send-Q)。相手が応答しない、遅い、または空きがありません。",
    ),
)
