#!/usr/bin/env python3
"""Packs the files of the package tessera as a wheel; see build_wheel.sh.

usage: pack_wheel.py SOURCES BAZEL_BIN TO
"""

import base64
import hashlib
import os
import pathlib
import re
import sys
import sysconfig
import time
import zipfile

METADATA = """\
Metadata-Version: 2.1
Name: tessera
Version: {version}
Summary: Weights of language models: read, converted and run
License: Apache-2.0
Requires-Python: ==3.{minor}.*
Requires-Dist: numpy
Description-Content-Type: text/markdown

{description}"""

WHEEL = """\
Wheel-Version: 1.0
Generator: tessera {version}
Root-Is-Purelib: false
Tag: {tag}
"""


def package_files(sources, built):
    """[(name in the wheel, content)]."""
    folder = sources / "python" / "tessera"
    paths = sorted([*folder.glob("*.py"), *folder.glob("*.pyi")])
    paths.append(folder / "py.typed")
    files = [(f"tessera/{path.name}", path.read_bytes()) for path in paths]
    module = built / "python" / "tessera" / "_tessera.so"
    return files + [("tessera/_tessera.so", module.read_bytes())]


def record_line(name, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"{name},sha256={digest.rstrip(b'=').decode()},{len(content)}\n"


def zip_time():
    """Of SOURCE_DATE_EPOCH; a zip begins in 1980."""
    epoch = max(int(os.environ["SOURCE_DATE_EPOCH"]), 315532800)
    return time.gmtime(epoch)[:6]


def write_wheel(path, files):
    when = zip_time()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files:
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if name.endswith(".so") else 0o644
            info.external_attr = (0o100000 | mode) << 16
            wheel.writestr(info, content)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sources, built, to = map(pathlib.Path, sys.argv[1:])
    header = (sources / "runtime" / "capi" / "tessera.h").read_text(
        encoding="utf-8"
    )
    version = re.search(r'define TESSERA_VERSION "(.*)"', header)[1]
    python = f"cp3{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    tag = f"{python}-{python}-{platform}"
    info = f"tessera-{version}.dist-info"
    fields = {
        "version": version,
        "tag": tag,
        "minor": sys.version_info.minor,
        "description": (sources / "docs" / "python.md").read_text(
            encoding="utf-8"
        ),
    }
    files = package_files(sources, built)
    files += [
        (f"{info}/METADATA", METADATA.format(**fields).encode()),
        (f"{info}/WHEEL", WHEEL.format(**fields).encode()),
        (f"{info}/LICENSE", (sources / "LICENSE").read_bytes()),
    ]
    record = "".join(record_line(*file) for file in files)
    record += f"{info}/RECORD,,\n"
    files.append((f"{info}/RECORD", record.encode()))
    path = to / f"tessera-{version}-{tag}.whl"
    write_wheel(path, files)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
