# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The small language model that reads questions: its weights, its adapter, its decoding."""
