"""Sources of Debian's packages, of which Debian has no whole static library."""

_FOUND = """
cc_library(
    name = "compiled",
    srcs = ["{file}"],
    copts = ["-w"],
)

filegroup(
    name = "objects",
    srcs = [":compiled"],
    output_group = "compilation_outputs",
    visibility = ["//visibility:public"],
)
"""

_MISSING = """
genrule(
    name = "objects",
    outs = ["missing.o"],
    cmd = "echo '{package}: its source is needed, but {why}' >&2; exit 1",
    visibility = ["//visibility:public"],
)
"""

def _fetch(repository_ctx):
    """Downloads the source; returns why it could not."""
    attr = repository_ctx.attr

    # It lies beside the package in Debian's archive, and apt knows where.
    package = "%s=%s*" % (attr.package, attr.version)
    printed = repository_ctx.execute(["apt-get", "download", "--print-uris", package])
    words = printed.stdout.split("'")
    if printed.return_code != 0 or len(words) < 2:
        return "apt does not know version %s; try apt-get update" % attr.version
    folder = words[1].rpartition("/")[0]
    url = "%s/%s_%s.orig.tar.gz" % (folder, folder.rpartition("/")[2], attr.version)
    fetched = repository_ctx.download(url, output = "source.tar.gz", sha256 = attr.sha256, allow_fail = True)
    if not fetched.success:
        return url + " cannot be read"
    repository_ctx.extract("source.tar.gz", stripPrefix = attr.folder)
    return ""

def _debian_source_impl(repository_ctx):
    attr = repository_ctx.attr
    why = _fetch(repository_ctx)
    text = _MISSING.format(package = attr.package, why = why) if why else _FOUND.format(file = attr.file)
    repository_ctx.file("BUILD", text)

# @NAME//:objects, compiled from one file of the source. Where it cannot be had,
# only what needs it cannot be built.
debian_source = repository_rule(
    implementation = _debian_source_impl,
    attrs = {
        "package": attr.string(doc = "A binary package that is made of the source."),
        "version": attr.string(doc = "Of the source, without Debian's revision."),
        "sha256": attr.string(),
        "folder": attr.string(doc = "Within the archive."),
        "file": attr.string(doc = "In that folder, to be compiled."),
    },
    configure = True,
    local = True,
)
