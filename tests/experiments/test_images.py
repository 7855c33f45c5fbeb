"""Images of the lab: read from their files, the newest of each series first in use."""

from pathlib import Path

from django.conf import settings

from experiments import images
from tests import laboratory


def test_without_a_lab_there_are_no_images():
    assert images.every() == images.current() == []


def test_an_image_says_what_it_is_made_of():
    image = laboratory.image("6.1")
    assert (image.series, image.kernel, image.qemu) == ("6.1", "6.1.0-50-cloud-amd64", "7.2.22")
    assert image.packages["tcpdump"] == "4.99.3-1"
    assert image.short == image.id[:12]
    assert image.size > 1000, "all its files"


def test_of_each_series_the_newest_build_is_used_and_6_12_comes_after_6_1():
    laboratory.image("6.12"), laboratory.image("6.1", build=1)
    newer = laboratory.image("6.1", build=2)
    assert [image.series for image in images.current()] == ["6.1", "6.12"]
    assert images.current()[0] == newer
    assert len(images.every()) == 3


def test_what_is_half_written_or_of_another_format_is_passed_over(caplog):
    whole = laboratory.image()
    for name, text in (("half", '{"format": 1'), ("other", '{"format": 2}'), ("bare", '{"format": 1}')):
        folder = Path(settings.LAB_ROOT) / "images" / name
        folder.mkdir()
        (folder / "image.json").write_text(text)
    assert images.every() == [whole]
    assert all(name in caplog.text for name in ("half", "other", "bare"))


def test_an_image_that_is_not_there_is_not_found():
    assert images.find("0" * 64) is None
