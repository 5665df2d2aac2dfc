# Each target sets up what it needs, in .work/ alone. Needed: make, git, Python >= 3.10 with venv, a package index.

WORK := .work
VENV := $(WORK)/venv
# the first Python that is new enough
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$python && break; done)

.PHONY: demo test wide faults lint bench mutations real clean

test: $(VENV)/ready
	$(VENV)/bin/python -m pytest --numprocesses auto --dist worksteal $(PYTEST)

wide: $(VENV)/ready
	$(VENV)/bin/python -m pytest --numprocesses auto --dist worksteal --wide $(PYTEST)

faults: $(VENV)/ready
	$(VENV)/bin/python -m pytest tests/situations/faults_test.py -k any_moment --moments 200 $(PYTEST)

demo: $(VENV)/ready
	$(VENV)/bin/python docs/demo.py $(WORK)/demo

lint: $(VENV)/ready
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

bench: $(VENV)/ready
	$(VENV)/bin/python benchmarks/gate.py
	$(VENV)/bin/python benchmarks/databases.py

mutations: $(VENV)/ready
	$(VENV)/bin/python -m benchmarks.mutations

real: $(VENV)/ready
	$(VENV)/bin/python -m benchmarks.real

clean:
	rm -rf $(WORK)

$(VENV)/ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(VENV)/bin/python -m pip install --quiet --editable . --group test --group lint
	touch $@
