# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Evaluation of questions of the query language on the measured objects of a frame."""
