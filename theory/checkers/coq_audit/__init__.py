"""Decide whether Coq files prove what their claim comments say: a lint, coqc, and coqchk, which has the last word.

Standard library only and relative imports, so that `make formal` (check.sh) runs it without the project's environment.

1. Lint: only the commands of `_COMMANDS` occur; a command that can switch off a check of Coq's kernel, declare an
   axiom, change a notation or load code is not among them. Each claim comment names the theorem directly below it.
2. coqc compiles every file in a folder that held no compiled file before; its index of declarations (.glob) must show
   each claimed theorem, at its place, outside every inner module, and no declaration that hides one of Coq's own.
3. coqchk checks the compiled files again. Every section of its report must be empty, except for the axioms on which
   Coq's real numbers rest. A section that is missing or not known here is refused.
"""
