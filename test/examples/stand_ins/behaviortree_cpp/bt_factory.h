// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// What the example plugin uses of BehaviorTree.CPP 4, with its signatures; ports are kept as std::any.
#pragma once

#include <any>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace BT
{

enum class NodeStatus { IDLE, RUNNING, SUCCESS, FAILURE, SKIPPED };

using PortsList = std::unordered_map<std::string, std::string>;

struct NodeConfiguration
{
  std::map<std::string, std::any> * ports;
};

template<class T>
std::pair<std::string, std::string> InputPort(std::string name, std::string description = {})
{
  return {name, description};
}

template<class T, class Default>
std::pair<std::string, std::string> InputPort(
  std::string name, const Default &, std::string description)
{
  return {name, description};
}

template<class T>
std::pair<std::string, std::string> OutputPort(std::string name, std::string description = {})
{
  return {name, description};
}

class ActionNodeBase
{
public:
  ActionNodeBase(const std::string & name, const NodeConfiguration & configuration)
  : name_(name), configuration_(configuration)
  {
  }

  virtual ~ActionNodeBase() = default;

  const std::string & name() const
  {
    return name_;
  }

  template<class T>
  bool getInput(const std::string & key, T & value) const
  {
    const auto found = configuration_.ports->find(key);
    if (found == configuration_.ports->end()) {
      return false;
    }
    value = std::any_cast<T>(found->second);
    return true;
  }

  template<class T>
  void setOutput(const std::string & key, const T & value)
  {
    (*configuration_.ports)[key] = value;
  }

private:
  std::string name_;
  NodeConfiguration configuration_;
};

class BehaviorTreeFactory
{
public:
  template<class T>
  void registerNodeType(const std::string & id)
  {
    known[id] = T::providedPorts();
  }

  std::map<std::string, PortsList> known;
};

}  // namespace BT

#define BT_REGISTER_NODES(factory) void BT_RegisterNodesFromPlugin(BT::BehaviorTreeFactory & factory)
