// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// What the example plugin uses of rclcpp_action, with its signatures; nothing is sent.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "rclcpp/rclcpp.hpp"

namespace rclcpp_action
{

template<class ActionT>
struct ClientGoalHandle
{
  using SharedPtr = std::shared_ptr<ClientGoalHandle>;

  struct WrappedResult
  {
    std::shared_ptr<typename ActionT::Result> result;
  };
};

template<class ActionT>
struct Client
{
  using SharedPtr = std::shared_ptr<Client>;
  using Handle = ClientGoalHandle<ActionT>;

  struct SendGoalOptions
  {
    std::function<void(typename Handle::SharedPtr)> goal_response_callback;
    std::function<void(
        typename Handle::SharedPtr, const std::shared_ptr<const typename ActionT::Feedback>)>
    feedback_callback;
    std::function<void(const typename Handle::WrappedResult &)> result_callback;
  };

  bool action_server_is_ready() const
  {
    return ready;
  }

  void async_send_goal(const typename ActionT::Goal & sent, const SendGoalOptions & with)
  {
    goal = sent;
    options = with;
    options.goal_response_callback(std::make_shared<Handle>());
  }

  void async_cancel_goal(typename Handle::SharedPtr)
  {
    cancelled = true;
  }

  typename ActionT::Goal goal;
  SendGoalOptions options;
  bool ready{true}, cancelled{false};
};

// The client that was made last, for the checks.
template<class ActionT>
typename Client<ActionT>::SharedPtr & last_client()
{
  static typename Client<ActionT>::SharedPtr client;
  return client;
}

template<class ActionT>
typename Client<ActionT>::SharedPtr create_client(std::shared_ptr<rclcpp::Node>, const std::string &)
{
  last_client<ActionT>() = std::make_shared<Client<ActionT>>();
  return last_client<ActionT>();
}

}  // namespace rclcpp_action
