#!/bin/sh
# Makes codemirror.min.js anew, with Node: only for whoever changes entry.js or a version. Building Postrider needs none of it.
# Afterwards put the new SHA-256 into ../VENDOR.toml.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/entry.js" "$here/package.json" "$work"
cd "$work"
npm install --no-audit --no-fund
npx esbuild entry.js --bundle --minify --format=iife --target=es2022 --legal-comments=none --outfile=codemirror.min.js
cp codemirror.min.js "$here"
sha256sum "$here/codemirror.min.js"
