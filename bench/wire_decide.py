"""How long `decide` takes: prints the median over contracts of growing size. Asserts nothing.

Run: `python bench/wire_decide.py` (from the repository's root, in the development environment).
"""

import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "wire/src"), str(ROOT / "wire/tests")]

from lotus import NOW, clause, contract, grant, statement, wish  # noqa: E402

from reachback_wire.decisions import decide  # noqa: E402
from reachback_wire.documents import When, Window  # noqa: E402
from reachback_wire.documents.contract import DAYS  # noqa: E402
from reachback_wire.requests import Clock, Request  # noqa: E402

ROUNDS = 3_000


def main() -> None:
    office = When("Asia/Shanghai", (Window(tuple(DAYS), "07:00", "19:00"),))
    for name, when in (("at any hour", None), ("with a window", office)):
        for count in (1, 5, 20):
            clauses = [clause(number, when=when) for number in range(1, count + 1)]
            found = contract(*clauses)
            held, asked, clock = grant(found), Request.of(wish()), Clock(NOW, NOW, NOW)
            device = statement()
            taken = []
            for _ in range(ROUNDS):
                start = time.perf_counter_ns()
                decision = decide(found, held, asked, clock, statement=device)
                taken.append(time.perf_counter_ns() - start)
            median, high = statistics.median(taken) / 1000, sorted(taken)[int(ROUNDS * 0.99)] / 1000
            print(f"{count:3} clauses {name:14} median {median:6.1f} µs  p99 {high:7.1f} µs")
            assert decision.allowed


if __name__ == "__main__":
    main()
