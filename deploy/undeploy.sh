#!/usr/bin/env bash
# `make undeploy`: removes the stack from the Swarm, and what runs beside it. The data stays.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source deploy/lib.sh

say 'ending what runs beside the stack'
quietly beside --profile dashboard --profile metrics --profile exercises --profile tools down

say "removing the stack $STACK_NAME"
quietly docker stack rm "$STACK_NAME"
# A service is gone at once, its containers are gone when they have ended.
for _ in {1..60}; do
  tasks=$(docker stack ps -q "$STACK_NAME" 2>&1) || true
  [[ $tasks != 'nothing found in stack'* ]] || break
  sleep 1
done
[[ $tasks == 'nothing found in stack'* ]] ||
  die 'the services are removed, but containers of theirs may still run: is a node away (docker node ls)?'
docker secret ls -q --filter "label=hospital.stack=$STACK_NAME" | xargs -r docker secret rm >/dev/null

cat <<TEXT
The stack is removed. Its data is where it was, and make deploy goes on with it.
To delete the data:
  on each node        docker volume ls -q --filter label=com.docker.stack.namespace=$STACK_NAME | xargs -r docker volume rm
  on this node, also  docker volume ls -q --filter label=com.docker.compose.project=$beside_project | xargs -r docker volume rm
  once                the directories lake_stream and status in what the nodes share, and
                      docker network rm ${STACK_NAME}_hospital
TEXT
