"""What the model says of a machine that is not known whole must hold for every machine that it may be.

    python3 tests/oracle/sound.py COUNT [SEED [FIRST]]     (in the root of the sources)

A known machine is taken; some of its values, an update, or its place among the builds are made unknown, then some more; and what is
unknown is filled in at random, several times. A yes, a no, a suite that is sure must be the same on all of them. Where it is not, the
model believed what it could not know. Beside that: switching off one more thing never makes a yes of a no.
"""

import collections
import pickle
import random
import sys

import asked
import machines
import model

FILLED = 4  # how often what is unknown is filled in
SHOWN = 3
# A program does not get it, for whichever of these reasons: that may hang on what is unknown.
NEVER = {"state": {"not supported": "off"}, "program": {"not supported": "no", "on request": "no"}}


class Maker:
    """Machines that are known, known in part, and filled in."""

    def __init__(self, tables, seed):
        self.tables, self.seed = tables, seed
        self.whole = machines.Maker(tables, seed)

    def slots(self, facts):
        """Every place where a value may be unknown: (path, kind)."""
        found = [(("protocols", version, role, name), "number") for version in self.tables.versions for role in model.ROLES
                 for name in ("Enabled", "DisabledByDefault")]
        found += [(("algorithms", family, key), "number") for family, keys in machines.KEYS.items() for key in keys]
        found += [(("fips", name), "number") for name in ("Enabled", "MDMEnabled")]
        found += [(("minimum", role), "minimum") for role in model.ROLES]
        found += [((kind, owner), kind + " " + owner) for kind in ("order", "curves") for owner in ("policy", "local")]
        found += [(("updates", kb), "update") for kb in facts["updates"]]
        return found + [(("revision",), "revision"), (("exact",), "build"), (("release",), "build")]

    def chosen(self, rng, slots):
        """Single places, or a branch that a file lacks."""
        luck = rng.random()
        if luck < 0.1:
            return [slot for slot in slots if slot[0][0] in ("protocols", "algorithms")]
        if luck < 0.2:
            return [slot for slot in slots if slot[0][-1] == "policy" or slot[1] == "minimum"]
        if luck < 0.3:
            return [slot for slot in slots if slot[0][0] in ("protocols", "algorithms", "fips") or slot[0][-1] == "local"]
        if luck < 0.5:
            return [slot for slot in slots if slot[1] in ("update", "build") and rng.random() < 0.5]
        kind = rng.choice(("protocols", "algorithms", "order", "curves", "fips"))
        near = [slot for slot in slots if slot[0][0] == kind]
        return rng.sample(near, min(len(near), rng.choice((1, 2, 4)))) + rng.sample(slots, rng.choice((0, 1, 2)))

    def hide(self, rng, facts, slots):
        facts = copy(facts)
        for path, kind in slots:
            value = {"unknown": "HKLM\\\\SYSTEM"} if rng.random() < 0.7 else {"malformed": "REG_BINARY"}
            put(facts, path, {"update": "unknown", "revision": None, "build": None}.get(kind, value))
        if facts["release"] is None or facts["exact"] is None:
            facts["exact"] = False
        return facts

    def fill(self, rng, facts, slots):
        """A machine that may be behind the one with those places hidden."""
        facts = copy(facts)
        row = self.tables.releases[facts["release"]]
        known = {path[0] for path, kind in slots if kind == "build"}
        if known:
            rows = [each for each in self.tables.releases.values() if each["nt"] == row["nt"]
                    and ("release" in known or each["build"] >= row["build"])]
            row = rng.choice(rows)
            facts["release"] = row["id"]
            facts["updates"] = {**self.whole.updates(rng, row, 0), **facts["updates"]}
        extreme = rng.choice((None, None, "absent", 0, 1))
        for path, kind in slots:
            if kind != "build":
                put(facts, path, self.value(rng, row, kind, extreme))
        return facts

    def value(self, rng, row, kind, extreme):
        if kind == "update":
            return rng.random() < 0.5
        if kind == "revision":
            return rng.choice(machines.REVISIONS[1:])
        if kind == "number":
            return {None: machines.dword(rng, 0.6, 0), "absent": None}.get(extreme, extreme)
        if extreme == "absent":
            return None
        if kind == "minimum":
            return self.whole.minimum(rng, 0)
        return {"order policy": lambda: self.whole.policy(rng, row, 0), "order local": lambda: self.whole.local(rng, row, 0),
                "curves policy": lambda: self.whole.curve_list(rng, 0.7, 0),
                "curves local": lambda: self.whole.curve_list(rng, 0.7, 0)}[kind]()

    def settle(self, rng, facts):
        """What no document says, said: a list that is too long is cut, or counts for nothing; a name with blanks does or does not."""
        facts = copy(facts)
        order = facts["order"]
        if type(order["policy"]) is str:
            if len(order["policy"]) > model.LONGEST:
                order["policy"] = rng.choice((None, order["policy"][:model.LONGEST]))
        if type(order["policy"]) is str:
            order["policy"] = ",".join(self.names(rng, order["policy"].split(",")))
        if type(order["local"]) is list:
            order["local"] = self.names(rng, order["local"])
        return facts

    def names(self, rng, names):
        bare = [(name, name.strip(model.BLANKS)) for name in names]
        return [plain for name, plain in bare if name == plain or rng.random() < 0.5]

    def less(self, rng, facts):
        """The machine with one more thing switched off."""
        facts = copy(facts)
        luck = rng.random()
        order, curves = facts["order"], facts["curves"]
        if luck < 0.3:
            path = rng.choice([path for path, _ in self.slots(facts) if path[0] == "algorithms" or path[-1] == "Enabled"])
            put(facts, path, 1 if path[0] == "fips" else 0)
        elif luck < 0.7 and type(order["policy"]) is str:
            names = order["policy"].split(",")
            names.pop(rng.randrange(len(names)))
            order["policy"] = ",".join(names)
        elif luck < 0.85 and type(order["local"]) is list and order["local"]:
            order["local"].pop(rng.randrange(len(order["local"])))
        else:
            for names in curves.values():
                if type(names) is list and names:
                    names.pop(rng.randrange(len(names)))
        return facts

    def group(self, index):
        """The machines of one number: (what it is, facts)."""
        rng = random.Random(-self.seed * 1000003 - index)
        whole, sets = self.whole.make(index, known=True)
        slots = self.slots(whole)
        hidden = self.chosen(rng, slots)
        more = hidden + [slot for slot in self.chosen(rng, slots) if slot not in hidden]
        rows = [("hidden", self.hide(rng, whole, hidden)), ("hidden more", self.hide(rng, whole, more)), ("filled", whole)]
        rows += [("filled", self.fill(rng, whole, hidden)) for _ in range(FILLED)]
        rows += [("settled", self.settle(rng, whole)) for _ in range(2)]
        noisy = self.whole.make(index)[0]
        rows += [("before", noisy), ("less", self.less(rng, noisy))]
        return [((index, name), facts, sets) for name, facts in rows]


