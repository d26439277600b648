"""What Schannel offers and accepts, a second time.

Written from docs/HANDSHAKE.md and from the tables (tables.lua), not from stdlib/tls/handshake.lua: where the two differ,
one of them, or the page, is wrong.

A value of a machine is None (absent), an int, a str, a list of str, {"malformed": type} or {"unknown": branch}.
"""

ROLES = ("Client", "Server")
SSL = ("SSL 2.0", "SSL 3.0")
TLS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
# DTLS takes the suites of the TLS that it is made of.
SUITES_OF = {"DTLS 1.0": "TLS 1.1", "DTLS 1.2": "TLS 1.2"}
LONGEST = 1023
FIRST_MINIMUM = 26100  # the first build with a policy of a lowest version
MINIMA = ("1.0", "1.1", "1.2", "1.3")
BLANKS = " \t\r\n\v\f"
BAD = "bad"  # what a number cannot be read from


class Tables:
    """The tables, as tables.lua prints them, and what is worked out from them once."""

    def __init__(self, data):
        self.versions = data["versions"]
        self.releases = {row["id"]: row for row in data["releases"]}
        self.suites = {name: Suite(row) for name, row in data["suites"].items()}
        for row in data["releases"]:
            row["states_by_name"] = {step["state"]: step for step in row["states"]}
            row["groups"] = {group["name"].lower(): group for group in row["curves"] + row["more_curves"]}
        self.lasting = {}
        self.newest = data["releases"][-1]
        self.blue = self.releases["win81"]["states"][0]["knows"]


    def lasts(self, release, name):
        """Whether the releases of this NT version from this one on know a name."""
        row = self.releases.get(release)
        if row and (release, name) not in self.lasting:
            self.lasting[release, name] = all(
                name in each["states"][0]["knows"] for each in self.releases.values()
                if each["nt"] == row["nt"] and each["build"] >= row["build"])
        return row is not None and self.lasting[release, name]


class Suite:
    """A suite, and the switches that it hangs on: (family, key, certain)."""

    def __init__(self, row):
        self.name, self.kex, self.strong = row["name"], row["kex"], row["strong"]
        self.counts = row["kex"] != "PSK" and row["cipher"] != "NULL"
        self.tls13 = row["oldest"] == "TLS 1.3"
        self.aead = row["mac"] == "AEAD"
        self.needs_curve = self.tls13 or row["kex"] == "ECDHE"
        self.fips = row["cipher"] in ("AES", "3DES") and "MD5" not in (row["mac"], row["hash"])
        self.versions = set(TLS[TLS.index(row["oldest"]):TLS.index(row["newest"]) + 1])
        self.switches = switches(row, self.tls13)


def switches(row, tls13):
    found = []
    cipher, bits = row["cipher"], row["bits"]
    key = {"AES": f"AES {bits}/{bits}", "3DES": "Triple DES 168", "RC4": f"RC4 {bits}/128", "DES": "DES 56/56"}.get(cipher)
    if key:
        found.append(("Ciphers", key, not tls13))
    kex = {"ECDHE": "ECDH", "DHE": "Diffie-Hellman", "RSA": "PKCS"}.get(row["kex"])
    if kex:
        found.append(("KeyExchangeAlgorithms", kex, True))
    if row["kex"] in ("ECDHE", "DHE") and row["auth"] == "RSA":
        found.append(("KeyExchangeAlgorithms", "PKCS", False))
    if row["mac"] != "AEAD":
        found.append(("Hashes", row["mac"], True))
    else:
        found.append(("Hashes", row["hash"], False))
    return found


def number(value):
    """None, an int, or BAD."""
    return value if value is None or type(value) is int else BAD


def is_old(facts):
    """Whether it is older than 10, where names of suites carry their curve."""
    return facts["nt"].split(".")[0] in ("5", "6")


# Versions

def default_of(tables, facts, version, role):
    """Windows' own: "on", "off", "ns" or "open", and whether that is so on this build."""
    row = tables.releases.get(facts.get("release"))
    if not row:
        return "open", False
    own = row["schannel"][version][role]
    updated = row.get("updated")
    if updated:
        there = facts["updates"].get(updated["kb"])
        late = updated["defaults"][version][role]
        if there == "unknown" and late != own:
            return "open", False
        own = late if there is True else own
    if not facts["exact"]:
        # Later releases of this NT may have what this one lacks, or lack what it has.
        later = {each["schannel"][version][role] == "ns" for each in tables.releases.values()
                 if each["nt"] == row["nt"] and each["build"] >= row["build"]}
        if len(later) > 1:
            return "open", False
    return own, facts["exact"] or own == "ns"


