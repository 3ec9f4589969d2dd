#!/usr/bin/env bash
# The wheel has what it says, installs as files, and is the same each time.
set -eu
export SOURCE_DATE_EPOCH=1700000000
for folder in one two; do
  scripts/build_wheel.sh --from "$PWD" --to "$TEST_TMPDIR/$folder"
done
cmp "$TEST_TMPDIR"/one/*.whl "$TEST_TMPDIR"/two/*.whl
wheel=$(echo "$TEST_TMPDIR"/one/tessera-*-cp3*-cp3*-linux_*.whl)
/usr/bin/python3 -m zipfile -e "$wheel" "$TEST_TMPDIR/site"
cd "$TEST_TMPDIR/site"
/usr/bin/python3 - <<'P'
import base64, csv, glob, hashlib, os

record = {}
[path] = glob.glob("tessera-*.dist-info/RECORD")
for name, digest, size in csv.reader(open(path)):
    record[name] = (digest, size)
files = [
    os.path.join(folder, name)[2:]
    for folder, _, names in os.walk(".")
    for name in names
]
assert set(files) == set(record), set(files) ^ set(record)
for name in files:
    if name == path:
        assert record[name] == ("", "")
        continue
    content = open(name, "rb").read()
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    assert record[name] == (
        "sha256=" + digest.rstrip(b"=").decode(),
        str(len(content)),
    ), name
assert {"tessera/py.typed", "tessera/_tessera.so"} <= set(files)
P
if readelf -d tessera/_tessera.so | grep -qE 'NEEDED.*lib(a|t|ub)san'; then exit 0; fi
/usr/bin/python3 -c 'import tessera; print(tessera.__version__)'
