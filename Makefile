GO       ?= go
FUZZTIME ?= 30s
FAULTS   ?= 200
BENCH    ?= .
BENCHFLAGS ?=
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

SOURCES   = cmd gateway adapters devices deploy
BUILD     = CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'
PLATFORMS = arm/6 arm/7 arm64 amd64 riscv64

.DEFAULT_GOAL := help
.PHONY: help deps build demo test lint tidy fuzz faults crowd bench corpus clients microbench cover cross clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the servers and clients that the tests need (Debian, apt)
	@deploy/scripts/deps.sh test

build: ## build bin/thingbridge for this machine
	@command -v $(GO) >/dev/null || { echo 'Go 1.26 or later is needed: https://go.dev/doc/install' >&2; exit 1; }
	@$(BUILD) -o bin/thingbridge ./cmd/thingbridge

demo: ## start a private XMPP server with a simulated house, and chat with it
	@deploy/scripts/deps.sh demo
	@$(MAKE) --no-print-directory -s build
	@bin/thingbridge demo

test: deps lint tidy ## everything that must pass before a change is taken
	$(GO) test -race ./...

lint: ## gofmt, vet and staticcheck
	@unformatted=$$(gofmt -s -l $(SOURCES)); [ -z "$$unformatted" ] || { echo "not formatted, run gofmt -s -w:"; echo "$$unformatted"; exit 1; } >&2
	$(GO) vet ./...
	$(GO) tool staticcheck -checks 'all,-ST1003' ./...

tidy: ## see that go.mod and go.sum say what the code imports
	$(GO) mod verify
	$(GO) mod tidy -diff

fuzz: ## run each fuzz test for FUZZTIME (30s)
	@for package in $$($(GO) list ./...); do \
		names=$$($(GO) test -list '^Fuzz' $$package) || exit 1; \
		for name in $$(echo "$$names" | grep '^Fuzz'); do \
			echo "$$package $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

faults: deps ## break lines and kill servers in FAULTS (200) rounds; FAULTS_SEED repeats an order
	FAULTS=$(FAULTS) FAULTS_SEED=$${FAULTS_SEED:-$$(date +%s)} $(GO) test -race -count 1 -timeout 3h -v -run '^TestFaults$$' ./cmd/thingbridge

crowd: deps ## see that 10 users with 1,000 contacts each are served within a minute of whatever happens
	CROWD=1 $(GO) test -count 1 -timeout 10m -v -run '^TestCrowd$$' ./cmd/thingbridge

bench: deps ## measure the gateway beside a raw relay; fails when a target is missed (BENCHFLAGS=-short: 1 minute)
	$(GO) test ./adapters/mqtt -run '^$$' -bench 'States|Announcements' -cpu 1
	$(GO) run ./deploy/bench $(BENCHFLAGS)

corpus: ## judge the folder CORPUS (../shared/corpus) of messages of real devices; fails when a target is missed
	@$(GO) run ./deploy/corpus $(if $(CORPUS),-dir $(CORPUS))

clients: ## try profanity, mcabber and Converse.js on a simulated house; screens go to bin/clients (Debian, Node.js)
	@deploy/scripts/deps.sh clients
	@command -v npm >/dev/null || { echo 'npm is needed: sudo apt install npm' >&2; exit 1; }
	@mkdir -p bin/clients/npm && cp deploy/clients/package.json bin/clients/npm/
	@npm install --prefix bin/clients/npm --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel error >/dev/null
	$(GO) run ./deploy/clients -npm bin/clients/npm -out bin/clients

microbench: ## run the benchmarks of functions that match BENCH (all)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

cover: ## show how much of each package its tests run; bin/cover.html shows what
	@mkdir -p bin
	$(GO) test -coverprofile bin/cover.out -coverpkg ./... ./...
	@$(GO) tool cover -html bin/cover.out -o bin/cover.html
	@$(GO) tool cover -func bin/cover.out | tail -n 1

cross: ## build for the platforms that releases are made for
	@for platform in $(PLATFORMS); do \
		arch=$${platform%/*}; arm=$${platform#$$arch}; arm=$${arm#/}; \
		echo "bin/thingbridge-linux-$$arch$${arm:+v$$arm}"; \
		GOOS=linux GOARCH=$$arch GOARM=$$arm $(BUILD) -o "bin/thingbridge-linux-$$arch$${arm:+v$$arm}" ./cmd/thingbridge || exit 1; \
	done

clean: ## remove what was built
	@rm -rf bin
