#!/usr/bin/env bash
# Builds, pushes and deploys the function to VAST DataEngine. Safe to run twice: what exists is updated.
#   deploy/deploy.sh --config .env [--check] [--dry-run] [--yes] [--tag TAG] [--revision N]
# --check asks every endpoint whether it answers, takes the keys and shows the buckets, and changes nothing.
# --dry-run prints every step, in order, and runs none. --yes asks nothing. --revision N builds nothing and runs
# an older revision of the function again. Settings: .env.example.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
config='' check=false dry_run=false yes=false tag='' revision=''
done_steps=()

die() {
  echo "deploy: $*" >&2
  exit 1
}
usage() {
  sed -n '2,6p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'
}

while (($#)); do
  case $1 in
    --config) config=${2:?--config needs a file} && shift ;;
    --tag) tag=${2:?--tag needs a value} && shift ;;
    --check) check=true ;;
    --dry-run) dry_run=true ;;
    --yes) yes=true ;;
    --revision) revision=${2:?--revision needs a number} && shift ;;
    -h | --help) usage && exit 0 ;;
    *) echo "deploy: unknown argument $1" >&2 && usage >&2 && exit 2 ;;
  esac
  shift
done

# KEY=VALUE lines; quotes around a value are removed, nothing in it is run.
load_config() {
  local line key value
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
    [[ $line =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || die "cannot read this line of $config: ${line%%=*}"
    key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]] && value=${BASH_REMATCH[1]}
    printf -v "$key" '%s' "$value"
    export "${key?}"
  done <"$config"
}

need() {
  local name missing=()
  for name in "$@"; do [[ -n ${!name:-} ]] || missing+=("$name"); done
  ((${#missing[@]} == 0)) || die "set these in $config (see .env.example): ${missing[*]}"
}

# Prints a step, and runs it unless this is a dry run.
step() {
  local what=$1
  shift
  echo "==> $what"
  printf '    %q' "$1"
  printf ' %q' "${@:2}"
  echo
  $dry_run || "$@"
  done_steps+=("$what")
}

confirm() {
  $dry_run || $yes || {
    [[ -t 0 ]] || die "nobody is here to confirm; pass --yes"
    read -r -p "$1 [y/N] " answer
    [[ $answer == [yY]* ]] || die 'stopped, nothing was changed'
  }
}

# Flags were renamed between releases of the command line: the first of these that its help shows.
flag_of() {
  local command=$1 flag help
  shift
  # shellcheck disable=SC2086 # the command is words
  help=$($command --help 2>/dev/null || true)
  for flag in "$@"; do
    grep -qE -- "(^|[^-[:alnum:]])$flag([^-[:alnum:]]|$)" <<<"$help" && echo "$flag" && return
  done
  echo "$1"
}

exists() {
  command -v vastde >/dev/null && vastde "$@" >/dev/null 2>&1
}

# Fills ${NAME} in a template, line by line, from the settings: whole numbers bare, everything else as JSON text,
# which is also YAML. What a value holds is never looked at again.
render() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^(.*)\$\{([A-Z0-9_]+)\}(.*)$ ]]; then
      printf '%s%s%s\n' "${BASH_REMATCH[1]}" "$(yaml_value "${!BASH_REMATCH[2]:-}")" "${BASH_REMATCH[3]}"
    else
      printf '%s\n' "$line"
    fi
  done <"$1"
}
yaml_value() {
  local value=$1
  [[ $value =~ ^(0|[1-9][0-9]{0,8})$ ]] && printf '%s' "$value" && return
  value=${value//\\/\\\\}
  value=${value//\"/\\\"}
  printf '"%s"' "$value"
}

[[ -n $config ]] || {
  echo 'deploy: --config is missing: it names the file with your settings; copy .env.example and fill it in' >&2
  usage >&2
  exit 2
}
[[ -r $config ]] || die "cannot read $config; copy .env.example and fill it in"
load_config
need REGISTRY REGISTRY_NAME IMAGE FUNCTION_NAME TRIGGER_NAME PIPELINE_NAME NAMESPACE KUBERNETES_CLUSTER_VRN \
  SOURCE_BUCKET BROKER_NAME TOPIC_NAME SECRET_NAME S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY
for name in S3_REGION=us-east-1 NAME_PREFIX= NAME_SUFFIX=.exr BROKER_TYPE=Internal LOG_LEVEL=INFO MIN_REPLICAS=1 MAX_REPLICAS=10 \
  TIMEOUT_SECONDS=120 VAST_DB_ENDPOINT="$S3_ENDPOINT" VAST_DB_ACCESS_KEY="$S3_ACCESS_KEY" \
  VAST_DB_SECRET_KEY="$S3_SECRET_KEY" VAST_DB_REGION=us-east-1 VAST_DB_BUCKET= VAST_DB_SCHEMA=exr_metadata SMOKE_FILE=; do
  key=${name%%=*}
  [[ -n ${!key:-} ]] || printf -v "$key" '%s' "${name#*=}"
done
export TRIGGER_VRN=vast:dataengine:triggers:$TRIGGER_NAME
export FUNCTION_VRN=vast:dataengine:functions:$FUNCTION_NAME
export TOPIC_VRN=vast:dataengine:topics:$BROKER_NAME/$TOPIC_NAME
[[ -n $tag ]] || tag=$(date -u +%Y%m%d-%H%M%S)-$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo local)
# shellcheck disable=SC2153 # IMAGE comes from the settings
image=$REGISTRY/$IMAGE:$tag

# A request signed with a key pair, which travels on standard input. Prints the status and the store's error code.
signed() {
  local key=$1 secret=$2 region=$3
  shift 3
  secret=${secret//\\/\\\\}
  printf 'user = "%s:%s"\n' "${key//\"/\\\"}" "${secret//\"/\\\"}" |
    curl --config - --silent --show-error --max-time 10 --aws-sigv4 "aws:amz:$region:s3" \
      --write-out '\n%{http_code}' "$@" 2>&1 |
    awk '{ if (match($0, /<Code>[^<]*/)) code = substr($0, RSTART + 6, RLENGTH - 6); last = $0 } END { print last, code }'
}

failed=0
verdict() {
  local kind=$1
  shift
  printf '%-8s %s\n' "$kind" "$*"
  [[ $kind != FAILED ]] || failed=1
}

# What the answer to a look into a bucket says: store, bucket, permission asked for, status and code.
judge_bucket() {
  local name=$1 bucket=$2 permission=$3 status=$4 code=${5:-}
  case $status:$code in
    200:*) verdict ok "$name: the keys are taken and show bucket $bucket" ;;
    404:*) verdict FAILED "$name: there is no bucket $bucket" ;;
    *:InvalidAccessKeyId | *:SignatureDoesNotMatch | 401:*) verdict FAILED "$name does not take the key pair ($code); check both keys and the clock" ;;
    403:*) verdict FAILED "$name refuses a look into bucket $bucket; the key's policy needs $permission" ;;
    *) verdict FAILED "$name answered $status $code" ;;
  esac
}

