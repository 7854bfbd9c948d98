# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The query node before it is ready, without what it needs, and through its states."""

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import DescribeParameters

from smolrgpt_ros.msg import SpatialAnswer
from smolrgpt_ros.nodes.loading import load_engine
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.params.query_parameters import QUERY_SPECS
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

Response = SpatialQuery.Response
LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


def call(graph, kind, name, request):
    client = graph.peer.create_client(kind, name)
    assert client.wait_for_service(10.0), name
    future = client.call_async(request)
    graph.wait_until(future.done, name)
    graph.peer.destroy_client(client)
    return future.result()


def change(graph, transition):
    request = ChangeState.Request(transition=Transition(id=transition))
    return call(graph, ChangeState, "spatial_query/change_state", request).success


def state(graph):
    return call(graph, GetState, "spatial_query/get_state", GetState.Request()).current_state.id


def test_through_the_states_and_back(start_graph):
    with start_graph({"autostart": False, "query.max_age": 60.0}) as graph:
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_NOT_READY
        assert "not configured" in response.message
        assert change(graph, Transition.TRANSITION_CONFIGURE)
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_NOT_READY and "activate" in response.message
        assert change(graph, Transition.TRANSITION_ACTIVATE)
        graph.wait_ready()
        stamp = graph.see()
        assert graph.ask(LEFT, stamp=time_of(stamp)).status == Response.STATUS_OK
        assert change(graph, Transition.TRANSITION_DEACTIVATE)
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_NOT_READY and "deactivated" in response.message
        assert change(graph, Transition.TRANSITION_CLEANUP)
        assert state(graph) == State.PRIMARY_STATE_UNCONFIGURED
        assert change(graph, Transition.TRANSITION_CONFIGURE)
        assert change(graph, Transition.TRANSITION_ACTIVATE)
        graph.wait_ready()
        assert graph.ask(LEFT).status == Response.STATUS_NO_FRAME, "old frames are removed"
        assert graph.ask(LEFT, stamp=time_of(graph.see())).status == Response.STATUS_OK


def test_a_model_that_cannot_be_closed_is_logged_and_the_node_can_start_again(start_graph, capfd):
    with start_graph({"query.max_age": 60.0}) as graph:
        graph.wait_until(
            lambda: state(graph) == State.PRIMARY_STATE_ACTIVE, "the node to be active"
        )

        def close():
            raise RuntimeError("the GPU is gone")

        graph.engine.close = close
        assert change(graph, Transition.TRANSITION_DEACTIVATE)
        assert not change(graph, Transition.TRANSITION_CLEANUP)
        assert state(graph) == State.PRIMARY_STATE_UNCONFIGURED
        output = capfd.readouterr().err
        assert (
            "on_cleanup failed" in output and "the GPU is gone" in output and "Traceback" in output
        )
        assert graph.ask(LEFT).status == Response.STATUS_NOT_READY
        del graph.engine.close
        assert change(graph, Transition.TRANSITION_CONFIGURE)
        assert change(graph, Transition.TRANSITION_ACTIVATE)
        graph.wait_ready()
        assert graph.ask(LEFT, stamp=time_of(graph.see())).status == Response.STATUS_OK


def test_a_missing_model_is_named_and_the_node_lives(start_graph, tmp_path):
    with start_graph({"model.path": str(tmp_path / "nowhere")}, engine_loader=load_engine) as graph:
        graph.wait_until(lambda: "cannot be" in graph.node._not_ready, "the refusal")
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_NOT_READY
        assert "nowhere" in response.message and "model.path" in response.message
        assert state(graph) == State.PRIMARY_STATE_UNCONFIGURED


def test_no_frame_and_no_depth_yet(start_graph):
    with start_graph({"query.max_age": 60.0}) as graph:
        graph.wait_ready()
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_NO_FRAME
        assert "/rgb/image_raw" in response.message
        graph.publish(depth=False)
        pairing = graph.camera.pairing
        graph.wait_until(lambda: pairing.counters.rgb > 0, "the colour image")
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_NO_DEPTH
        assert "/depth/image_raw" in response.message and "use_depth" in response.message
        assert np_isnan(response.answer.value)
        assert graph.ask(LEFT, stamp=time_of(graph.see())).status == Response.STATUS_OK


def np_isnan(value):
    return value != value


def test_colour_alone_is_answered_without_a_measured_number(start_graph):
    with start_graph({"use_depth": False, "query.max_age": 60.0}) as graph:
        graph.wait_ready()
        stamp = graph.see(depth=False)
        response = graph.ask(
            "How far is the transporter from the leftmost pallet?", stamp=time_of(stamp)
        )
        assert response.status == Response.STATUS_OK, response.message
        measured = response.answer.measured
        assert not measured.has_value and np_isnan(measured.value)
        assert "depth" in measured.reason
        assert response.answer.agreement == SpatialAnswer.AGREEMENT_NOT_COMPARABLE


def test_parameters_are_described_checked_and_change_live(start_graph):
    from rcl_interfaces.srv import SetParameters
    from rclpy.parameter import Parameter

    def set_parameter(name, value):
        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        answer = call(graph, SetParameters, "spatial_query/set_parameters", request)
        return answer.results[0]

    with start_graph({"query.max_age": 60.0}) as graph:
        graph.wait_ready()
        names = [spec.name for spec in QUERY_SPECS]
        described = call(
            graph,
            DescribeParameters,
            "spatial_query/describe_parameters",
            DescribeParameters.Request(names=names),
        ).descriptors
        assert all(d.description for d in described)
        graph.see()
        assert graph.ask(LEFT).status == Response.STATUS_OK
        # The true answer is left: the two disagree, and the policy decides which is trusted.
        graph.engine.text = "The pallet [Region 0] is to the right of the pallet [Region 1]."
        assert graph.ask(LEFT).answer.trusted == ""
        for policy, trusted in (("model", "right"), ("measured", "left")):
            assert set_parameter("answer.policy", policy).successful
            assert graph.ask(LEFT).answer.trusted == trusted
        assert not set_parameter("answer.policy", "best").successful
        assert set_parameter("query.max_age", 0.01).successful
        assert graph.ask(LEFT).status == Response.STATUS_STALE_FRAME
        too_large = set_parameter("detector.confidence", 7.0)
        assert not too_large.successful and too_large.reason
        odd = set_parameter("detector.image_size", 100)
        assert not odd.successful and "multiple of 32" in odd.reason
        assert not set_parameter("history.size", 3).successful, "structural: read-only"
        assert graph.node._settings.limits.max_age_s == 0.01


def test_a_bad_yaml_is_one_clear_message(start_graph):
    from smolrgpt_ros.ros.params.parameters import ParameterError

    with pytest.raises(ParameterError, match=r"detector\.confidence.*0\.01 to 1\.0"):
        with start_graph({"detector.confidence": 5.0}):
            pass
    with pytest.raises(ParameterError, match=r"qos\.rgb must be one of sensor_data"):
        with start_graph({"qos.rgb": "fast"}):
            pass


def test_the_node_starts_where_simulated_time_stands_still(start_graph):
    with start_graph({"use_sim_time": True}) as graph:
        graph.wait_ready()
        assert graph.ask(LEFT).status == Response.STATUS_NO_FRAME
