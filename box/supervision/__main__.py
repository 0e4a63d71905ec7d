"""Becomes supervisord in a run folder: `python -m box.supervision FOLDER`.

supervisord expands some paths of its config once and others twice, so that a `%` in the folder's own path cannot be
written in it. Started inside the folder, it needs no absolute path for its files.
"""

import os
import sys

from supervisor.supervisord import main

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    main(["--configuration", "supervisord.conf"])
