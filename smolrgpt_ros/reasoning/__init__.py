# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Joins frame, regions, question and model: what is generated beside what is measured."""
