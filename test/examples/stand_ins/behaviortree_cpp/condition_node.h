// Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
// What the example plugin uses of BehaviorTree.CPP 4's condition nodes.
#pragma once

#include "behaviortree_cpp/bt_factory.h"

namespace BT
{

class ConditionNode : public ActionNodeBase
{
public:
  using ActionNodeBase::ActionNodeBase;

  virtual NodeStatus tick() = 0;
};

}  // namespace BT
