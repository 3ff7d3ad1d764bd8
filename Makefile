# `make` lists the targets. The longer steps are in mirror/*.sh and tests/*.sh.
.DEFAULT_GOAL := help
.PHONY: help up down clean backup restore zip logs status follow effect dashboard report images deploy undeploy test check drill fullrun test-swarm lock pictures dictionary bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## set up what is missing (engine, images), start everything, say where to look
	@mirror/up.sh

# BROKERS=3 with any target: the stack with three brokers on this machine (docs/many-machines.md).
# `make up` asks again once it has chosen the images: use_files in mirror/lib.sh.
ifeq ($(BROKERS),3)
export MIRROR_PREFIX := $(shell test ! -L docker-compose.override.yml || echo mirror/)
export COMPOSE_FILE := docker-compose.yml$(if $(wildcard docker-compose.override.yml),:docker-compose.override.yml):deploy/three-brokers.yml
endif

# What `docker compose down` leaves alone unless it is told of them. Orphans are the second and third
# broker and ZooKeeper where BROKERS=3 is not said: both targets end three brokers all the same.
profiles = --profile dashboard --profile metrics --profile exercises --profile tools

down: ## stop and remove the containers; the data stays
	@mirror/own_project.sh --end-tools
	docker compose $(profiles) down --remove-orphans

clean: ## stop and remove the containers, and delete the data
	@mirror/own_project.sh --end-tools
	docker compose $(profiles) down --volumes --remove-orphans
	@mirror/own_project.sh --release

backup: ## write all data into hospital-backup.tar (FILE=another.tar)
	@archives/backup.sh

restore: ## fill an empty stack from hospital-backup.tar (FILE=another.tar)
	@archives/restore.sh

zip: ## write the archive to hand in, hospital-digitisation-pipeline.zip, from what is committed
	@archives/zip.sh

logs: ## follow the stream
	docker compose logs -f --tail=20 stream_processor

status: ## show where the run is, and whether all is well (ARGS=--watch)
	@docker compose run --rm status $(ARGS)

follow: ## tell one patient's life, event by event, in both paths (PATIENT=P0012345, ARGS=--json)
	@docker compose run --rm follow $(PATIENT) $(ARGS)

effect: ## show what an edit of configs/ changed in both paths (EDIT=2, ARGS=--list)
	@docker compose run --rm effect $(EDIT) $(ARGS)

dashboard: ## show the hospitals and the pipeline in a browser
	docker compose --profile dashboard up -d --build --wait dashboard
	@echo "http://$$(docker compose port dashboard 8000)"

report: ## write the figures of the run into report.html, which needs no server
	@docker compose build --quiet report
	docker compose run --rm -T report > report.html.part && mv report.html.part report.html

images: ## pull the base images, or build them where no registry answers
	@mirror/engine.sh
	@mirror/images.sh

deploy: ## bring the stack, or what changed of it, onto this Docker Swarm (docs/many-machines.md)
	@deploy/deploy.sh

undeploy: ## remove the stack from the Swarm; the data stays
	@deploy/undeploy.sh

test: ## run the checks and all tests, in containers (ARGS="tests/unit -k clock" for some)
	@tests/run.sh $(ARGS)

drill: ## try every fault of the matrix in any order, and 50 kills (ROUNDS=3, SEED=7, ARGS="-k kafka")
	@DRILL_ROUNDS=$(or $(ROUNDS),1) FAULT_SEED=$(SEED) tests/run.sh tests/e2e/faults -v --durations=0 $(ARGS)

fullrun: ## run all 1,455 days while people and programs read all the time (DAYS=60 for fewer)
	@DAYS=$(DAYS) HOURS=$(HOURS) tests/run.sh tests/e2e/full_run -v -s $(ARGS)

test-swarm: ## lose, isolate and update machines of a Swarm, three in one container (ARGS="-k isolated")
	@tests/swarm/run.sh $(ARGS)

# The targets below run in the tests' image, which `make test` builds.
tests_image = $$(bash -ec 'source mirror/lib.sh; env_value IMAGE_PREFIX')/tests
in_tests_image = docker run --rm --pull never -v "$(CURDIR):$(CURDIR):ro" $(or $(in),-w "$(CURDIR)" -e PYTHONPATH=scripts) $(tests_image)

check: ## only the checks: format, lint, types, layers, shell (ARGS="types lint" for some)
	@$(in_tests_image) tests/check.sh $(ARGS)

lock: ## write the lock files anew from the requirements (UPGRADE=1: newer versions throughout)
	@docker run --rm --pull never -v "$(CURDIR):$(CURDIR)" -w "$(CURDIR)" -u $$(id -u):$$(id -g) -e HOME=/tmp $(tests_image) sh -ec \
	  'for list in requirements dashboard/requirements tests/requirements; do \
	     uv pip compile --quiet --universal --generate-hashes --system-certs $(if $(UPGRADE),--upgrade) \
	       --custom-compile-command "make lock" $$list.txt -o $$list.lock; \
	   done'

pictures: ## draw docs/*.png from the days that the stack has published
	@mirror/own_project.sh
	CHECKOUT="$(CURDIR)" docker compose -f docker-compose.yml -f tests/compose.yml run --rm -T pictures

dictionary: in = -w "$(CURDIR)/tests" --env-file .env -e PYTHONPATH=../scripts
dictionary: ## write docs/data-dictionary.md anew
	@page=$$(mktemp) && $(in_tests_image) python -m integration.warehouse.dictionary_page > $$page \
	  && cat $$page > docs/data-dictionary.md && rm $$page

bench: ## measure everything, most of an hour (QUICK=1 for a look; ARGS="simulation producer" for some)
	@QUICK=$(QUICK) benchmarks/run.sh $(ARGS)
