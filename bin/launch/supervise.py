"""One supervisor over a few processes: starts them, restarts what crashes, leaves nothing behind."""

import contextlib
import math
import selectors
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType

from launch.processes import Child, Service, adopt_orphans, end_orphans, start

TICK = 0.1  # seconds between two looks at the children
ASK_EVERY = 0.3  # seconds between two questions whether the pages answer
PATIENCE = 60.0  # seconds until the pages must answer after a start
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a crashed child is started again; doubled each time
STEADY = 30.0  # seconds after which a child counts as sound again
ASKED, URGED = 4.0, 7.0  # seconds after which a stopping child is asked more firmly, then killed: 10 s in all


@dataclass
class Post:
    """A service and the child that fills it now; `child` is None between a crash and the next start."""

    service: Service
    child: Child | None = None
    start_at: float = 0.0  # of time.monotonic()
    wait: float = SHORTEST_WAIT


class Supervisor:
    """Runs `services` in their order with the given environment until it is told to stop."""

    def __init__(self, services: list[Service], environment: Mapping[str, str]) -> None:
        self.posts = [Post(service) for service in services]
        self.environment = environment
        self.selector = selectors.DefaultSelector()
        self.signals = 0

    def run(self, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> int:
        """Returns 0 after a signal to stop, 1 when the pages did not answer in time."""
        adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.note_signal)
        try:
            return self.watch(is_ready, when_ready)
        finally:
            self.stop()

    def note_signal(self, number: int, frame: FrameType | None) -> None:
        """The signal handler: the main loop acts on it."""
        self.signals += 1

    def watch(self, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> int:
        """The main loop."""
        ready, ask_at, give_up_at = False, 0.0, time.monotonic() + PATIENCE
        while not self.signals:
            self.fill_posts()
            self.pass_on_output()
            if ready or time.monotonic() < ask_at:
                continue
            ready, ask_at = is_ready(), time.monotonic() + ASK_EVERY
            if ready:
                when_ready()
            elif time.monotonic() > give_up_at:
                print(f"The pages did not answer within {PATIENCE:.0f} s, see above.", file=sys.stderr)
                return 1
        return 0

    def fill_posts(self) -> None:
        """Notes which children ended, and starts those that are due."""
        for post in self.posts:
            if post.child and not post.child.lives():
                self.note_crash(post, post.child)
            if not post.child and time.monotonic() >= post.start_at:
                self.start(post)

    def start(self, post: Post) -> None:
        """Starts the service of a post."""
        post.child = start(post.service, self.environment)
        self.selector.register(post.child.descriptor(), selectors.EVENT_READ, post.child)
        post.child.wait_for_file()

    def note_crash(self, post: Post, child: Child) -> None:
        """Ends what a crashed child left, and sets when its service is started again: later each time."""
        now = time.monotonic()
        wait = SHORTEST_WAIT if now - child.started > STEADY else post.wait
        status = describe(child.process.returncode)
        self.dismiss(post, child)  # its last words come first
        if post.service.once:
            post.start_at = math.inf
            return
        say(post.service.name, f"ended by itself ({status}), starts again in {wait:g} s")
        post.start_at, post.wait = now + wait, min(wait * 2, LONGEST_WAIT)

    def dismiss(self, post: Post, child: Child) -> None:
        """Ends a child, its group and its orphans, and passes on its last words."""
        child.end()
        while self.listens_to(child) and self.pass_on(child):
            pass
        self.turn_away(child)
        child.close()
        post.child = None
        end_orphans({other.child.process.pid for other in self.posts if other.child})

    def listens_to(self, child: Child) -> bool:
        """Holds until the child's output has come to its end."""
        return child.descriptor() in self.selector.get_map()

    def turn_away(self, child: Child) -> None:
        """Listens to a child no longer."""
        if self.listens_to(child):
            self.selector.unregister(child.descriptor())

    def pass_on_output(self) -> None:
        """Passes on what the children say within a tick."""
        for key, _ in self.selector.select(TICK):
            self.pass_on(key.data)

    def pass_on(self, child: Child) -> bool:
        """Passes on the lines that one child has written; holds when there were any."""
        lines = child.lines()
        if lines is None:
            self.turn_away(child)  # it closed its output; select would name it for ever
        for line in lines or []:
            say(child.service.name, line)
        return bool(lines)

    def stop(self) -> None:
        """Stops all within 10 s: the broker (what others wait for) after those that use it."""
        tell("\nStopping …")
        begun = time.monotonic()
        brokers = [post for post in self.posts if post.service.waits_for]
        self.stop_posts([post for post in self.posts if post not in brokers], begun)
        self.stop_posts(brokers, begun)
        end_orphans(set())
        tell("Stopped.")

    def stop_posts(self, posts: list[Post], begun: float) -> None:
        """SIGTERM, then SIGQUIT (gunicorn, Celery: at once), then or on a second Ctrl-C SIGKILL."""
        children = [(post, post.child) for post in posts if post.child]
        last = None
        while any(child.lives() for _, child in children):
            late = time.monotonic() - begun
            if late > URGED or self.signals > 1:
                break
            now = signal.SIGQUIT if late > ASKED else signal.SIGTERM
            for _, child in children if now != last else []:
                child.tell(now)
            last = now
            self.pass_on_output()
        for post, child in children:
            self.dismiss(post, child)


def tell(words: str) -> None:
    """A line for the person at the terminal; a closed terminal ends nothing but the words."""
    with contextlib.suppress(BrokenPipeError):
        print(words, flush=True)


def say(name: str, line: str) -> None:
    """A line of a child, with its name before it."""
    tell(f"{name:<7}| {line}")


def describe(status: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
