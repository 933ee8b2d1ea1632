#!/bin/sh
# run_style.sh - no include points up, and what else scripts/check-style can see of how we write.
exec scripts/check-style
