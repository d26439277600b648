"""Random machines as facts: each from a seed and its number alone, so that one that fails can be made again."""

import random

KINDS = ("REG_BINARY", "REG_QWORD", "REG_EXPAND_SZ", "REG_NONE")
BRANCHES = ("HKLM\\SYSTEM\\CurrentControlSet", "HKLM\\SOFTWARE\\Policies")
KEYS = {
    "Ciphers": ("AES 128/128", "AES 256/256", "Triple DES 168", "RC4 128/128", "RC4 56/128", "RC4 40/128", "DES 56/56", "NULL"),
    "Hashes": ("MD5", "SHA", "SHA256", "SHA384", "SHA512"),
    "KeyExchangeAlgorithms": ("Diffie-Hellman", "PKCS", "ECDH"),
}
SIZES = {"Diffie-Hellman": ("ClientMinKeyBitLength", "ServerMinKeyBitLength"), "PKCS": ("ClientMinKeyBitLength",)}
NONSENSE = ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_RSA_WITH_AES_512_CBC_SHA", "tls_rsa_with_aes_128_cbc_sha", "x", "P256", "_P256",
            "TLS_RSA_WITH_AES_128_CBC_SHA_P256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256_P224",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA_P224")
BLANKS = (" ", "  ", "\t", "\u00a0")
CURVES = ("NistP256", "NistP384", "NistP521", "curve25519", "nistp256", "CURVE25519", "brainpoolP256r1", "secP256k1", "P-256",
          "x25519_mlkem768", " NistP256", "secp256r1", "NistP256")
