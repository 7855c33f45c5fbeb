"""What a run's folder tells: terminals as text, sockets as lanes, and nothing that is not there."""

import json

import pytest

from drawing import lanes as picture
from experiments import artefact_files, casts, shipped, story


def cast(folder, *events) -> casts.Terminal:
    path = folder / "client.cast"
    head = json.dumps({"version": 2, "width": 80, "height": 24})
    path.write_text("\n".join([head, *(json.dumps(event) for event in events)]) + "\n")
    return casts.read(path)


def lines(terminal: casts.Terminal) -> list[tuple[float, str]]:
    return [(line.at_s, line.text) for line in terminal.lines]


def test_each_line_has_the_time_at_which_it_began(tmp_path):
    terminal = cast(
        tmp_path, [1.0, "o", "$ te"], [1.5, "o", "lnet\r\nTrying"], [2.0, "o", " …\r\n"], [9.0, "o", "$ "]
    )
    assert lines(terminal) == [(1.0, "$ telnet"), (1.5, "Trying …"), (9.0, "$ ")]
    assert (terminal.host, terminal.is_cut) == ("client", False)


def test_empty_lines_stay_and_input_is_not_shown_twice(tmp_path):
    assert lines(cast(tmp_path, [1, "o", "a\n\nb\n"], [2, "i", "secret"])) == [(1, "a"), (1, ""), (1, "b")]


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("\x1b(Bplain\x1b=", "plain"),
        ("10 %\r55 %\r100 %", "100 %"),
        ("ends with\r", "ends with"),
    ],
)
def test_escapes_and_what_was_written_over_are_not_seen(written, seen):
    assert casts.plain(written) == seen


def test_a_sequence_that_is_split_over_two_outputs_is_seen_whole(tmp_path):
    assert lines(cast(tmp_path, [1, "o", "\x1b[3"], [2, "o", "1mred\n"])) == [(1, "red")]


def test_a_terminal_without_end_is_cut(tmp_path):
    terminal = cast(tmp_path, *([n, "o", "x" * 1000 + "\n"] for n in range(300)))
    assert terminal.is_cut
    assert sum(len(line.text) for line in terminal.lines) <= casts.LARGEST


def change(at_s: float, after: str, socket: str = "s1", host: str = "client") -> story.Change:
    return story.Change(at_s, host, socket, "10.0.1.1:4", "10.0.2.2:5", "?", after, "nc")


def test_a_state_lasts_until_the_next_or_to_the_end_and_closed_is_no_state():
    found = story.lanes([change(1, "SYN-SENT"), change(2, "ESTAB"), change(5, "CLOSED")], 60)
    assert found[0].name == "client: 10.0.1.1:4 → 10.0.2.2:5"
    assert [(s.state, s.from_ns, s.to_ns) for s in found[0].spans] == [
        ("SYN-SENT", 10**9, 2 * 10**9),
        ("ESTAB", 2 * 10**9, 5 * 10**9),
    ]
    assert story.lanes([change(1, "LISTEN")], 60)[0].spans[0].to_ns == 60 * 10**9


def test_each_socket_of_each_host_has_a_lane_of_its_own():
    found = story.lanes([change(1, "A"), change(1, "B", "s2"), change(2, "C", host="server")], 3)
    assert len(found) == 3


def test_the_drawing_of_lanes_escapes_names_and_shows_short_states():
    spans = (picture.Span("<b>", 0, 1), picture.Span("ESTAB", 1, 10**10))
    svg = picture.draw([picture.Lane("<script>", spans)], duration_ns=10**10)
    assert "<script>" not in svg
    assert "&lt;b&gt;" in svg
    assert svg.count("<rect") == 2
    assert ">ESTAB</text>" in svg


def test_a_folder_without_anything_is_an_empty_story(tmp_path):
    assert story.read(tmp_path) == story.Story((), (), (), ())
    assert artefact_files.listed(None) == artefact_files.listed(tmp_path / "gone") == []


def test_a_recording_with_typed_lines_shows_all_its_steps():
    for recorded in (found := shipped.find("handshake")).recordings():
        steps = story.read(recorded).steps
        assert len(steps) == len(found.experiment.steps)
        typed = [step for step in steps if step.typed]
        assert [(step.command, step.began_s) for step in typed][:1] == [("hello\n", 6.0)]


def test_every_recording_of_the_product_shows_its_steps():
    for one in shipped.every():
        for recorded in one.recordings():
            assert len(story.read(recorded).steps) == len(one.experiment.steps), recorded
