# Sourced by setup and cluster, which say `die`.

# debian PROGRAM PACKAGE: a Debian package, when we may; otherwise one sentence. A program with a / in it is a pattern of files.
debian() {
  local program=$1 package=$2
  there() { case $program in */*) compgen -G "$program" >/dev/null ;; *) command -v "$program" >/dev/null ;; esac; }
  there && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $package ..." >&2
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null 2>&1
  fi
  there || die "$package is missing: install it (on Debian: apt-get install $package)"
}
