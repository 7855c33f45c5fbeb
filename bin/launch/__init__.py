"""Starting the product: options, data, broker, and one supervisor over web server, worker and beat.

Run by bin/up as `python -m launch`, in the environment that bin/environment.sh made.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class CannotStart(Exception):
    """Why the product cannot start: one sentence for the person at the terminal."""
