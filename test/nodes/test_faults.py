# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The fault table of docs/faults.md: each row breaks the real node over DDS and heals it again."""

import array
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.convert.time import duration_of, time_of
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

Response = SpatialQuery.Response
LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"
FRAME_ID = "test_optical_frame"
ROOT = Path(__file__).parents[2]


def picture(width=160, height=120, scale=1):
    """Two pallets, columns 20-40 and 100-120 of 160, where the test's detector searches."""
    rgb = np.full((height, width, 3), 90, np.uint8)
    for x0 in (20, 100):
        rgb[50 * scale : 70 * scale, x0 * scale : (x0 + 20) * scale] = (200, 40, 40)
    return rgb


def header(stamp_ns):
    return Header(stamp=time_of(stamp_ns), frame_id=FRAME_ID)


def info(stamp_ns, width=160, height=120, focal=120.0):
    k = [focal, 0.0, width / 2, 0.0, focal, height / 2, 0.0, 0.0, 1.0]
    return CameraInfo(
        header=header(stamp_ns), width=width, height=height, k=k if focal else [0.0] * 9
    )


def send(graph, rgb=None, depth=None, calibration=None, stamp_ns=None):
    """One frame of arrays or messages; returns its stamp when the node has processed it."""
    stamp_ns = stamp_ns or graph.peer.get_clock().now().nanoseconds
    rgb = picture() if rgb is None else rgb
    if isinstance(rgb, np.ndarray):
        rgb = encode_image(rgb, "rgb8", header(stamp_ns))
    depth = np.full((rgb.height, rgb.width), 3.0, np.float32) if depth is None else depth
    if isinstance(depth, np.ndarray):
        depth = encode_image(depth, "32FC1", header(stamp_ns))
    calibration = calibration or info(stamp_ns, rgb.width, rgb.height)
    for message in (rgb, depth, calibration):
        message.header = header(stamp_ns)
    counters = graph.camera.worker.counters
    before = counters.seen + counters.failed
    graph.info.publish(calibration)
    graph.rgb.publish(rgb)
    graph.depth.publish(depth)

    def processed():
        counters = graph.camera.worker.counters
        return counters.seen + counters.failed > before

    graph.wait_until(processed, "the node to process the frame")
    return stamp_ns


@pytest.fixture(scope="module")
def faulty(start_graph):
    with start_graph({"query.max_age": 1.0, "detector.max_rate": 100.0}) as graph:
        graph.wait_ready()
        yield graph


@pytest.fixture
def graph(faulty):
    """The running node, healthy at the beginning of each row."""
    faulty.detector.error = None
    faulty.engine.__init__()
    faulty.assert_healed()
    return faulty


# -- inputs -------------------------------------------------------------------------------------


def test_camera_stops_and_returns(graph):
    time.sleep(1.1)
    graph.assert_refused(Response.STATUS_STALE_FRAME, "s old", "1.00 s", "/rgb/image_raw")
    graph.assert_healed()


def test_depth_stops(graph):
    end = time.monotonic() + 1.3
    while time.monotonic() < end:
        graph.publish(depth=False)
        time.sleep(0.03)
    graph.assert_refused(Response.STATUS_NO_DEPTH, "/depth/image_raw", "use_depth")
    graph.assert_healed()


def test_size_changes_mid_stream(graph):
    large = picture(320, 200, 2)
    send(graph, large, calibration=info(0))
    graph.assert_refused(Response.STATUS_NO_FRAME, "160x120", "320x200", max_age=duration_of(1e-6))
    stamp = send(graph, large)
    response = graph.ask(LEFT, stamp=time_of(stamp))
    # The detector of this test searches the left half: one pallet, so no rightmost one.
    assert response.status in (Response.STATUS_OK, Response.STATUS_UNKNOWN_REGION)
    assert graph.camera.history.newest().frame.width == 320
    graph.assert_healed()


