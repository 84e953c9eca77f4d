"""``python -m simulation`` is the command ``aiplan``."""

from simulation.cli.main import main

if __name__ == "__main__":
    main()
