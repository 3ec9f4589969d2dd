"""pybind11 and Debian's Python, if the machine has them."""

_WITHOUT = """
cc_library(
    name = "pybind11",
    visibility = ["//visibility:public"],
)
"""

_WITH = """
cc_library(
    name = "pybind11",
    hdrs = glob(["include*/**/*.h"]),
    includes = %s,
    visibility = ["//visibility:public"],
)
"""

def _pybind11_impl(repository_ctx):
    flags = repository_ctx.execute(["pkgconf", "--keep-system-cflags", "--cflags-only-I", "pybind11", "python3"])
    words = flags.stdout.strip().split(" ") if flags.return_code == 0 else []
    paths = [word[2:] for word in words if word.startswith("-I")]
    python = [path for path in paths if repository_ctx.path(path + "/Python.h").exists]
    pybind11 = [path for path in paths + ["/usr/include"] if repository_ctx.path(path + "/pybind11/pybind11.h").exists]
    found = python and pybind11
    repository_ctx.file("found.bzl", "HAS_PYBIND11 = %s\n" % bool(found))
    if not found:
        repository_ctx.file("BUILD", _WITHOUT)
        return
    repository_ctx.symlink(python[0], "include_python")
    repository_ctx.symlink(pybind11[0] + "/pybind11", "include/pybind11")
    repository_ctx.file("BUILD", _WITH % repr(["include", "include_python"]))

# @pybind11//:pybind11, and in @pybind11//:found.bzl the constant HAS_PYBIND11,
# which is False where pybind11-dev or python3-dev is not installed; the library
# is empty then.
pybind11_repository = repository_rule(
    implementation = _pybind11_impl,
    configure = True,
    environ = ["PKG_CONFIG_PATH"],
    local = True,
)
