# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Speed and memory beside the published baseline."""
