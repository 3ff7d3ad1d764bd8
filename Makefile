# `make` lists the targets. The longer steps are in mirror/*.sh.
.DEFAULT_GOAL := help
.PHONY: help up down clean logs images test drill pictures dictionary bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## set up whatever is missing (engine, images), start everything, say where to look
	@mirror/up.sh

down: ## stop and remove the containers; the data stays
	docker compose down

clean: ## stop, and forget the data, too
	docker compose down --volumes --remove-orphans

logs: ## follow the stream
	docker compose logs -f stream_processor

images: ## have the base images here: pulled, or built where no registry answers
	@mirror/engine.sh
	@mirror/images.sh

test: ## run all tests, in containers (ARGS="tests/unit -k clock" for some)
	@tests/run.sh $(ARGS)

in_tests_image = docker run --rm -v $(CURDIR):$(CURDIR):ro -w $(CURDIR) -e PYTHONPATH=scripts \
  hospital-pipeline/tests

drill: ## every fault of the matrix in any order, and 50 kills (ROUNDS=3, SEED=7, ARGS="-k kafka")
	@DRILL_ROUNDS=$(or $(ROUNDS),1) FAULT_SEED=$(SEED) tests/run.sh tests/e2e/faults -v --durations=0 $(ARGS)

pictures: ## draw docs/*.png from the days that the stack has published (after `make test`)
	CHECKOUT=$(CURDIR) docker compose -f docker-compose.yml -f tests/compose.yml run --rm -T pictures

dictionary: ## write docs/data-dictionary.md anew (after `make test`)
	@$(in_tests_image) env CONFIGS_DIR=configs MIGRATIONS_DIR=batch_ingestor/migrations \
	  python -m tools.dictionary > docs/data-dictionary.md

bench: ## how fast the hospital is simulated (DAYS=30 for a short look; after `make test`)
	@$(in_tests_image) python benchmarks/simulation.py $(DAYS)
