"""Experiments that were written elsewhere come with an import of an export."""

import pytest

from experiments import current
from experiments.models import Wording
from kb.importing.files import Bounds
from kb.importing.opening import opened
from kb.importing.taking import take
from kb.importing.told import Fate
from tests import laboratory

pytestmark = pytest.mark.django_db
NAME, OWN = laboratory.NAME, "written_there"
THEIRS = laboratory.TEXT.replace(NAME, OWN)


@pytest.fixture(autouse=True)
def one_experiment(monkeypatch, tmp_path):
    laboratory.declare(monkeypatch, tmp_path)
    laboratory.image()


def brought(cast, folder, text=THEIRS, name=OWN, *, approve=False, written=True):
    """What is said of an export with this experiment."""
    place = folder / "export" / "experiments" / name
    place.mkdir(parents=True, exist_ok=True)
    (folder / "export" / "manifest.json").write_text('{"format": 1}')
    (place / "experiment.toml").write_text(text, "utf-8")
    if written:
        (place / "wording.json").write_text("{}")
    with opened([(folder / "export", "export")], Bounds()) as files:
        return [
            one for one in take(files, cast.alice, approve=approve) if one.name.startswith("experiments/")
        ]


def test_what_was_written_there_is_proposed_once(cast, tmp_path):
    [told] = brought(cast, tmp_path)
    made = Wording.objects.get()
    assert (told.fate, told.url, made.state) == (Fate.NEW, made.get_absolute_url(), "in_review")
    assert current.find(OWN) is None
    [again] = brought(cast, tmp_path)
    assert (again.fate, Wording.objects.count()) == (Fate.UNCHANGED, 1)


def test_who_runs_the_installation_shows_it_at_once_and_it_is_exported_again(cast, tmp_path):
    assert brought(cast, tmp_path, approve=True)[0].fate == Fate.NEW
    assert current.find(OWN).text == THEIRS
    paths = [entry.path for entry in current.files() if OWN in entry.path]
    assert paths == [f"experiments/{OWN}/experiment.toml", f"experiments/{OWN}/wording.json"]
    assert brought(cast, tmp_path)[0].fate == Fate.UNCHANGED


def test_what_came_with_another_release_is_not_proposed(cast, tmp_path):
    [told] = brought(cast, tmp_path, laboratory.TEXT + "# older\n", NAME, written=False)
    assert (told.fate, Wording.objects.count()) == (Fate.SKIPPED, 0)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (THEIRS.replace('on = "client"', 'on = "klient"'), OWN, "no host is called"),
        (THEIRS, "review", "is taken"),
        (THEIRS, "Written-There", "3 to 40"),
        (THEIRS + "#" * 70_000, OWN, "64 kB"),
    ],
)
def test_what_cannot_be_played_is_refused(cast, tmp_path, text, name, said):
    [told] = brought(cast, tmp_path, text, name)
    assert (told.fate, said in told.en, bool(told.ja)) == (Fate.REFUSED, True, True)
    assert not Wording.objects.exists()
