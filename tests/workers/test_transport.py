"""The broker made of files: nothing lost, nothing twice, nothing half."""

import os
import threading
import time

import pytest
from kombu import Connection, Exchange, Producer, Queue

from workers import transport

MESSAGES = 400


@pytest.fixture
def connect(tmp_path):
    options = {"folder": str(tmp_path / "broker"), "polling_interval": 0.01}
    return lambda: Connection(transport="workers.transport:Transport", transport_options=options)


def send(connect, numbers):
    with connect() as connection:
        queue = Queue("captures", Exchange("captures"), "captures")
        producer = Producer(connection.channel())
        for number in numbers:
            producer.publish(
                number, exchange="captures", routing_key="captures", declare=[queue], serializer="json"
            )


def take(connect, taken, until):
    with connect() as connection, connection.SimpleQueue("captures") as queue:
        while len(taken) < MESSAGES and time.monotonic() < until:
            try:
                message = queue.get(timeout=0.2)
            except queue.Empty:
                continue
            taken.append(message.payload)
            message.ack()


def test_many_writers_and_readers_lose_nothing_and_see_nothing_twice(connect):
    taken: list[int] = []
    until = time.monotonic() + 20
    readers = [threading.Thread(target=take, args=(connect, taken, until)) for _ in range(3)]
    writers = [threading.Thread(target=send, args=(connect, range(n, MESSAGES, 4))) for n in range(4)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in (*readers, *writers):
        thread.join()
    assert sorted(taken) == list(range(MESSAGES))


def test_messages_wait_for_a_reader_that_comes_later(connect, tmp_path):
    send(connect, [1, 2, 3])
    taken: list[int] = []
    take(connect, taken, time.monotonic() + 1)
    assert taken == [1, 2, 3]
    assert [path for path in (tmp_path / "broker").rglob("*") if path.is_file()] == []


def test_the_folder_is_private(connect, tmp_path):
    send(connect, [1])
    assert (tmp_path / "broker").stat().st_mode & 0o077 == 0


def test_a_queue_can_be_counted_and_emptied(connect):
    send(connect, [1, 2, 3])
    with connect() as connection:
        channel = connection.channel()
        assert channel._size("captures") == 3
        assert channel._purge("captures") == 3
        assert channel._size("captures") == 0


def test_a_queues_name_is_never_a_path(connect, tmp_path):
    with connect() as connection:
        connection.channel()._put("../../out", {"body": ""})
    assert [path.name for path in (tmp_path / "broker").glob("queue-*")] == ["queue-..%2F..%2Fout"]


def test_what_died_between_two_renames_is_swept_after_a_day(tmp_path):
    aside = tmp_path / "aside"
    aside.mkdir()
    old, new = aside / "1.msg", aside / "2.msg"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    assert transport.sweep(tmp_path) == 1
    assert not old.exists()
    assert new.exists()
