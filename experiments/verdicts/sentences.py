"""An expectation as a sentence, in both languages, from what it declares."""

from collections.abc import Callable
from typing import Any

from experiments.declaration.values import Expectation, Text
from experiments.verdicts.showing import SECOND, bounds, counted, plain, quoted, seconds, times

Said = dict[str, Any]
Pair = tuple[str, str]


def sentence(expectation: Expectation) -> Text:
    """The author's own words where there are some, else made from the data."""
    if expectation.says:
        return dict(expectation.says)
    en, ja = SENTENCES[expectation.kind](expectation.arguments)
    return {"en": en, "ja": ja}


def _finding(said: Said) -> Pair:
    return f"{said['code']} is found at {said['at']}.", f"{said['at']} で {said['code']} が見つかります。"


def _no_finding(said: Said) -> Pair:
    at = said["at"]
    if said["code"] == "*":
        return f"No error and no warning is found at {at}.", f"{at} でエラーも警告も見つかりません。"
    return f"{said['code']} is not found at {at}.", f"{at} で {said['code']} は見つかりません。"


def _numbers(said: Said) -> Pair:
    pairs = [(name, _figure(value)) for name, value in said["numbers"].items()]
    en, ja = (", ".join(f"{name} = {value[k]}" for name, value in pairs) for k in (0, 1))
    return (
        f"{said['of']} at {said['at']} tells {en}.",
        f"{said['at']} の {said['of']} の数値: {ja}。",
    )


def _figure(value: Any) -> Pair:
    return bounds(value) if isinstance(value, dict) else (plain(value), plain(value))


def _packets(said: Said) -> Pair:
    count, wanted = said["count"], quoted(said["filter"])
    (en, ja), verb = bounds(count, " 個"), "packet matches" if count == 1 else "packets match"
    return (
        f"{_upper(en)} {verb} {wanted} at {said['at']}.",
        f"{said['at']} で {wanted} に該当するパケットは {ja}です。",
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _no_packets(said: Said) -> Pair:
    wanted = quoted(said["filter"])
    return (
        f"No packet matches {wanted} at {said['at']}.",
        f"{said['at']} で {wanted} に該当するパケットはありません。",
    )


def _order(said: Said) -> Pair:
    wanted = [quoted(text) for text in said["filters"]]
    return (
        f"At {said['at']} packets come in this order: {', '.join(wanted)}.",
        f"{said['at']} でパケットは次の順に現れます: {'、'.join(wanted)}。",
    )


def _gaps(said: Said) -> Pair:
    wanted, share = quoted(said["filter"]), f"{said['tolerance_percent']:g}%"
    en, ja = times([second * SECOND for second in said["seconds"]])
    number = len(said["seconds"])
    return (
        f"Between the packets that match {wanted} at {said['at']} "
        f"{'is' if number == 1 else 'are'} {counted(number, 'gap')}: {en} (within {share}).",
        f"{said['at']} で {wanted} に該当するパケットの間隔は {number} 個で、{ja}です (許容差 {share})。",
    )


def _ttl(said: Said) -> Pair:
    wanted = quoted(said["filter"])
    return (
        f"All packets that match {wanted} at {said['at']} have TTL {said['equals']}.",
        f"{said['at']} で {wanted} に該当するパケットの TTL はすべて {said['equals']} です。",
    )


def _output(said: Said) -> Pair:
    en, ja = [], []
    if "contains" in said:
        en.append(f"prints {quoted(said['contains'])}")
        ja.append(f"出力に {quoted(said['contains'])} が含まれる")
    if "lacks" in said:
        en.append(f"does not print {quoted(said['lacks'])}")
        ja.append(f"出力に {quoted(said['lacks'])} が含まれない")
    if "exit" in said:
        en.append(f"ends with exit code {said['exit']}")
        ja.append(f"終了コードが {said['exit']} である")
    if "duration_ns" in said:
        (took, took_ja), share = seconds(said["duration_ns"]), f"{said['tolerance_percent']:g}%"
        en.append(f"takes {took} (within {share})")
        ja.append(f"所要時間が {took_ja}である (許容差 {share})")
    name = quoted(said["step"])
    return f"Step {name} {_and(en)}.", f"ステップ {name}: {'、'.join(ja)}。"


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _with_port(said: Said) -> Pair:
    return (f" with port {said['port']}", f"ポート {said['port']} の") if said.get("port") else ("", "")


def _socket(said: Said) -> Pair:
    (at, at_ja), (port, port_ja) = seconds(said["at_ns"]), _with_port(said)
    state, host = said["state"], said["on"]
    if said.get("none"):
        return (
            f"At {at} no socket{port} is in {state} at {host}.",
            f"{at_ja}の時点で、{host} に {state} 状態の{port_ja}ソケットはありません。",
        )
    return (
        f"At {at} a socket{port} is in {state} at {host}.",
        f"{at_ja}の時点で、{host} に {state} 状態の{port_ja}ソケットがあります。",
    )


def _states(said: Said) -> Pair:
    (port, port_ja), way = _with_port(said), said["sequence"]
    return (
        f"A socket{port} at {said['on']} goes through exactly {', '.join(way)}.",
        f"{said['on']} の{port_ja}ソケットの状態は、過不足なく {'、'.join(way)} と移ります。",
    )


def _counter(said: Said) -> Pair:
    en, ja = bounds(said["grows"], " ")
    if said["grows"] == 0:
        return (
            f"{said['name']} does not grow at {said['on']}.",
            f"{said['on']} の {said['name']} は増えません。",
        )
    return (
        f"{said['name']} grows by {en} at {said['on']}.",
        f"{said['on']} の {said['name']} の増分は {ja}です。",
    )


SENTENCES: dict[str, Callable[[Said], Pair]] = {
    "finding": _finding,
    "no_finding": _no_finding,
    "numbers": _numbers,
    "packets": _packets,
    "no_packets": _no_packets,
    "order": _order,
    "gaps": _gaps,
    "ttl": _ttl,
    "output": _output,
    "socket": _socket,
    "states": _states,
    "counter": _counter,
}
