"""What the Lua is asked: the tables, and the model's answers to machines, one process for all of them."""

import collections
import json
import os
import subprocess
import sys
import threading

import machines
import model

LUA = os.environ.get("TLSMEND_LUA", "lua5.4")
HERE = os.path.dirname(os.path.abspath(__file__))


def tables():
    text = subprocess.run([LUA, os.path.join(HERE, "tables.lua")], check=True, stdout=subprocess.PIPE).stdout
    return model.Tables(json.loads(text))


def answers(asked):
    """(name, facts, sets, the model's line) of each (name, facts, sets)."""
    process = subprocess.Popen([LUA, os.path.join(HERE, "answers.lua")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               encoding="utf-8")
    waiting = collections.deque()

    def feed():
        for name, facts, sets in asked:
            waiting.append((name, facts, sets))
            process.stdin.write(machines.lua(facts) + "," + machines.lua(sets) + "\n")
        process.stdin.close()

    threading.Thread(target=feed, daemon=True).start()
    for line in process.stdout:
        yield (*waiting.popleft(), line.rstrip("\n"))
    if process.wait() != 0:
        sys.exit("FAILED: the model ended with an error")


def arguments():
    """COUNT [SEED [FIRST]]"""
    numbers = [int(text) for text in sys.argv[1:4]]
    return numbers + [1, 0][len(numbers) - 1:]
