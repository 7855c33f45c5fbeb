"""A stand-in for `python -m diagnoses` that does what the capture tells it to: the faults of the tests.

The capture is one JSON object: {"do": name, …}. The source is handed to Python as a word, since no file of
the tests can be read where it runs.
"""

import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("stand_in.py").read_text()
PROGRAM = (sys.executable, "-P", "-B", "-c", SOURCE)
