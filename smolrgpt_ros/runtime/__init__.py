# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What every program of the package takes of its machine: processes and their memory, the device to
compute on, the versions of libraries, output as JSON. Imports nothing else of ours.
"""
