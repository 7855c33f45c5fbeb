"""The laws of ARCHITECTURE.md that a program can check."""

import ast
import re
import statistics

import pytest

from tests.house.tree import ROOMS, ROOT, files, place, python_files

# A letter in brackets, so that this file does not find itself.
MACHINE_PATHS = re.compile(rb"(?<![\w.~-])/(?:wor[k]|roo[t]|hom[e]|User[s])/[\w.]")
REGISTRIES = re.compile(rb"pyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]|(deb|security)\.debia[n]\.org")
# PKCS #8, encrypted or not, the older forms by algorithm, and OpenSSH's. The lab makes its keys when it needs
# them.
PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z]+ )*PRIVAT[E] KEY-----")
FOREIGN = ("static/vendor/", "static/fonts/")  # other people's files, kept as they came
BINARY = {".pcap", ".pcapng", ".png", ".mo", ".gz", ".zst", ".npy", ".woff2", ".ico"}


def functions(path):
    """Every function of a file, with its length in lines, its docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            has_words = ast.get_docstring(node, clean=False) is not None
            words = first.end_lineno - first.lineno + 1 if has_words else 0
            yield node.name, node.end_lineno - node.lineno + 1 - words


@pytest.mark.parametrize("room", [*ROOMS, "bin"])
def test_the_median_function_is_shorter_than_10_lines(room):
    lengths = [length for path in python_files(room) for _, length in functions(path)]
    if lengths:
        assert statistics.median(lengths) < 10


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{place(path)} {name}: {length}"
        for path in python_files(*ROOMS, "bin")
        for name, length in functions(path)
        if length > 60
    ]
    assert not long


def test_few_files_are_longer_than_300_lines():
    sources = python_files(*ROOMS, "bin")
    long = [place(path) for path in sources if len(path.read_text("utf-8").splitlines()) > 300]
    assert len(long) <= len(sources) / 20, long


def test_nothing_is_named_for_having_no_name():
    names = re.compile(r"^(utils?|helpers?|misc|common|managers?|handlers?)\.py$")
    found = [
        place(path) for path in files() if names.match(path.name) and not place(path).startswith(FOREIGN)
    ]
    assert not found


def test_no_class_is_a_manager_a_handler_or_a_helper():
    # Names that Django or the standard library chose, for what we derive from them, stay theirs.
    found = [
        f"{place(path)}: {node.name}"
        for path in python_files(*ROOMS, "bin")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Handler|Helper|Util|Utils)$", node.name)
    ]
    assert not found


def test_no_signals_run_in_the_flow():
    signals = re.compile(
        r"django\.(db\.models|core|contrib\.auth|dispatch)\.?signals|django\.dispatch|celery\.signals"
    )
    found = [place(path) for path in python_files(*ROOMS) if signals.search(path.read_text("utf-8"))]
    assert not found


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRIES], ids=["machine", "registry"])
def test_no_file_names_a_place_of_ours(pattern):
    found = [
        f"{place(path)}: {match.group().decode()}"
        for path in files()
        if path.suffix not in BINARY and not place(path).startswith(FOREIGN)
        if (match := pattern.search(path.read_bytes()))
    ]
    assert not found


def test_no_private_key_stands_in_the_repository():
    # In captures and terminals, too; not in what is packed.
    assert not [place(path) for path in files() if PRIVATE_KEY.search(path.read_bytes())]


def test_every_room_is_known_to_the_import_contracts():
    packages = {
        path.parent.name for path in files() if path.name == "__init__.py" and path.parent.parent == ROOT
    }
    assert packages - {"tests", "bin", "benchmarks"} == set(ROOMS)


def test_tests_stand_in_the_folder_of_a_room():
    folders = {place(path).split("/")[1] for path in files() if re.match(r"test_.*\.py$", path.name)}
    assert folders <= {*ROOMS, "house", "browser"}
