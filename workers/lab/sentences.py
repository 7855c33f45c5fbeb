"""Why a run ended before its time, as one sentence in English and one in Japanese."""

import signal

from experiments.declaration import Mistakes
from packets.errors import printable
from workers.outcomes import Killed

Sentences = tuple[str, str]


def wall_time(seconds: float) -> Sentences:
    """It took too long by our clock."""
    return (
        f"The run was stopped after {seconds:.0f} seconds, the most that a run may take.",
        f"実行は上限の {seconds:.0f} 秒に達したため停止されました。",
    )


def virtual_time(seconds: int) -> Sentences:
    """It took too long by the guest's clock."""
    return (
        f"The run was stopped after {seconds // 3600} hours of virtual time, the most that a run may take.",
        f"実行は仮想時間の上限 {seconds // 3600} 時間に達したため停止されました。",
    )


def memory(size: int) -> Sentences:
    """QEMU itself needed too much."""
    return (
        f"The run was stopped because its machine needed more than {size // 10**6} MB of memory.",
        f"仮想マシンのメモリ使用量が {size // 10**6} MB を超えたため、実行を停止しました。",
    )


def malformed() -> Sentences:
    """The guest's answer is not what the agent sends."""
    return (
        "The machine's answer could not be understood, so nothing of this run is kept. "
        "A command of the experiment may have disturbed it.",
        "仮想マシンからの応答を解釈できないため、この実行の結果は保存していません。実験のコマンドが妨げた可能性があります。",
    )


def mistakes(wrong: Mistakes) -> Sentences:
    """The declaration cannot be read: its first mistake, and how many there are."""
    first, count = wrong.mistakes[0], len(wrong.mistakes)
    more_en, more_ja = (
        (f" ({count} mistakes in all)", f" (誤りは全部で {count} 件)") if count > 1 else ("", "")
    )
    return (
        f"The declaration cannot be read. Line {first.row}: {first.en}{more_en}",
        f"宣言を読み取れません。{first.row} 行目: {first.ja}{more_ja}",
    )


def refused(said: str) -> Sentences:
    """The plan cannot be carried out; what the guest's tool said of it."""
    quoted = printable(" ".join(said.split()), 500)
    return (
        f"The experiment cannot be carried out as it is declared. {quoted}",
        f"この実験は宣言どおりに実行できません。{quoted}",
    )


def agent_failed(said: str) -> Sentences:
    """An error in the agent, perhaps because a command took something away from it."""
    last = printable(said.strip().splitlines()[-1], 300) if said.strip() else ""
    return (
        f"The machine could not finish the experiment: {last}",
        f"仮想マシンが実験を完了できませんでした: {last}",
    )


def no_image(image: str) -> Sentences:
    """The image has been removed since the run was asked for."""
    return (
        f"The image {image[:12]} is not on this server any more. Replay the experiment on another one.",
        f"イメージ {image[:12]} はこのサーバーにもうありません。別のイメージで再実行してください。",
    )


def no_machine(said: str) -> Sentences:
    """QEMU did not start, or not from this snapshot."""
    return (
        f"The lab's machine could not be started. {said}",
        f"ラボの仮想マシンを起動できませんでした。{said}",
    )


def ended(status: int) -> Killed:
    """QEMU ended by itself or was killed."""
    if status == -signal.SIGXCPU:
        return Killed(
            "The run was stopped because it used more processor time than a run may take.",
            "実行に使える CPU 時間の上限を超えたため、停止しました。",
        )
    if status == -signal.SIGKILL:
        return Killed(
            "The run's machine was killed from outside.",
            "仮想マシンが外部から強制終了されました。",
            again=True,
        )
    return crashed()


def crashed() -> Killed:
    """The guest's own doing."""
    return Killed(
        "The machine ended before the experiment did. A command may have stopped or crashed it.",
        "実験が終わる前に仮想マシンが停止しました。コマンドが停止させたか、異常終了させた可能性があります。",
    )
