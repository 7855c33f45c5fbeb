"""Every shipped experiment is shown in an article of a diagnosis, and every diagnosis shows its experiments.

Here it is the articles beside the rules, to which a finding leads. The lessons in ``kb/content`` show many
experiments, too; that each block is well formed, and the same in both languages, is for test_live_content.py.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "ja")
TRY = {"en": "## Try it yourself\n", "ja": "## 自分で試す\n"}
EVERYWHERE = "clean_close"  # many experiments end so; only where nothing else is found is it their subject
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```$", re.S | re.M)
SHOWN = re.compile(r"^::experiment (\w+)(.*)$", re.M)
IN_A_NAMESPACE = re.compile(r"ip netns exec|ip -n ")
TOUCHES_THE_HOST = re.compile(
    r"\biptables\b.* -[IAD]\b|\bsysctl -q?w|\btc qdisc \w+ dev lo\b|\bip link set lo\b"
)


def found_by(experiment: str) -> frozenset[str]:
    """The codes that this shipped experiment must show."""
    told = tomllib.loads((ROOT / "experiments/shipped" / experiment / "experiment.toml").read_text("utf-8"))
    return frozenset(each["finding"] for each in told.get("expect", ()) if "finding" in each)


def article(code: str, language: str) -> str:
    path = ROOT / "diagnoses" / code / f"article.{language}.md"
    return path.read_text("utf-8") if path.is_file() else ""


def tried(text: str, language: str) -> str:
    """The section in which the reader tries it, fences and all; empty when there is none."""
    _, heading, rest = text.partition(TRY[language])
    return re.split(r"^## ", rest, maxsplit=1, flags=re.M)[0] if heading else ""


def shown(text: str) -> dict[str, set[str]]:
    """By name of the experiment, the parts that the text shows of it; "all" where none are chosen."""
    found: dict[str, set[str]] = {}
    for name, options in SHOWN.findall(FENCE.sub("", text)):
        parts = re.search(r"\bshow=(\S+)", options)
        found.setdefault(name, set()).update(parts[1].split(",") if parts else {"all"})
    return found


def unwarned(text: str) -> list[str]:
    """Commands that change the reader's host, unless they come with a warning; those in namespaces do not."""
    apart = [block for block in FENCE.findall(text) if "unshare -n" not in block]
    commands = [line for block in apart for line in block.splitlines()]
    harmful = [line for line in commands if TOUCHES_THE_HOST.search(line) and not IN_A_NAMESPACE.search(line)]
    return [] if re.search(r"^::: warning \S", text, re.M) else harmful


EXPERIMENTS = {
    path.parent.name: found_by(path.parent.name) for path in ROOT.glob("experiments/shipped/*/*.toml")
}
CODES = sorted({code for codes in EXPERIMENTS.values() for code in codes})
ARTICLES = sorted(path.parent.name for path in ROOT.glob("diagnoses/*/article.en.md"))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_every_experiment_must_show_a_diagnosis_so_that_it_has_an_article() -> None:
    assert len(EXPERIMENTS) >= 60
    assert [name for name, codes in EXPERIMENTS.items() if not codes] == []


@each_language
@pytest.mark.parametrize("experiment", sorted(EXPERIMENTS))
def test_every_experiment_is_shown_where_its_finding_is_explained(experiment: str, language: str) -> None:
    subjects = EXPERIMENTS[experiment] - {EVERYWHERE} or set(ARTICLES)  # a healthy twin: beside its fault
    places = [code for code in subjects if experiment in shown(tried(article(code, language), language))]
    assert places, f"::experiment {experiment} is in no article of {sorted(EXPERIMENTS[experiment])}"


@each_language
@pytest.mark.parametrize("code", CODES)
def test_every_code_that_can_be_made_shows_how_and_can_be_replayed(code: str, language: str) -> None:
    own = {name for name, codes in EXPERIMENTS.items() if code in codes}
    blocks = shown(tried(article(code, language), language))
    assert own & set(blocks), f"the article of {code} shows none of {sorted(own)}"
    assert any({"replay", "all"} & blocks[name] for name in own & set(blocks)), "nothing can be replayed here"


@each_language
@pytest.mark.parametrize("code", ARTICLES)
def test_commands_that_change_the_host_come_with_a_warning(code: str, language: str) -> None:
    assert unwarned(tried(article(code, language), language)) == []


def test_a_block_in_a_fence_or_in_another_section_shows_nothing() -> None:
    before, fence, after = "## What\n\n::experiment a\n\n", "```\n::experiment b\n```\n\n", "## References\n"
    text = f"{before}{TRY['en']}\n{fence}::experiment c\n\n{after}"
    assert shown(tried(text, "en")) == {"c": {"all"}}
    assert shown("::experiment a show=claim,steps\n\n::experiment a show=replay at=x\n") == {
        "a": {"claim", "steps", "replay"}
    }
    assert tried("no such section", "ja") == ""


@pytest.mark.parametrize(
    "command",
    [
        "sudo iptables -I INPUT 1 -i lo -p tcp --dport 12345 -j DROP",
        "sudo sysctl -w net.ipv4.tcp_retries2=6",
        "sudo tc qdisc add dev lo root netem delay 10ms",
        "sudo ip link set lo mtu 1500",
    ],
)
def test_a_command_that_changes_the_host_is_seen(command: str) -> None:
    assert unwarned(f"```\n{command}\n```\n") == [command]
    assert unwarned(f"::: warning Title\nText.\n:::\n\n```\n{command}\n```\n") == []


def test_what_happens_in_a_namespace_or_only_looks_needs_no_warning() -> None:
    lines = (
        "sudo ip netns exec box iptables -A INPUT -j DROP",
        "sudo iptables -nvL INPUT",
        "sysctl net.ipv4.tcp_retries2",
    )
    assert unwarned("```\n" + "\n".join(lines) + "\n```\n") == []
    assert unwarned("```\nsudo unshare -n bash\niptables -A INPUT -j DROP\n```\n") == []