SETS = (("TLS 1.0", "TLS 1.1", "TLS 1.2"), ("TLS 1.2",), ("TLS 1.2", "TLS 1.3"), ("SSL 3.0", "TLS 1.0"), (),
        ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"), ("TLS 1.3",), ("DTLS 1.0", "DTLS 1.2"))
REVISIONS = (None, 1, 419, 420, 16941, 16942, 99999)


class Maker:
    """Makes machines from the tables."""

    def __init__(self, tables, seed):
        self.tables, self.seed = tables, seed
        self.rows = list(tables.releases.values())
        self.spellings = sorted({"_".join(name) for row in self.rows for step in row["states"] for name in step["own"]})
        self.spellings += sorted(tables.suites)

    def make(self, index, known=False):
        """(facts, two sets of versions that programs name). known: nothing in it is malformed or unknown."""
        rng = random.Random(self.seed * 1000003 + index)
        noise = 0 if known else rng.choice((0, 0, 0, 0.01, 0.03, 0.2))
        facts = self.system(rng, known)
        row = self.tables.releases.get(facts["release"], rng.choice(self.rows))
        facts["updates"] = self.updates(rng, row, noise)
        facts["protocols"] = self.protocols(rng, noise)
        facts["order"] = {"policy": self.policy(rng, row, noise), "local": self.local(rng, row, noise)}
        facts["curves"] = {"policy": self.curve_list(rng, 0.15, noise), "local": self.curve_list(rng, 0.3, noise)}
        facts["algorithms"] = self.algorithms(rng, noise)
        facts["sizes"] = {name: {value: dword(rng, 0.1, noise) for value in values} for name, values in SIZES.items()}
        facts["minimum"] = {role: self.minimum(rng, noise) for role in ("Client", "Server")}
        facts["fips"] = {name: dword(rng, 0.07, noise) for name in ("Enabled", "MDMEnabled")}
        return facts, [self.named(rng), self.named(rng)]

    def system(self, rng, known=False):
        row, luck = rng.choice(self.rows), 1 if known else rng.random()
        facts = {"release": row["id"], "exact": True, "nt": row["nt"], "build": row["build"], "server": row["server"],
                 "revision": rng.choice(REVISIONS[1:] if known else REVISIONS)}
        if luck < 0.06:
            facts["exact"] = False
            if luck < 0.03:
                facts["build"] += 7
            else:
                facts["server"] = None
        elif luck < 0.08:
            facts.update(release=None, exact=False, build=rng.choice((None, 99999)), nt=rng.choice((row["nt"], "5.1", "11.0", "nil")))
        return facts

    def minimum(self, rng, noise):
        if rng.random() < noise:
            return strange(rng, (0x800, ["1.2"]))
        return rng.choice(("1.0", "1.1", "1.2", "1.3", "1.4", "")) if rng.random() < 0.15 else None

    def updates(self, rng, row, noise):
        asked = {step["kb"] for step in row["states"] if step.get("kb")}
        if row.get("updated"):
            asked.add(row["updated"]["kb"])
        unknown = min(0.8, noise * 5)
        return {kb: "unknown" if rng.random() < unknown else rng.random() < 0.6 for kb in sorted(asked)}

    def protocols(self, rng, noise):
        there = rng.choice((0, 0.05, 0.3, 0.6))
        return {version: {role: {name: dword(rng, there, noise) for name in ("Enabled", "DisabledByDefault")}
                          for role in ("Client", "Server")} for version in self.tables.versions}

    def algorithms(self, rng, noise):
        there = rng.choice((0, 0, 0.05, 0.2, 0.4))
        return {family: {key: dword(rng, 0.9, noise) for key in keys if rng.random() < there} for family, keys in KEYS.items()}

    def policy(self, rng, row, noise):
        if rng.random() < noise:
            return strange(rng, (["TLS_RSA_WITH_AES_128_CBC_SHA"], 1))
        if rng.random() < 0.6:
            return None
        names = self.names(rng, row)
        if rng.random() < 0.05:
            names.insert(rng.randrange(len(names) + 1), "")
        text = ",".join(names)
        # A list of Windows' own length is more than a policy may have: most are cut to what one holds.
        if len(text) > 1023 and rng.random() < 0.8:
            text = text[:1023].rpartition(",")[0]
        if rng.random() < 0.02:
            text += rng.choice((",", "\u00a0")) * (1020 + rng.randrange(8) - len(text))
        return text

    def local(self, rng, row, noise):
        if rng.random() < noise:
            return strange(rng, ("TLS_RSA_WITH_AES_128_CBC_SHA", 0))
        luck = rng.random()
        if luck < 0.4:
            return None
        if luck < 0.6:
            names = ["_".join(name) for name in rng.choice(row["states"])["own"]]
            return names + [rng.choice(self.spellings)] if rng.random() < 0.1 else names
        return self.names(rng, row)

    def names(self, rng, row):
        """A list that somebody may have written: Windows' own or another's, in another order, cut, with mistakes."""
        luck = rng.random()
        if luck < 0.05:
            return []
        source = row if luck < 0.8 else rng.choice(self.rows)
        names = ["_".join(name) for name in rng.choice(source["states"])["own"]]
        if rng.random() < 0.4:
            rng.shuffle(names)
        if rng.random() < 0.6:
            start = rng.randrange(len(names))
            names = names[start:start + rng.choice((1, 2, 4, 12))]
        if rng.random() < 0.3:
            for _ in range(rng.choice((1, 2, 5))):
                names.insert(rng.randrange(len(names) + 1), self.oddity(rng, names))
        return names

    def oddity(self, rng, names):
        luck = rng.random()
        if luck < 0.15:
            return rng.choice(NONSENSE)
        if luck < 0.35 and names:
            name = rng.choice(names)
            return name[:-5] if name[-5:-3] == "_P" else name + rng.choice(("_P256", "_P384", "_P521"))
        if luck < 0.5 and names:
            return rng.choice(names)
        if luck < 0.65 and names:
            blank = rng.choice(BLANKS)
            return rng.choice((blank + rng.choice(names), rng.choice(names) + blank, blank))
        return rng.choice(self.spellings)

    def curve_list(self, rng, there, noise):
        if rng.random() < noise:
            return strange(rng, ("NistP256", 1))
        if rng.random() >= there:
            return None
        return [rng.choice(CURVES) for _ in range(rng.choice((0, 1, 1, 2, 3, 4)))]

    def named(self, rng):
        if rng.random() < 0.6:
            return list(rng.choice(SETS))
        return [version for version in self.tables.versions if rng.random() < 0.5]


BITS = (0, 0xA0, 0x80, 0x800, 0xA00, 0xA80, 0xAA0, 0x2800, 0x2A80, 0x10800, 0x20)
RELEASES_OF_NET = {"4.0": None, "4.0 Client Profile": None, "4.5": 378389, "4.6": 393295, "4.6.2": 394802, "4.7.2": 461808,
                   "4.8": 528040}


def bits(rng, noise):
    if rng.random() < noise:
        return strange(rng, ("0xA00", ["1"]))
    return rng.choice(BITS) if rng.random() < 0.4 else None


def switch(rng, noise):
    """0, 1 or nothing."""
    return dword(rng, 0.5, noise)


def needed(rng, kb, noise):
    return {"kb": kb, "there": "unknown" if rng.random() < noise else rng.random() < 0.6} if kb else None


def layers(rng, facts, noise):
    """What tls.layer_facts holds of a machine."""
    views = rng.choice(((64, 32), (32,)))
    old = facts["nt"].split(".")[0] in ("5", "6")
    users = [{"sid": f"S-{number}", "value": bits(rng, noise), "policy": bits(rng, noise) if rng.random() < 0.2 else None}
             for number in range(rng.choice((0, 1, 2)))]
    net = {"v2": rng.choice(("3.5", "2.0")) if rng.random() < 0.3 else None,
           "v4": rng.choice(list(RELEASES_OF_NET)) if rng.random() < 0.5 else None,
           "values": [{"runtime": runtime, "view": view, "SystemDefaultTlsVersions": switch(rng, noise),
                       "SchUseStrongCrypto": switch(rng, noise)}
                      for runtime in ("v2.0.50727", "v4.0.30319") for view in views]}
    net["release"] = RELEASES_OF_NET.get(net["v4"])
    if net["v2"]:
        net["v2_needs"] = rng.choice((None, {"never": "no update"}, needed(rng, "KB3154518", noise)))
    capable = lambda: "unknown" if rng.random() < noise else rng.random() < 0.7
    branch = lambda: "HKLM\\SOFTWARE" if rng.random() < noise else None
    return {
        "winhttp": {"values": [{"view": view, "value": bits(rng, noise)} for view in views],
                    "update": needed(rng, "KB3140245" if facts["nt"] in ("6.1", "6.2") else None, noise)},
        "wininet": {"explorer": rng.choice((None, 8, 10, 11, 11)) if rng.random() < 0.3 else 11,
                    "policy": bits(rng, noise) if rng.random() < 0.2 else None, "users": users, "absent": 0,
                    "machine": [{"view": view, "value": bits(rng, noise)} for view in views], "unknown": branch()},
        "dotnet": net,
        "powershell": [{"version": "5.1", "runtime": "v4.0.30319"}] if net["v4"] and rng.random() < 0.5 else [],
        "rdp": {"update": needed(rng, {"6.0": "KB4074621", "6.1": "KB3080079"}.get(facts["nt"]), noise),
                "fDenyTSConnections": switch(rng, noise), "SecurityLayer": dword(rng, 0.3, noise),
                "UserAuthentication": switch(rng, noise)},
        "http_sys": [] if old or rng.random() < 0.4 else [
            {"binding": "0.0.0.0:443", "flags": rng.choice((None, 0, 0x400, 0x400, 0x1000, 0x1040, 1)) if rng.random() >= noise
             else strange(rng, ("1",))}],
        "sql": {"instances": [{"name": "MSSQLSERVER", "capable": capable(), "text": "so"}] if rng.random() < 0.2 else [],
                "drivers": [{"name": "SQLSRV32", "capable": capable(), "text": "so"}] if rng.random() < 0.2 else []},
        "untold": {"http_sys": branch(), "instances": branch(), "drivers": branch()},
    }


def strange(rng, others):
    """A value that is none of its kind."""
    luck = rng.random()
    if luck < 0.4:
        return {"unknown": rng.choice(BRANCHES)}
    return {"malformed": rng.choice(KINDS)} if luck < 0.7 else rng.choice(others)


def dword(rng, there, noise):
    if noise and rng.random() < noise:
        return strange(rng, ("1", "0", ["1"]))
    if rng.random() >= there:
        return None
    luck = rng.random()
    if luck < 0.4:
        return 0
    return 1 if luck < 0.8 else 0xFFFFFFFF if luck < 0.92 else rng.choice((2, 1024, 0x80000000))


# A machine as Lua has it

ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n"}


def lua(value):
    """A value as a Lua constructor."""
    if type(value) is str:
        return '"' + value.translate(ESCAPES) + '"'
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is dict:
        return "{" + ",".join([f'["{key}"]={lua(item)}' for key, item in value.items() if item is not None]) + "}"
    if type(value) is list:
        return "{" + ",".join([lua(item) for item in value]) + "}"
    return str(value)
