"""A fork in the middle of what another thread computes: the child neither waits nor sees a half."""

from __future__ import annotations

import os

import pytest
from support.scripts import run_script

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

#: A thread is computing a cached property, whose lock it holds in Python 3.11, when the fork comes.
PROPERTY = """
import faulthandler, os, threading
import dynclient
from dynclient.schema.engines import engine
from support.both import document
from support.documents import parameter

is_inside, may_go_on = threading.Event(), threading.Event()
FastValidator = engine.FastValidator

def compile_slowly(*args, **kwargs):
    is_inside.set()
    assert may_go_on.wait(60)
    return FastValidator(*args, **kwargs)

def build_operation():
    return dynclient.Client(document(parameter("q", schema={"type": "string"}))).run

engine.FastValidator = compile_slowly
thread = threading.Thread(target=build_operation().validate, kwargs={"q": "a"})
thread.start()
is_inside.wait()
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(30, exit=True)
    engine.FastValidator = FastValidator
    os._exit(0 if build_operation().validate(q="a") == [] else 9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
may_go_on.set()
thread.join()
"""

#: A thread has done half of its work behind a lock when the fork comes: the fork waits for it.
LOCK = """
import faulthandler, os, threading
from dynclient.fork_safety import build_fork_safe_lock

lock = build_fork_safe_lock()
is_inside, is_forking = threading.Event(), threading.Event()
os.register_at_fork(before=is_forking.set)  # runs before that of the lock
done = []

def work():
    with lock:
        done.append("one half")
        is_inside.set()
        assert is_forking.wait(60)
        done.append("the other half")

thread = threading.Thread(target=work)
thread.start()
is_inside.wait()
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(30, exit=True)
    with lock:
        os._exit(0 if done == ["one half", "the other half"] else 9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
thread.join()
with lock:
    pass
"""


@pytest.mark.parametrize("script", [PROPERTY, LOCK], ids=["a cached property", "a lock"])
def test_a_forked_process_does_not_wait_for_a_thread_of_its_parent(script):
    assert run_script(script) == "0\n"
