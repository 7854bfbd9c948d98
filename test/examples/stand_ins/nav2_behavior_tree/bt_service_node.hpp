// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// What the example plugin uses of Nav2's BtServiceNode, with its signatures; nothing is sent.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "behaviortree_cpp/bt_factory.h"
#include "rclcpp/rclcpp.hpp"

namespace nav2_behavior_tree
{

template<class ServiceT>
class BtServiceNode : public BT::ActionNodeBase
{
public:
  BtServiceNode(
    const std::string & name, const BT::NodeConfiguration & configuration,
    const std::string & service_name = "")
  : BT::ActionNodeBase(name, configuration), service_name_(service_name),
    request_(std::make_shared<typename ServiceT::Request>()), node_(std::make_shared<rclcpp::Node>())
  {
  }

  static BT::PortsList providedBasicPorts(BT::PortsList addition)
  {
    addition.insert({{"service_name", ""}, {"server_timeout", ""}});
    return addition;
  }

  virtual void on_tick() {}

  virtual BT::NodeStatus on_completion(std::shared_ptr<typename ServiceT::Response>)
  {
    return BT::NodeStatus::SUCCESS;
  }

protected:
  std::string service_name_;
  std::shared_ptr<typename ServiceT::Request> request_;
  std::shared_ptr<rclcpp::Node> node_;
  std::chrono::milliseconds server_timeout_{15000};
  bool should_send_request_{true};
};

}  // namespace nav2_behavior_tree