def test_k_of_zeros(graph):
    stamp = send(graph, calibration=info(0, focal=0.0))
    response = graph.ask("How far is the leftmost pallet from the camera?", stamp=time_of(stamp))
    assert response.status == Response.STATUS_OK, response.message
    assert not response.answer.measured.has_value and np.isnan(response.answer.measured.value)
    assert "calibrated" in response.answer.measured.reason
    graph.assert_healed()


@pytest.mark.parametrize("focal", [1e-300, float("nan"), 1e9])
def test_a_calibration_of_no_camera(graph, focal):
    send(graph, calibration=info(0, focal=focal))
    found = f"focal length fx (k[0]) of {focal:g} pixels"
    graph.assert_refused(Response.STATUS_NO_FRAME, found, max_age=duration_of(1e-6))
    graph.assert_healed()


def test_depth_without_a_single_value(graph):
    stamp = send(graph, depth=np.full((120, 160), np.nan, np.float32))
    response = graph.ask("How far is the leftmost pallet from the camera?", stamp=time_of(stamp))
    assert response.status == Response.STATUS_OK, response.message
    assert not response.answer.measured.has_value and np.isnan(response.answer.measured.value)
    assert "depth" in response.answer.measured.reason
    graph.assert_healed()


def test_image_of_one_pixel(graph):
    stamp = send(graph, np.zeros((1, 1, 3), np.uint8))
    graph.assert_refused(Response.STATUS_UNKNOWN_REGION, "pallet", stamp=time_of(stamp))
    graph.assert_healed()


@pytest.mark.parametrize(
    ("which", "status"),
    [("rgb", Response.STATUS_NO_FRAME), ("depth", Response.STATUS_NO_DEPTH)],
)
def test_truncated_data(graph, which, status):
    message = encode_image(picture(), "rgb8", Header())
    if which == "depth":
        message = encode_image(np.ones((120, 160), np.float32), "32FC1", Header())
    message.data = array.array("B", message.data[:1000])
    send(graph, **{which: message})
    graph.assert_refused(status, "1000 bytes", "truncated", max_age=duration_of(1e-6))
    graph.assert_healed()


# -- detector and model -------------------------------------------------------------------------


@pytest.mark.parametrize("error", [RuntimeError("bad weights"), MemoryError("no memory left")])
def test_detector_raises(graph, error):
    graph.detector.error = error
    send(graph)
    graph.assert_refused(Response.STATUS_NO_FRAME, str(error), max_age=duration_of(1e-6))
    graph.detector.error = None
    graph.assert_healed()


def test_model_raises(graph):
    graph.engine.error = RuntimeError("weights are NaN")
    graph.assert_refused(Response.STATUS_MODEL_ERROR, "RuntimeError", "weights are NaN")
    graph.engine.error = None
    graph.assert_healed()


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


@pytest.mark.parametrize(
    "error", [OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), MemoryError("host")]
)
def test_out_of_memory(graph, error):
    graph.engine.error = error
    graph.assert_refused(Response.STATUS_MODEL_ERROR, "MemoryError", str(error))
    graph.engine.error = None
    graph.assert_healed()


# -- clients and processes ----------------------------------------------------------------------


def test_two_hundred_queries_in_a_second(graph):
    graph.engine.wait_s = 0.1
    stamp = time_of(graph.see())
    futures = [
        graph.client.call_async(SpatialQuery.Request(question=LEFT, stamp=stamp))
        for _ in range(200)
    ]
    graph.wait_until(lambda: all(f.done() for f in futures), "200 responses", 30.0)
    statuses = [f.result().status for f in futures]
    assert set(statuses) <= {Response.STATUS_OK, Response.STATUS_BUSY}
    assert statuses.count(Response.STATUS_OK) >= 8
    graph.assert_healed()


CLIENT = """
import sys, time, rclpy
from smolrgpt_ros.srv import SpatialQuery
rclpy.init()
node = rclpy.create_node("mortal_client")
client = node.create_client(SpatialQuery, "spatial_query")
assert client.wait_for_service(20.0)
client.call_async(SpatialQuery.Request(question=sys.argv[1]))
time.sleep(60)
"""


