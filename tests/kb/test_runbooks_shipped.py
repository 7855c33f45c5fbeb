"""The runbooks that come with the product, read by a small parser of the test's own."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from diagnoses.registry import CODES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "kb" / "runbooks"
SLUGS = sorted(path.name.removesuffix(".en.md") for path in FOLDER.glob("*.en.md"))
LANGUAGES = ("en", "ja")
OF_THE_CASE = frozenset(
    "client client_port server server_port frames first_frame time capture hop".split()  # noqa: SIM905 one line
)
ENDS = ("solved", "ask", "stop")

HEADING = re.compile(r"^## (?P<title>.+) \{#(?P<id>[a-z0-9-]+)\}$", re.MULTILINE)
FENCE = re.compile(r"^```(?P<info>.*)\n(?P<command>(?:.*\n)*?)```$", re.MULTILINE)
OUTCOME = re.compile(r"^- (?P<seen>.+) → (?P<to>#[a-z0-9-]+|(?:solved|ask|stop): .+)$")
PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")
ARTICLE = re.compile(r"\]\((/articles/[^)]*)\)")
OTHER_RUNBOOK = re.compile(r"\[([^\]]+)\]\(/runbooks/([a-z0-9-]+)/\)")
# What changes, loads or slows the machine that it is typed on.
CHANGES = re.compile(
    r"systemctl (re)?(start|load)|sysctl -w|ip (route|link|addr|neigh) (add|del|change|replace|flush|set)|"
    r"ip6?tables .*-[ADI]\b|ss -K|ethtool -K|rndc |unbound-control |flush-caches|/flushdns|"
    r"Clear-DnsClientCache|Restart-Service|Set-Net|netsh .* (set|add|delete)|\b(strace|gdb)\b|"
    r"conntrack -[DF]|\bnmap -|\bkill "
)


@dataclass(frozen=True)
class Step:
    """One step of a runbook: what a reader does, expects, and does after it."""

    id: str
    title: str
    purpose: str
    expects: str
    commands: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str], ...]

    @property
    def targets(self) -> list[str]:
        """The ids of the steps that follow, and the kinds of the ends: `#path`, `ask`."""
        return [to if to.startswith("#") else to.partition(":")[0] for _, to in self.outcomes]

    @property
    def followers(self) -> list[str]:
        """The ids of the steps that follow."""
        return [to.removeprefix("#") for to in self.targets if to.startswith("#")]


@dataclass(frozen=True)
class Runbook:
    """One runbook in one language."""

    fields: dict[str, str]
    opening: str
    steps: tuple[Step, ...]
    text: str

    @property
    def codes(self) -> list[str]:
        """The codes of the findings that it is for."""
        return self.fields["codes"].split(", ")


@cache
def runbook(slug: str, language: str) -> Runbook:
    """The runbook as its file holds it."""
    text = (FOLDER / f"{slug}.{language}.md").read_text("utf-8")
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    opening, *rest = re.split(r"^(?=## )", body, flags=re.MULTILINE)
    label = {"en": "Expect: ", "ja": "期待: "}[language]
    return Runbook(fields, opening.strip(), tuple(step(part, label) for part in rest), text)


def step(part: str, label: str) -> Step:
    """One step; a step that is not in the form is an error that shows its first line."""
    heading = HEADING.match(part)
    assert heading, f"not a heading with an id: {part.splitlines()[0]}"
    fences = tuple((match["info"], match["command"]) for match in FENCE.finditer(part))
    prose, _, listed = FENCE.sub("", part[heading.end() :]).partition(f"\n{label}")
    expects, _, listed = listed.partition("\n\n")
    outcomes = [OUTCOME.match(line) for line in listed.strip().splitlines()]
    assert all(outcomes), f"{heading['id']}: not an outcome: {listed}"
    pairs = tuple((match["seen"], match["to"]) for match in outcomes if match)
    return Step(heading["id"], heading["title"], prose.strip(), expects.strip(), fences, pairs)


def pages() -> Iterator[tuple[str, str, Runbook]]:
    """Each runbook in each language."""
    for slug in SLUGS:
        for language in LANGUAGES:
            yield slug, language, runbook(slug, language)


def bare(command: str) -> str:
    """A command without its comments, which may be in the reader's language."""
    return "\n".join(re.sub(r"(^|\s)#( .*)?$", "", line) for line in command.splitlines())


