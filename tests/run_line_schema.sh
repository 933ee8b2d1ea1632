#!/bin/sh
# run_line_schema.sh - the JSON Schemas of services/report/schema/ are what the table of stream lines prints.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
"$1/wiredesk-report" --schema-dir "$work" && diff -r "$work" services/report/schema ||
    { echo "run: $1/wiredesk-report --schema-dir services/report/schema" >&2; exit 1; }
