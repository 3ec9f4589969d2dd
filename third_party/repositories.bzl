"""Bazel repositories over Debian's packages, so that a build needs no network."""

load("//third_party:debian_source.bzl", "debian_source")
load("//third_party:mpi.bzl", "mpi_repository")
load("//third_party:pybind11.bzl", "pybind11_repository")

def _system_library(name):
    native.new_local_repository(
        name = name,
        path = "/usr",
        build_file = "//third_party:%s.BUILD" % name,
    )

def tessera_repositories():
    # Bazel's own rule sets, as packaged by Debian.
    native.local_repository(name = "rules_java", path = "/usr/share/bazel/rules/java")
    native.local_repository(name = "rules_proto", path = "/usr/share/bazel/rules/proto")
    native.local_repository(name = "bazel_skylib", path = "/usr/share/bazel/tools/skylib")
    native.local_repository(name = "platforms", path = "/usr/share/bazel/tools/platforms")

    # Debian's rules_cc does not load under Debian's Bazel; ours exports the native rules.
    native.local_repository(name = "rules_cc", path = "third_party/rules_cc")

    # Without this, every cc_test asks the network for a coverage tool.
    native.local_repository(name = "remote_coverage_tools", path = "third_party/remote_coverage_tools")

    # Abseil keeps upstream's labels (@com_google_absl//absl/strings), served by libabsl-dev.
    native.local_repository(name = "com_google_absl", path = "third_party/com_google_absl")

    for name in ["com_google_protobuf", "googletest", "zstd", "xxhash", "openssl", "pcre2", "simdjson", "sqlite", "numa", "icu", "png"]:
        _system_library(name)

    mpi_repository(name = "mpi")
    pybind11_repository(name = "pybind11")

    # For programs without shared libraries only, //bazel:tool_binary.bzl.
    debian_source(
        name = "simdjson_source",
        package = "libsimdjson-dev",
        version = "3.0.1",
        sha256 = "156b1bc5eb0561b2bd166b46d191fd3d95a3e709cc63761477d3b7aec2b6e9ed",
        folder = "simdjson-3.0.1/singleheader",
        file = "simdjson.cpp",
    )
    debian_source(
        name = "xxhash_source",
        package = "libxxhash-dev",
        version = "0.8.1",
        sha256 = "3bb6b7d6f30c591dd65aaaff1c8b7a5b94d81687998ca9400082c739a690436c",
        folder = "xxHash-0.8.1",
        file = "xxh_x86dispatch.c",
    )
