#!/bin/sh
# Fetch the vendored browser assets again, byte for byte, and rewrite their list of digests.
#
# Everything under static/vendor/ is made by this script from the packages named here, and is committed, so
# that installing and running need no network. Needs node and npm. Run it to move to other versions, look at
# what changed, and update LICENSES.md.
set -eu

HTMX=htmx.org@2.0.11
TABLER=@tabler/core@1.6.1
ECHARTS=echarts@6.1.0
HPKE="@hpke/core@1.9.0 @hpke/common@1.10.1"
ICONS=@tabler/icons@3.51.0
FONT=@fontsource-variable/inter@5.3.0
ESBUILD=esbuild@0.28.2

here=$(cd "$(dirname "$0")" && pwd)
out=$here/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

cd "$work"
npm init --yes >/dev/null
# shellcheck disable=SC2086 - HPKE is two packages
npm install --ignore-scripts --no-audit --no-fund --silent $HTMX $TABLER $ECHARTS $HPKE $ICONS $FONT $ESBUILD

cp node_modules/htmx.org/dist/htmx.min.js "$out/htmx.min.js"
cp node_modules/@tabler/core/dist/css/tabler.min.css "$out/tabler.min.css"

for subset in latin latin-ext; do
    cp "node_modules/@fontsource-variable/inter/files/inter-$subset-wght-normal.woff2" "$out/inter-$subset.woff2"
done

# One file with the icons that the macro `icon` may name.
{
    printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
    for icon in $(cat "$here/icons.txt"); do
        printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"' "$icon"
        printf ' stroke-linecap="round" stroke-linejoin="round">'
        tr '\n' ' ' <"node_modules/@tabler/icons/icons/outline/$icon.svg" |
            sed -E 's/<!--.*-->//; s/<svg[^>]*>//; s#</svg>##; s/ +/ /g'
        printf '</symbol>\n'
    done
    printf '</svg>\n'
} >"$out/icons.svg"

# Only what the results page draws: bars, lines, error bars, hatching, and SVG instead of a canvas.
cat >echarts-entry.js <<'JS'
export { init, use } from "echarts/core";
import { use } from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
use([BarChart, CustomChart, LineChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);
JS
npx esbuild echarts-entry.js --bundle --minify --format=iife --global-name=echarts --target=es2020 \
    --legal-comments=inline --outfile="$out/echarts.min.js" --log-level=warning

# Opening sealed results in the buyer's browser (RFC 9180).
cat >hpke-entry.js <<'JS'
export { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
JS
npx esbuild hpke-entry.js --bundle --minify --format=esm --target=es2022 \
    --legal-comments=inline --outfile="$out/hpke.js" --log-level=warning

licences=$here/licences
mkdir -p "$licences"
for package in htmx.org echarts zrender tslib @hpke/core @hpke/common @tabler/icons @fontsource-variable/inter; do
    name=$(echo "$package" | tr -d @ | tr / -)
    cat "node_modules/$package"/LICENSE* >"$licences/$name.txt"
done
cat node_modules/echarts/NOTICE node_modules/echarts/licenses/LICENSE-d3 >>"$licences/echarts.txt"

for file in "$out"/*; do
    # Source maps are not shipped; a comment that names one makes browsers ask for it.
    sed -i -E '/^\/\/# sourceMappingURL=/d; s#/\*\# sourceMappingURL=[^*]*\*/##g' "$file"
done

"$here/digest.sh"
