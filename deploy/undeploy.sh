#!/usr/bin/env bash
# `make undeploy`: removes the stack from the Swarm, and what runs beside it. The data stays.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source deploy/lib.sh

# They hold the stack's network.
say 'ending what runs beside the stack'
quietly beside --profile dashboard --profile metrics --profile exercises --profile tools down

say "removing the stack $STACK_NAME"
quietly docker stack rm "$STACK_NAME"
of_stack="label=com.docker.stack.namespace=$STACK_NAME"
for _ in {1..60}; do
  network=$(docker network ls -q --filter "$of_stack")
  [[ -n $network ]] || break
  sleep 1
done
[[ -z $network ]] || die 'the services are removed, but not their network: a node that has it may be away (docker node ls)'
docker secret ls -q --filter "label=hospital.stack=$STACK_NAME" | xargs -r docker secret rm >/dev/null

cat <<TEXT
The stack is removed. Its data is where it was, and make deploy goes on with it.
To delete the data:
  on each node        docker volume ls -q --filter $of_stack | xargs -r docker volume rm
  on this node, also  docker volume ls -q --filter label=com.docker.compose.project=$beside_project | xargs -r docker volume rm
  once                the directories lake_stream and status in what the nodes share
TEXT
