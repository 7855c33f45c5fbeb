"""What can be wrong in a runbook, as sentences with line numbers."""

import re

from kb.stepping.steps import Mistake, Outcome, Step, Steps

MOST = 100  # mistakes of one text that are told
_BRACES = re.compile(r"\{\{([^{}]{0,80})\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def no_steps() -> Mistake:
    """Nothing to follow."""
    return Mistake(
        1,
        "There is no step. A step begins with a heading such as “## Does the server listen? {#listen}”.",
        "ステップがありません。「## 待ち受けていますか {#listen}」のような見出しから始まります。",
    )


def no_id(line: int) -> Mistake:
    """A heading that outcomes cannot name."""
    return Mistake(
        line,
        "This heading has no id; add one, such as {#listen}, so that outcomes can lead here.",
        "この見出しには ID がありません。{#listen} のように付けると、結果からここへ進めます。",
    )


def bad_id(line: int, anchor: str) -> Mistake:
    """An id of other letters."""
    return Mistake(
        line,
        f"The id “{anchor}” may hold small letters, digits and single hyphens only.",
        f"ID「{anchor}」に使えるのは、英小文字、数字、単独のハイフンだけです。",
    )


def after_the_outcomes(line: int) -> Mistake:
    """Something stands below the list of outcomes."""
    return Mistake(
        line,
        "The list of outcomes ends a step; move this above it.",
        "結果のリストがステップの最後です。この部分はリストより前に移してください。",
    )


def leads_nowhere(line: int) -> Mistake:
    """An item of the outcomes without an arrow, or with one to nothing."""
    return Mistake(
        line,
        "This outcome leads nowhere; end it with “→ #id”, “→ solved: …”, “→ ask: …” or “→ stop: …”.",
        "この結果の行き先がありません。「→ #id」「→ solved: …」「→ ask: …」「→ stop: …」で終えてください。",
    )


def too_many_steps(line: int, most: int) -> Mistake:
    """More than anybody follows."""
    return Mistake(
        line,
        f"A runbook has at most {most} steps; make two of this one.",
        f"手順書のステップは {most} 個までです。2 つに分けてください。",
    )


def too_many_outcomes(line: int, most: int) -> Mistake:
    """More than anybody tells apart."""
    return Mistake(
        line,
        f"A step has at most {most} outcomes; ask in two steps.",
        f"1 つのステップの結果は {most} 個までです。2 つのステップに分けてください。",
    )


def placeholders(lines: list[str]) -> list[Mistake]:
    """Pairs of braces that name nothing."""
    return [
        Mistake(
            number,
            f"“{{{{{name}}}}}” is no placeholder; its name may hold small letters, digits and _.",
            f"「{{{{{name}}}}}」はプレースホルダーになりません。名前に使えるのは英小文字、数字、_ です。",
        )
        for number, line in enumerate(lines, 1)
        for name in _BRACES.findall(line)
        if not _NAME.fullmatch(name)
    ]


def of(read: Steps) -> list[Mistake]:
    """What is wrong between the steps, and what a step lacks."""
    if not read.steps:
        return [no_steps()]
    found = [mistake for step in read.steps for mistake in _lacking(step)]
    return found + _doubled(read) + _astray(read) + _unreached(read) + _endless(read)


def _lacking(step: Step) -> list[Mistake]:
    found = []
    if not step.title:
        found.append(Mistake(step.line, "This step has no title.", "このステップにはタイトルがありません。"))
    if not step.purpose.strip():
        found.append(
            Mistake(
                step.line,
                "This step does not say why: write a sentence below its heading.",
                "このステップの目的が書かれていません。見出しの下に 1 文で書いてください。",
            )
        )
    if not step.expect.strip():
        found.append(
            Mistake(
                step.line,
                "This step does not say what to expect: add a paragraph that begins with “Expect:”.",
                "このステップで何が期待されるかが書かれていません。「期待:」で始まる段落を加えてください。",
            )
        )
    if not step.outcomes:
        found.append(
            Mistake(
                step.line,
                "This step has no outcome: end it with a list whose items have an arrow, such as “→ #id”.",
                "このステップには結果がありません。「→ #id」などの矢印が付いた項目のリストで終えてください。",
            )
        )
    return found + [mistake for outcome in step.outcomes for mistake in _wordless(outcome)]


def _wordless(outcome: Outcome) -> list[Mistake]:
    found = []
    if not outcome.text:
        found.append(
            Mistake(
                outcome.line,
                "This outcome has no words before its arrow.",
                "矢印の前に結果の説明がありません。",
            )
        )
    if outcome.end and not outcome.says:
        found.append(
            Mistake(
                outcome.line,
                f"“→ {outcome.leads}” needs words: what was found, or what to send to whom.",
                f"「→ {outcome.leads}」には説明が必要です。何が分かったか、誰に何を送るかを書いてください。",
            )
        )
    return found


def _doubled(read: Steps) -> list[Mistake]:
    return [
        Mistake(
            step.line,
            f"The id “{step.id}” is taken by step {read.number(step.id)}.",
            f"ID「{step.id}」はステップ {read.number(step.id)} で使われています。",
        )
        for place, step in enumerate(read.steps, 1)
        if step.id and read.number(step.id) != place
    ]


def _astray(read: Steps) -> list[Mistake]:
    return [
        Mistake(
            outcome.line,
            f"There is no step “{outcome.leads}” to go to.",
            f"行き先のステップ「{outcome.leads}」がありません。",
        )
        for step in read.steps
        for outcome in step.outcomes
        if outcome.target is not None and read.named(outcome.target) is None
    ]


def _unreached(read: Steps) -> list[Mistake]:
    reached, ahead = {read.steps[0].id}, [read.steps[0]]
    while ahead:
        for outcome in ahead.pop().outcomes:
            step = read.named(outcome.target)
            if step is not None and step.id not in reached:
                reached.add(step.id)
                ahead.append(step)
    return [
        Mistake(
            step.line,
            f"No outcome leads to step “#{step.id}”.",
            f"ステップ「#{step.id}」に進む結果がありません。",
        )
        for step in read.steps
        if step.id and step.id not in reached
    ]


def _endless(read: Steps) -> list[Mistake]:
    """Steps from which every way goes round and round."""
    ending = {step.id for step in read.steps if any(outcome.end for outcome in step.outcomes)}
    grown = True
    while grown:
        more = {s.id for s in read.steps if any(o.target in ending for o in s.outcomes)} - ending
        ending, grown = ending | more, bool(more)
    return [
        Mistake(
            step.line,
            "From this step no way leads to an end (solved, ask or stop).",
            "このステップからは、どの結果をたどっても終わり (solved、ask、stop) に着きません。",
        )
        for step in read.steps
        if step.id not in ending and any(outcome.target for outcome in step.outcomes)
    ]
