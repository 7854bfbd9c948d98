# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``scripts/demo``: the nodes and a simulated warehouse, with questions whose answers are known."""
