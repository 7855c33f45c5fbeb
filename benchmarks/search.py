"""How long a search takes among many articles: ``python benchmarks/search.py [--articles 20000]``.

The articles are made of the shipped ones: each has paragraphs of several, in another order, in English or
Japanese, and a serial number in its title. The queries are those of tests/kb/search_queries.toml, asked one
after another on a warm database; beside ours stands what Django offers without an index, `icontains` over
title, summary and text: the first 20 rows alone, and with their number. It prints a table; where the machine
is busy, the CPU time is what to read.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUERIES = ROOT / "tests" / "kb" / "search_queries.toml"
PARAGRAPHS = 12  # of an article
SHOWN = 20
BATCH = 500  # articles a transaction


def main() -> None:
    """Makes the articles, asks the queries, prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replaybook-search.") as folder:
        prepare(Path(folder))
        began = time.perf_counter()
        make(options.articles)
        print(f"{options.articles:,} articles, indexed in {time.perf_counter() - began:,.0f} s; ", end="")
        print(f"the database has {size(Path(folder)) / 1e6:,.0f} MB\n")
        print("| search | p50 ms | p95 ms | CPU p50 ms | CPU p95 ms | queries without a hit |")
        print("|---|--:|--:|--:|--:|--:|")
        for name, ask in ways():
            print(line(name, ask, options.repeats), flush=True)


def prepare(folder: Path) -> None:
    """Django with an empty database of its own (or the one that DATABASE_URL names)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["REPLAYBOOK_DATA"] = str(folder)
    (folder / "secret-key").write_text("only-for-this-measurement-" * 3)
    (folder / "secret-key").chmod(0o600)
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def paragraphs(language: str) -> list[str]:
    """Every paragraph of the shipped articles in that language, as plain text."""
    from kb import shipped
    from kb.search.plain import plain

    return [
        part
        for one in shipped.files(ROOT)
        if one.language == language
        for part in plain(one.body).splitlines()
        if len(part) > 40
    ]


def make(count: int) -> None:
    """So many articles in the index, every second one in Japanese."""
    from django.db import transaction

    from kb.search import index
    from kb.search.page import Page

    chance = random.Random(7)  # noqa: S311 the same articles every time, nothing secret
    known = {language: paragraphs(language) for language in ("en", "ja")}
    for first in range(0, count, BATCH):
        with transaction.atomic():
            for number in range(first, min(first + BATCH, count)):
                language = ("en", "ja")[number % 2]
                parts = chance.sample(known[language], PARAGRAPHS)
                title = f"{parts[0][:40]} {number}"
                page = Page(
                    "article",
                    f"a{number}",
                    language,
                    title,
                    parts[1][:200],
                    "\n".join(parts),
                    f"/articles/a{number}/",
                    f"a{number}",
                )
                index.write(page)


def size(folder: Path) -> int:
    """Bytes of the database's files."""
    return sum(file.stat().st_size for file in folder.glob("db.sqlite3*"))


def ways() -> Iterator[tuple[str, Callable[[str, str], int]]]:
    """Each way to search, by name: words and language to the number of hits."""
    from django.db.models import Q

    from kb.models import SearchEntry, User
    from kb.search.answer import by_words

    reader = User.objects.create_user("reader")

    def ours(words: str, language: str) -> int:
        return len(by_words(reader, words, language, limit=SHOWN).hits)

    def naive(words: str, language: str) -> int:
        return len(rows(words)[:SHOWN])

    def counted(words: str, language: str) -> int:
        return min(rows(words).count(), len(rows(words)[:SHOWN]))

    def rows(words: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 a QuerySet of a model imported above
        found = SearchEntry.objects.all()
        for word in words.split():
            found = found.filter(Q(title__icontains=word) | Q(lead__icontains=word) | Q(text__icontains=word))
        return found

    yield "ours: ranked, both languages, marked snippets", ours
    yield "icontains, any 20 rows, unranked", naive
    yield "icontains, 20 rows and their number, unranked", counted


def line(name: str, ask: Callable[[str, str], int], repeats: int) -> str:
    """A row of the table."""
    queries = [query["text"] for query in tomllib.loads(QUERIES.read_text("utf-8"))["query"]]
    took: list[float] = []
    cost: list[float] = []
    empty = 0
    for attempt in range(repeats + 1):
        for words in queries:
            began, spent = time.perf_counter(), time.process_time()
            hits = ask(words, "en" if words.isascii() else "ja")
            if attempt:  # the first round warms up
                took.append((time.perf_counter() - began) * 1000)
                cost.append((time.process_time() - spent) * 1000)
            else:
                empty += not hits
    times = " | ".join(
        f"{statistics.median(each):,.0f} | {statistics.quantiles(each, n=20)[-1]:,.0f}"
        for each in (took, cost)
    )
    return f"| {name} | {times} | {empty} |"


if __name__ == "__main__":
    main()
