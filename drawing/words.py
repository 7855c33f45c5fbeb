"""The words that pictures carry, in English and Japanese. Names of the protocols stay as the standards write
them.
"""

from typing import Literal

Language = Literal["en", "ja"]

_WORDS: dict[str, tuple[str, str]] = {
    # sequence diagram
    "client": ("client", "クライアント"),
    "server": ("server", "サーバー"),
    "frame": ("frame", "フレーム"),
    "time": ("time", "時刻"),
    "evidence": ("evidence", "証拠"),
    "again": ("again", "再送"),
    "copy": ("same frame again", "同じフレームの重複"),
    "probe": ("probe", "プローブ"),
    "partly_again": ("partly again", "一部再送"),
    "on_path": ("device on the path", "経路上の機器"),
    "to_server": ("client to server", "クライアントからサーバーへ"),
    "to_client": ("server to client", "サーバーからクライアントへ"),
    "unscaled": ("unscaled", "スケール不明"),
    "sequence_title": ("Sequence diagram: {client} and {server}", "シーケンス図: {client} と {server}"),
    "sequence_desc": (
        "{packets} packets in {duration}; {drawn} drawn, {folded} folded. Client left, server right.",
        "{duration} の {packets} パケット。描画 {drawn}、折りたたみ {folded}。左がクライアント。",
    ),
    "folded": ("{packets} packets · {duration}", "{packets} パケット · {duration}"),
    "folded_again": ("{count} again", "再送 {count}"),
    "pause": ("{duration} without a packet", "{duration} 無通信"),
    "no_packets": ("No packets.", "パケットがありません。"),
    # time line
    "lanes_title": ("Socket states over time", "ソケットの状態の推移"),
    "timeline_title": ("The whole capture", "キャプチャ全体"),
    "timeline_desc": (
        "{connections} connections in {duration}; {marks} findings marked.",
        "{duration} の {connections} コネクション。所見 {marks} 件に印。",
    ),
    "more_connections": ("{count} more connections", "ほか {count} コネクション"),
    # severities, as the marks are read out
    "error": ("error", "エラー"),
    "warning": ("warning", "警告"),
    "note": ("note", "注意"),
    "info": ("information", "情報"),
    # graphs
    "seconds": ("time from the start of the capture (s)", "キャプチャ開始からの時間 (秒)"),
    "sequence_number": ("relative sequence number (bytes)", "相対シーケンス番号 (バイト)"),
    "round_trip_ms": ("round trip (ms)", "往復時間 (ミリ秒)"),
    "bits_per_second": ("throughput (bit/s)", "スループット (bit/s)"),
    "data_to_server": ("data, client to server", "データ (クライアント→サーバー)"),
    "data_to_client": ("data, server to client", "データ (サーバー→クライアント)"),
    "acknowledged": ("acknowledged", "確認応答済み"),
    "window_edge": ("edge of the receive window", "受信ウィンドウの上端"),
    "sent_again": ("sent again", "再送"),
    "trip_of_client": ("acknowledged by the server", "サーバーの確認応答"),
    "trip_of_server": ("acknowledged by the client", "クライアントの確認応答"),
    "thinned": (
        "{total} points, {shown} drawn: of every stretch the first, lowest, highest and last.",
        "全 {total} 点のうち {shown} 点を描画しています (区間ごとに最初・最小・最大・最後の点)。",
    ),
    # decision tree
    "tree_desc": (
        "{steps} steps with {ends} ends. The same stands in words below.",
        "ステップ {steps} 個、終わり {ends} 個。同じ内容が下に文章であります。",
    ),
    "tree_done": ("done", "実施済み"),
    "tree_now": ("you are here", "現在のステップ"),
    "tree_solved": ("solved", "解決"),
    "tree_ask": ("ask", "確認"),
    "tree_stop": ("stop", "中止"),
    "nothing_to_plot": (
        "This connection has nothing to plot here.",
        "このコネクションにはここに描くものがありません。",
    ),
}


def word(key: str, lang: Language, **parts: object) -> str:
    """The word `key` in `lang`, its parts filled in. An unknown key is a KeyError."""
    text = _WORDS[key][1 if lang == "ja" else 0]
    return text.format(**parts) if parts else text


def keys() -> tuple[str, ...]:
    """Every key there is."""
    return tuple(_WORDS)
