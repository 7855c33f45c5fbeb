"""Why an analysis or a replay failed: one sentence each, English and Japanese."""

from kb.outcomes import in_units

Both = tuple[str, str]


def memory(limit: int) -> Both:
    """Limit in bytes."""
    size = in_units(limit)
    return (
        f"The analysis of this capture needed more memory than the {size} it may use, and was stopped.",
        f"このキャプチャの解析には上限の {size} を超えるメモリーが必要だったため、停止しました。",
    )


def cpu_time(limit: int) -> Both:
    """Limit in seconds."""
    return (
        f"The analysis of this capture used more than its {limit} seconds of CPU time, and was stopped.",
        f"このキャプチャの解析は CPU 時間の上限 {limit} 秒を超えたため、停止しました。",
    )


def wall_time(limit: float) -> Both:
    """Limit in seconds."""
    return (
        f"The analysis of this capture took longer than the {limit:g} seconds it may take, and was stopped.",
        f"このキャプチャの解析は制限時間の {limit:g} 秒を超えたため、停止しました。",
    )


def output(limit: int) -> Both:
    """Limit in bytes."""
    size = in_units(limit)
    return (
        f"The analysis of this capture wrote more than the {size} it may write, and was stopped.",
        f"このキャプチャの解析は書き込みの上限 {size} を超えたため、停止しました。",
    )


def crashed(name: str) -> Both:
    """Name of the signal."""
    return (
        f"The program that reads this capture crashed ({name}); the capture is kept.",
        f"解析プログラムが異常終了しました ({name})。キャプチャは保存されています。",
    )


def gave_up(status: int) -> Both:
    """Exit status."""
    return (
        f"The program that reads this capture ended with an error (status {status}); the capture is kept.",
        f"解析プログラムがエラーで終了しました (終了コード {status})。キャプチャは保存されています。",
    )


def unusable() -> Both:
    """The program ended well, but what it wrote is not a report."""
    return (
        "The program that reads this capture left an incomplete report; the capture itself is kept.",
        "解析プログラムのレポートが不完全でした。キャプチャは保存されています。",
    )


def disk_full() -> Both:
    """No room for the result."""
    return (
        "The server's disk is full, so the result was not kept; please try again when there is room.",
        "サーバーのディスクに空きがないため、結果を保存できませんでした。空きができたら再度お試しください。",
    )


def incomplete_run(what: str) -> Both:
    """The lab ended well, but a file is not there, or is not what it should be."""
    return (
        f"The lab left an incomplete run ({what}), so nothing was kept; please replay it.",
        f"ラボの実行結果が不完全だったため ({what})、保存しませんでした。もう一度実行してください。",
    )


def no_report(vantage: str, why: Both) -> Both:
    """A capture of a run could not be diagnosed."""
    return (
        f"The capture recorded at {vantage} could not be diagnosed: {why[0]}",
        f"{vantage} で記録したキャプチャを診断できませんでした。{why[1]}",
    )


def declaration(row: int, en: str, ja: str) -> Both:
    """A declaration that the reader refuses; row 0 when no line is to blame."""
    return (f"Line {row} of the declaration: {en}", f"宣言の {row} 行目: {ja}") if row else (en, ja)


def surprise(reference: str) -> Both:
    """An error of our own; the reference stands in the log."""
    return (
        f"Something unexpected went wrong on the server; please report it with the reference {reference}.",
        f"サーバーで予期しない問題が発生しました。参照番号 {reference} を添えて報告してください。",
    )