answers() {
  if curl --silent --output /dev/null --max-time 10 "$2"; then
    verdict ok "$1 $2 answers"
  else
    verdict FAILED "$1 $2 does not answer"
    return 1
  fi
}

check_all() {
  local program status code missing
  for program in vastde docker curl; do
    if command -v "$program" >/dev/null; then verdict ok "$program is installed"; else verdict FAILED "$program is not on the PATH"; fi
  done
  command -v vastde >/dev/null && {
    if vastde functions list >/dev/null 2>&1; then verdict ok 'vastde reaches the tenant'; else verdict FAILED "vastde cannot reach the tenant; run 'vastde config'"; fi
  }
  if answers S3_ENDPOINT "$S3_ENDPOINT"; then
    read -r status code < <(signed "$S3_ACCESS_KEY" "$S3_SECRET_KEY" "$S3_REGION" "$S3_ENDPOINT/$SOURCE_BUCKET?list-type=2&max-keys=1")
    judge_bucket 'S3' "$SOURCE_BUCKET" s3:ListBucket "$status" "$code"
    if [[ $status == 200 ]]; then
      # Of a key that is not there, a store says so only to those who may read it.
      missing="$S3_ENDPOINT/$SOURCE_BUCKET/${NAME_PREFIX}exr-inspector-check-$RANDOM$RANDOM.exr"
      read -r status code < <(signed "$S3_ACCESS_KEY" "$S3_SECRET_KEY" "$S3_REGION" "$missing")
      case $status in
        404) verdict ok "S3: the keys may read objects of $SOURCE_BUCKET" ;;
        403) verdict FAILED "S3: the key's policy needs s3:GetObject on $SOURCE_BUCKET" ;;
        *) verdict warning "S3 answered $status to a read of a key that is not there" ;;
      esac
    fi
  fi
  if [[ -z $VAST_DB_BUCKET ]]; then
    verdict warning 'VAST_DB_BUCKET is empty: the function will inspect objects and store nothing'
  elif answers VAST_DB_ENDPOINT "$VAST_DB_ENDPOINT"; then
    read -r status code < <(signed "$VAST_DB_ACCESS_KEY" "$VAST_DB_SECRET_KEY" "$VAST_DB_REGION" --head "$VAST_DB_ENDPOINT/$VAST_DB_BUCKET")
    judge_bucket 'VAST DataBase' "$VAST_DB_BUCKET" 'access to the database bucket' "$status" "$code"
  fi
}

if $check; then
  check_all
  ((failed == 0)) && echo 'Everything that was asked answered well.' || echo 'Mend what FAILED, then check again.'
  exit "$failed"
fi