def before_vista(facts, version):
    """Whether it is a version that Windows before Vista has not."""
    major = facts["nt"].split(".")[0]
    return major.isdecimal() and int(major) < 6 and version not in ("SSL 2.0", "SSL 3.0", "TLS 1.0")


def lowered(facts, version, role, state):
    """Whether the policy of a lowest version opens what the values say."""
    lowest = facts.get("minimum", {}).get(role)
    if lowest is None or (facts["build"] or 0) < FIRST_MINIMUM or version not in TLS or state == "not supported":
        return False
    if lowest not in MINIMA:
        return True
    below = TLS.index(version) < TLS.index("TLS " + lowest)
    return state != ("off" if below else "on")


def state_of(version, default, enabled, disabled):
    """What a version is, and whether programs that name it get it all the same."""
    own, certain = default
    enabled, disabled = number(enabled), number(disabled)
    if own == "ns":
        return "not supported", False
    if enabled in (0, BAD):
        return ("cannot tell" if enabled == BAD else "off"), False
    if disabled == BAD:
        return "cannot tell", certain and own != "open" and (version not in SSL or own == "on" or enabled is not None)
    if own == "open" or (disabled is None and not certain):
        return "cannot tell", False
    if disabled is None:
        disabled = 0 if own == "on" else 1
    return ("on request" if disabled != 0 else "on"), False


# The order of cipher suites

class Order:
    def __init__(self, owner, entries, is_open):
        self.owner, self.entries, self.open = owner, entries, is_open


def possible_states(tables, facts):
    row = tables.releases.get(facts.get("release"))
    possible = []
    for step in row["states"] if row else ():
        if step.get("kb"):
            there = facts["updates"].get(step["kb"])
        elif step.get("revision"):
            revision = facts.get("revision")
            there = None if revision is None else revision >= step["revision"]
        else:
            there = True
        if there is not False:
            possible.append(step)
        if there is True:
            break
    return possible


def own_order(tables, states, sure):
    """(suite, curve, sure) of Windows' own list."""
    entries = []
    lists = [step["own"] for step in states]
    seen = set()
    everywhere = set.intersection(*[set(map(tuple, names)) for names in lists]) if lists else set()
    for names in lists:
        for name in map(tuple, names):
            if name not in seen:
                seen.add(name)
                curve = name[1] if len(name) > 1 else None
                if tables.suites[name[0]].counts:
                    entries.append((tables.suites[name[0]], curve, sure and name in everywhere))
    return entries


def split_curve(name):
    if name[-5:-3] == "_P" and name[-3:].isdecimal():
        return name[:-5], name[-4:]
    return name, None


def listed_order(tables, facts, states, names, sure):
    """(suite, curve, sure) of a list that somebody wrote."""
    entries, seen = [], set()
    old = is_old(facts)
    for written in names:
        name = written.strip(BLANKS)
        bare, curve = split_curve(name)
        suite = tables.suites.get(bare)
        key = name if old else bare
        if not suite or key in seen or not suite.counts:
            continue
        if suite.kex != "ECDHE" and curve:
            continue
        if suite.kex == "ECDHE" and old and not curve:
            continue
        certain = sure and name == written
        known = [step["knows"].get(key, -1) for step in states] or [0]
        if max(known) < 0:
            if facts["exact"]:
                continue
            certain = False
        if not facts["exact"] and not tables.lasts(facts.get("release"), key):
            certain = False
        if min(known) < 1 or (curve and not old and name not in tables.blue):
            certain = False
        seen.add(key)
        entries.append((suite, curve if old else None, certain))
    return entries


def order_of(tables, facts):
    states = possible_states(tables, facts)
    policy, local = facts["order"].get("policy"), facts["order"].get("local")
    if type(policy) is str:
        names = [part for part in policy.split(",") if part]
        sure = len(policy) <= LONGEST
        return Order("policy", listed_order(tables, facts, states, names, sure), not sure)
    sure = policy is None
    if type(local) is list:
        own = any(local == ["_".join(name) for name in step["own"]] for step in states)
        return Order("default" if own else "local", listed_order(tables, facts, states, local, sure), not sure)
    sure = sure and local is None and facts["exact"]
    return Order("default", own_order(tables, states, sure), not sure)


# Curves

