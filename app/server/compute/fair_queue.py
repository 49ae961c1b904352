"""A queue in which clients take turns, so that one client with many entries delays the others by one entry a turn, not by all."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class FairQueue(Generic[Entry]):
    """Round-robin over clients, first in, first out for each of them (Nagle, RFC 970).

    Examples
    --------
    >>> queue = FairQueue()
    >>> for client, entry in (("a", 1), ("a", 2), ("a", 3), ("b", 4)):
    ...     queue.push(client, entry)
    >>> [queue.pop() for _ in range(len(queue))]
    [1, 4, 2, 3]
    """

    def __init__(self) -> None:
        self._by_client: dict[str, deque[Entry]] = {}  # whose turn comes next is first; none is empty

    def __len__(self) -> int:
        return sum(map(len, self._by_client.values()))

    def __iter__(self) -> Iterator[Entry]:
        for entries in self._by_client.values():
            yield from entries

    def push(self, client: str, entry: Entry) -> None:
        """Add an entry behind the client's others."""
        self._by_client.setdefault(client, deque()).append(entry)

    def next(self) -> Entry:
        """The entry that `pop` would give."""
        return next(iter(self._by_client.values()))[0]

    def pop(self) -> Entry:
        """Take the next entry; its client's next one comes after one of every other client."""
        client = next(iter(self._by_client))
        entries = self._by_client.pop(client)
        entry = entries.popleft()
        if entries:
            self._by_client[client] = entries
        return entry

    def remove(self, client: str, entry: Entry) -> None:
        """Take an entry out, if it is there."""
        entries = self._by_client.get(client, deque())
        if entry in entries:
            entries.remove(entry)
            if not entries:
                del self._by_client[client]

    def count(self, client: str) -> int:
        """How many entries of this client wait."""
        return len(self._by_client.get(client, ()))

    def ahead_of(self, client: str) -> Iterator[Entry]:
        """The entries that would come before a new one of this client: all of its own, and as many and one more of every other client's."""
        own = self.count(client)
        for other, entries in self._by_client.items():
            yield from entries if other == client else islice(entries, own + 1)

    def has_room_for(self, client: str) -> bool:
        """Whether another client has so many more entries that its newest may give way to a new one of this client."""
        return max(map(len, self._by_client.values()), default=0) > self.count(client) + 1

    def make_room(self) -> Entry:
        """Take out the newest entry of the client that has the most."""
        return max(self._by_client.values(), key=len).pop()
