# For package.sh: source it. Makes each package from a tree in $work/debian, with
# the programs of dpkg-dev.
triplet=x86_64-linux-gnu

# begin PACKAGE: what is put from here on is in this package.
begin() {
  package=$1
  program_of=()
  base=$work/debian/$package
  to=$base/usr
  mkdir -p "$base/DEBIAN"
  put 644 "$root/packaging/copyright" "share/doc/$package/copyright"
  mkdir -p "$to/share/doc/$package"
  gzip -9n <debian/changelog >"$to/share/doc/$package/changelog.gz"
  chmod 644 "$to/share/doc/$package/changelog.gz"
}

# finish FILES...: makes the package, whose programs and libraries are FILES.
finish() {
  local substitutions=(-Vmaintainer="$maintainer" -T"$work/substvars")
  : >"$work/substvars"
  if (( $# > 0 )); then
    strip --strip-unneeded --remove-section=.comment --remove-section=.note "$@"
    dpkg-shlibdeps --warnings=1 -T"$work/substvars" "$@"
  fi
  dpkg-gencontrol -p"$package" -cdebian/control -ldebian/changelog \
    -fdebian/files "${substitutions[@]}" -P"$base"
  (
    cd "$base"
    find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums
    find . -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  )
  dpkg-deb --root-owner-group -Zxz -z"$level" --build "$base" "$out" >/dev/null
  made+=("${package}_${version}_amd64.deb")
}

write_changelog() {
  cat <<END
tessera ($version) unstable; urgency=medium

  * Release $version; the file CHANGELOG.md of the source says what is new.

 -- $maintainer  $(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
END
}

compress_pages() {
  find "$to/share/man" -name '*.1' -exec gzip -9n {} +
}

# The programs of this package, without links to them.
programs() { find "$to/bin" -type f | sort; }

# Debian's own tools make and remove the byte code of all its Python packages.
python_script() {
  printf '#!/bin/sh\nset -e\nif command -v %s >/dev/null; then\n  %s -p %s\nfi\n' \
    "$1" "$1" "$package"
}

make_python() {
  local folder=lib/python3/dist-packages/tessera file
  begin python3-tessera
  for file in "$root"/python/tessera/*.py "$root"/python/tessera/*.pyi \
    "$root"/python/tessera/py.typed; do
    put 644 "$file" "$folder/${file##*/}"
  done
  put 644 "$from/python/tessera/_tessera.so" "$folder/_tessera.so"
  python_script py3compile >"$base/DEBIAN/postinst"
  python_script py3clean >"$base/DEBIAN/prerm"
  chmod 755 "$base"/DEBIAN/p*
  finish "$to/$folder/_tessera.so"
}

make_debs() {
  zsh_folder=vendor-completions
  mkdir -p debian
  sed "s/\${maintainer}/$maintainer/" "$root/packaging/control" >debian/control
  write_changelog >debian/changelog

  begin tessera
  put_tools ""
  compress_pages
  finish $(programs)

  begin tessera-mpi
  put_tool "$(built //converter:convert)" tessera-convert-mpi
  compress_pages
  finish $(programs)

  begin libtessera0
  put_library "lib/$triplet"
  cp "$root/packaging/libtessera0.symbols" debian/
  dpkg-gensymbols -plibtessera0 -v"$version" -c1 -P"$base" \
    -Idebian/libtessera0.symbols -O"$base/DEBIAN/symbols" >/dev/null
  echo "libtessera ${version%%.*} libtessera0 (>= $version)" >"$base/DEBIAN/shlibs"
  echo "activate-noawait ldconfig" >"$base/DEBIAN/triggers"
  finish "$to/lib/$triplet/libtessera.so.$version"

  begin libtessera-dev
  put_development "lib/$triplet"
  finish

  if [[ -f $from/python/tessera/_tessera.so ]]; then make_python; fi
}
