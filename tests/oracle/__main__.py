"""`python -m tests.oracle` compares the tables that others measured with this project and writes docs/oracle.md."""

from boundary import write_atomically
from tests.oracle.page import PAGE, page

if __name__ == "__main__":
    write_atomically(PAGE, page().encode())
    print(PAGE)
