"""Markdown to steps: what is there, what is wrong, and that any text has an answer."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.stepping.reading import MOST_OUTCOMES, MOST_STEPS, parse
from kb.stepping.steps import Command, Outcome
from tests.kb.runbook_text import BODY, JA


def test_a_step_has_its_purpose_commands_expectation_and_outcomes():
    steps = parse(BODY)
    assert steps.mistakes == ()
    assert steps.opening.startswith("Have a shell on {{server}} at hand.")
    first = steps.first
    assert [step.id for step in steps.steps] == ["listen", "firewall", "again"]
    assert (first.title, first.line) == ("Does the server listen?", 3)
    assert first.purpose == "A port that nobody listens on **refuses**."
    assert first.commands[0].where == "server"
    assert first.commands[0].text.splitlines()[0] == "ss -ltn 'sport = :{{server_port}}'"
    assert first.expect == "a line with `LISTEN` and {{server}}."
    assert first.outcomes[0] == Outcome("A line with `LISTEN`", "#firewall", line=14)
    assert (first.outcomes[1].end, first.outcomes[1].says) == (
        "solved",
        "The service of {{server}} does not run. Start it.",
    )
    assert steps.steps[2].commands == (Command("nc -vz {{server}} {{server_port}}"),)
    assert (steps.number("again"), steps.number("nowhere"), steps.named("nowhere")) == (3, 0, None)


def test_the_japanese_form_gives_the_same_steps():
    assert parse(JA).mistakes == ()
    shape = [
        [(step.id, [o.leads for o in step.outcomes]) for step in parse(text).steps] for text in (BODY, JA)
    ]
    assert shape[0] == shape[1]


def test_an_outcome_may_hold_arrows_lists_and_several_lines():
    text = BODY.replace(
        "- A rule → stop: The rule is meant to be there.",
        "- Client → server works,\n  but not back -> stop: Send this:\n\n  1. the rule\n  2. who wrote it",
    )
    outcome = parse(text).steps[1].outcomes[0]
    assert outcome.text == "Client → server works,\nbut not back"
    assert outcome.says == "Send this:\n\nthe rule\n\nwho wrote it"


def test_lines_are_counted_with_every_kind_of_line_end():
    for end in ("\r\n", "\r"):
        assert parse(BODY.replace("\n", end)).first == parse(BODY).first


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("→ #firewall", "→ #fire", 14, "There is no step “#fire” to go to."),
        ("{#again}", "{#listen}", 27, "The id “listen” is taken by step 1."),
        ("{#again}", "", 27, "This heading has no id"),
        ("{#again}", "{#A_b}", 27, "The id “A_b” may hold"),
        ("→ #again", "→ #listen", 27, "No outcome leads to step “#again”."),
        ("Expect: `succeeded`.\n", "", 27, "This step does not say what to expect"),
        ("It may have been a restart.\n", "", 27, "This step does not say why"),
        ("→ solved: It was restarted.", "→ solved", 38, "“→ solved” needs words"),
        ("→ solved: It was restarted.", "→ perhaps", 38, "This outcome leads nowhere"),
        ("- A rule → stop", "- → stop", 24, "This outcome has no words"),
        ("→ solved: It was restarted.", "→ #listen\n\nAnd then?", 40, "The list of outcomes ends a step"),
        ("{{server}} at hand", "{{Server name}} at hand", 1, "“{{Server name}}” is no placeholder"),
    ],
)
def test_a_mistake_is_a_sentence_with_its_line_in_both_languages(before, after, line, said):
    assert before in BODY
    found = [m for m in parse(BODY.replace(before, after)).mistakes if said in m.en]
    assert [m.line for m in found] == [line]
    assert found[0].said("en").startswith(f"Line {line}: ")
    assert found[0].said("ja").startswith(f"{line} 行目: ")
    assert found[0].ja.endswith("。")


def test_steps_that_go_round_for_ever_and_texts_without_steps_are_mistakes():
    loop = "## A {#a}\n\nwhy\n\nExpect: b\n\n- c → #a\n"
    assert [m.en for m in parse(loop).mistakes] == [
        "From this step no way leads to an end (solved, ask or stop)."
    ]
    assert "There is no step" in parse("Only words.").mistakes[0].en
    assert parse("").steps == ()
    assert "This step has no outcome" in parse("## A {#a}\n\nwhy\n\nExpect: b\n").mistakes[0].en


def test_a_runbook_is_bounded():
    step = "## A {{#s{0}}}\n\nwhy\n\nExpect: b\n\n" + "- c → solved: d\n" * (MOST_OUTCOMES + 5) + "\n"
    read = parse("".join(step.format(n) for n in range(MOST_STEPS + 5)))
    assert len(read.steps) == MOST_STEPS
    assert {len(one.outcomes) for one in read.steps} == {MOST_OUTCOMES}
    said = " ".join(mistake.en for mistake in read.mistakes)
    assert f"at most {MOST_STEPS} steps" not in said or len(read.mistakes) <= 100
    assert f"at most {MOST_OUTCOMES} outcomes" in said


PIECES = st.sampled_from(
    [
        *(
            "## ",
            "{#a}",
            "{#",
            "}",
            "a",
            "→ ",
            "-> ",
            "#a",
            "solved:",
            "ask",
            "- ",
            "1. ",
            "\n",
            "\n\n",
            "    ",
        ),
        *(
            "```run\n",
            "```\n",
            "~~~",
            "Expect:",
            "期待：",
            "> ",
            "{{server}}",
            "{{",
            "}}",
            "|",
            "---\n",
            "===\n",
        ),
        *(
            "[a]: b\n",
            "\t",
            "\0",
            "\u2028",
            "\x0b",
            "\r",
            "　",
            "表",
            "::: note\n",
            "::experiment x\n",
            "<b>",
            "`",
            "*",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300)))
def test_no_text_makes_the_reader_fail(text):
    steps = parse(text)
    assert steps.steps or steps.mistakes
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= mistake.line <= lines for mistake in steps.mistakes)


@pytest.mark.parametrize(
    "text",
    [
        "## " + "{#a" * 50_000,
        "## a" + " " * 200_000 + "b {#c}",
        "## a {#a}\n\n- " + "→ " * 50_000,
        "## a {#a}\n\n- " + "→" + " " * 100_000 + "x",
        "## a {#a}\n\n- " + "→ #a" * 30_000,
        "{{a" * 50_000,
        "- " * 5_000,
        "## a {#a}\n\n" * 5_000,
    ],
    ids=lambda text: text[:20],
)
def test_no_text_takes_long(text):
    begun = process_time()
    parse(text)
    assert process_time() - begun < 5