def copy(facts):
    return pickle.loads(pickle.dumps(facts))


def put(facts, path, value):
    for name in path[:-1]:
        facts = facts[name]
    facts[path[-1]] = value


# What a line of the model says

class Said:
    def __init__(self, side, versions):
        fields = side.split(";")
        self.open = fields[1].endswith("open")
        self.plain = {("state", version): word for version, word in zip(versions, fields[0].split(","))}
        for number, field in enumerate(fields[5:]):
            for version, word in zip(versions if number % 2 == 0 else ["modern"], field.split(",")):
                self.plain[f"program {number // 2}", version] = word
        self.sure = {name[:-1] for field in fields[2:4] for name in field.split() if name[-1] == "+"}
        self.there = {name[:-1] for name in fields[2].split()}


def plain(place, answer):
    return NEVER[place[0].split()[0]].get(answer, answer)


def believed(less, more):
    """What is said where less is known, and does not hold where more is: texts."""
    wrong = []
    for place, answer in less.plain.items():
        other = more.plain[place]
        if answer != "cannot tell" and plain(place, answer) != plain(place, other):
            wrong.append(f"{', '.join(place)} is {answer!r} and may be {other!r}")
    wrong += [f"{name} is sure and may not be" for name in sorted(less.sure - more.sure)]
    if not less.open:
        suites = {name for name in more.sure if name in more.there}
        wrong += [f"{name} is not there and may be" for name in sorted(suites - less.there)]
    return wrong


def raised(before, less):
    """What was a no and is none where one more thing is switched off: texts."""
    return [f"{', '.join(place)} was {answer!r} and is {less.plain[place]!r}" for place, answer in before.plain.items()
            if plain(place, answer) in ("off", "no") and plain(place, less.plain[place]) != plain(place, answer)]


class Judge:
    def __init__(self, seed, versions):
        self.seed, self.versions, self.wrong, self.counts = seed, versions, 0, collections.Counter()

    def compare(self, index, kind, one, other, rule):
        """One (facts, line) against another."""
        for role, left, right in zip(model.ROLES, one[1].split("|"), other[1].split("|")):
            texts = rule(Said(left, self.versions), Said(right, self.versions))
            self.counts[kind] += 1
            if texts:
                self.wrong += 1
                if self.wrong <= SHOWN:
                    print(f"FAILED: machine {index} of seed {self.seed}, {role}, {kind}: {'; '.join(texts[:4])}\n"
                          f"  {machines.lua(one[0])}\n  {machines.lua(other[0])}")

    def group(self, index, rows):
        by = collections.defaultdict(list)
        for name, facts, line in rows:
            by[name].append((facts, line))
        for filled in by["filled"]:
            self.compare(index, "filled in", by["hidden"][0], filled, believed)
        for settled in by["settled"]:
            self.compare(index, "settled", by["filled"][0], settled, believed)
        self.compare(index, "hidden more", by["hidden more"][0], by["hidden"][0], believed)
        self.compare(index, "switched off", by["before"][0], by["less"][0], raised)


def main(wanted, seed, first):
    tables, rows, done = asked.tables(), [], 0
    maker, judge = Maker(tables, seed), Judge(seed, tables.versions)
    asking = (row for each in range(first, first + wanted) for row in maker.group(each))
    for (index, name), facts, _, line in asked.answers(asking):
        rows.append((name, facts, line))
        if name == "less":
            judge.group(index, rows)
            rows, done = [], done + 1
    for kind, number in judge.counts.items():
        print(f"{number:9}  {kind}")
    print(f"{done} machines, {judge.wrong} wrong beliefs")
    return 0 if done == wanted and judge.wrong == 0 else 1


if __name__ == "__main__":
    sys.exit(main(*asked.arguments()))
