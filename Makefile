# `make` lists the targets. A fresh machine needs Python 3.11, git and the package index.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DATABASES ?= sqlite,postgresql
export PIP_DISABLE_PIP_VERSION_CHECK = 1

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# The lock files are whole: pip has nothing to resolve (--no-deps), only to check (--require-hashes).
install: .venv/installed  ## .venv with the locked dependencies and the console script

.venv/installed: requirements/run.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --progress-bar on -q --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements/build.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'from tally.rules.increments import prepare; prepare()'
	touch $@

demo: install  ## load the demo city, if it is not there, and serve it on http://127.0.0.1:8000
	$(BIN)/gwangjang demo

demo-reset: install  ## throw the demo city away, load it anew and serve it
	$(BIN)/gwangjang demo --reset

.venv/tested: requirements/test.txt .venv/installed
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements/test.txt
	touch $@

# The headless shell is the same Chromium without windows that nobody sees, which cost more than the pages.
browser:  ## find a headless Chromium, or install Debian's
	@command -v chromium-headless-shell >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	  && apt-get install -y -qq chromium-headless-shell fonts-noto-cjk >/dev/null; } \
	|| command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	|| { echo "The browser tests need Chromium: install the packages chromium-headless-shell and fonts-noto-cjk." >&2; exit 1; }

test: .venv/tested browser gates tests  ## everything: gates, then all tests on SQLite, PostgreSQL and a browser

gates: .venv/tested  ## style, types, imports, templates, spelling
	@echo "== format and style (ruff)"; $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@echo "== types (mypy)"; $(BIN)/mypy -n 2
	@echo "== directions of imports (import-linter)"; $(BIN)/lint-imports
	@echo "== templates (djlint)"; $(BIN)/djlint --quiet --lint templates
	@echo "== spelling (codespell)"; $(BIN)/codespell app core accounts proposals ballots budget tally tests docs *.md

# Coverage makes everything half as slow again. So it is taken of what has to be covered whole, the rules
# of counting and the public log, by their own tests. Compiled files are kept, or each worker would
# compile all tests anew. tests/conftest.py marks what is `covering`.
COVERED = tests/tally tests/ballots/board
tests: export PYTHONDONTWRITEBYTECODE =
tests: export HYPOTHESIS_PROFILE = ci
tests: .venv/tested  ## the counting and the log with coverage; then all else on SQLite, PostgreSQL, a browser
	@echo "== counting and the log, with coverage"
	@$(BIN)/coverage erase
	$(BIN)/pytest -n 2 -m "covering and not slow" -q $(COVERED) --cov=tally --cov=ballots/board --cov-report=
	$(BIN)/coverage report --fail-under=100
	@echo "== all else: $(DATABASES), a browser"
	$(BIN)/pytest -n 2 --dist worksteal -m "not (covering or slow)" -q --databases=$(DATABASES)

coverage: .venv/tested  ## what the tests without a browser reach of the whole code
	HYPOTHESIS_PROFILE=ci $(BIN)/pytest -n 2 -m "not (browser or shared)" --cov --cov-report= -q
	$(BIN)/coverage report --fail-under=95

laws: .venv/tested  ## each law on 5,000 drawn examples, for hours
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n 2 -m hypothesis --timeout=0 -q

agreement: .venv/tested  ## all real elections beside the checkout, on both databases: as others counted them
	$(BIN)/pytest -n 2 --databases=$(DATABASES) -m shared -q

quick: .venv/tested  ## the tests without browser and PostgreSQL
	$(BIN)/pytest -n 2 -q -m "not browser"

words: .venv/tested  ## bring the catalogue up to date with the code; then fill in the Korean
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext --no-location --sort-output --omit-header -o .messages.pot .
	$(BIN)/pybabel -q update -l ko -i .messages.pot -d app/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d app/translations
	rm .messages.pot

assets:  ## bundle styles and scripts (needs Node.js)
	cd app/assets && npm ci --silent && npm run -s build

screens: .venv/tested browser  ## pictures of the main pages for docs/screens
	rm -rf .screens && $(BIN)/gwangjang demo --folder .screens --no-serve > /dev/null
	$(BIN)/gwangjang demo --folder .screens --bind 127.0.0.1:8765 > /dev/null & server=$$!; sleep 4; \
	  $(BIN)/python docs/screens/make.py .screens http://127.0.0.1:8765 docs/screens; status=$$?; kill $$server; exit $$status
	rm -rf .screens

GOVAN = $(addprefix --rule ,plurality borda irv copeland schulze_winning schulze_margin \
  ranked_pairs_winning ranked_pairs_margin kemeny scottish)

