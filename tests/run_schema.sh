#!/bin/sh
# run_schema.sh - proto/SCHEMA.md is what the table of fields prints.
"$1/schema_md" | diff - proto/SCHEMA.md || { echo "run: $1/schema_md > proto/SCHEMA.md" >&2; exit 1; }
