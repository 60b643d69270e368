# Two commands do everything: `make reproduce` and `make test`. Each sets up what is missing.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python

.PHONY: reproduce test formal bench mutants figures bounds verify docs lint clean
.DELETE_ON_ERROR:

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python3 >= 3.11 is needed, found " + sys.version)'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

reproduce: figures
	@echo "results: bounds.md and bounds.tex (theorems), verify.html (verdict), figures/ (one PDF, PNG, SVG, JSON each)"

bounds: $(VENV)/.installed
	$(PY) -m theory prove --engine all --json results/proofs.json
	$(PY) -m theory bounds --out results

# What is judged already is not judged again, unless the code or a library has changed since: then all is.
verify: $(VENV)/.installed
	$(PY) -m verify run --settings 300 --seed 1 --store results/verify.sqlite --resume --fresh-if-changed --json results/verify.json
	$(PY) -m verify report --store results/verify.sqlite --out results

# Figures are drawn from stored results: what is stored already is not computed again.
figures: bounds verify
	$(PY) -m paper_figures export --out results/figures --from results/verify.sqlite --proofs results/proofs.json

docs: $(VENV)/.installed
	$(PY) -m mkdocs build --quiet --site-dir results/docs

bench: $(VENV)/.installed
	$(PY) -m benchmarks --out results

# All mutants of the trusted modules (hours), whose score decides; QUICK=1 starts as many of a sample as it can in six
# minutes and fails only if these show, at 99 % confidence, that too few of all would be killed.
# What was run with the same sources and tests is kept in results/mutants/sessions and is not run again.
mutants: $(VENV)/.installed
	$(PY) -m mutants --out results/mutants $(if $(QUICK),--sample 240 --minutes 6)

lint: $(VENV)/.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# Two processes, of one thread of BLAS each: more would only wait for each other.
test: lint
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadfile

formal:
	theory/checkers/coq/check.sh results/coq

clean:
	rm -rf results .pytest_cache .mypy_cache .ruff_cache .hypothesis
