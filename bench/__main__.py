"""`python -m bench [NAME …]`: run benchmarks and keep what they found in bench/results.

Without a name: all of them. `--list` says which there are.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from bench import results

BENCHES = {
    "remote": "click to prompt, key echo and output beside MeshCentral from npm",
    "resets": "200 link resets inside frames during a shell: bytes lost or repeated",
    "together": "1,000 resets during a shell, an upload and a tunnel: what is lost or repeated",
    "memory": "resident memory of connector, front and web; of an idle device's link",
    "lines": "click to prompt and key echo over emulated bad lines beside ssh, mosh, MeshCentral",
    "modem": "56 kbit/s: 53 KB through cuts beside a naive sender, keys beside a 50 MiB upload",
    "idle": "what an idle device's link costs on a metered line, in IP bytes",
    "crash": "facts and timers under random kill -9, on SQLite and PostgreSQL",
    "records": "search of 10,000 recordings, verifying an hour of one, what sealing costs",
    "slow": "slow uploads and slow readers beside other people's pages",
    "fresh": "fresh clone to first page, with a warm and a cold package cache",
}


def run(name: str) -> bool:
    """Run one benchmark; whether every bar was met."""
    print(f"{name}: {BENCHES[name]}", flush=True)
    module = importlib.import_module(f"bench.{name}")
    with tempfile.TemporaryDirectory(prefix=f"reachback-bench-{name}-") as folder:
        Path(folder).chmod(0o755)  # the device is another user's
        report: results.Report = module.run(Path(folder))
    results.keep(name, (module.__doc__ or "").strip(), report)
    return all(figure.met is not False for figure in report.figures)


def main() -> int:
    """Run what was named; exit code 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--list", action="store_true", help="say which benchmarks there are")
    options = parser.parse_args()
    if options.list:
        for name, what in BENCHES.items():
            print(f"{name:<10} {what}")
        return 0
    for name in options.names:
        if name not in BENCHES:
            parser.error(f"there is no benchmark {name!r}; there are: {', '.join(BENCHES)}")
    met = [run(name) for name in options.names or BENCHES]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
