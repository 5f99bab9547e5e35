# What can be made. `make run` and `make test` need nothing made before them.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

WEB       := handler/web
REGIONS   := model/codes/built/regions.csv
FONTS     := handler/form/font/9-noto-sans.ttf
PEERS     := wechat/wechattest/testdata
LINT      := bin/golangci-lint-v2.15.0
FUZZTIME  ?= 30s

.PHONY: help
help: ## say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: build ## build what is needed and start the sandbox (ARGS="--addr 127.0.0.1:9000")
	exec ./bin/quxiang sandbox $(ARGS)

.PHONY: build
build: assets ## build bin/quxiang
	CGO_ENABLED=0 go build -trimpath -o bin/quxiang ./cmd/quxiang

.PHONY: assets
assets: $(WEB)/static/manifest.json $(REGIONS) $(FONTS) ## build the style sheet, the table of regions and the fonts that are embedded in the program

$(WEB)/node_modules/.package-lock.json: $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/.npmrc
	cd $(WEB) && npm ci --include=dev --no-audit --no-fund --loglevel=error
	touch $@

$(WEB)/static/manifest.json: $(WEB)/node_modules/.package-lock.json $(WEB)/build.mjs $(shell find $(WEB)/src -type f)
	cd $(WEB) && npm run --silent build
	touch $@

$(REGIONS): $(WEB)/node_modules/.package-lock.json $(WEB)/regions.mjs
	cd $(WEB) && npm run --silent regions

$(FONTS): $(WEB)/node_modules/.package-lock.json $(WEB)/fonts.mjs
	cd $(WEB) && npm run --silent fonts

# Other people's clients, which tests let talk to the simulator of WeChat. They
# are in no build: neither assets nor build needs this.
.PHONY: peers
peers: $(PEERS)/peers/node_modules/.package-lock.json ## install the other clients that the tests of the simulator use
	cd $(PEERS)/sdk && go mod download

$(PEERS)/peers/node_modules/.package-lock.json: $(PEERS)/peers/package.json $(PEERS)/peers/package-lock.json $(PEERS)/peers/.npmrc
	cd $(PEERS)/peers && npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# A database or a browser that is missing fails the tests here; a bare
# `go test ./...` skips what needs them.
# The WebAssembly compiler shares nothing with us, and takes a minute for PDFium
# where the race detector watches it.
NORACE := -gcflags=github.com/tetratelabs/wazero/...=-race=false

.PHONY: test
test: assets peers ## set up what the tests need and run them all
	.ci/setup
	QUXIANG_TEST_REQUIRE=1 CGO_ENABLED=1 go test -race $(NORACE) -timeout 15m ./...

.PHONY: check
check: assets $(LINT) ## format, lint, generated files
	$(LINT) fmt --diff ./...
	go vet ./...
	$(LINT) run ./...
	go mod tidy -diff
	go test -count=1 ./config/gendoc

$(LINT):
	GOBIN=$(CURDIR)/bin CGO_ENABLED=0 go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(subst bin/golangci-lint-,,$(LINT))
	mv bin/golangci-lint $@

.PHONY: bench
bench: assets ## print the benchmark table (BENCH_ROWS=20000 rows of roster)
	CGO_ENABLED=0 go test -run '^$$' -bench '^BenchmarkTable$$' -benchtime 1x -timeout 20m ./cmd/quxiang

.PHONY: fuzz
fuzz: assets ## fuzz every parser for FUZZTIME each
	.ci/fuzz $(FUZZTIME)
