#!/bin/sh
# The model and the oracle agree on 10,000 random machines.
TLSMEND_SOURCE=${TLSMEND_SOURCE:-.} export TLSMEND_SOURCE
exec sh "$TLSMEND_SOURCE/tests/oracle/run.sh" 10000
