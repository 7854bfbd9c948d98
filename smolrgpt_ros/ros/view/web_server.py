"""A Foxglove WebSocket server for ROS messages, sent as they are serialized."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .web_gate import Admission, WebGate, hidden_address

#: The app that shows what is served, in a browser.
FOXGLOVE_APP = "https://app.foxglove.dev"
#: Messages that wait for a client that reads slowly; older ones are dropped.
_BACKLOG = 16


class WebServerError(RuntimeError):
    """The server cannot run; the message names what to install or to set."""


@dataclass(frozen=True)
class WebTopic:
    """A topic that browsers may subscribe to.

    Args:
        name: full name.
        type_name: ``package/msg/Type``.
        definition: its text with all types it uses.
    """

    name: str
    type_name: str
    definition: str


@dataclass(frozen=True)
class WebService:
    """A service that browsers may call.

    Args:
        name: full name.
        type_name: ``package/srv/Type``.
        request, response: their definitions.
        call: from the serialized request to the serialized response, on a thread of the server's.
    """

    name: str
    type_name: str
    request: str
    response: str
    call: Callable[[bytes], bytes]


@dataclass
class _Audience:
    """Subscribers of each topic; changed by the server's threads."""

    changed: Callable[[str, int], None]
    lock: threading.Lock = field(default_factory=threading.Lock)
    clients: dict[str, set[int]] = field(default_factory=dict)

    def on_subscribe(self, client: Any, channel: Any) -> None:
        with self.lock:
            subscribed = self.clients.setdefault(channel.topic, set())
            subscribed.add(client.id)
            count = len(subscribed)
        self.changed(channel.topic, count)

    def on_unsubscribe(self, client: Any, channel: Any) -> None:
        with self.lock:
            subscribed = self.clients.setdefault(channel.topic, set())
            subscribed.discard(client.id)
            count = len(subscribed)
        self.changed(channel.topic, count)


class WebServer:
    """Serves topics and services until :meth:`close`.

    Args:
        topics: by name.
        services: offered to every browser.
        host: address to listen on; ``127.0.0.1``: this machine only.
        port: 0 takes a free one.
        admission: which clients are let in.
        on_audience: called with a topic and its number of subscribers, on the server's threads.

    Raises:
        WebServerError: without foxglove-sdk, or if the port is taken.
    """

    def __init__(
        self,
        topics: Mapping[str, WebTopic],
        services: list[WebService],
        *,
        host: str,
        port: int,
        admission: Admission,
        on_audience: Callable[[str, int], None],
    ) -> None:
        try:
            import foxglove
            from foxglove.websocket import Capability
        except ImportError as error:
            raise WebServerError(
                f"the browser view needs foxglove-sdk ({error}): python3 -m pip install "
                "foxglove-sdk, or on a ROS host use the package foxglove_bridge instead"
            ) from error
        # A context of its own, without what other code logs globally. Kept: its channels end with
        # it.
        self._context = context = foxglove.Context()
        self._channels = {
            topic.name: foxglove.Channel(
                topic.name,
                schema=_schema(foxglove, topic.type_name, topic.definition),
                message_encoding="cdr",
                context=context,
            )
            for topic in topics.values()
        }
        # The listener's protocol has many callbacks; the SDK calls those that exist.
        self._audience = _Audience(on_audience)
        hidden = hidden_address()
        try:
            self._server = foxglove.start_server(
                name="smolrgpt_ros",
                # Behind the gate, where no page of a browser finds it.
                host=hidden,
                port=0,
                message_backlog_size=_BACKLOG,
                capabilities=[Capability.Services],
                supported_encodings=["cdr"],
                services=[_service(foxglove, service) for service in services],
                context=context,
                server_listener=cast(Any, self._audience),
            )
            own = (hidden, int(self._server.port))
        except Exception as error:
            raise WebServerError(f"the server of foxglove-sdk cannot start: {error}") from error
        try:
            self._gate = WebGate(host, port, own, admission)
        except OSError as error:
            self._server.stop()
            raise WebServerError(
                f"cannot serve on {host}:{port} ({error}): set the parameters host and port"
            ) from error
        self._host = host

    @property
    def port(self) -> int:
        return self._gate.port

    @property
    def link(self) -> str:
        """Opens the Foxglove app on this server."""
        here = urllib.parse.quote(f"ws://{self._host}:{self.port}", safe="")
        return f"{FOXGLOVE_APP}?ds=foxglove-websocket&ds.url={here}"

    def send(self, topic: str, message: bytes, stamp_ns: int) -> None:
        """Send a serialized message to the subscribers of a topic."""
        self._channels[topic].log(message, log_time=stamp_ns)

    def close(self) -> None:
        """Stop serving; connections are closed."""
        self._gate.close()
        self._server.stop()


def _schema(foxglove: Any, name: str, definition: str) -> Any:
    return foxglove.Schema(name=name, encoding="ros2msg", data=definition.encode())


def _service(foxglove: Any, service: WebService) -> Any:
    def part(name: str, definition: str) -> Any:
        schema = _schema(foxglove, f"{service.type_name}_{name}", definition)
        return foxglove.MessageSchema(encoding="cdr", schema=schema)

    return foxglove.Service(
        service.name,
        schema=foxglove.ServiceSchema(
            service.type_name,
            request=part("Request", service.request),
            response=part("Response", service.response),
        ),
        handler=lambda request: service.call(request.payload),
    )
