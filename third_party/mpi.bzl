"""Open MPI, if the machine has it."""

_WITHOUT = """
cc_library(
    name = "mpi",
    visibility = ["//visibility:public"],
)
"""

_WITH = """
cc_library(
    name = "mpi",
    hdrs = glob(["include/**/*.h"]),
    defines = ["TESSERA_HAS_MPI", "OMPI_SKIP_MPICXX"],
    includes = ["include"],
    linkopts = %s,
    visibility = ["//visibility:public"],
)
"""

def _mpi_impl(repository_ctx):
    flags = repository_ctx.execute(["pkgconf", "--cflags-only-I", "--libs", "ompi-c"])
    words = flags.stdout.strip().split(" ") if flags.return_code == 0 else []
    includes = [word[2:] for word in words if word.startswith("-I")]
    headers = [path for path in includes if repository_ctx.path(path + "/mpi.h").exists]
    if not headers:
        repository_ctx.file("BUILD", _WITHOUT)
        return
    repository_ctx.symlink(headers[0], "include")
    libraries = [word for word in words if word[:2] in ("-L", "-l")]
    repository_ctx.file("BUILD", _WITH % repr(libraries))

# @mpi//:mpi, which defines TESSERA_HAS_MPI, or is empty where libopenmpi-dev is
# not installed.
mpi_repository = repository_rule(
    implementation = _mpi_impl,
    configure = True,
    environ = ["PKG_CONFIG_PATH"],
    local = True,
)
