"""Messages of programs: curl, Java, Python, Go, Node, nginx, ssh, browsers."""

from kb.search.symptoms.sign import sign

TABLE = (
    sign(
        r"curl: \(6\)",
        "dns_nxdomain dns_no_answer dns_servfail",
        "curl (6): the name could not be resolved.",
        "curl (6): 名前を解決できません。",
    ),
    sign(
        r"curl: \(7\).*refused|curl: \(7\)(?!.*timed)",
        "port_closed refused_on_path refused_sender_unknown icmp_unreachable",
        "curl (7): no connection; it was refused, or there was no way to the host.",
        "curl (7): 接続できません。拒否されたか、ホストへの経路がありません。",
    ),
    sign(
        r"curl: \(28\).*(?:connect|resolv)|curl: \(28\)(?!.*(?:bytes|operation))",
        "syn_unanswered accept_queue_full dns_no_answer",
        "curl (28): the time for connecting ran out, and nothing had answered.",
        "curl (28): 応答がないまま、接続の制限時間に達しています。",
    ),
    sign(
        r"curl: \(28\).*(?:bytes|operation)",
        "slow_server half_open_silent zero_window pmtu_black_hole",
        "curl (28): the connection was made, and the answer did not come (completely) in time.",
        "curl (28): 接続後、応答が (最後まで) 時間内に届いていません。",
    ),
    sign(
        r"curl: \(52\)|empty reply from server|socket hang up"
        r"|server (?:prematurely )?closed (?:the )?connection"
        r"|premature end|RemoteDisconnected|unexpected EOF|EOFException|NoHttpResponseException",
        "closed_before_answer idle_timeout_by_endpoint application_abort data_after_close",
        "The server closed the connection without an answer.",
        "サーバーが、応答せずに接続を閉じています。",
    ),
    sign(
        r"curl: \(56\)",
        "reset_on_path application_abort half_open_reset",
        "curl (56): the connection broke while data was being received.",
        "curl (56): データの受信中に接続が切れています。",
    ),
    sign(
        r"curl: \(35\)|handshake[_ ]failure|SSLHandshakeException|sslv3 alert handshake"
        r"|tls: handshake failure",
        "tls_handshake_failed tls_no_common_version",
        "The TLS handshake failed.",
        "TLS ハンドシェイクに失敗しています。",
    ),
    sign(
        r"curl: \(60\)|certificate (?:has )?expired|unable to get local issuer|self[- ]signed certificate"
        r"|certificate verify failed|PKIX path building failed|x509: certificate|unknown[_ ]ca\b"
        r"|bad[_ ]certificate"
        r"|certificate[_ ]unknown|certificate[_ ]expired|ERR_CERT_|証明書の(?:有効)?期限"
        r"|証明書を検証できません|証明書.{0,6}(?:失効|無効|信頼)",
        "tls_certificate_rejected tls_handshake_failed",
        "The certificate was not accepted: expired, for another name, or from an unknown issuer.",
        "証明書が受け入れられていません。期限切れ、別の名前、不明な発行者のいずれかです。",
    ),
    sign(
        r"wrong version number|plain HTTP request was sent to HTTPS|ERR_SSL_PROTOCOL_ERROR"
        r"|first record does not look like a TLS"
        r"|unrecognized SSL message, plaintext|http: server gave HTTP response to HTTPS"
        r"|packet length too long",
        "plaintext_on_tls_port",
        "One side speaks TLS, the other plain text.",
        "一方は TLS、もう一方は平文で話しています。",
    ),
    sign(
        r"protocol[_ ]version|unsupported protocol|no protocols available|ERR_SSL_VERSION_OR_CIPHER"
        r"|no shared cipher|inappropriate[_ ]fallback",
        "tls_no_common_version tls_handshake_failed",
        "The two sides have no TLS version or cipher in common.",
        "双方に共通する TLS のバージョンまたは暗号スイートがありません。",
    ),
    sign(
        r"ERR_CONNECTION_TIMED_OUT|ConnectTimeout|connect timed out|dial tcp [^ ]+: i/o timeout"
        r"|upstream timed out \(110[^)]*\) while connecting"
        r"|HttpConnectTimeoutException",
        "syn_unanswered accept_queue_full",
        "Nothing answered while the connection was being made.",
        "接続の確立中に、何も応答していません。",
    ),
    sign(
        r"ReadTimeout|Read timed out|upstream timed out \(110[^)]*\) while reading"
        r"|SocketTimeoutException: Read|504 Gateway"
        r"|context deadline exceeded|awaiting headers|読み取りタイムアウト",
        "slow_server half_open_silent idle_flow_dropped zero_window pmtu_black_hole",
        "The connection was there, and the answer did not come in time.",
        "接続は確立していて、応答が時間内に届いていません。",
    ),
    sign(
        r"ERR_CONNECTION_RESET|ConnectionResetError|connection reset|upstream prematurely closed",
        "reset_on_path application_abort half_open_reset idle_flow_reset_on_path",
        "The connection was reset while it was in use.",
        "使用中の接続がリセットされています。",
    ),
    sign(
        r"ERR_CONNECTION_REFUSED|ConnectionRefusedError|ConnectException: Connection refused"
        r"|connect: connection refused",
        "port_closed refused_on_path refused_sender_unknown",
        "The program was refused at the door: no connection came about.",
        "接続の確立を拒否されています。",
    ),
    sign(
        r"ERR_NAME_NOT_RESOLVED|UnknownHostException|getaddrinfo|gaierror",
        "dns_nxdomain dns_no_answer dns_servfail",
        "The name could not be resolved.",
        "名前を解決できません。",
    ),
    sign(
        r"ssh_exchange_identification|kex_exchange_identification|Connection closed by (?:remote host|\d)"
        r"|banner exchange",
        "closed_before_answer application_abort reset_on_path",
        "ssh: the connection was made, and ended before the first word.",
        "ssh: 接続は確立し、最初のやり取りの前に終わっています。",
    ),
    sign(
        r"packet_write_wait|Timeout, server .* not responding|client_loop: send disconnect",
        "idle_flow_dropped half_open_silent keepalive_failed idle_flow_reset_on_path",
        "ssh: a session that had been open got no answer any more.",
        "ssh: 開いていたセッションに応答がなくなっています。",
    ),
    sign(
        r"possible SYN flooding",
        "syn_flood accept_queue_full",
        "The kernel saw more SYNs than the listener's queue takes.",
        "待ち受けのキューに入りきらない数の SYN を、カーネルが受けています。",
    ),
    sign(
        r"keep-?alive timeout|idle timeout|wait_timeout|server has gone away|Lost connection to (?:MySQL"
        r"|server) "
        r"|terminating connection due to idle|MaxIdleTime|アイドルタイムアウト|無通信タイムアウト",
        "idle_timeout_by_endpoint idle_flow_dropped data_after_close",
        "A connection was ended, or used again, after a time without traffic.",
        "無通信の時間のあとに、接続が閉じられたか、再び使われています。",
    ),
    sign(
        r"nf_conntrack: table full|conntrack.{0,20}full",
        "syn_unanswered idle_flow_dropped",
        "The connection table of this host is full: new connections are dropped.",
        "このホストの接続テーブルが満杯で、新しい接続が捨てられています。",
    ),
    sign(
        r"100% packet loss|\b(?:[1-9]\d?)% packet loss|要求がタイムアウトしました|Request timed out",
        "ping_loss arp_unanswered icmp_unreachable",
        "Pings were not answered, all or some of them.",
        "ping の一部または全部に応答がありません。",
    ),
)
