"""Rows of layers and verdict on random machines: by a second implementation, and on machines that are not known whole.

    python3 tests/oracle/verdicts.py COUNT [SEED [FIRST]]     (in the root of the sources)

A machine whose layers are known is taken, parts of it are made unknown, and what is unknown is filled in again, as sound.py does. What
was compliant or not compliant must be so on all of them, and so must each row that says yes or no.
"""

import collections
import random
import sys

import asked
import machines
import rows as rows_of
import sound

SHOWN = 3
# Around those that change what a layer does: of http.sys on build 17763, of WinHTTP and WinINET there and from 20H2 on.
REVISIONS = {17763: (403, 403, 404, 3468, 3469)}
OTHERS = (2074, 2075)
PLACES = (("winhttp", "values", "value", "bits"), ("wininet", "machine", "value", "bits"), ("wininet", "users", "value", "bits"),
          ("dotnet", "values", "SystemDefaultTlsVersions", "switch"), ("dotnet", "values", "SchUseStrongCrypto", "switch"),
          ("http_sys", None, "flags", "flags"), ("sql", "instances", "capable", "truth"), ("sql", "drivers", "capable", "truth"))


def slots(layers):
    """Places of the layers whose value may be unknown: (dict, name, kind)."""
    found = [(layers["rdp"], name, "switch") for name in ("fDenyTSConnections", "UserAuthentication", "SecurityLayer")]
    found += [(layers["wininet"], "policy", "bits")]
    found += [(place["update"], "there", "truth") for place in (layers["winhttp"], layers["rdp"]) if place["update"]]
    for layer, name, value, kind in PLACES:
        found += [(row, value, kind) for row in (layers[layer][name] if name else layers[layer])]
    return found


def hide(rng, facts, share):
    """The numbers of the places that are made unknown."""
    hidden = []
    for number, (place, name, kind) in enumerate(slots(facts["layers"])):
        if rng.random() < share:
            hidden.append(number)
            place[name] = "unknown" if kind == "truth" else {"unknown": "HKLM"}
    return hidden


def fill(rng, facts, whole, hidden):
    there = slots(whole["layers"])
    for number, (place, name, kind) in enumerate(slots(facts["layers"])):
        value = there[number][0].get(there[number][1])
        if number in hidden:
            value = {"bits": lambda: machines.bits(rng, 0), "switch": lambda: machines.switch(rng, 0),
                     "flags": lambda: rng.choice((None, 0, 0x400, 0x1000)), "truth": lambda: rng.random() < 0.5}[kind]()
        place[name] = value


class Maker:
    def __init__(self, tables, seed):
        self.seed, self.sound = seed, sound.Maker(tables, seed)

    def group(self, index):
        rng = random.Random(self.seed * 7000003 + index)
        whole, sets = self.sound.whole.make(index, known=True)
        if rng.random() < 0.8:
            whole["revision"] = rng.choice(REVISIONS.get(whole["build"], OTHERS))
        if rng.random() < 0.2:
            whole["order"]["policy"] = rng.choice(("TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA256"))
        whole["layers"] = machines.layers(rng, whole, 0)
        places = self.sound.slots(whole)
        chosen = self.sound.chosen(rng, places) if rng.random() < 0.5 else []
        less = self.sound.hide(rng, whole, chosen)
        hidden = hide(rng, less, rng.choice((0.05, 0.2)))
        rows = [("hidden", less), ("filled", whole)]
        for _ in range(3):
            more = self.sound.fill(rng, whole, chosen)
            fill(rng, more, whole, hidden)
            rows.append(("filled", more))
        noisy = self.sound.whole.make(index)[0]
        noisy["layers"] = machines.layers(rng, noisy, 0.05)
        rows.append(("noisy", noisy))
        return [((index, name), facts, sets) for name, facts in rows]


def parts(line):
    """(rows, what the verdict says)"""
    rows, verdict = line.split("|")
    return [tuple(row.split("=")) for row in rows.split(";")], verdict.split("=")


def verdict(rows):
    """The second implementation: (result, layer, who) of (layer, who, answer, counts)."""
    for result in ("not-compliant", "cannot-tell"):
        for layer, who, answer, counts in rows:
            bad = answer != "yes" and counts != "false"
            sure = counts == "true" and answer in ("no", "some")
            if bad and sure == (result == "not-compliant"):
                return [result, layer, who]
    return ["compliant", "", ""]


def believed(less, more):
    wrong = []
    (less_rows, less_verdict), (more_rows, more_verdict) = parts(less), parts(more)
    if less_verdict[0] != "cannot-tell" and less_verdict[0] != more_verdict[0]:
        wrong.append(f"the verdict is {less_verdict} and may be {more_verdict}")
    answers = {(layer, who): (answer, counts) for layer, who, answer, counts in more_rows}
    for layer, who, answer, counts in less_rows:
        other = answers.get((layer, who))
        if other and answer in ("yes", "no") and other[0] != answer:
            wrong.append(f"{layer}, {who} is {answer} and may be {other[0]}")
    return wrong


def main(wanted, seed, first):
    tables = asked.tables()
    maker, counts, wrong = Maker(tables, seed), collections.Counter(), collections.Counter()
    hidden = None
    asking = (row for each in range(first, first + wanted) for row in maker.group(each))
    for (index, name), facts, _, line in asked.answers(asking):
        rows, said = parts(line)
        texts = [] if said == verdict(rows) else [f"the verdict is {said} and should be {verdict(rows)}"]
        ours = rows_of.Rows(tables, facts).list
        theirs = [row for row in rows if row[0] not in ("dotnet", "powershell")]
        if ours != theirs:
            texts.append(f"the oracle has {[row for row in ours if row not in theirs]}, the model "
                         f"{[row for row in theirs if row not in ours]}")
        texts += [f"{row} has no reason" for row in rows if "no reason" in row[2]]
        counts[said[0]] += 1
        counts.update((layer, answer) for layer, _, answer, _ in rows)
        if name == "hidden":
            hidden = (facts, line)
        elif name == "filled":
            texts += believed(hidden[1], line)
        if texts:
            wrong[name] += 1
            if sum(wrong.values()) <= SHOWN:
                print(f"FAILED: machine {index} of seed {seed}, {name}: {'; '.join(texts[:4])}\n"
                      f"  {machines.lua(hidden[0])}\n  {machines.lua(facts)}")
    for key, number in sorted(counts.items(), key=str):
        print(f"{number:9}  {key if type(key) is str else ', '.join(key)}")
    missing = [key for key in ("compliant", "not-compliant", "cannot-tell") if not counts[key]]
    print(f"{wanted} machines, {sum(wrong.values())} wrong verdicts{', never: ' + ', '.join(missing) if missing else ''}")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main(*asked.arguments()))
