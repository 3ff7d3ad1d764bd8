#!/usr/bin/env bash
# `make deploy`: brings the stack onto a Docker Swarm, or brings what has changed: our images, .env,
# topics.yaml. It runs on the home node, in the checkout whose configs/ people edit, and waits until
# all is healthy. docs/many-machines.md
#
#   --images                only print the images that the other nodes need
#   IMAGES=there            the other nodes have these images (only asked for without a registry)
#   DEPLOY_TIMEOUT_SECONDS  how long the services may take to become healthy, each time (900)
#   PGADMIN=off             do not start pgAdmin beside the stack
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source deploy/lib.sh

no_answer="the Swarm does not answer now: try again when 'docker node ls' does"
own=(scheduler producer batch_ingestor stream_processor)
prefix=$(env_value IMAGE_PREFIX)

# Gives our images a second tag by their content, since a Swarm goes by names alone.
tag_images() {
  local name id
  for name in "${own[@]}"; do
    id=$(docker image inspect --format '{{.Id}}' "$prefix/$name" 2>/dev/null) ||
      die "the image $prefix/$name is not here: docker compose build"
    export "${name^^}_TAG=${id:7:12}"
    docker tag "$prefix/$name" "$prefix/$name:${id:7:12}"
  done
}

# of_the_stack OPTION…: what Compose makes of the files.
of_the_stack() { docker --log-level error compose -p "$STACK_NAME" "${files[@]}" -f deploy/swarm.yml config "$@"; }

# What runs on other nodes than this one.
images_elsewhere() {
  local mirror=${MIRROR_PREFIX:-}
  printf '%s\n' "$prefix/stream_processor:$STREAM_PROCESSOR_TAG" \
    "$mirror$(env_value KAFKA_IMAGE)" "$mirror$(env_value ZOOKEEPER_IMAGE)"
}

if [[ ${1:-} == --images ]]; then
  tag_images
  images_elsewhere
  exit
fi

check_name() {
  local project
  project=$(env_value COMPOSE_PROJECT_NAME)
  [[ $project != "$STACK_NAME" && $project != "$beside_project" ]] ||
    die "STACK_NAME in .env is '$STACK_NAME', and Compose's project here is '$project': make clean would \
delete the stack's data. Choose another STACK_NAME"
}

check_swarm() {
  local ready lost
  [[ $(docker info --format '{{.Swarm.ControlAvailable}}') == true ]] ||
    die "this engine manages no Swarm: run 'docker swarm init' here, and what 'docker swarm join-token manager' \
then prints on two more machines"
  docker node ls >/dev/null 2>&1 || die "$no_answer"
  ready=$(docker node ls --format '{{.Status}}/{{.Availability}}' | grep -cxF Ready/Active || true)
  lost=$(docker node ls --format '{{.Status}} {{.Hostname}}' | sed -n 's/^Down //p' | paste -sd ' ')
  ((ready >= 3)) ||
    die "three brokers need three nodes; ready: $ready${lost:+, down: $lost}; 'docker swarm join-token manager' \
prints how to add one; ports 2377/tcp, 7946/tcp, 7946/udp and 4789/udp must be open between them"
  say "$ready nodes are ready${lost:+ (down: $lost)}"
  (($(docker node ls --filter role=manager -q | wc -l) >= 3)) ||
    say 'fewer than three managers: if a manager is lost, nothing moves away from a lost node (docker node promote)'
}

# labelled NAME: prints "<value> <node>" for each node with this label.
labelled() {
  docker node ls -q |
    xargs docker node inspect --format "{{index .Spec.Labels \"$1\"}} {{.Description.Hostname}}" |
    sed '/^ /d' | sort
}

check_labels() {
  local self labels home brokers number=0 node
  self=$(docker node inspect self --format '{{.Description.Hostname}}')
  # Nobody answers while the managers elect a leader.
  labels=$(labelled hospital.home && labelled hospital.broker) || die "$no_answer"
  if [[ -z $labels ]]; then
    docker node update --label-add hospital.home=true "$(docker info --format '{{.Swarm.NodeID}}')" >/dev/null
    for node in $(ready_nodes true) $(ready_nodes false | head -n 2); do
      docker node update --label-add "hospital.broker=$((++number))" "$node" >/dev/null
    done
    say 'no node was labelled: this one is the home now'
  fi
  home=$(labelled hospital.home | sed -n 's/^true //p')
  brokers=$(labelled hospital.broker)
  [[ $home == "$self" ]] ||
    die "the home node is '${home//$'\n'/ }', and this is $self: run this there, or label this one \
(docker node update --label-add hospital.home=true $self) and take the label from that one (--label-rm)"
  [[ $(cut -d ' ' -f 1 <<<"$brokers" | paste -sd ' ') == '1 2 3' ]] ||
    die "the label hospital.broker must be 1, 2 and 3 on one node each, and is: ${brokers//$'\n'/, } \
(docker node update --label-add hospital.broker=<number> <node>)"
  say "home: $home; brokers: ${brokers//$'\n'/, }"
}

# ready_nodes SELF: prints the ids of this node (true), or of the others (false), that take tasks.
ready_nodes() {
  docker node ls --format '{{.ID}} {{.Status}} {{.Availability}} {{.Self}}' |
    sed -n "s/ Ready Active $1\$//p"
}

