# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions to grounded prompts, answer sentences to typed values. Pure Python."""
