#!/usr/bin/env bash
# `make zip`: writes all that is committed into hospital-digitisation-pipeline.zip, the archive to hand
# in. It starts as a clone does. The same commit gives the same bytes.
#
# In a folder that came from such an archive, without .git, it takes every file but those that
# .gitignore names.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source mirror/lib.sh
command -v git >/dev/null || die 'this needs git'

name=hospital-digitisation-pipeline
# The zip's times are local ones.
export TZ=UTC
archive() {
  git archive --format=zip --prefix="$name/" --output="$name.zip.part" "$1"
  mv "$name.zip.part" "$name.zip"
}

if [[ -e .git ]]; then
  left=$(git status --porcelain)
  archive HEAD
  [[ -z $left ]] || say "not in it, because it is not committed:"$'\n'"$left"
  what="commit $(git rev-parse --short HEAD)"
else
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  export GIT_DIR=$scratch/git GIT_WORK_TREE=$PWD
  git init --quiet
  git -c core.excludesFile=/dev/null add --all
  nobody=(-c user.name=nobody -c user.email=nobody@example.com -c commit.gpgSign=false)
  git "${nobody[@]}" commit --quiet --message=all
  archive HEAD
  what='every file of this folder'
fi
say "$name.zip: $what, $(($(wc -c <"$name.zip") / 1000)) kB"