# The volumes that the nodes share. A tool beside the stack needs them here even if no task does.
check_shared() {
  local type options device name volume
  type=$(env_value SHARED_TYPE)
  options=$(env_value SHARED_OPTIONS)
  device=$(env_value SHARED_DEVICE)
  if [[ $type == none ]]; then
    [[ -d $device && $(stat -c %d "$device") != $(stat -c %d /) ]] ||
      die "SHARED_DEVICE in .env: nothing is mounted at $device here: mount what all nodes share there, on each of them"
    install -d -o 10001 -g 10001 "$device/lake_stream" "$device/status" ||
      die "cannot make lake_stream and status in $device: make both, with the owner 10001:10001"
  fi
  for name in lake_stream status; do
    volume=${STACK_NAME}_$name
    docker volume create --label "com.docker.stack.namespace=$STACK_NAME" -o "type=$type" -o "o=$options" \
      -o "device=$device/$name" "$volume" >/dev/null
    # An engine leaves a volume that it has already as it was, and says nothing.
    [[ $(docker volume inspect -f '{{.Options.type}} {{.Options.o}} {{.Options.device}}' "$volume") == \
      "$type $options $device/$name" ]] ||
      die "the volume $volume was made with other values of SHARED_… in .env: run 'make undeploy', then \
'docker volume rm $volume' on each node (what the nodes share stays), then 'make deploy' again"
  done
  say "shared by all nodes: $device"
}

# Attachable, for what runs beside the stack.
check_network() {
  local network=${STACK_NAME}_hospital
  # `docker network ls` knows a network of the Swarm by a pattern only while this node uses it.
  ! docker network inspect "$network" >/dev/null 2>&1 || return 0
  docker network create --driver overlay --attachable "$network" >/dev/null
  say "network: $network"
}

check_configs() {
  [[ -z $(find configs -type d ! -perm -005 -o ! -type d ! -perm -004) ]] ||
    die "the containers cannot read configs/: run 'chmod -R a+rX configs' as its owner"
  TOPICS_HASH=$(hash_of configs/topics.yaml)
  export TOPICS_HASH
}

# make_secrets VARIABLE…: from .env, each named by its hash.
make_secrets() {
  local name value secret
  for name; do
    value=$(env_value "$name")
    secret=${STACK_NAME}_${name,,}_$(sha256sum <<<"$value" | cut -c 1-12)
    if ! docker secret inspect "$secret" >/dev/null 2>&1; then
      printf %s "$value" | docker secret create --label "hospital.stack=$STACK_NAME" "$secret" - >/dev/null
      say "$name: a new secret"
    fi
    export "${name}_SECRET=$secret"
  done
}

check_images() {
  local image first=${prefix%%/*} in_use new
  tag_images
  for image in $(of_the_stack --images | sort -u); do
    docker image inspect "$image" >/dev/null 2>&1 || quietly docker pull "$image" ||
      die "the image $image is not here: make images"
  done
  if [[ $first == *[.:]* || $first == localhost ]]; then
    say "pushing our images to $first"
    quietly docker push "$(images_elsewhere | head -n 1)"
  elif [[ ${IMAGES:-} != there ]]; then
    # No engine can look into another, but what the stack runs already is there.
    in_use=$(docker stack services "$STACK_NAME" --format '{{.Image}}' 2>/dev/null || true)
    new=$(images_elsewhere | grep -vxF "$in_use" || true)
    [[ -n $new ]] || return 0
    say 'IMAGE_PREFIX names no registry, and each other node needs:'
    printf '    %s\n' "${new//$'\n'/$'\n    '}"
    die "when they have these (docker save \$(deploy/deploy.sh --images) | ssh <node> docker load): IMAGES=there make deploy"
  fi
}

# deploy SERVICE…: these services, or without any all there are, and waits until all is well.
deploy() {
  local options=(--with-registry-auth --resolve-image never) translated
  (($#)) || options+=(--prune)
  translated=$(docker run --rm -i --network none "$prefix/batch_ingestor:$BATCH_INGESTOR_TAG" \
    python -c "$(<deploy/stack.py)" "$@" <<<"$project") || die 'nothing more was deployed'
  docker stack deploy "${options[@]}" -c - "$STACK_NAME" <<<"$translated" | sed 's/^/  /'
  deploy/wait.sh "$@"
}

# Prints the brokers of the stack, those that are down first.
brokers() {
  docker stack services "$STACK_NAME" --format '{{.Replicas}} {{.Name}}' | sort |
    sed -n "s/^.* ${STACK_NAME}_kafka/kafka/p"
}

echo 'Swarm'
check_name
check_swarm
check_labels
check_shared
check_network
check_configs
echo 'Passwords'
make_secrets POSTGRES_SUPERUSER_PASSWORD POSTGRES_OWNER_PASSWORD POSTGRES_INGESTOR_PASSWORD POSTGRES_ANALYST_PASSWORD
say 'each is a secret of the Swarm'
echo 'Images'
check_images

echo 'Services'
project=$(of_the_stack)
# One broker with its ZooKeeper after the other, so that two of each always serve. One that is down
# comes back before another is replaced. At the first deployment there is none yet.
running=$(brokers 2>/dev/null) || die "$no_answer"
for broker in $running; do deploy "${broker/kafka/zookeeper}" "$broker"; done
deploy

[[ ${PGADMIN:-} == off ]] || quietly beside up -d --wait pgadmin || die 'pgAdmin did not start beside the stack'
cat <<TEXT

Deployed after $SECONDS s. Where to look, on this node:
  pgAdmin    ${PGADMIN:-http://$(beside port pgadmin 80)}
  status     deploy/compose.sh run --rm status
  dashboard  deploy/compose.sh --profile dashboard up -d dashboard
  stream     docker service logs -f --tail 20 ${STACK_NAME}_stream_processor
  stop       make undeploy      (the data stays)
TEXT