def environment(graph):
    return {**os.environ, "ROS_DOMAIN_ID": str(graph.context.get_domain_id())}


def test_client_dies_mid_query(graph):
    graph.engine.wait_s = 3.0
    graph.engine.prompts.clear()
    client = subprocess.Popen([sys.executable, "-c", CLIENT, LEFT], env=environment(graph))
    try:
        end = time.monotonic() + 30
        while not graph.engine.prompts:
            assert time.monotonic() < end and client.poll() is None, "the client never asked"
            graph.see()
    finally:
        client.kill()
        client.wait(10)
    service = graph.service
    assert service.pending == 1, "the query is still being answered"
    graph.wait_until(lambda: service.pending == 0, "the query to end")
    graph.engine.wait_s = 0.0
    graph.assert_healed()


def start_node(graph, *parameters):
    arguments = [word for p in parameters for word in ("-p", p)]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "smolrgpt_ros.nodes.spatial_query_node"),
            *("--ros-args", "-r", "__ns:=/other", *arguments),
        ],
        env=environment(graph),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_node_killed_and_restarted_under_a_client(graph):
    client = graph.peer.create_client(SpatialQuery, "/other/spatial_query")

    def answered(timeout_s):
        future = client.call_async(SpatialQuery.Request(question=LEFT))
        end = time.monotonic() + timeout_s
        while not future.done() and time.monotonic() < end:
            time.sleep(0.01)
        return future.result().status if future.done() else None

    light = ("model.backend:=none", "detector.backend:=none")
    coded = (Response.STATUS_NOT_READY, Response.STATUS_NO_FRAME)
    process = start_node(graph, *light)
    try:
        assert client.wait_for_service(30.0)
        assert answered(10.0) in coded
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert answered(1.0) is None, "without a server the client's own timeout ends its wait"
        process = start_node(graph, *light)
        end = time.monotonic() + 30
        while (status := answered(1.0)) is None:
            assert time.monotonic() < end, "the same client never reached the new node"
        assert status in coded
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=15)
        assert process.returncode == 0, output
    finally:
        process.kill()
        process.wait(10)
        graph.peer.destroy_client(client)


def test_parameters_set_to_nonsense(graph):
    client = graph.peer.create_client(SetParameters, "spatial_query/set_parameters")
    assert client.wait_for_service(10.0)
    nonsense = {
        "detector.confidence": -3.0,
        "detector.image_size": 100,
        "query.max_age": float("nan"),
        "query.timeout": "soon",
        "history.size": 4,
        "qos.rgb": "fast",
        "cameras": ["a b"],
    }
    before = dict(graph.node._settings.values)
    for name, value in nonsense.items():
        message = Parameter(name, value=value).to_parameter_msg()
        future = client.call_async(SetParameters.Request(parameters=[message]))
        graph.wait_until(future.done, name)
        (result,) = future.result().results
        assert not result.successful and result.reason, name
    graph.peer.destroy_client(client)
    assert graph.node._settings.values == before
    graph.assert_healed()
    process = start_node(graph, "detector.confidence:=-3.0")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert re.search(r"spatial_query: parameter detector\.confidence .*0\.01 to 1\.0", output), (
        output
    )
    assert "Traceback" not in output


# -- the page -----------------------------------------------------------------------------------


def test_every_row_of_the_page_is_a_test_and_every_test_a_row():
    page = ROOT / "docs" / "faults.md"
    if not page.is_file():
        pytest.skip("not run from the source tree")
    faults = page.read_text().split("## Traps")[0]
    rows = re.findall(r"`(test_\w+)`", "\n".join(re.findall(r"^\|.*\|$", faults, re.MULTILINE)))
    here = [ROOT / "test" / "nodes" / name for name in ("test_faults.py", "test_faults_alone.py")]
    tests = {name for name in _tests_in(here) if not name.startswith("test_every_row")}
    assert tests - set(rows) == set()
    assert set(rows) - _tests_in((ROOT / "test").rglob("test_*.py")) == set()


def _tests_in(files):
    return {
        name
        for file in files
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    }
