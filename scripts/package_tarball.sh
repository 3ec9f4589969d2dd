# For package.sh: source it.

# What the programs are linked with, as Debian calls the packages.
linked_packages=(libabsl-dev libc6-dev libicu-dev libnuma-dev libpcre2-dev
  libprotobuf-dev libsimdjson-dev libsqlite3-dev libssl-dev libstdc++-12-dev
  libxxhash-dev libzstd-dev)

put_licences() {
  local package
  put 644 "$root/LICENSE" share/doc/tessera/LICENSE
  for package in "${linked_packages[@]}"; do
    put 644 "/usr/share/doc/$package/copyright" "share/doc/tessera/licenses/$package"
  done
}

make_tarball() {
  to=$work/$archive
  program_of=()
  put_tools _static
  find "$to/bin" -type f -exec strip {} +
  put_licences
  sed "s/VERSION/$version/" "$root/packaging/README" >"$to/README"
  install -m 755 "$root/packaging/install.sh" "$to/install.sh"
  # Tools repeat each other: a long window finds it.
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --format=gnu \
    --mtime="@$SOURCE_DATE_EPOCH" --mode=u=rwX,go=rX "$archive" |
    zstd --quiet -$((level * 2 + 1)) --long=27 -T1 --force -o "$out/$archive.tar.zst"
  made+=("$archive.tar.zst")
}
