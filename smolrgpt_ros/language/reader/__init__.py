# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Typed questions to the query language: tokens, a grammar kept as data, and its reader."""
