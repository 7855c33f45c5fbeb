"""An article that begins with an experiment, and the experiments that an article can show."""

from django.http import HttpRequest

from experiments import current
from experiments.declaration.values import Step
from kb.beginnings import Choice
from kb.templatetags.readable import language
from kb.words import Words

# What a new article says between the parts of its experiment, in the language in which it is written.
HEADINGS = {
    "en": ("What happens", "The packets", "Try it", "On {host}, {at:g} s after the start:"),
    "ja": ("何が起こるか", "パケット", "試す", "開始から {at:g} 秒後、{host} で:"),
}


def from_experiment(request: HttpRequest, argument: str, lang: str) -> Words | None:
    """Title, claim, the steps as text, and the experiment's blocks in their places."""
    found = current.find(argument)
    if found is None:
        return None
    experiment, (steps, packets, replay, on) = found.experiment, HEADINGS[lang]
    parts = [
        experiment.claim[lang],
        f"::experiment {found.name} show=network",
        f"## {steps}",
        *(told(step, on, lang) for step in experiment.steps),
        f"::experiment {found.name} show=steps",
        f"## {packets}",
        f"::experiment {found.name} show=sequence,states",
        f"## {replay}",
        f"::experiment {found.name} show=replay",
    ]
    return Words(experiment.title[lang], experiment.claim[lang], "\n\n".join(parts) + "\n")


def told(step: Step, on: str, lang: str) -> str:
    """A step: why, where and when, and what is typed."""
    where = on.format(host=f"`{step.host}`", at=step.at_ns / 1e9)
    says = step.says.get(lang, "")
    command = (step.run or step.type).rstrip("\n")
    return f"{says}\n\n{where}\n\n~~~sh\n{command}\n~~~".lstrip("\n")


def choices(request: HttpRequest, sought: str) -> list[Choice]:
    """Experiments whose name or title holds the words."""
    lang, words = language(), sought.lower().split()
    named = [(one.name, one.experiment.title[lang]) for one in current.every()]
    return [
        Choice(name, f"{title} ({name})")
        for name, title in named
        if all(word in f"{name} {title}".lower() for word in words)
    ]
