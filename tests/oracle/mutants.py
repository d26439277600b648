"""Breaks the model at one place after another and tells which breaks the oracle does not see.

    python3 tests/oracle/mutants.py COUNT [SEED]     (in the root of the sources)

A mutant differs in one word: `and` for `or`, `==` for `~=`, `not` left out, one number, one truth, one condition that always or never
holds. It is seen when its answers to COUNT machines are not all those of the oracle. Those that are not seen are printed: most of
them change only what is said beside an answer (why, what is lost) or how fast it comes; the others are what the machines do not reach.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import asked
import compare
import machines

FILES = ("tls/handshake.lua", "tls/versions.lua", "tls/suite_order.lua")
SWAPS = {"and": "or", "or": "and", "==": "~=", "~=": "==", "true": "false", "false": "true", "not": "", "<": "<=", "<=": "<",
         ">": ">=", ">=": ">", "0": "1", "1": "2"}
WORDS = re.compile(r"--[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|\b(?:and|or|not|true|false)\b|==|~=|<=|>=|[<>]|\b[01]\b")
CONDITIONS = re.compile(r"\bif (?!not )[^\n]*? then\b")


def mutants(text):
    """(line, what was there, what is there now, the text) of each mutant."""
    for found in WORDS.finditer(text):
        word = found.group()
        if word in SWAPS and not text[:found.start()].endswith("close"):
            yield text.count("\n", 0, found.start()) + 1, word, SWAPS[word], text[:found.start()] + SWAPS[word] + text[found.end():]
    for found in CONDITIONS.finditer(text):
        for word in ("true", "false"):
            now = f"if {word} then"
            yield text.count("\n", 0, found.start()) + 1, found.group(), now, text[:found.start()] + now + text[found.end():]


def seen(folder, questions, lines):
    """Whether the model in a folder answers otherwise than the oracle, or not at all."""
    process = subprocess.Popen([asked.LUA, os.path.join(asked.HERE, "answers.lua")], stdin=open(questions, encoding="utf-8"),
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, encoding="utf-8")
    for line in lines:
        if process.stdout.readline() != line + "\n":
            process.kill()
            process.wait()
            return True
    return process.wait() != 0


def main(wanted, seed, _):
    tables = asked.tables()
    maker, counts = machines.Maker(tables, seed), compare.Counts(tables)
    made = [maker.make(index) for index in range(wanted)]
    lines = [compare.line(tables, facts, sets, counts) for facts, sets in made]
    tried = left = 0
    with tempfile.TemporaryDirectory() as folder:
        questions = os.path.join(folder, "questions")
        with open(questions, "w", encoding="utf-8") as file:
            file.writelines(machines.lua(facts) + "," + machines.lua(sets) + "\n" for facts, sets in made)
        shutil.copytree("stdlib", os.path.join(folder, "stdlib"))
        for name in FILES:
            path = os.path.join(folder, "stdlib", name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for line, was, now, broken in mutants(text):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(broken)
                tried += 1
                if not seen(folder, questions, lines):
                    left += 1
                    print(f"not seen: stdlib/{name}:{line}: {was!r} -> {now!r}: {text.splitlines()[line - 1].strip()}", flush=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    print(f"{tried} mutants, {left} not seen")
    return 0


if __name__ == "__main__":
    sys.exit(main(*asked.arguments()))
