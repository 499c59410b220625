#!/bin/sh
# What the Dockerfiles of all pods share: compiling one binary for the image's architecture on the builder's own. Cross
# compilers of Debian do it, so that no compiler is emulated.
#
#   compile tools                  once, before any source is there: a layer that lasts
#   compile <package> <binary>     /source is the checkout, /target a cache, /out/<binary> the result
set -eu

case "$TARGETARCH" in
  amd64) triple=x86_64-unknown-linux-gnu gcc=x86-64-linux-gnu libc=amd64 ;;
  arm64) triple=aarch64-unknown-linux-gnu gcc=aarch64-linux-gnu libc=arm64 ;;
  *)
    echo "there is no image for $TARGETARCH: build for linux/arm64 or linux/amd64" >&2
    exit 1
    ;;
esac

if [ "$1" = tools ]; then
  if [ "$TARGETARCH" != "$BUILDARCH" ]; then
    apt-get update
    apt-get install --yes --no-install-recommends "gcc-$gcc" "libc6-dev-$libc-cross"
    rm -rf /var/lib/apt/lists/*
  fi
  rustup target add "$triple"
  exit
fi

if [ "$TARGETARCH" != "$BUILDARCH" ]; then
  linker=$(echo "$gcc" | sed 's/^x86-64/x86_64/')-gcc
  variable=CARGO_TARGET_$(echo "$triple" | tr 'a-z-' 'A-Z_')_LINKER
  export "$variable=$linker"
fi
# The cache is shared by all checkouts, and cargo goes by times: a file that is older than the last build of another
# checkout would not be compiled. Dependencies stay compiled; their files never change.
find /source -name '*.rs' -not -path '*/target/*' -exec touch {} +
cd /source
SQLX_OFFLINE=true CARGO_TARGET_DIR=/target cargo build --locked --release --target "$triple" --package "$1" --bin "$2"
mkdir -p /out
cp "/target/$triple/release/$2" "/out/$2"
