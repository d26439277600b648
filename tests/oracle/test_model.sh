#!/bin/sh
# The model and the oracle agree on 10,000 random machines.
exec sh "${TLSMEND_SOURCE:-.}/tests/oracle/run.sh" compare 10000
