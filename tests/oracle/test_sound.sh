#!/bin/sh
# What the model says of machines that are not known whole holds for every machine that they may be.
exec sh "${TLSMEND_SOURCE:-.}/tests/oracle/run.sh" sound 600
