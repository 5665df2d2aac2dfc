# Each target sets up what it needs, in .work/ alone. Needed: make, git, Python >= 3.10 with venv, a package index.

WORK := .work
VENV := $(WORK)/venv
LINT := $(WORK)/lint
# the first Python that is new enough
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$python && break; done)

PYTEST_ALL := $(VENV)/bin/python -m pytest --numprocesses auto --dist worksteal
# what the tests' processes have compiled serves the next of them
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-fast deep environments screens faults lint bench mutations real clean

test: test-fast environments
	$(PYTEST_ALL) -m "not fast" $(PYTEST)

# without an environment of a project, a server or a commit
test-fast: $(VENV)/ready
	$(PYTEST_ALL) -m fast $(PYTEST)

# everything: each test on each server and driver that it is for, 200 random moments, every change of a schema
deep: environments
	$(PYTEST_ALL) --wide --moments 200 $(PYTEST)
	$(VENV)/bin/python -m benchmarks.mutations

environments: $(VENV)/ready
	$(VENV)/bin/python -m tests.foreign

# after a change of wording: the diff of tests/screens is what there is to review
screens: $(VENV)/ready
	$(VENV)/bin/python -m pytest --numprocesses auto --dist worksteal --renew-screens \
		$$(grep -rl 'shows(' tests --include='*_test.py') $(PYTEST)

faults: $(VENV)/ready
	$(VENV)/bin/python -m pytest tests/situations/faults_test.py -k any_moment --moments 200 $(PYTEST)

demo: $(VENV)/ready
	$(VENV)/bin/python docs/demo.py $(WORK)/demo

lint: $(LINT)/ready
	$(LINT)/bin/ruff check
	$(LINT)/bin/ruff format --check
	$(LINT)/bin/mypy

bench: $(VENV)/ready
	$(VENV)/bin/python benchmarks/gate.py
	$(VENV)/bin/python benchmarks/databases.py

mutations: $(VENV)/ready
	$(VENV)/bin/python -m benchmarks.mutations

real: $(VENV)/ready
	$(VENV)/bin/python -m benchmarks.real

clean:
	rm -rf $(WORK)

# what is installed beside the package: the groups of pyproject.toml
$(VENV)/ready: GROUPS = --group test
$(LINT)/ready: GROUPS = --group lint

$(VENV)/ready $(LINT)/ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(@D)/bin/python -m pip install --quiet --editable . $(GROUPS)
	touch $@
