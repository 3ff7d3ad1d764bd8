#!/usr/bin/env bash
# The checks that need no stack, in the tests' image: all five, or those named as arguments.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Shell scripts, recognised by their first line, since not all have an extension.
shell_scripts() {
  find . -name .git -prune -o -type f \
    -exec awk 'FNR == 1 && /^#!.*sh$|^# shellcheck shell=/ { print FILENAME } { nextfile }' {} +
}

(($#)) || set -- format lint types layers shell
for check in "$@"; do
  case $check in
    format) ruff format --no-cache --check . ;;
    lint) ruff check --no-cache . ;;
    types) mypy --cache-dir /tmp/mypy ;;
    layers) PYTHONPATH=scripts lint-imports --no-cache --no-logo ;;
    shell) shell_scripts | xargs shellcheck --external-sources ;;
    *)
      echo "check.sh: '$check' is none of format, lint, types, layers, shell" >&2
      exit 2
      ;;
  esac
done
