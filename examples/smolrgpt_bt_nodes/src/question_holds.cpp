// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// A behavior-tree condition: whether the answer of a question is so now, as the action WatchQuestion sees it.
//
// The first tick starts to watch and fails; from then on every tick reads the newest evaluation and returns
// at once. What is not known, or is older than max_age, fails as well: a tree acts on what was measured.
// Where nothing comes for a while, or the goal has ended, it watches again: the query node may be a new one.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>

#include "behaviortree_cpp/bt_factory.h"
#include "behaviortree_cpp/condition_node.h"
#include "rclcpp/rclcpp.hpp"
#include "rclcpp_action/rclcpp_action.hpp"
#include "smolrgpt_ros/action/watch_question.hpp"

namespace smolrgpt_bt_nodes
{

class QuestionHolds : public BT::ConditionNode
{
public:
  using Watch = smolrgpt_ros::action::WatchQuestion;
  using Handle = rclcpp_action::ClientGoalHandle<Watch>;
  using Clock = std::chrono::steady_clock;

  QuestionHolds(const std::string & name, const BT::NodeConfiguration & configuration)
  : BT::ConditionNode(name, configuration),
    // A node of its own: what the blackboard holds as "node" differs between Nav2's versions.
    node_(std::make_shared<rclcpp::Node>(
        "question_holds_" + std::to_string(reinterpret_cast<std::uintptr_t>(this))))
  {
    executor_.add_node(node_);
  }

  ~QuestionHolds() override
  {
    stop();
  }

  static BT::PortsList providedPorts()
  {
    return {
      BT::InputPort<std::string>("action_name", "spatial_query/watch", "Of the query node"),
      BT::InputPort<std::string>("question", "In English"),
      BT::InputPort<std::string>("camera", "", "On a node with several"),
      BT::InputPort<std::string>("condition", "true", "true, false, above or below"),
      BT::InputPort<double>("threshold", 0.0, "Of above and below, in the answer's unit"),
      BT::InputPort<double>("hysteresis", 0.0, "What a number must be back to end the condition"),
      BT::InputPort<double>("max_age", 1.0, "Seconds after which an evaluation counts no more"),
    };
  }

  BT::NodeStatus tick() override
  {
    executor_.spin_some();
    if (watching_ && Clock::now() - std::max(started_, evaluated_) > kSilent) {
      stop();
    }
    if (!watching_ && !start()) {
      return BT::NodeStatus::FAILURE;
    }
    double max_age = 1.0;
    getInput("max_age", max_age);
    const std::chrono::duration<double> age = Clock::now() - evaluated_;
    const bool fresh = any_ && age.count() <= max_age;
    return fresh && holds_ ? BT::NodeStatus::SUCCESS : BT::NodeStatus::FAILURE;
  }

private:
  // Without an evaluation for so long the goal is taken for lost; a goal that ended is not sent again sooner.
  static constexpr std::chrono::seconds kSilent{10};
  static constexpr std::chrono::milliseconds kRetry{500};

  void stop()
  {
    try {
      if (handle_) {
        client_->async_cancel_goal(handle_);
        executor_.spin_some();
      }
    } catch (const std::exception & error) {  // the goal, or all of ROS, has ended meanwhile
      RCLCPP_WARN(node_->get_logger(), "%s: %s", name().c_str(), error.what());
    }
    forget();
  }

  void forget()
  {
    ++goal_;
    handle_.reset();
    watching_ = any_ = holds_ = false;
  }

  bool start()
  {
    if (Clock::now() - started_ < kRetry) {
      return false;
    }
    static const std::map<std::string, std::uint8_t> conditions{
      {"true", Watch::Goal::CONDITION_TRUE},
      {"false", Watch::Goal::CONDITION_FALSE},
      {"above", Watch::Goal::CONDITION_ABOVE},
      {"below", Watch::Goal::CONDITION_BELOW},
    };
    Watch::Goal goal;
    std::string action = "spatial_query/watch", condition = "true";
    getInput("action_name", action);
    getInput("camera", goal.camera);
    getInput("condition", condition);
    getInput("threshold", goal.threshold);
    getInput("hysteresis", goal.hysteresis);
    const auto found = conditions.find(condition);
    if (!getInput("question", goal.question) || goal.question.empty() || found == conditions.end()) {
      RCLCPP_ERROR(
        node_->get_logger(), "%s: the port question is empty, or condition is none: %s",
        name().c_str(), condition.c_str());
      return false;
    }
    goal.condition = found->second;
    goal.continuous = true;
    if (!client_) {
      client_ = rclcpp_action::create_client<Watch>(node_, action);
    }
    if (!client_->action_server_is_ready()) {
      return false;
    }
    rclcpp_action::Client<Watch>::SendGoalOptions options;
    // Of goals before this one nothing counts any more.
    const int sent = ++goal_;
    options.goal_response_callback = [this, sent](const Handle::SharedPtr & handle) {
        if (sent == goal_) {
          handle_ = handle;
          watching_ = handle != nullptr;
        } else if (handle) {
          client_->async_cancel_goal(handle);
        }
      };
    options.feedback_callback =
      [this, sent](Handle::SharedPtr, const std::shared_ptr<const Watch::Feedback> feedback) {
        if (sent == goal_) {
          any_ = true;
          holds_ = feedback->known && feedback->holds;
          evaluated_ = Clock::now();
        }
      };
    options.result_callback = [this, sent](const Handle::WrappedResult & result) {
        // Its time is over, or the node was deactivated: a later tick watches again.
        if (sent == goal_) {
          RCLCPP_WARN(node_->get_logger(), "%s: %s", name().c_str(), result.result->message.c_str());
          forget();
        }
      };
    watching_ = true;
    started_ = Clock::now();
    client_->async_send_goal(goal, options);
    return true;
  }

  std::shared_ptr<rclcpp::Node> node_;
  rclcpp::executors::SingleThreadedExecutor executor_;
  rclcpp_action::Client<Watch>::SharedPtr client_;
  Handle::SharedPtr handle_;
  Clock::time_point started_, evaluated_;
  int goal_{0};
  bool watching_{false}, any_{false}, holds_{false};
};

}  // namespace smolrgpt_bt_nodes

BT_REGISTER_NODES(factory)
{
  factory.registerNodeType<smolrgpt_bt_nodes::QuestionHolds>("QuestionHolds");
}
