# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Region geometry as decoder tokens; off for published checkpoints."""