def numbers(code: str) -> set[str]:
    """The names of the numbers that this finding has in the captures made for it."""
    path = ROOT / "diagnoses" / code / "expected.json"
    if not path.exists():
        return set()
    held: set[str] = set()
    for capture in json.loads(path.read_text("utf-8")).values():
        for finding in [*capture["findings"], *capture["quality"]]:
            held |= set(finding["numbers"]) if finding["code"] == code else set()
    return held


@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_is_whole(slug: str) -> None:
    for language in LANGUAGES:
        page = runbook(slug, language)
        assert page.opening, "says when to use it"
        assert page.fields["title"]
        assert page.fields["summary"]
        assert 4 <= len(page.steps) <= 9
        for each in page.steps:
            assert each.purpose, each.id
            assert each.expects, each.id
            assert each.commands, each.id
            assert len(each.outcomes) >= 2, each.id


@pytest.mark.parametrize("slug", SLUGS)
def test_both_languages_are_the_same_way(slug: str) -> None:
    english, japanese = (runbook(slug, language) for language in LANGUAGES)
    assert english.codes == japanese.codes
    assert english.fields["tags"] == japanese.fields["tags"]
    assert [each.id for each in english.steps] == [each.id for each in japanese.steps]
    for one, other in zip(english.steps, japanese.steps, strict=True):
        assert one.targets == other.targets, one.id
        assert [(info, bare(text)) for info, text in one.commands] == [
            (info, bare(text)) for info, text in other.commands
        ], one.id


@pytest.mark.parametrize("slug", SLUGS)
def test_every_outcome_leads_on_and_every_way_ends(slug: str) -> None:
    """A step leads only to later steps, so that no way goes round; the last step can therefore only end."""
    ids = [each.id for each in runbook(slug, "en").steps]
    assert len(ids) == len(set(ids))
    reached = {ids[0]}
    for place, each in enumerate(runbook(slug, "en").steps):
        assert each.id in reached, f"nothing leads to {each.id}"
        assert set(each.followers) <= set(ids[place + 1 :]), each.id
        assert len(set(each.targets)) > 1 or each.targets[0] in ENDS, f"{each.id} decides nothing"
        reached |= set(each.followers)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_codes_exist(slug: str) -> None:
    codes = runbook(slug, "en").codes
    assert set(codes) <= set(CODES)
    assert len(codes) == len(set(codes))


def test_each_code_has_a_runbook() -> None:
    missing = set(CODES) - {code for slug in SLUGS for code in runbook(slug, "en").codes}
    assert not missing


@pytest.mark.parametrize("slug", SLUGS)
def test_placeholders_have_a_value_for_each_of_the_codes(slug: str) -> None:
    """A number that only one of the findings gives would be capital letters for the others."""
    for language in LANGUAGES:
        page = runbook(slug, language)
        known = [numbers(code) for code in page.codes]
        of_all = set.intersection(*known) if known else set()
        named = set(PLACEHOLDER.findall(page.text))
        assert named <= OF_THE_CASE | of_all, named - OF_THE_CASE - of_all


def test_questions_are_ready_to_paste() -> None:
    for slug, language, page in pages():
        for each in page.steps:
            asked = [to.removeprefix("ask: ") for _, to in each.outcomes if to.startswith("ask: ")]
            whole = re.compile(
                {"en": '"[^`*]+"', "ja": "「[^`*]+」"}[language]
            )  # Markdown would be sent as it is
            for question in asked:
                assert whole.fullmatch(question), (slug, each.id, question)


def test_a_command_that_changes_something_has_a_warning() -> None:
    for slug, language, page in pages():
        for each in page.steps:
            if any(CHANGES.search(bare(command)) for _, command in each.commands):
                assert "::: warning" in each.purpose, (slug, language, each.id)
            assert each.purpose.count(":::") % 2 == 0, (slug, language, each.id)