[[ -n $VAST_DB_BUCKET ]] || echo 'deploy: warning: VAST_DB_BUCKET is empty, so nothing will be stored' >&2
echo "Deploying $image as function $FUNCTION_NAME, trigger $TRIGGER_NAME, pipeline $PIPELINE_NAME"
if ! $dry_run; then
  for program in vastde docker curl; do command -v "$program" >/dev/null || die "$program is not on the PATH; install it first"; done
  docker version >/dev/null 2>&1 || die 'the Docker engine does not answer; start it, or check DOCKER_HOST'
  vastde functions list >/dev/null 2>&1 || die "vastde cannot reach the tenant; run 'vastde config' first"
  curl --silent --show-error --output /dev/null --max-time 10 "$S3_ENDPOINT" || die "S3_ENDPOINT $S3_ENDPOINT does not answer"
fi
confirm "Go on?"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"

revision_of_function() {
  vastde functions get "$FUNCTION_NAME" 2>/dev/null |
    grep -oiE '"?(latest_|last_)?revision(_number)?"?[:= ]+"?[0-9]+' | grep -oE '[0-9]+$' | sort -n | tail -1
}

FUNCTION_REVISION=${revision:-1}
previous_revision=1
if [[ -z $revision ]]; then
  step 'Build the image' docker build --platform linux/amd64 --tag "$image" "$here/.."
  step 'Push it under a tag that is used once' docker push "$image"
  if exists functions get "$FUNCTION_NAME"; then
    previous_revision=$(revision_of_function || echo 1)
    step 'Publish a new revision of the function' vastde functions update "$FUNCTION_NAME" --image-tag "$tag" --publish
  else
    step 'Create the function' vastde functions create --name "$FUNCTION_NAME" --container-registry "$REGISTRY_NAME" \
      --artifact-source "$IMAGE" --artifact-type image --image-tag "$tag" --publish
  fi
  $dry_run || FUNCTION_REVISION=$(revision_of_function || echo "$FUNCTION_REVISION")
fi

if exists triggers get "$TRIGGER_NAME"; then
  echo "==> Trigger $TRIGGER_NAME exists and stays as it is"
else
  create_trigger=(vastde triggers create element --name "$TRIGGER_NAME" --source-bucket "$SOURCE_BUCKET"
    "$(flag_of 'vastde triggers create element' --events --event)" 'ObjectCreated:*,ObjectRemoved:*'
    --broker-type "$BROKER_TYPE" --broker-name "$BROKER_NAME"
    "$(flag_of 'vastde triggers create element' --topic-name --topic)" "$TOPIC_NAME")
  [[ -n $NAME_PREFIX ]] && create_trigger+=(--name-prefix "$NAME_PREFIX")
  [[ -n $NAME_SUFFIX ]] && create_trigger+=(--name-suffix "$NAME_SUFFIX")
  step 'Create the trigger' "${create_trigger[@]}"
fi

render "$here/pipeline.template.yaml" >"$work/pipeline.yaml"
(umask 077 && render "$here/secrets.template.yaml" >"$work/secrets.yaml")
if exists pipelines get "$PIPELINE_NAME"; then
  step 'Update the pipeline' vastde pipelines update "$PIPELINE_NAME" --config "@$work/pipeline.yaml" --secret-file "$work/secrets.yaml"
  step 'Deploy it (an update alone changes nothing that runs)' vastde pipelines deploy "$PIPELINE_NAME"
else
  step 'Create and deploy the pipeline' vastde pipelines create --config "@$work/pipeline.yaml" --secret-file "$work/secrets.yaml" --deploy
fi
if $dry_run; then
  echo '--- pipeline.yaml'
  cat "$work/pipeline.yaml"
fi

if [[ -n $SMOKE_FILE ]]; then
  # The key pair travels on standard input: arguments are visible to every user of the machine.
  smoke() {
    printf 'user = "%s:%s"\n' "$S3_ACCESS_KEY" "$S3_SECRET_KEY" |
      curl --config - --silent --show-error --fail --aws-sigv4 "aws:amz:$S3_REGION:s3" \
        --upload-file "$SMOKE_FILE" "$S3_ENDPOINT/$SOURCE_BUCKET/${NAME_PREFIX}smoke-$tag.exr"
  }
  step "Upload $SMOKE_FILE so that an event fires" smoke
  $dry_run || sleep "${SMOKE_WAIT_SECONDS:-10}"
  step 'Show what the function logged' vastde logs get "$PIPELINE_NAME" --function "$FUNCTION_NAME" --since 5m --order-by desc --limit 50
fi

echo
$dry_run && echo 'Dry run: nothing was changed. It would:' || echo 'Done:'
printf '  - %s\n' "${done_steps[@]}"
cat <<END
Roll back: deploy/deploy.sh --config $config --revision $previous_revision
Remove: vastde pipelines delete $PIPELINE_NAME; vastde triggers delete $TRIGGER_NAME; vastde functions delete $FUNCTION_NAME
END
