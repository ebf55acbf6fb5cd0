"""Calls that watch are taken up again where a broken connection left them."""

from types import SimpleNamespace

import grpc
import pytest

from server import resuming


class Broken(grpc.RpcError):
    """What gRPC raises."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code


def watching(asked: list[int], breaks: dict[int, Broken], last: int = 4):
    """A call that says its indices up to the last, and breaks once where it is told to."""

    def watch(index: int):
        asked.append(index)
        for at in range(index, last):
            if at in breaks:
                raise breaks.pop(at)
            yield SimpleNamespace(index=at, next_index=at + 1, done=at == last - 1)

    return watch


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resuming, "_PAUSE_SECONDS", 0.0)


def test_nothing_is_said_twice_and_nothing_is_lost() -> None:
    asked: list[int] = []
    lost = {at: Broken(grpc.StatusCode.UNAVAILABLE) for at in (1, 2, 3)}
    said = [message.index for message in resuming.resumed(watching(asked, lost), 1)]
    assert (said, asked) == ([1, 2, 3], [1, 1, 2, 3])


def test_a_server_that_refuses_or_is_gone_is_told() -> None:
    with pytest.raises(Broken):
        list(resuming.resumed(watching([], {0: Broken(grpc.StatusCode.NOT_FOUND)}), 0))
    asked: list[int] = []

    def gone(index: int):
        asked.append(index)
        raise Broken(grpc.StatusCode.UNAVAILABLE)

    with pytest.raises(Broken):
        list(resuming.resumed(gone, 0))
    assert 2 < len(asked) < 20
