// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// Runs the example plugin on requests and responses made by hand; prints one line per case.

#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "ask_spatial_query.cpp"

namespace
{

using smolrgpt_bt_nodes::AskSpatialQuery;
using Response = AskSpatialQuery::Query::Response;

struct Bench : public AskSpatialQuery
{
  using AskSpatialQuery::AskSpatialQuery;
  using AskSpatialQuery::request_;
  using AskSpatialQuery::should_send_request_;
};

std::shared_ptr<Response> answered()
{
  auto response = std::make_shared<Response>();
  response->status = Response::STATUS_OK;
  response->answer.header.stamp.sec = 7;
  response->answer.measured.has_value = true;
  response->answer.measured.region_ids = {5};
  response->answer.agreement = AskSpatialQuery::Answer::AGREEMENT_DISAGREE;
  for (int id : {3, 5}) {
    smolrgpt_ros::msg::Region region;
    region.id = id;
    region.label = "pallet";
    region.position.x = id + 0.25;
    region.position_frame_id = "map";
    response->regions.push_back(region);
  }
  return response;
}

const char * outcome(BT::NodeStatus status)
{
  return status == BT::NodeStatus::SUCCESS ? "SUCCESS" : "FAILURE";
}

}  // namespace

int main()
{
  BT::BehaviorTreeFactory factory;
  BT_RegisterNodesFromPlugin(factory);
  for (const auto & port : factory.known.at("AskSpatialQuery")) {
    std::printf("port %s\n", port.first.c_str());
  }
  std::map<std::string, std::any> ports;
  Bench node("Ask", BT::NodeConfiguration{&ports});
  node.on_tick();
  std::printf("without a question: send %d\n", node.should_send_request_);
  ports["question"] = std::string("Which pallet?");
  ports["target_frame"] = std::string("map");
  node.should_send_request_ = true;
  node.on_tick();
  std::printf(
    "request: %s in %s within %d.%03u s, send %d\n", node.request_->question.c_str(),
    node.request_->target_frame.c_str(), node.request_->timeout.sec,
    node.request_->timeout.nanosec / 1000000u, node.should_send_request_);

  std::printf("chosen: %s\n", outcome(node.on_completion(answered())));
  const auto pose = std::any_cast<geometry_msgs::msg::PoseStamped>(ports.at("pose"));
  std::printf(
    "pose: %s x %.2f at %d, region %d\n", pose.header.frame_id.c_str(), pose.pose.position.x,
    pose.header.stamp.sec, std::any_cast<int>(ports.at("region_id")));

  auto refused = std::make_shared<Response>();
  refused->message = "the model is being loaded";
  std::printf("refused: %s\n", outcome(node.on_completion(refused)));
  auto unmeasured = answered();
  unmeasured->answer.measured.has_value = false;
  std::printf("unmeasured: %s\n", outcome(node.on_completion(unmeasured)));
  auto nowhere = answered();
  nowhere->regions[1].position.x = std::numeric_limits<double>::quiet_NaN();
  std::printf("nowhere: %s\n", outcome(node.on_completion(nowhere)));
  ports["require_agreement"] = true;
  std::printf("disagreed: %s\n", outcome(node.on_completion(answered())));
  return 0;
}
