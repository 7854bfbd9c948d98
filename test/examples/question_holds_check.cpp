// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// Runs the condition node against stand-ins and prints what it returns; test_bt_plugin.py reads it.

#include <thread>

#include "question_holds.cpp"  // NOLINT

using smolrgpt_bt_nodes::QuestionHolds;
using Watch = QuestionHolds::Watch;

namespace
{

void print(const char * what, BT::NodeStatus status)
{
  std::printf("%s: %s\n", what, status == BT::NodeStatus::SUCCESS ? "SUCCESS" : "FAILURE");
}

void evaluate(bool known, bool holds)
{
  auto feedback = std::make_shared<Watch::Feedback>();
  feedback->known = known;
  feedback->holds = holds;
  rclcpp_action::last_client<Watch>()->options.feedback_callback(nullptr, feedback);
}

}  // namespace

int main()
{
  std::map<std::string, std::any> ports;
  ports["question"] = std::string("How far?");
  ports["condition"] = std::string("below");
  ports["threshold"] = 2.0;
  {
    QuestionHolds node("Near", BT::NodeConfiguration{&ports});
    print("before", node.tick());
    const auto client = rclcpp_action::last_client<Watch>();
    std::printf(
      "goal: %s %d %.1f %d\n", client->goal.question.c_str(), client->goal.condition,
      client->goal.threshold, client->goal.continuous);
    print("first", node.tick());
    evaluate(true, true);
    print("holds", node.tick());
    evaluate(true, false);
    print("ended", node.tick());
    evaluate(false, false);
    print("unknown", node.tick());
    evaluate(true, true);
    ports["max_age"] = -1.0;
    print("old", node.tick());
    ports.erase("max_age");
    QuestionHolds::Handle::WrappedResult over;
    over.result = std::make_shared<Watch::Result>();
    over.result->message = "the time to watch is over";
    client->options.result_callback(over);
    print("over", node.tick());
    client->options.result_callback(over);
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    print("again", node.tick());
    evaluate(true, true);
    print("anew", node.tick());
  }
  std::printf("cancelled: %d\n", rclcpp_action::last_client<Watch>()->cancelled);
  ports["condition"] = std::string("near");
  QuestionHolds wrong("Wrong", BT::NodeConfiguration{&ports});
  print("wrong", wrong.tick());
  BT::BehaviorTreeFactory factory;
  BT_RegisterNodesFromPlugin(factory);
  for (const auto & port : factory.known.at("QuestionHolds")) {
    std::printf("port %s\n", port.first.c_str());
  }
  return 0;
}
