"""A stand-in for rtmidi, with ports that come, go and break as a test likes."""

from __future__ import annotations


class FakeRtmidi:
    """The module. `sources` and `sinks` are the ports of others; what was sent to a sink is in `sent`."""

    API_LINUX_ALSA, API_UNIX_JACK, API_MACOSX_CORE, API_WINDOWS_MM = 2, 3, 1, 4

    def __init__(self, api: int = API_MACOSX_CORE) -> None:
        self.sources: list[str] = []
        self.sinks: list[str] = []
        self.queues: dict[str, list[list[int]]] = {}
        self.sent: list[tuple[str, list[int]]] = []
        self.alive, self.refuses, self.virtual_works = True, "", True
        self.created: list[Client] = []
        self._api = api

    def get_compiled_api(self) -> list[int]:
        return [self._api]

    def MidiIn(self, api: int, name: str, queue_size_limit: int = 1024) -> Client:  # noqa: N802 - as rtmidi has it
        return self._client(self.sources)

    def MidiOut(self, api: int, name: str) -> Client:  # noqa: N802 - as rtmidi has it
        return self._client(self.sinks)

    def _client(self, ports: list[str]) -> Client:
        if not self.alive:
            raise OSError("no server")
        self.created.append(Client(self, ports))
        return self.created[-1]


class Client:
    """Of either direction."""

    def __init__(self, module: FakeRtmidi, ports: list[str]) -> None:
        self._module, self._ports = module, ports
        self.port: str | None = None
        self.deleted = False

    def get_ports(self) -> list[str]:
        assert not self.deleted
        return list(self._ports)

    def ignore_types(self, sysex: bool, timing: bool, active_sense: bool) -> None:
        assert (sysex, timing, active_sense) == (True, False, True)

    def open_port(self, number: int, name: str) -> None:
        if self._ports[number] == self._module.refuses:
            raise OSError("busy")
        self.port = self._ports[number]

    def open_virtual_port(self, name: str) -> None:
        if not self._module.virtual_works:
            raise NotImplementedError("not on this system")
        self.port = name

    def get_message(self) -> tuple[list[int], float] | None:
        assert not self.deleted
        queue = self._module.queues.get(self.port or "", [])
        if not queue:
            return None
        data = queue.pop(0)
        if data == ["vanishes"]:
            raise OSError("the port is gone")
        return data, 0.001

    def send_message(self, data: bytes) -> None:
        assert not self.deleted
        if not self._module.alive:
            raise OSError("the port is gone")
        self._module.sent.append((self.port or "", list(data)))

    def close_port(self) -> None:
        self.port = None

    def delete(self) -> None:
        assert not self.deleted, "rtmidi crashes when it is deleted twice"
        self.deleted = True
