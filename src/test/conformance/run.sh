#!/usr/bin/env bash
# Runs the conformance clients against a server that is up.
#
#   run.sh [BASE_URL] [CLIENT...]
#
# BASE_URL  default http://127.0.0.1:8000/v1
# CLIENT    of: python javascript java-openai java-langchain4j wire; default: all of them
# MODEL     the model to ask (environment; default: the first one listed)
# WORK      where environments and builds go (environment; default: target/conformance beside the root pom)
#
# Ends with "N passed, N failed" over all checks; a client that can't be set up or dies counts as one failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BASE_URL=${1:-http://127.0.0.1:8000/v1}
clients=("${@:2}")
[[ ${#clients[@]} -gt 0 ]] || clients=(python javascript java-openai java-langchain4j wire)
work=${WORK:-$here/../../../target/conformance}
mkdir -p "$work"
work=$(cd "$work" && pwd)

run_python() {
  python3 -m venv "$work/python"
  "$work/python/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/python/requirements.txt"
  "$work/python/bin/python" "$here/python/conformance.py"
}

run_javascript() {
  mkdir -p "$work/javascript"
  cp "$here"/javascript/{package.json,package-lock.json,conformance.js} "$work/javascript/"
  npm ci --prefix "$work/javascript" --silent --no-audit --no-fund
  node "$work/javascript/conformance.js"
}

run_maven() {
  # The sources stay clean: the build runs in a copy.
  rm -rf "${work:?}/$1"
  cp -r "$here/$1" "$work/$1"
  mvn --batch-mode --quiet --file "$work/$1/pom.xml" compile exec:java
}

run_client() {
  case $1 in
    python) run_python ;;
    javascript) run_javascript ;;
    java-openai | java-langchain4j) run_maven "$1" ;;
    wire) python3 -B "$here/wire/check.py" ;;
    *) echo "unknown client $1; known: python javascript java-openai java-langchain4j wire" ;;
  esac
}

passed=0
failed=0
for client in "${clients[@]}"; do
  echo "== $client"
  log=$work/$client.log
  # Colours are cut: Maven's last reset has no newline and would stick to the count, which is read by machines.
  # In a shell of its own, with its own errexit: `if` and `||` would switch that off inside.
  set +e
  (set -e; run_client "$client") 2>&1 | sed $'s/\e\\[[0-9;]*m//g' | tee "$log"
  set -e
  if [[ $(grep -E "^$client: [0-9]+ passed, [0-9]+ failed$" "$log" | tail -n 1) =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    echo "$client: died before its end"
    failed=$((failed + 1))
  fi
done

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
