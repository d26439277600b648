"""The rows of the layers, a second time: who gets TLS 1.2 or later, and whether it is in use. Without .NET and PowerShell.

From the section "Layers" of docs/HANDSHAKE.md; the facts are those of tls.layer_facts.
"""

import copy

import model

BITS = {"SSL 2.0": 0x8, "SSL 3.0": 0x20, "TLS 1.0": 0x80, "TLS 1.1": 0x200, "TLS 1.2": 0x800, "TLS 1.3": 0x2000}
ALL, MODERN = 0x2AA8, 0x2800
# DefaultFlags of a binding of http.sys, and the first build and revision that reads them.
NO_TLS13, NO_LEGACY, NO_TLS12 = 0x40, 0x400, 0x1000
FLAGS_SINCE = (17763, 404)


def is_number(value):
    return type(value) is int


def is_unknown(value):
    return type(value) is dict and "unknown" in value


class Rows:
    def __init__(self, tables, facts):
        self.tables, self.facts, self.held = tables, facts, facts["layers"]
        self.release = tables.releases.get(facts.get("release"))
        self.client, self.server = (model.Side(tables, facts, role) for role in model.ROLES)
        self.list = []
        self.schannel()
        self.winhttp()
        self.wininet()
        self.rdp()
        self.http_sys()
        self.sql()
        self.untold()

    def add(self, layer, who, answer, counts="true"):
        self.list.append((layer, who, answer, counts))

    def by_choice(self, side):
        return model.Offer(self.tables, side, None).modern

    def by_name(self, bits):
        """What a client gets that names those versions; bits None: it cannot be told which."""
        if bits is None:
            return "cannot tell"
        return model.Offer(self.tables, self.client, [name for name, bit in BITS.items() if bits & bit]).modern

    def at_revision(self, bits):
        """A default, less what an update took out of it; where that cannot be told, what is left for sure."""
        narrowed, revision = self.release.get("narrowed"), self.facts.get("revision")
        if narrowed is None or (revision is not None and revision < narrowed):
            return bits
        return bits & MODERN

    def own(self, bits):
        return self.at_revision(bits) if self.release and self.facts["exact"] else None

    def schannel(self):
        self.add("schannel", "as client", self.by_choice(self.client))
        listens = (self.facts.get("server") or self.held["http_sys"] or self.held["sql"]["instances"]
                   or self.held["rdp"]["fDenyTSConnections"] == 0)
        counts = "true" if listens else "cannot tell" if self.facts.get("server") is None else "false"
        self.add("schannel", "as server", self.by_choice(self.server), counts)

    def winhttp_answer(self, value):
        default = self.own(self.release["winhttp"]) if self.release else None
        if is_unknown(value):
            return "cannot tell"
        if not is_number(value) or value == 0 or value & ~ALL:
            return self.by_name(default)
        if self.facts["nt"] not in ("6.1", "6.2", "6.3", "10.0", "11.0"):
            return "cannot tell"
        update = self.held["winhttp"]["update"]
        there = update is None or update["there"]
        return "cannot tell" if there == "unknown" else self.by_name(value if there else default)

    def winhttp(self):
        values = self.held["winhttp"]["values"]
        for row in values:
            self.add("winhttp", f"{row['view']}-bit" if len(values) > 1 else "all", self.winhttp_answer(row["value"]))

    def explorer_default(self):
        explorer = self.held["wininet"]["explorer"]
        if explorer is None or not self.release or not self.facts["exact"]:
            return None
        if explorer < 11:
            return 0xA0
        if self.release["schannel"]["TLS 1.3"]["Client"] == "on":
            return MODERN
        return self.at_revision(0xA80) if self.release["nt"] == "10.0" else 0xA80

    def wininet(self):
        held, default = self.held["wininet"], self.explorer_default()
        answer = lambda value, other: self.by_name(other if value is None else value if is_number(value) else None)
        machine = held["machine"]
        rows = [(f"without a setting, {row['view']}-bit" if len(machine) > 1 else "without a setting",
                 answer(row["value"], default)) for row in machine]
        first = machine[0]["value"]
        other = default if first is None else first if is_number(first) else None
        for user in held["users"]:
            if user["policy"] is not None:
                rows.append(("policy of " + user["sid"], answer(user["policy"], other)))
            else:
                rows.append((user["sid"], answer(user["value"], other)))
        if held["unknown"]:
            rows.append(("other users" if held["users"] else "each user", "cannot tell"))
        if held["policy"] is not None:
            everybody = answer(held["policy"], default)
            rows = [(who, everybody) for who, _ in rows]
            if not is_unknown(held["policy"]):
                rows.insert(0, ("policy", everybody))
        for who, said in rows:
            self.add("wininet", who, said, "false" if who == "other users" else "true")

    def rdp(self):
        held = self.held["rdp"]
        denied, layer, asked = held["fDenyTSConnections"], held["SecurityLayer"], held["UserAuthentication"]
        if is_number(denied) and denied != 0:
            return
        answers = [self.by_choice(self.server)]
        if held["update"]:
            answers.append({True: "yes", False: "no", "unknown": "cannot tell"}[held["update"]["there"]])
        maybe = layer is not None and not is_number(layer)
        if asked != 1 and (layer == 0 or maybe):
            sure = not maybe and (asked is None or is_number(asked))
            answers.append("no" if sure else "cannot tell")
        self.add("rdp", "Remote Desktop", worst(answers), "true" if denied == 0 else "cannot tell")

    def limited(self, flags):
        side = copy.copy(self.server)
        side.versions = dict(side.versions)
        legacy = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1") if flags & NO_LEGACY else ()
        gone = [*legacy] + ["TLS 1.2"] * bool(flags & NO_TLS12) + ["TLS 1.3"] * bool(flags & NO_TLS13)
        for version in gone:
            if side.versions[version] != "not supported":
                side.versions[version] = "off"
        if flags & NO_LEGACY:
            side.suites = [entry for entry in side.suites if entry[0].aead and entry[0].kex != "RSA"]
        return self.by_choice(side)

    def http_sys(self):
        build, revision = self.facts.get("build"), self.facts.get("revision")
        for row in self.held["http_sys"]:
            flags, answer = row["flags"], self.by_choice(self.server)
            if flags is not None and not is_number(flags):
                answer = "cannot tell"
            elif flags and flags & (NO_TLS13 | NO_LEGACY | NO_TLS12):
                known = build is not None and (build != FLAGS_SINCE[0] or revision is not None)
                limited = self.limited(flags)
                if not known and limited != answer:
                    answer = "cannot tell"
                elif known and (build, revision or 0) >= FLAGS_SINCE:
                    answer = limited
            self.add("http_sys", row["binding"], answer)

    def sql(self):
        for side, rows, prefix in ((self.server, "instances", "instance "), (self.client, "drivers", "")):
            for row in self.held["sql"][rows]:
                able = {True: "yes", False: "no", "unknown": "cannot tell"}[row["capable"]]
                self.add("sql", prefix + row["name"], worst([self.by_choice(side), able]))

    def untold(self):
        untold = self.held["untold"]
        for name, layer, who in (("http_sys", "http_sys", "bindings"), ("instances", "sql", "instances"),
                                 ("drivers", "sql", "drivers")):
            if untold[name] and (name == "drivers" or self.facts.get("server") is not False):
                self.add(layer, who, "cannot tell", "cannot tell")


def worst(answers):
    return next(answer for answer in ("no", "cannot tell", "yes") if answer in answers)
