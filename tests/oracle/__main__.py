"""`python -m tests.oracle` compares the tables that others measured with this project and writes docs/oracle.md."""

from pathlib import Path

from boundary import write_atomically
from tests.oracle.page import page

PAGE = Path(__file__).parents[2] / "docs" / "oracle.md"

if __name__ == "__main__":
    write_atomically(PAGE, page().encode())
    print(PAGE)
