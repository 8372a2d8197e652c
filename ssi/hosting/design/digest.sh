#!/bin/sh
# Rewrite assets.sha256: what every script and style sheet that we serve must hash to. Run after changing one.
set -eu
cd "$(dirname "$0")"
LC_ALL=C find static -type f | LC_ALL=C sort | xargs sha256sum >assets.sha256
