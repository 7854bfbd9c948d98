// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// What the example plugin uses of rclcpp: a node's logger, and its macros, which print.
#pragma once

#include <cstdio>

namespace rclcpp
{

struct Node
{
  int get_logger() const
  {
    return 0;
  }
};

}  // namespace rclcpp

#define RCLCPP_WARN(logger, ...) ((void)(logger), std::printf(__VA_ARGS__), std::printf("\n"))
#define RCLCPP_ERROR(logger, ...) RCLCPP_WARN(logger, __VA_ARGS__)
