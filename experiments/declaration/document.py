"""The keys of a declaration, all of them: what validates it, and what the schema for editors is made of."""

from experiments.declaration import limits
from experiments.declaration.expectations import EXPECTATIONS
from experiments.declaration.forms import Key, ListOf, Table
from experiments.declaration.links import LINKS
from experiments.declaration.network import HOSTS
from experiments.declaration.parameters import PARAMETERS
from experiments.declaration.record import RECORD
from experiments.declaration.scalars import DURATION, BothLanguages, Date, Flag, Name
from experiments.declaration.steps import STEPS

EXPERIMENT_NAME = Name(
    "[a-z0-9_]{1,40}",
    (
        "the name of an experiment is made of at most 40 of a-z, 0-9 and _",
        "実験名は a-z、0-9、_ の 40 文字以内です",
    ),
)

ARTICLE_ADDRESS = Name(
    "[a-z0-9]+(?:-[a-z0-9]+)*",
    (
        "the address of an article is made of a-z, 0-9 and single hyphens between them",
        "記事のアドレスは a-z、0-9 と、その間のハイフンでできています",
    ),
)

EXPERIMENT = Table(
    {
        "name": Key(EXPERIMENT_NAME, "The name of its folder.", needed=True),
        "title": Key(BothLanguages(), "A few words.", needed=True),
        "claim": Key(BothLanguages(), "What the experiment shows, in a sentence or two.", needed=True),
        "twins": Key(
            ListOf(EXPERIMENT_NAME, limits.TWINS, ("twins", "対になる実験"), unique=True),
            "Names of experiments that differ in one thing.",
        ),
        "articles": Key(
            ListOf(ARTICLE_ADDRESS, limits.ARTICLES, ("articles", "記事"), unique=True),
            "Addresses of articles that it proves, besides those on the diagnoses that it must show.",
        ),
        "date": Key(Date(), "The clock of all hosts when the recording begins, with its zone.", needed=True),
        "ipv6": Key(Flag(), "Give out addresses of both families; false when nothing is said."),
        "lasts": Key(DURATION, "Record at least so long, even when all commands have ended."),
        "settle": Key(DURATION, "Record so long after the last command has ended; 1s when nothing is said."),
        "parameters": Key(PARAMETERS, "Numbers that a reader may change; {NAME} elsewhere."),
        "hosts": Key(HOSTS, "The machines.", needed=True),
        "links": Key(LINKS, "The cables between them."),
        "record": Key(RECORD, "Where packets are recorded.", needed=True),
        "step": Key(STEPS, "What is done, in the order of time.", needed=True),
        "expect": Key(EXPECTATIONS, "What must be seen, or must not.", needed=True),
    }
)
