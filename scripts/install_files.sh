# For install.sh and package.sh: source it. Puts files below the folder $to, and
# keeps their names, relative to it, in the array `installed`. $root is the
# source, $from what Bazel built.
installed=()
tools=()           # names: tessera-run
tool_targets=()    # //runtime/llm:run
tool_packaged=()   # the same for packages, without what they cannot need
tool_short=()      # run, or -
while read -r name target packaged short; do
  [[ -z $name || $name == \#* ]] && continue
  tools+=("$name")
  tool_targets+=("$target")
  tool_packaged+=("$packaged")
  tool_short+=("$short")
done <"$root/scripts/installed_tools.txt"

version=$(sed -n 's/^#define TESSERA_VERSION "\(.*\)"$/\1/p' "$root/runtime/capi/tessera.h")
soname=libtessera.so.${version%%.*}

# built TARGET: the file that Bazel makes of it, below $from.
built() {
  local path=${1#//}
  echo "$from/${path/://}"
}

# put MODE FILE TARGET
put() {
  # install(1) replaces the file, so that programs that run keep theirs.
  install -D -m "$1" "$2" "$to/$3"
  installed+=("$3")
}

# put_output TARGET COMMAND...: what the command prints.
put_output() {
  local target=$1
  shift
  mkdir -p "$to/${target%/*}"
  "$@" >"$to/$target.new"
  chmod 644 "$to/$target.new"
  mv "$to/$target.new" "$to/$target"
  installed+=("$target")
}

put_link() {
  mkdir -p "$to/${2%/*}"
  ln -sfn "$1" "$to/$2"
  installed+=("$2")
}

# put_tool FILE NAME: the program, and what it says of itself. A program that is
# here under another name already becomes a link to that.
put_tool() {
  local same=${program_of[$1]:-}
  if [[ -n $same ]]; then
    put_link "$same" "bin/$2"
    put_output "share/man/man1/$2.1" echo ".so man1/$same.1"
  else
    program_of[$1]=$2
    put 755 "$1" "bin/$2"
    put_output "share/man/man1/$2.1" "$to/bin/$2" --help=man
  fi
  put_output "share/bash-completion/completions/$2" "$to/bin/$2" --help=bash
  put_output "share/zsh/$zsh_folder/_$2" "$to/bin/$2" --help=zsh
  put_output "share/fish/vendor_completions.d/$2.fish" "$to/bin/$2" --help=fish
}
declare -A program_of=()
zsh_folder=site-functions

# Both find the prefix from where they lie, LIB being lib or lib/TRIPLET, so
# that the tree may be moved.
pkgconfig_file() {
  local up=${1//[^\/]/}
  cat <<END
prefix=\${pcfiledir}/../..${up//\///..}
includedir=\${prefix}/include
libdir=\${prefix}/$1

Name: tessera
Description: Language-model weights in arenas, computed with
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -ltessera
END
}

cmake_file() {
  local up=${1//[^\/]/}
  cat <<END
# find_package(tessera) makes the target tessera::tessera.
get_filename_component(_tessera_prefix "\${CMAKE_CURRENT_LIST_DIR}/../../..${up//\///..}" ABSOLUTE)
if(NOT TARGET tessera::tessera)
  add_library(tessera::tessera SHARED IMPORTED)
  set_target_properties(tessera::tessera PROPERTIES
    IMPORTED_LOCATION "\${_tessera_prefix}/$1/$soname"
    IMPORTED_SONAME "$soname"
    INTERFACE_INCLUDE_DIRECTORIES "\${_tessera_prefix}/include")
endif()
unset(_tessera_prefix)
END
}

# The version is compatible if its first number is the same, and as long as that
# is 0, its second.
cmake_version_file() {
  cat <<END
set(PACKAGE_VERSION $version)
string(REGEX MATCH "^(0[.][0-9]+|[0-9]+)" _tessera_has "$version")
string(REGEX MATCH "^(0[.][0-9]+|[0-9]+)" _tessera_wants "\${PACKAGE_FIND_VERSION}")
if(_tessera_wants STREQUAL _tessera_has AND NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
END
}

# put_library LIB
put_library() {
  put 644 "$(built "//runtime/capi:$soname")" "$1/libtessera.so.$version"
  put_link "libtessera.so.$version" "$1/$soname"
}

# put_development LIB
put_development() {
  put 644 "$root/runtime/capi/tessera.h" include/tessera.h
  put_link "$soname" "$1/libtessera.so"
  put_output "$1/pkgconfig/tessera.pc" pkgconfig_file "$1"
  put_output "$1/cmake/tessera/tessera-config.cmake" cmake_file "$1"
  put_output "$1/cmake/tessera/tessera-config-version.cmake" cmake_version_file
}

# Adds `installed` to the list of what is installed below $to, which is itself on
# it.
write_list() {
  installed+=(share/tessera/installed)
  {
    cat "$list" 2>/dev/null || true
    printf '%s\n' "${installed[@]}"
  } | LC_ALL=C sort -u >"$list.new"
  mv "$list.new" "$list"
}

# Removes what is on the list, and folders that are empty then.
remove_listed() {
  local file folder files
  mapfile -t files <"$list"
  for file in "${files[@]}"; do
    [[ $file != /* && /$file/ != */../* ]] || fail "$list: '$file' is no file of Tessera's"
  done
  for file in "${files[@]}"; do
    rm -f "$to/$file"
    echo "removed $to/$file"
    folder=${file%/*}
    while [[ -n $folder ]] && rmdir "$to/$folder" 2>/dev/null; do
      [[ $folder == */* ]] && folder=${folder%/*} || folder=
    done
  done
}