govan: .venv/tested browser  ## the pages of docs/govan-2007 anew, from its ballots
	rm -f docs/govan-2007/*.html docs/govan-2007/*.jpg
	cd docs/govan-2007 && for tongue in ko en; do \
	  ../../$(BIN)/gwangjang tally govan-2007.blt $(GOVAN) --lang $$tongue --page $$tongue.html > /dev/null \
	  && ../../$(BIN)/python ../screens/page.py $$tongue.html $$tongue.jpg || exit 1; done

lock:  ## write the hashed requirements anew (needs uv)
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --extra fast -o requirements/run.txt
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --extra fast --group test --group build -o requirements/test.txt
	uv pip compile -q --group bench-tally --universal --python-version 3.11 --generate-hashes --no-header -o requirements/bench.txt
	uv pip compile -q --group bench-tally-cpp --no-deps --universal --python-version 3.11 --generate-hashes --no-header -o requirements/bench-cpp.txt
	uv pip compile -q --group interop --universal --python-version 3.11 --generate-hashes --no-header -o requirements/interop.txt
	uv pip compile -q --group interop-witness --universal --python-version 3.12 --generate-hashes --no-header -o requirements/interop-witness.txt
	uv pip compile -q --group build --universal --python-version 3.11 --generate-hashes --no-header -o requirements/build.txt

bench-web: .venv/tested  ## the vote page and casting, beside the usual stack: CPU a request, then requests a second (needs wrk)
	$(BIN)/python bench/web.py
	$(BIN)/python bench/load.py

bench-cast: .venv/tested  ## a full cast beside the usual stack and two hash chains, at 64 connections on PostgreSQL (needs wrk)
	$(BIN)/python bench/cast.py

bench-import: .venv/tested  ## ballots a second and memory of a whole import
	$(BIN)/python bench/imports.py

bench-tally: .venv/tested .venv-bench/installed  ## the counting room beside its peers: winners, CPU seconds, memory
	@$(BIN)/python bench/counting.py $(ELECTIONS)
	@$(BIN)/python bench/ranked.py

# Peers have an environment of their own. The C++ one is built here, if there is a compiler; its
# rules need no solver, so none is installed for it.
.venv-bench/installed: requirements/bench.txt requirements/bench-cpp.txt
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	echo '*' > .venv-bench/.gitignore
	.venv-bench/bin/pip install --progress-bar on -q --no-deps --require-hashes -r requirements/bench.txt
	PATH="$(CURDIR)/.venv-bench/bin:$$PATH" ortools_DIR="$(CURDIR)/bench/no_solver" .venv-bench/bin/pip install -q \
	  --no-deps --no-build-isolation --require-hashes -r requirements/bench-cpp.txt > .venv-bench/cpp.log 2>&1 \
	  || echo "The C++ peer could not be built (.venv-bench/cpp.log): its recorded times stand in for it."
	touch $@

bench-scale: .venv/tested  ## ballots in parts, two processes: time, CPU and memory from 10^5 to 10^7
	$(BIN)/python bench/scale.py
	$(BIN)/python bench/scale_ranked.py

bench-verify: .venv/tested  ## verify.py beside the least that any recount does: rate, memory
	$(BIN)/python bench/verify.py

bench-log: .venv/tested  ## the log from 10^4 to 10^6 leaves on both databases: integrating, proofs, tiles, checkpoints, memory
	PYTHONPATH=. $(BIN)/python bench/log.py $(SIZES)

bench-similar: .venv/tested  ## similar proposals in a city of 1,000 and of 10,000, beside a plain scan and the search
	PYTHONPATH=. $(BIN)/python bench/similar.py $(SIZES)

bench-pages: .venv/tested  ## list, search, map, feed and files of 10,000 proposals on PostgreSQL, beside a floor
	PYTHONPATH=. $(BIN)/python bench/pages.py $(SIZES)

forge: .venv/tested  ## turn every byte of a bundle: verify.py must find each, and say in which step
	$(BIN)/python -m tests.ballots.verifiers.forge

fuzz: .venv/tested  ## 100,000 damaged files: refused with line and field, or read the same both ways
	$(BIN)/python tests/tally/fuzz_pabulib.py 100000
	$(BIN)/python -m tests.tally.fuzz_ranked 100000

N ?= 1000
kill-loop: .venv/tested  ## kill the ballot box N times at every step, under load, on both databases: nothing may be lost
	$(BIN)/python -m tests.ballots.kill_loop $(N)

bench-coedit: .venv/tested  ## 200 editors on 50 texts: how long a keystroke takes to the screens of the others
	PYTHONPATH=. $(BIN)/python bench/coedit.py

bench-text: .venv/tested  ## a text of 50,000 edits on both databases: opening, bytes an edit, memory
	PYTHONPATH=. $(BIN)/python bench/text.py $(EDITS)

kill-coedit: .venv/tested  ## kill the server N times while people type, on both databases: nothing told as stored may be lost
	$(BIN)/python -m tests.proposals.writing.kill_server $(if $(filter file,$(origin N)),100,$(N))

interop: .venv/tested .venv-interop/installed  ## programs of others over a log of ours: Go's sumdb (Debian's golang-go, golang-golang-x-mod-dev), pymerkle and more
	$(BIN)/python -m tests.interop

# The witness of others says that it needs Python 3.12, and runs on 3.11.
.venv-interop/installed: requirements/interop.txt requirements/interop-witness.txt
	test -x .venv-interop/bin/python || $(PYTHON) -m venv .venv-interop
	echo '*' > .venv-interop/.gitignore
	.venv-interop/bin/pip install -q --no-deps --require-hashes -r requirements/interop.txt
	.venv-interop/bin/pip install -q --no-deps --require-hashes --ignore-requires-python -r requirements/interop-witness.txt \
	  || echo "aics-witness could not be installed: the table will say so."
	touch $@

.PHONY: help install demo demo-reset browser test gates tests laws agreement quick words assets screens govan lock bench-web bench-cast bench-import bench-tally \
  bench-scale bench-verify bench-log bench-similar bench-pages bench-coedit bench-text coverage forge fuzz kill-loop kill-coedit interop
