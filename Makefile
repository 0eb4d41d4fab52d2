# Zhuxin. `make` alone lists what there is.
SHELL        := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS    += --no-print-directory

LOCAL  := .local
BIN    := $(LOCAL)/bin
STAMP  := $(LOCAL)/stamp
ZHUXIN := $(BIN)/zhuxin

# Arguments for the program: make demo ARGS="--lang en"
ARGS   ?=
# Packages for the Go tests: make test-go PKG=./biz/...
PKG    ?= ./...

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## --- demo ---------------------------------------------------------------

.PHONY: demo demo-reset
demo: install-run servers console zhuxin ## set everything up and run the demo until Ctrl-C
	@exec $(ZHUXIN) demo $(ARGS)

demo-reset: with-servers ## clear the demo's data
	@$(BIN)/with-servers --reset --dir $(LOCAL)/demo
	@echo "==> the demo's data in $(LOCAL)/demo is cleared"

## --- what is built ------------------------------------------------------

.PHONY: servers console zhuxin with-servers
# The servers are built once per set of pins: the stamp's name holds a hash of
# the module files, so a change of a pin builds anew and a touch does not.
pins = $(shell cat third_party/servers/$(1)/go.mod third_party/servers/$(1)/go.sum | sha256sum | cut -c1-16)
KRATOS_STAMP    := $(STAMP)/kratos-$(call pins,kratos)
VERSITYGW_STAMP := $(STAMP)/versitygw-$(call pins,versitygw)

servers: $(KRATOS_STAMP) $(VERSITYGW_STAMP) ## build the pinned Ory Kratos and S3 servers (once)
	@test -x $(BIN)/kratos && test -x $(BIN)/versitygw || { rm -f $^; $(MAKE) servers; }

$(KRATOS_STAMP):
	@deploy/dev/build-server.sh third_party/servers/kratos github.com/ory/kratos $(BIN)/kratos \
		"-X github.com/ory/kratos/driver/config.Version=$$(sed -n 's/^require github.com\/ory\/kratos //p' third_party/servers/kratos/go.mod)"
	@mkdir -p $(STAMP) && rm -f $(STAMP)/kratos-* && touch $@

$(VERSITYGW_STAMP):
	@deploy/dev/build-server.sh third_party/servers/versitygw github.com/versity/versitygw/cmd/versitygw $(BIN)/versitygw
	@mkdir -p $(STAMP) && rm -f $(STAMP)/versitygw-* && touch $@

CONSOLE_DEPS    := app/console/node_modules/.package-lock.json
CONSOLE_PAGE    := app/console/dist/index.html
CONSOLE_SOURCES  = $(shell find app/console \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f ! -name '*.go' -print)

console: $(CONSOLE_PAGE) ## build the web console

$(CONSOLE_DEPS): app/console/package-lock.json
	@echo "==> console: installing its packages"
	@cd app/console && npm ci --no-audit --no-fund
	@touch $@

# Vite empties dist; .gitkeep is what lets embed.go compile before a build.
$(CONSOLE_PAGE): $(CONSOLE_DEPS) $(CONSOLE_SOURCES)
	@echo "==> console: building"
	@cd app/console && npm run build
	@touch app/console/dist/.gitkeep $@

zhuxin: ## build the zhuxin program
	@echo "==> zhuxin: building"
	@mkdir -p $(BIN) && go build -o $(ZHUXIN) ./cmd/zhuxin

with-servers:
	@mkdir -p $(BIN) && go build -o $(BIN)/with-servers ./deploy/dev/cmd/with-servers

## --- checks -------------------------------------------------------------

.PHONY: test test-go test-console e2e test-long lint bench
test: install-test servers console zhuxin generate-check lint test-go test-console e2e ## all tests, lint and generate-check; what CI runs

test-go: with-servers ## unit and integration tests in Go, with real servers
	@echo "==> go test $(PKG)"
	@$(BIN)/with-servers --fresh --fast --dir $(LOCAL)/test -- go test $(PKG)

test-console: $(CONSOLE_PAGE) ## unit tests of the console, and the weight of its pages
	@echo "==> console: tests"
	@cd app/console && npm run test && npm run --silent budget

e2e: with-servers ## browser tests against the built program
	@echo "==> browser tests"
	@ZHUXIN_BIN=$(CURDIR)/$(ZHUXIN) $(BIN)/with-servers --fresh --fast --dir $(LOCAL)/e2e -- npm --prefix app/console run e2e

.PHONY: tryton
tryton: ## a real Tryton server, unpacked from Debian's packages
	@deploy/dev/tryton.sh $(LOCAL)/tryton

test-long: servers console zhuxin with-servers tryton ## the long tests: race detector, every test anew, no time limit of the short run
	@ZHUXIN_TEST_LONG=1 ZHUXIN_TRYTON_ROOT=$(abspath $(LOCAL))/tryton $(BIN)/with-servers --fresh --dir $(LOCAL)/test-long -- go test -tags long -race -count=1 -timeout 60m $(PKG)

LINTER := $(BIN)/golangci-lint
$(LINTER): third_party/tools/lint/go.mod third_party/tools/lint/go.sum
	@echo "==> building golangci-lint (a few minutes, once)"
	@mkdir -p $(BIN) && cd third_party/tools/lint && GOBIN=$(CURDIR)/$(BIN) go install tool
	@touch $@

lint: $(CONSOLE_DEPS) $(LINTER) ## static checks of Go and of the console
	@echo "==> lint"
	@$(LINTER) run ./...
	@cd app/console && npm run lint && npm run typecheck && npm run i18n:check

bench: install-run servers console zhuxin with-servers ## ratios against the bare servers, measured side by side
	@$(BIN)/with-servers --fresh --dir $(LOCAL)/bench -- $(ZHUXIN) bench $(ARGS)

## --- generated code -----------------------------------------------------

.PHONY: generate generate-check
GENERATED := ent app/api

generate: ## write the generated code anew (ent, proto, OpenAPI)
	@echo "==> generate"
	@go generate ./ent/...
	@app/api/generate.sh

generate-check: generate with-servers $(CONSOLE_DEPS) ## fail when the committed generated code is not what its sources say
	@changed=$$(git status --porcelain -- $(GENERATED)); \
	if [ -n "$$changed" ]; then \
		echo "$$changed"; \
		echo "generate-check: the files above differ from what is committed; run make generate and commit the result" >&2; \
		exit 1; \
	fi
	@$(BIN)/with-servers --fresh --fast --servers postgresql --dir $(LOCAL)/migrate-check -- go run ./ent/gen/diff --check
	@cd app/console && npm run gen:check

migrate-diff: with-servers ## write the migration of a changed schema: make migrate-diff NAME=what_changed
	@$(BIN)/with-servers --fresh --fast --servers postgresql --dir $(LOCAL)/migrate-diff -- go run ./ent/gen/diff --name "$(NAME)"

## --- what has to be on the machine --------------------------------------

.PHONY: install-run install-test
install-run: ## install what the demo needs from Debian (PostgreSQL 15, Redis 7)
	@deploy/dev/install.sh run

install-test: ## the same, and what the tests need (Chromium, a Chinese font, protoc)
	@deploy/dev/install.sh test
