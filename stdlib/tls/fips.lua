-- FIPS mode: Windows uses only algorithms that FIPS 140 allows. Owns the key and its two values; reads no machine.
-- Enabled is the security option "System cryptography: Use FIPS compliant algorithms", MDMEnabled what a device
-- management sets (Policy CSP Cryptography/AllowFipsAlgorithmPolicy). Source: TLSREG; CM-SRV.

local fips = {}

fips.KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy"
fips.VALUES = { "Enabled", "MDMEnabled" }

return fips
