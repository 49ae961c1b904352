"""`make bench`: the engine against the peers that are installed, and against the floor of its bare matrix multiplications.

    python -m benchmarks [gradients] [jacobian_norms] [flow_matrix] [accuracy] [run] [training] [--quick]

Candidates take turns; × is the median over rounds of how many times as long as the reference each took.
"""

import argparse
import platform
from importlib.metadata import version

from app.mmap_threshold import raise_mmap_threshold
from benchmarks import sections
from benchmarks.peers import MODULES, installed
from benchmarks.report import Report
from benchmarks.training import training

SECTIONS = {
    "gradients": sections.gradients,
    "jacobian_norms": sections.jacobian_norms,
    "flow_matrix": sections.flow_matrix,
    "accuracy": sections.accuracy,
    "run": sections.run,
    "training": training,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("sections", nargs="*", help=f"which to run, of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes: the two largest sizes")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no section is called {', '.join(sorted(unknown))}")
    peers = installed()
    raise_mmap_threshold()  # the peers allocate too, so this speeds up everybody
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {version('numpy')}; one thread for BLAS and for every peer")
    for library in MODULES:
        print(f"{library} {version(library)}" if library in peers else f"{library} is missing, so nothing is compared with it")
    report = Report()
    for name in arguments.sections or SECTIONS:
        SECTIONS[name](report, peers, arguments.quick)
    report.summary()


if __name__ == "__main__":
    main()
