# `make` lists the targets. The longer steps are in mirror/*.sh.
.DEFAULT_GOAL := help
.PHONY: help up down clean logs images test

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## set up whatever is missing (engine, images), start everything, say where to look
	@mirror/up.sh

down: ## stop and remove the containers; the data stays
	docker compose down

clean: ## stop, and forget the data, too
	docker compose down --volumes --remove-orphans

logs: ## follow the stream
	docker compose logs -f stream_processor

images: ## have the base images here: pulled, or built where no registry answers
	@mirror/images.sh

test: ## run all tests, in containers (ARGS="tests/unit -k clock" for some)
	@tests/run.sh $(ARGS)
