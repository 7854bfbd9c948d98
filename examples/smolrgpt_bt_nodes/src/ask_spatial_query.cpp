// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// A behavior-tree node that asks the SpatialQuery service for a region and where it is.
//
// It succeeds with the measured choice only: what moves a robot was measured from depth, not written
// by a model. Every other end fails with the status in the node's log, and a tree decides what then.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>

#include "behaviortree_cpp/bt_factory.h"
#include "geometry_msgs/msg/pose_stamped.hpp"
#include "nav2_behavior_tree/bt_service_node.hpp"
#include "rclcpp/rclcpp.hpp"
#include "smolrgpt_ros/msg/spatial_answer.hpp"
#include "smolrgpt_ros/srv/spatial_query.hpp"

namespace smolrgpt_bt_nodes
{

class AskSpatialQuery
  : public nav2_behavior_tree::BtServiceNode<smolrgpt_ros::srv::SpatialQuery>
{
public:
  using Answer = smolrgpt_ros::msg::SpatialAnswer;
  using Query = smolrgpt_ros::srv::SpatialQuery;

  AskSpatialQuery(const std::string & name, const BT::NodeConfiguration & configuration)
  : BtServiceNode<Query>(name, configuration, "spatial_query")
  {
  }

  static BT::PortsList providedPorts()
  {
    return providedBasicPorts(
      {
        BT::InputPort<std::string>("question", "In English; must ask for one of several regions"),
        BT::InputPort<std::string>("target_frame", "map", "Frame of the pose"),
        BT::InputPort<bool>("require_agreement", false, "Fail where the model says otherwise"),
        BT::OutputPort<int>("region_id", "Track id of the chosen region"),
        BT::OutputPort<std::string>("label", "Its class"),
        BT::OutputPort<geometry_msgs::msg::PoseStamped>("pose", "Its centre, without a heading"),
      });
  }

  void on_tick() override
  {
    if (!getInput("question", request_->question) || request_->question.empty()) {
      RCLCPP_ERROR(node_->get_logger(), "%s: the port question is empty", name().c_str());
      should_send_request_ = false;
      return;
    }
    getInput("target_frame", request_->target_frame);
    // The node gives up a little before this one does, and says why.
    const auto milliseconds = server_timeout_.count() * 9 / 10;
    request_->timeout.sec = static_cast<int32_t>(milliseconds / 1000);
    request_->timeout.nanosec = static_cast<uint32_t>(milliseconds % 1000) * 1000000u;
  }

  BT::NodeStatus on_completion(std::shared_ptr<Query::Response> response) override
  {
    if (response->status != Query::Response::STATUS_OK) {
      return failed("status " + std::to_string(response->status) + ": " + response->message);
    }
    const Answer & answer = response->answer;
    if (!answer.measured.has_value || answer.measured.region_ids.size() != 1) {
      return failed("no region was measured to be the one: " + answer.measured.reason);
    }
    bool require_agreement = false;
    getInput("require_agreement", require_agreement);
    if (require_agreement && answer.agreement != Answer::AGREEMENT_AGREE) {
      return failed("the model does not agree: " + answer.text);
    }
    const int32_t chosen = answer.measured.region_ids.front();
    for (const auto & region : response->regions) {
      if (region.id == chosen && std::isfinite(region.position.x)) {
        geometry_msgs::msg::PoseStamped pose;
        pose.header.stamp = answer.header.stamp;
        pose.header.frame_id = region.position_frame_id;
        pose.pose.position = region.position;
        pose.pose.orientation.w = 1.0;
        setOutput("region_id", static_cast<int>(chosen));
        setOutput("label", region.label);
        setOutput("pose", pose);
        return BT::NodeStatus::SUCCESS;
      }
    }
    return failed("depth does not tell where region " + std::to_string(chosen) + " is");
  }

private:
  BT::NodeStatus failed(const std::string & reason)
  {
    RCLCPP_WARN(node_->get_logger(), "%s: %s", name().c_str(), reason.c_str());
    return BT::NodeStatus::FAILURE;
  }
};

}  // namespace smolrgpt_bt_nodes

BT_REGISTER_NODES(factory)
{
  factory.registerNodeType<smolrgpt_bt_nodes::AskSpatialQuery>("AskSpatialQuery");
}
