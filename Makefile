# Everything goes through here. The work is done by `cargo xtask`, in crates/xtask.
.DEFAULT_GOAL := help
.PHONY: help setup dev watch observe trace desk stop status logs clean chaos simulate fuzz mutants services test bench cost-measure cost order-cost openapi check fmt prepare router check-sam sam sam-env package cloud-plan cloud-up cloud-repositories cloud-urls cloud-down

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## run the shop at http://localhost:8080 until Ctrl-C (installs what is missing)
	@cargo xtask dev

watch: ## the same with the functions under `cargo lambda watch` and hot reload
	@cargo xtask watch

observe: ## beside `make dev`: Prometheus with the shop's alerts, and a receiver of traces
	@cargo xtask observe

trace: ## draw where an order's time went, of what `make observe` received: make trace ORDER=<id>
	@cargo run --quiet --bin velure -- trace $(ORDER)

desk: ## an operator's command against the running shop: make desk DO="orders show <id>", "dlq ls", "outbox ls", doctor
	@cargo xtask velure -- $(or $(DO),doctor)

stop: ## stop the shop and what observes it
	@cargo xtask stop

status: ## say what runs, where, and how much memory it takes
	@cargo xtask status

logs: ## follow the logs, or one: make logs NAME=relay
	@cargo xtask logs $(NAME)

chaos: ## break everything while orders come in and judge what is left: make chaos CAMPAIGN=small SEED=1 MINUTES=0 ORDERS=0
	@cargo xtask chaos $(if $(filter large,$(CAMPAIGN)),--optimised) -- --campaign $(or $(CAMPAIGN),small) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),0) --orders $(or $(ORDERS),0) --commit $$(git rev-parse --short HEAD) --report $(if $(filter large,$(CAMPAIGN)),docs/reports/large-campaign.md,target/chaos/report.md)

simulate: ## run the shop's decisions in simulated time under faults: make simulate SEEDS=10000 FROM=1 TRAP=<name> STORY=1
	@cargo run --quiet -p velure-simulator -- --from $(or $(FROM),1) --seeds $(or $(SEEDS),10000) $(if $(TRAP),--trap $(TRAP)) $(if $(STORY),--story)

fuzz: ## have libFuzzer look for bytes that are read wrongly: make fuzz TARGET=events SECONDS=60 (crates/fuzz lists the targets)
	@cargo xtask fuzz $(or $(TARGET),events) --seconds $(or $(SECONDS),60)

mutants: ## break rules about money, stock, statuses and sessions, one at a time, and see whether a test notices: make mutants FILE=relay/
	@cargo xtask mutants $(FILE)

clean: ## stop the shop and remove its data
	@cargo xtask clean

test: ## check and test everything against throw-away servers, and count
	@cargo xtask test $(if $(ONLY),--only $(ONLY))

bench: ## measure with release builds, or one: make bench ONLY=intake,relay,streams,health,orders,tracing,functions
	@cargo xtask bench $(if $(ONLY),--only $(ONLY))

cost-measure: ## measure what the cost model computes with, into cost/measurements/latest.json
	@cargo xtask bench --only cost

cost: ## what the shop costs, from the committed measurement, into target/cost/report.html
	@cargo run --quiet -p velure-cost -- report

order-cost: ## what the order page says in demo mode that an order cost, from the committed measurement
	@cargo run --quiet -p velure-cost -- order --page > web/src/features/orders/order-cost.json.new
	@mv web/src/features/orders/order-cost.json.new web/src/features/orders/order-cost.json

openapi: ## write functions/openapi.json, the events' JSON Schemas and the web client's types from the code
	@cargo run --quiet -p velure-http --bin velure-openapi && npm --prefix web run --silent gen

check: ## formatting, layout, lints, documentation, licences
	@cargo xtask check

check-sam: ## the SAM template, with the SAM CLI in an environment of its own
	@cargo xtask check-sam

fmt: ## format the Rust sources
	@cargo fmt --all

services: ## throw-away servers for running single tests by hand
	@cargo xtask services

prepare: ## describe every query for the compiler, in .sqlx/, after one or the schema has changed
	@cargo xtask prepare

router: ## write the router of `cargo lambda watch` from functions/routes.json
	@cargo xtask router

sam: ## write samconfig/template.yaml from functions/routes.json
	@cargo xtask sam

sam-env: ## write the variables of `sam local` from a shop that `make watch` runs
	@cargo xtask sam-env

package: ## build, check and zip every function: make package ARCH=arm64 or ARCH=x86_64
	@cargo xtask package --arch $(or $(ARCH),arm64) $(if $(ONLY),--only $(ONLY))

# ENVIRONMENT=dev ARCH=arm64 STATE_BUCKET=<S3 bucket> VARS=<.tfvars file> NO_HELM=1 YES=1
CLOUD = $(if $(ENVIRONMENT),--environment $(ENVIRONMENT)) $(if $(ARCH),--arch $(ARCH)) $(if $(STATE_BUCKET),--state-bucket $(STATE_BUCKET)) $(if $(VARS),--vars $(VARS)) $(if $(NO_HELM),--no-helm) $(if $(YES),--yes)

cloud-plan: ## say what cloud-up would change in AWS and what it would cost
	@cargo xtask cloud-plan $(CLOUD)

cloud-up: ## bring the shop up in AWS: make cloud-up ENVIRONMENT=dev ARCH=arm64
	@cargo xtask cloud-up $(CLOUD)

cloud-repositories: ## make the image repositories alone, for who pushes images before the first cloud-up
	@cargo xtask cloud-repositories $(CLOUD)

cloud-urls: ## say where the shop in AWS answers
	@cargo xtask cloud-urls $(CLOUD)

cloud-down: ## take the shop in AWS down with its data, and say what is left
	@cargo xtask cloud-down $(CLOUD)

setup: ## install what `make test` needs, without running anything
	@cargo xtask setup test
