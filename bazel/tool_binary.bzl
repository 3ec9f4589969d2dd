"""Programs that people install."""

# Archives that Debian has none of, or that are too large, come from
# third_party/static; the others are Debian's.
_STATIC_LINKOPTS = [
    "-static",
    "-no-pie",
    "-fuse-ld=bfd",
    "-L$(GENDIR)/third_party/static",
    # It would name functions of the libraries that find no modules and no hosts
    # in a static program; nothing here calls them.
    "-Wl,--no-warnings",
]

_STATIC_ARCHIVES = [
    "//third_party/static:libicudata.a",
    "//third_party/static:libsimdjson.a",
    "//third_party/static:libxxhash.a",
]

def _static(rule, **kwargs):
    rule(
        additional_linker_inputs = _STATIC_ARCHIVES,
        # The form in which gold alone takes objects.
        features = ["-supports_start_end_lib"],
        linkopts = _STATIC_LINKOPTS,
        linkstatic = True,
        # Left out with sanitizers, which are shared libraries (.bazelrc).
        tags = ["static"],
        **kwargs
    )

def tool_binary(name, **kwargs):
    """A cc_binary, and the same as NAME_static, which needs no shared library.

    Both are linked from the same objects, except those of the srcs. The second
    is for packages that run on every Linux (docs/packages.md).
    """
    native.cc_binary(name = name, **kwargs)
    _static(native.cc_binary, name = name + "_static", **kwargs)

def static_test(name, **kwargs):
    """A cc_test without shared libraries, of what other archives might change."""
    _static(native.cc_test, name = name, **kwargs)
