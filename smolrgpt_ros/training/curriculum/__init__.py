# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published three stages at any size, with transformers' Trainer and accelerate."""
