"""Two runs at once do not see each other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.workers.lab import declaring
from workers.lab.run import Ran, run


def test_two_runs_side_by_side_give_the_bytes_that_each_gives_alone(lab_image: Path, tmp_path: Path):
    def played(name: str, port: int) -> dict[str, bytes]:
        (tmp_path / name).mkdir()
        done = run(declaring.pair(), declaring.NAME, {"port": port}, lab_image, tmp_path / name)
        assert isinstance(done, Ran)
        return declaring.contents(tmp_path / name)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(played, ("one", "other"), (8000, 8001))
    assert one == played("alone", 8000)
    assert other["run.json"] != one["run.json"]
    assert b"hello " in other["steps.json"]
    assert not declaring.machines()
