#!/usr/bin/env bash
# Builds mirror/debian:trixie, the base of all the others: a minimal Debian, made
# with debootstrap, that trusts the certificate authorities this host trusts.
#
# images.sh runs this, as root, on Debian. The image is built again only when this
# script or the host's authorities have changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh source-path=SCRIPTDIR
source "$here/lib.sh"

image=mirror/debian:trixie
bundle=/etc/ssl/certs/ca-certificates.crt
key=$(hash_of "$here/debian.sh" "$bundle")

if [[ -z ${REBUILD:-} ]] && is_built "$image" "$key"; then exit 0; fi

[[ $(id -u) == 0 && -e /etc/debian_version ]] ||
  die "building images without a registry needs Debian and root (debootstrap)"

if ! command -v debootstrap >/dev/null; then
  say "installing debootstrap"
  quietly apt-get update -q
  quietly apt-get install -q -y --no-install-recommends debootstrap
fi

started=$SECONDS
root=$(mktemp -d)
# shellcheck disable=SC2064 # expand the name now
trap "rm -rf '$root'" EXIT
mirror=$(debian_mirror)
quietly debootstrap --variant=minbase --include=ca-certificates \
  --keyring="$debian_keyring" trixie "$root" "$mirror"

# Where the network has trixie's updates and security fixes, use them. The
# security archive of a mirror lies beside the main one, or inside the same tree.
write_sources() {
  printf 'deb %s trixie main\n' "$mirror"
  if reachable "$mirror/dists/trixie-updates/InRelease"; then
    printf 'deb %s trixie-updates main\n' "$mirror"
  fi
  local security
  for security in "${DEBIAN_SECURITY_MIRROR:-}" "$(debian_security_mirror)" "$mirror-security"; do
    if [[ -n $security ]] && reachable "${security%/}/dists/trixie-security/InRelease"; then
      printf 'deb %s trixie-security main\n' "${security%/}"
      return
    fi
  done
}

# By apt's own downloader, because curl and wget may be missing.
reachable() {
  /usr/lib/apt/apt-helper download-file "$1" "$root/tmp/probe" >/dev/null 2>&1
}

# Adds the authorities that the host trusts and Debian does not ship: one file
# each, as update-ca-certificates wants them. Installing a JDK on top fills Java's
# store from the same place.
add_authorities() {
  awk -v dir="$root/usr/local/share/ca-certificates" '
    /-----BEGIN CERTIFICATE-----/ { text = ""; inside = 1 }
    inside { text = text $0 "\n" }
    /-----END CERTIFICATE-----/ {
      inside = 0
      if (FNR == NR) { known[text] = 1 }
      else if (!(text in known)) { file = sprintf("%s/host-%03d.crt", dir, ++n); printf "%s", text > file; close(file) }
    }' "$root/etc/ssl/certs/ca-certificates.crt" "$bundle"
  quietly chroot "$root" update-ca-certificates
}

write_sources >"$root/etc/apt/sources.list"
add_authorities

# Containers need neither documentation nor apt's caches.
printf 'path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/info/*\n' \
  >"$root/etc/dpkg/dpkg.cfg.d/lean"
printf 'Acquire::Languages "none";\nAPT::Install-Recommends "false";\n' >"$root/etc/apt/apt.conf.d/lean"
printf 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };\n' >"$root/etc/apt/apt.conf.d/clean"
# Keep the manual's empty sections: packages with alternatives put links there.
rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/info/* \
  "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "$root"/tmp/* \
  "$root"/etc/resolv.conf "$root"/etc/hostname
mkdir -p "$root"/usr/share/man/man{1..8}

tar -C "$root" --numeric-owner -c . |
  docker import --change "LABEL $label=$key" --change 'ENV LANG=C.UTF-8' --change 'CMD ["bash"]' - "$image" >/dev/null
say "built $image in $((SECONDS - started)) s"
