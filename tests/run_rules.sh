#!/bin/sh
# run_rules.sh - the example configuration for Prometheus is valid, and each alert fires at what it is for and at nothing else.
command -v promtool >/dev/null || { echo 'skipped: needs promtool (Debian: prometheus)'; exit 77; }
set -e
promtool check config scripts/prometheus/prometheus.yml
promtool check rules --lint=all --lint-fatal scripts/prometheus/alerts.yml
promtool test rules scripts/prometheus/alerts_test.yml

# Each metric that a rule asks for is one that a daemon has.
grep -oE '\b(wiredesk|process)_[a-z_]+' scripts/prometheus/alerts.yml | sed 's/_bucket$//' | sort -u | while read -r name; do
    grep -rqE "\"${name#wiredesk_}\"," libcommon proto services || { echo "FAIL: no daemon has $name"; exit 1; }
done
