# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""When a request to end is received, and when it is passed on."""

import os
import signal
import threading

import pytest

from smolrgpt_ros.nodes.end_signals import EndSignals

pytestmark = pytest.mark.usefixtures("handlers_as_before")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_received_at_once_and_passed_on_when_it_can_be_taken(number):
    signals, ended = EndSignals(), threading.Event()
    assert not signals.received
    os.kill(os.getpid(), number)
    assert signals.received and not ended.is_set()
    signals.pass_on(ended.set)
    assert ended.wait(10)
    signals.close()


def test_of_several_signals_the_first_is_passed_on():
    signals, calls, ended = EndSignals(), [], threading.Event()

    def end():
        calls.append(1)
        ended.set()

    signals.pass_on(end)
    assert not calls
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGINT)
    assert ended.wait(10)
    os.kill(os.getpid(), signal.SIGTERM)
    signals.close()
    assert calls == [1]


def test_a_signal_after_the_end_is_ignored():
    signals, ended = EndSignals(), threading.Event()
    signals.pass_on(ended.set)
    signals.close()
    os.kill(os.getpid(), signal.SIGINT)  # raises nothing, writes nowhere
    assert not ended.wait(0.2)
    assert signal.set_wakeup_fd(-1) == -1


def test_another_thread_than_the_main_one_leaves_signals_as_they_are():
    before = signal.getsignal(signal.SIGINT)
    made = []
    thread = threading.Thread(target=lambda: made.append(EndSignals()))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before and not made[0].received
    made[0].close()