def groups_of(tables, facts, order):
    """(group, sure) in order, and whether there may be others."""
    row = tables.releases.get(facts.get("release"), tables.newest)
    if is_old(facts):
        carried = {}
        for _, curve, sure in order.entries:
            carried[curve] = carried.get(curve, False) or sure
        return [(group, carried[group["suffix"]]) for group in row["groups"].values()
                if group.get("suffix", "none") in carried], False
    sure = True
    for value in (facts["curves"].get("policy"), facts["curves"].get("local")):
        if type(value) is list:
            names = value
            sure = sure and facts.get("release") is not None
            break
        if value is not None:
            sure = False
    else:
        names = [group["name"] for group in row["curves"]]
        sure = sure and facts["exact"]
    is_open = not sure or not facts["exact"]
    found, seen = [], set()
    for name in names:
        group = row["groups"].get(name.lower())
        if group and group["name"] not in seen:
            seen.add(group["name"])
            found.append((group, sure))
    return found, is_open


# What is taken away

def fips_of(facts):
    """True, False or None (cannot be told)."""
    values = [number(facts["fips"].get(name)) for name in ("Enabled", "MDMEnabled")]
    if any(value not in (None, 0, BAD) for value in values):
        return True
    return None if BAD in values else False


def after_switches(facts, suite):
    """True, False or None: whether the switches leave a suite."""
    left = True
    for family, key, certain in suite.switches:
        value = number(facts["algorithms"].get(family, {}).get(key))
        if value is None or (value != 0 and value != BAD):
            continue
        if value == 0 and certain:
            return False
        left = None
    return left


class Side:
    def __init__(self, tables, facts, role):
        self.role = role
        self.versions, self.by_name, self.silent = {}, {}, {}
        for version in tables.versions:
            values = facts["protocols"].get(version, {}).get(role, {})
            enabled, disabled = values.get("Enabled"), values.get("DisabledByDefault")
            own = default_of(tables, facts, version, role)
            state, by_name = state_of(version, own, enabled, disabled)
            if before_vista(facts, version):
                state, by_name = "not supported", False
            if lowered(facts, version, role, state):
                state, by_name = "cannot tell", False
            self.versions[version], self.by_name[version] = state, by_name
            self.silent[version] = enabled is None and disabled is None
        order = order_of(tables, facts)
        self.owner, self.open = order.owner, order.open
        self.fips = fips_of(facts)
        self.groups = []
        groups, self.groups_open = groups_of(tables, facts, order)
        for group, sure in groups:
            if group["fips"] or self.fips is not True:
                self.groups.append((group, sure and (group["fips"] or self.fips is False)))
        self.suites = self.left(facts, order)
        self.signatures = self.signed(tables, facts)

    def left(self, facts, order):
        suites = []
        for suite, curve, sure in order.entries:
            left = after_switches(facts, suite)
            if left is False or (self.fips and not suite.fips):
                continue
            if left is None or (self.fips is None and not suite.fips):
                sure = False
            if suite.needs_curve:
                fit = [certain for group, certain in self.groups if suite.tls13 or not group.get("only")]
                if not fit and not self.groups_open:
                    continue
                sure = sure and any(fit)
            suites.append((suite, curve, sure))
        return suites

    def signed(self, tables, facts):
        states = possible_states(tables, facts)
        hashes = facts["algorithms"].get("Hashes", {})
        names = states[0]["signatures"] if states else []
        return [name for name in names if hashes.get(hash_key(name)) != 0]


def hash_key(signature):
    ending = signature.rsplit("_", 1)[1].upper()
    return "SHA" if ending == "SHA1" else ending


# What a program gets

class Offer:
    def __init__(self, tables, side, named):
        self.answers, self.suites = {}, {}
        for version in tables.versions:
            fit = [entry for entry in side.suites if SUITES_OF.get(version, version) in entry[0].versions]
            self.suites[version] = fit
            self.answers[version] = answer(side, version, named, fit)
        self.modern = modern(self, side)


def answer(side, version, named, suites):
    state = side.versions[version]
    if state == "off" or (named is not None and version not in named):
        return "no"
    if state == "not supported":
        return state
    if state == "on request" and (named is None or (version in SSL and side.silent[version])):
        return state
    own = version == "SSL 2.0"
    if not own and not suites and not side.open:
        return "no"
    if state == "cannot tell" and not (named is not None and side.by_name[version]):
        return state
    if own:
        return "yes"
    return "yes" if any(sure for _, _, sure in suites) else "cannot tell"


def modern(offer, side):
    best = "no"
    for version in ("TLS 1.2", "TLS 1.3"):
        given = offer.answers[version]
        strong = [sure for suite, _, sure in offer.suites[version] if suite.strong]
        if given == "yes" and any(strong):
            return "yes"
        if given in ("yes", "cannot tell") and (strong or side.open):
            best = "cannot tell"
    return best