def articles() -> set[str]:
    """The names, in addresses, of all articles that are shipped."""
    codes = {path.parent.name for path in (ROOT / "diagnoses").glob("*/article.en.md")}
    others = {path.name.removesuffix(".en.md") for path in (ROOT / "kb" / "content").glob("*.en.md")}
    return {name.replace("_", "-") for name in codes | others}


def test_links_lead_to_articles_that_are_shipped() -> None:
    known = {f"/articles/{name}/" for name in articles()}
    for slug, language, page in pages():
        unknown = {link.partition("#")[0] for link in ARTICLE.findall(page.text)} - known
        assert not unknown, (slug, language, unknown)


def test_no_runbook_has_the_name_of_an_article() -> None:
    """One name, one page: the loader would make one of the two."""
    assert not articles() & set(SLUGS)
    assert not {code.replace("_", "-") for code in CODES} & set(SLUGS)


def sends_to(slug: str, language: str) -> set[str]:
    """The other runbooks that a runbook sends its reader to, each by its own title."""
    links = OTHER_RUNBOOK.findall(runbook(slug, language).text)
    for title, other in links:
        assert other in SLUGS, (slug, other)
        assert title == runbook(other, language).fields["title"], (slug, title)
    return {other for _, other in links}


def test_runbooks_send_a_reader_to_each_other_but_never_round() -> None:
    leads = {slug: sends_to(slug, "en") for slug in SLUGS}
    assert leads == {slug: sends_to(slug, "ja") for slug in SLUGS}
    while ends := [slug for slug in leads if not leads[slug]]:
        leads = {slug: onward - set(ends) for slug, onward in leads.items() if slug not in ends}
    assert not leads, f"round and round: {leads}"


@pytest.mark.parametrize("slug", SLUGS)
def test_japanese_is_japanese_and_english_is_not(slug: str) -> None:
    english, japanese = (runbook(slug, language) for language in LANGUAGES)
    assert not re.search(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]", english.text)
    for part in sentences(japanese):
        assert re.search(r"[\u3040-\u30ff]", part), part
        assert not re.search(r"[\u3040-\u9fff][.,;?!]", part), f"half-width punctuation: {part}"


def sentences(page: Runbook) -> Iterator[str]:
    """What a reader reads besides commands."""
    yield from (page.fields["title"], page.fields["summary"], page.opening)
    for each in page.steps:
        yield from (each.title, each.purpose, each.expects)
        yield from (seen for seen, _ in each.outcomes if not seen.startswith(("`", "*")))
        yield from (to for _, to in each.outcomes if not to.startswith("#"))


def shell_commands() -> Iterator[tuple[str, str, str]]:
    """Slug, step and text of each command that a Linux shell reads."""
    for slug in SLUGS:
        for each in runbook(slug, "en").steps:
            for info, command in each.commands:
                assert info.split()[0] == "run", (slug, each.id, info)
                if not command.startswith("# Windows"):
                    yield slug, each.id, PLACEHOLDER.sub("192.0.2.1", command)


def test_commands_are_what_a_shell_can_read() -> None:
    for slug, name, command in shell_commands():
        done = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True)
        assert done.returncode == 0, (slug, name, done.stderr)


def test_filters_are_what_tcpdump_can_compile() -> None:
    if not shutil.which("tcpdump"):
        pytest.skip("tcpdump is not installed")
    capture = next((ROOT / "diagnoses").glob("*/fires.pcap"))
    for slug, name, command in shell_commands():
        for found in re.findall(r"tcpdump [^'\n]*'([^'\n]+)'", command):
            expression = re.sub(r"\bport 192\.0\.2\.1", "port 443", found)
            expression = re.sub(r"\bhost [A-Z_]+", "host 192.0.2.2", expression)
            done = subprocess.run(
                ["tcpdump", "-d", "-r", str(capture), expression],
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, (slug, name, expression, done.stderr)


def test_display_filters_and_fields_are_what_tshark_knows(tmp_path: Path) -> None:
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    capture = next((ROOT / "diagnoses").glob("*/fires.pcap"))
    for slug, name, command in shell_commands():
        for line in command.splitlines():
            if line.startswith("tshark -r FILE"):
                done = subprocess.run(
                    line.replace("FILE", f"'{capture}'"), shell=True, capture_output=True, text=True
                )
                assert done.returncode == 0, (slug, name, line, done.stderr)
