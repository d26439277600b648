"""Compares the model with the oracle on random machines.

    python3 tests/oracle/compare.py COUNT [SEED [FIRST]]     (in the root of the sources)

The model answers in one process, the oracle in this one; a machine is a line. Where they differ, the machine and what each
says are printed. The distribution of answers is printed too, and a class of answers that never came is a failure:
a comparison that does not reach it shows nothing about it.
"""

import collections
import sys

import asked
import machines
import model

SHOWN = 5  # differences that are printed whole
FIELDS = ("versions", "owner", "suites", "groups", "signature algorithms")


class Counts:
    """How often each class of answers came."""

    def __init__(self, tables):
        self.seen = collections.Counter()
        self.wanted = [("owner", owner) for owner in ("policy", "local", "default")]
        self.wanted += [("modern", answer) for answer in ("yes", "no", "cannot tell")]
        self.wanted += [(kind, sure) for kind in ("suite", "group", "open") for sure in (True, False)]
        for version in tables.versions:
            rows = tables.releases.values()
            lacking = [word for word in ("not supported",) if any("ns" in row["schannel"][version].values() for row in rows)]
            self.wanted += [("state", version, state) for state in ["on", "on request", "off", "cannot tell"] + lacking]
            self.wanted += [("answer", version, answer) for answer in ["yes", "no", "on request", "cannot tell"] + lacking]

    def missing(self):
        return [key for key in self.wanted if not self.seen[key]]

    def side(self, side, offers):
        seen = self.seen
        seen["owner", side.owner] += 1
        seen["open", side.open] += 1
        for version, state in side.versions.items():
            seen["state", version, state] += 1
        for _, _, sure in side.suites:
            seen["suite", sure] += 1
        for _, sure in side.groups:
            seen["group", sure] += 1
        for offer in offers:
            seen["modern", offer.modern] += 1
            for version, answer in offer.answers.items():
                seen["answer", version, answer] += 1


def line(tables, facts, sets, counts):
    """What answers.lua says of a machine, by the oracle."""
    texts = []
    for role in model.ROLES:
        side = model.Side(tables, facts, role)
        offers = [model.Offer(tables, side, named) for named in [None] + sets]
        counts.side(side, offers)
        parts = [",".join(side.versions.values()), side.owner + (", open" if side.open else ""),
                 " ".join([f"{suite.name}{curve or ''}{'+' if sure else '-'}" for suite, curve, sure in side.suites]),
                 " ".join([f"{group['iana']}{'+' if sure else '-'}" for group, sure in side.groups]),
                 " ".join(side.signatures)]
        parts += [",".join(offer.answers.values()) + ";" + offer.modern for offer in offers]
        texts.append(";".join(parts))
    return "|".join(texts)


def told(ours, theirs, sets):
    """Which fields of a line differ."""
    rows = []
    for role, our_side, their_side in zip(model.ROLES, ours.split("|"), theirs.split("|")):
        names = list(FIELDS)
        for named in [None] + sets:
            names += [f"offer to {named or 'a program that names none' if named is None else named}", "modern"]
        for name, our, their in zip(names, our_side.split(";"), their_side.split(";")):
            if our != their:
                rows.append(f"  {role}, {name}\n    oracle: {beside(our, their)}\n    model:  {beside(their, our)}")
    return "\n".join(rows)


def beside(text, other):
    """A text, or of a list what the other has not."""
    names, others = text.split(" "), set(other.split(" "))
    more = [name for name in names if name not in others]
    return text if "," in text or not more else " ".join(more)


def main(wanted, seed, first):
    data = asked.tables()
    maker, counts = machines.Maker(data, seed), Counts(data)
    differences = compared = 0
    numbers = range(first, first + wanted)
    for index, facts, sets, theirs in asked.answers((index, *maker.make(index)) for index in numbers):
        compared += 1
        ours = line(data, facts, sets, counts)
        if ours != theirs:
            differences += 1
            if differences <= SHOWN:
                print(f"FAILED: machine {index} of seed {seed}\n  {machines.lua(facts)}\n{told(ours, theirs, sets)}", flush=True)
    for key, number in sorted(counts.seen.items(), key=str):
        print(f"{number:9}  {', '.join(map(str, key))}")
    missing = counts.missing() if wanted >= 10000 else []
    for key in missing:
        print(f"FAILED: no machine had {', '.join(map(str, key))}")
    print(f"{compared} machines, {differences} differences")
    return 0 if compared == wanted and differences == 0 and not missing else 1


if __name__ == "__main__":
    sys.exit(main(*asked.arguments()))
