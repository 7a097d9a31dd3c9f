#!/usr/bin/env bash
# Makes the manual's pictures of nmt evaluate from the demo's model and one with less training: five minutes on two cores.
# Needs Chromium and the extra plots.    docs/evaluate-pictures.sh [DIRECTORY FOR THE DEMO]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:-demo}"
cd "${1:-demo}"
chromium=${CHROMIUM:-chromium}

[ -e en-de/model/config.json ] || nmt demo -o .
cd en-de
[ -e hasty/config.json ] || nmt train -s train.en -t train.de --valid-source valid.en --valid-target valid.de -o hasty \
  --preset tiny --max-steps 300 --validate-every 150 --learning-rate 0.003 --batch-tokens 1024

nmt evaluate -m model -m hasty -s test.en -r test.de --paired-bs --paired-ar --report report.html --plots plots

# The second picture shows only the lines, first those in which the hasty model loses most, in dark colours.
lines='<style>h1, [data-set], #training { display: none }</style>
<script>Object.assign(state, { sort: "lost", system: 1 }); buildControls(); showSegments();</script>'
{ cat report.html; echo "$lines"; } > segments.html

picture() { # name, page, width, height, more options
  "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$(mktemp -d)" \
    --window-size="$3,$4" "${@:5}" --screenshot="$here/$1" "file://$PWD/$2"
}
picture evaluate-report.png report.html 1100 1130
picture evaluate-segments.png segments.html 1100 720 --blink-settings=preferredColorScheme=0
cp plots/by-length.svg "$here/evaluate-length.svg"
