"""`python -m benchmarks.estimates [--count N] [--seed S]`: what random runs take, beside what was estimated.

Prints the quantiles of measured ÷ estimated for memory, bytes of the answer and processor time, and the runs that were furthest off: fit
the rates of app/explore/cost.py until no memory is above 1.5 times, and no time above 3 times its estimate.
Use one BLAS thread (OPENBLAS_NUM_THREADS=1), as the server does.
"""

import argparse
import statistics

from app.explore.parameters import RunParameters
from app.explore.run import prepare
from app.server.routes.runs import question
from app.settings import Settings
from tests.measuring import peak_megabytes, processor_seconds
from tests.random_runs import accepted_runs, computed

SHORT_SECONDS = 2e-3  # below it, the ratio says nothing
WORST = 8
DEFAULT = RunParameters()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimates", description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = []
    for parameters, arrays in accepted_runs(given.seed, given.count, Settings(max_seconds=2.0)):
        cost = question(prepare(parameters), arrays).cost
        size = computed(parameters, arrays) / 1e6
        seconds = processor_seconds(lambda run=(parameters, arrays): computed(*run))
        peak = peak_megabytes(lambda run=(parameters, arrays): computed(*run))
        rows.append((peak / cost.megabytes, size / cost.answer_megabytes, seconds / cost.seconds, seconds, parameters, arrays))
    for name, column in (("memory", 0), ("answer", 1), ("time", 2)):
        ratios = sorted(row[column] for row in rows if name != "time" or row[3] > SHORT_SECONDS)
        high = ratios[int(0.95 * len(ratios))]
        print(f"{name:7} measured ÷ estimated: median {statistics.median(ratios):.2f}, 95 % {high:.2f}, most {ratios[-1]:.2f}")
        for row in sorted(rows, key=lambda row: -row[column])[:WORST]:
            changed = {key: value for key, value in vars(row[4]).items() if key != "text" and value != getattr(DEFAULT, key)}
            print(f"    {row[column]:.2f}  {row[3]:.4f} s  {row[5]}  {changed}")


if __name__ == "__main__":
    main()
