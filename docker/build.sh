#!/usr/bin/env bash
# build.sh web|server ROOT   one half of the image, from the sources in the current folder into ROOT, laid out as in the image.
# The Dockerfile runs it in a stage each; scripts/image-check runs the same Dockerfile's lines without an engine.
set -euo pipefail
what=${1:?web or server} root=${2:?the folder to build into}

case $what in
  web)
    npm ci --no-fund --no-audit
    npm run build --workspace client-sdk
    npm run build --workspace web
    mkdir -p "$root/usr/share/tandem/web"
    cp -R web/dist/. "$root/usr/share/tandem/web/"
    ;;
  server)
    # Migrations and queries are in the binary: it is all the server needs of this stage.
    cargo build --release --locked --package tandem-server
    install -D -m 0755 "${CARGO_TARGET_DIR:-target}/release/tandem" "$root/usr/local/bin/tandem"
    install -D -m 0644 LICENSE "$root/usr/share/doc/tandem/LICENSE"
    ;;
  *) echo "build.sh: web or server, not $what" >&2; exit 2 ;;
esac
# Whoever runs the image may read everything and write nothing.
chmod -R u=rwX,go=rX "$root"
