// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// What the example plugin uses of rclcpp: a node's logger, its macros, which print, and an executor.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace rclcpp
{

struct Node
{
  explicit Node(const std::string & = "") {}

  int get_logger() const
  {
    return 0;
  }
};

namespace executors
{

struct SingleThreadedExecutor
{
  void add_node(std::shared_ptr<Node>) {}

  void spin_some() {}
};

}  // namespace executors

}  // namespace rclcpp

#define RCLCPP_WARN(logger, ...) ((void)(logger), std::printf(__VA_ARGS__), std::printf("\n"))
#define RCLCPP_ERROR(logger, ...) RCLCPP_WARN(logger, __VA_ARGS__)
